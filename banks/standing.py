"""The bank's standing under article 17: two sums in one locked row, an append-only series, suspension by itself.

Whoever changes a loan that counts calls `lock` before locking the loan and `shift` before the commit, so that the
loan, the sums and the suspension change together. The order of locks is: standing, loan, claim.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from banks import rules
from banks.models import Standing, StandingEvent
from pool import audit
from pool.chinese import in_chinese
from pool.models import Notice, Role, User
from pool.money import ZERO
from pool.rulebook import Finding
from pool.selectors import edition
from pool.services.notices import notify

Cause = StandingEvent.Cause
TOLD = (Role.BANK_MAKER, Role.BANK_CHECKER, Role.MANAGER_STATISTICS, Role.FINANCE_CLERK)


@dataclass(frozen=True)
class Sums:
    entered: Decimal
    npl: Decimal


def lock(bank_id: UUID) -> Standing:
    """The bank's row, locked until the end of the transaction."""
    standing: Standing = Standing.objects.select_for_update(of=("self",)).select_related("bank").get(bank_id=bank_id)
    return standing


def is_suspended(bank_id: UUID) -> bool:
    """Whether decisions, plans and payments for this bank stand still (17, reading 13)."""
    return bool(Standing.objects.filter(bank_id=bank_id, is_suspended=True).exists())


def shift(
    standing: Standing,
    *,
    cause: str,
    subject: UUID | None,
    on: date,
    by: User | None,
    entered: Decimal = ZERO,
    npl: Decimal = ZERO,
) -> Standing:
    """Move the sums of a locked standing; suspends or resumes where the limit is crossed, and says so."""
    return _become(
        standing,
        Sums(standing.entered_principal + entered, standing.npl_principal + npl),
        cause=cause, subject=subject, on=on, by=by,
    )  # fmt: skip


def is_right(standing: Standing, sums: Sums) -> bool:
    """Whether the row says these sums, and is suspended or not as they demand."""
    finding = rules.standing(edition(), sums.npl, sums.entered).finding
    same = Sums(standing.entered_principal, standing.npl_principal) == sums
    return same and standing.is_suspended == finding.failed


def recheck(standing: Standing, sums: Sums, *, on: date, by: User | None = None) -> bool:
    """Set a locked standing to freshly counted sums; true where something had to change."""
    if is_right(standing, sums):
        return False
    _become(standing, sums, cause=Cause.RECHECKED, subject=None, on=on, by=by)
    return True


def _become(standing: Standing, sums: Sums, *, cause: str, subject: UUID | None, on: date, by: User | None) -> Standing:
    finding = rules.standing(edition(), sums.npl, sums.entered).finding
    turned = finding.failed != standing.is_suspended
    standing.entered_principal, standing.npl_principal = sums.entered, sums.npl
    standing.is_suspended = finding.failed
    standing.since = on if turned or standing.since is None else standing.since
    standing.version += 1
    standing.save(update_fields=["entered_principal", "npl_principal", "is_suspended", "since", "version"])
    StandingEvent.objects.create(
        bank_id=standing.bank_id, on=on, cause=cause, subject=subject, number=standing.version,
        entered_principal=sums.entered, npl_principal=sums.npl, is_suspended=finding.failed, turned=turned,
    )  # fmt: skip
    if turned:
        _tell(standing, finding, on=on, by=by)
    return standing


@in_chinese()
def _tell(standing: Standing, finding: Finding, *, on: date, by: User | None) -> None:
    """A suspension or a resumption is on record, and known to the bank and to the managing bodies."""
    action = "banks.suspend" if standing.is_suspended else "banks.resume"
    after = {"npl": standing.npl_principal, "entered": standing.entered_principal}
    audit.record(action, standing, by=by, on=on, after=after, article=finding.article)
    words = _("%(bank)s：暂停办理风险补偿业务") if standing.is_suspended else _("%(bank)s：恢复办理风险补偿业务")
    body = " ".join(filter(None, [edition().message(finding), edition().mend(finding)]))
    for role in TOLD:
        notify(
            key=f"standing:{standing.bank_id}:{standing.version}:{role}", role=role, bank=standing.bank_id, on=on,
            title=words % {"bank": standing.bank}, body=body, article=finding.article,
            url=reverse("banks:detail", args=[standing.bank_id]), kind=Notice.Kind.DECISION,
            topic=_("暂停办理风险补偿业务") if standing.is_suspended else _("恢复办理风险补偿业务"),
        )  # fmt: skip
