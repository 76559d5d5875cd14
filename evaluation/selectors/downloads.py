"""Who took which copy of a report, and its fingerprint."""

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from evaluation.models import Report
from evaluation.selectors.reports import visible_to
from pool.models import AccessLog, User


def report_downloads(user: User) -> "QuerySet[AccessLog]":
    """As the access log has them, of the reports that this reader may see: a draft's downloads tell of the draft."""
    kind = AccessLog.Kind.DOWNLOAD
    known = visible_to(user).order_by().values_list(Cast("pk", CharField()), flat=True)
    rows: QuerySet[AccessLog] = AccessLog.objects.filter(
        kind=kind, subject_kind=Report._meta.label_lower, subject_id__in=known
    )
    return rows
