"""Many loans moved at once: the same table of transitions, one lock, one log, no row by row."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from banks.models import Bank
from loans.models import Loan
from pool import audit
from pool.errors import Refused
from pool.models import Transition, User


def _table() -> tuple[tuple[str, str], ...]:
    moves = (method._django_fsm for method in vars(Loan).values() if hasattr(method, "_django_fsm"))
    return tuple((str(step.source), str(step.target)) for fsm in moves for step in fsm.transitions.values())


TABLE = _table()
"""Every declared step of a loan's state, from where and to where."""


def sources_of(name: str) -> tuple[frozenset[str], str]:
    """From which states the declared transition leads, and where to."""
    declared = getattr(Loan, name)._django_fsm.transitions
    targets = {str(step.target) for step in declared.values()}
    assert len(targets) == 1, name
    return frozenset(str(source) for source in declared), targets.pop()


@transaction.atomic
def move_many(
    *, ids: Iterable[UUID], name: str, by: User | None, on: date, article: str = "", reason: str = "", **changes: object
) -> int:
    """All or none: refused if a single loan may not make the move. `changes` set further columns alike for all."""
    wanted = sorted(set(ids))
    sources, target = sources_of(name)
    loans = list(Loan.objects.select_for_update().filter(pk__in=wanted).order_by("pk").only("id", "bank_id", "state"))
    if len(loans) != len(wanted):
        raise Refused("loan_missing", _("部分贷款项目不存在或不在可见范围内。"))
    stuck = [loan for loan in loans if loan.state not in sources]
    if stuck:
        raise Refused(
            "move_not_allowed", _("有 %(count)s 笔贷款项目的当前状态不能办理此项操作。") % {"count": len(stuck)}
        )
    moved = Loan.objects.filter(pk__in=wanted)
    moved.update(**{"state": target, "version": F("version") + 1, **changes})
    Transition.objects.bulk_create(
        [
            Transition(
                subject_kind=Loan._meta.label_lower, subject_id=loan.pk, bank=loan.bank_id, field="state",
                source=loan.state, target=target, by=by, on=on, reason=reason, article=article,
            )
            for loan in loans
        ],
        batch_size=2000,
    )  # fmt: skip
    for bank in Bank.objects.filter(pk__in={loan.bank_id for loan in loans}):
        moved_ids = [str(loan.pk) for loan in loans if loan.bank_id == bank.pk]
        after = {"state": target, "count": len(moved_ids), "loans": moved_ids}
        audit.record(f"loans.{name}", bank, by=by, on=on, after=after, article=article, reason=reason, bank=bank.pk)
    return len(loans)
