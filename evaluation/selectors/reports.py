"""Reports as they may be read."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from evaluation import permissions
from evaluation.models import Report
from pool import scope
from pool.models import OutboxTask, User

ISSUED = Report.State.ISSUED


def visible_to(user: User) -> "QuerySet[Report]":
    """Drafts only for those who prepare and check them; nothing for banks and for those who keep the system."""
    drafts = [kind for kind, hands in permissions.HANDS.items() if user.role in hands.drafts]
    issued = [kind for kind, hands in permissions.HANDS.items() if user.role in hands.read]
    rows = Report.objects.select_related("pdf", "xlsx", "made_by", "issued_by")
    return rows.filter(Q(kind__in=drafts) | Q(kind__in=issued, state=ISSUED))


def issued_with(code: str) -> Report | None:
    """The issued report that carries this check code; open to anyone who holds a printed copy."""
    with scope.everything():
        found: Report | None = (
            Report.objects.filter(check_code=code, state=ISSUED).select_related("pdf", "xlsx").first()
        )
    return found


def unsettled() -> "QuerySet[Report]":
    """What still wants somebody: drafts, and failures that no newer revision has answered."""
    newer = Report.objects.filter(kind=OuterRef("kind"), period=OuterRef("period"), revision__gt=OuterRef("revision"))
    return Report.objects.filter(Q(state=Report.State.DRAFT) | (Q(state=Report.State.FAILED) & ~Exists(newer)))


def trouble_with(report: Report) -> str:
    """What stopped the worker the last time, while the report is still to be made."""
    task = OutboxTask.objects.filter(
        task="evaluation.make_report", arguments__report_id=str(report.pk), done_at__isnull=True
    ).first()
    return str(task.last_error) if task else ""


def of_file(file_id: UUID) -> Report | None:
    """The report whose original this file is."""
    found: Report | None = Report.objects.filter(Q(pdf=file_id) | Q(xlsx=file_id)).first()
    return found
