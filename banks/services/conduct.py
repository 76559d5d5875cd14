"""What a bank has to answer for: the list of the seriously dishonest (30) and breaches of the rules (28)."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from banks import permissions as may
from banks.models import DishonestyListing, Violation
from banks.rules import may_reapply_on
from banks.services import partners
from pool import audit, hats, moves
from pool.errors import Refused, SamePerson, Stale
from pool.models import User
from pool.numbering import next_number
from pool.selectors import edition

PROPOSER, DECIDER = "proposer", "decider"


@transaction.atomic
def list_dishonest(*, bank_id: UUID, listed_from: date, source: str, by: User, on: date) -> DishonestyListing:
    """From that day no claim may be filed (30); claims already filed go on (reading 23)."""
    may.require(may.may_list_dishonest(by))
    if DishonestyListing.objects.filter(bank_id=bank_id, listed_to__isnull=True).exists():
        raise Refused("already_listed", _("该银行已在严重失信主体名单内。"), "30")
    listing: DishonestyListing = DishonestyListing.objects.create(
        bank_id=bank_id, listed_from=listed_from, source=source, entered_by=by
    )
    after = {"listed_from": listed_from, "source": source}
    audit.record("banks.list_dishonest", listing, by=by, on=on, after=after, article="30")
    return listing


@transaction.atomic
def end_listing(*, listing_id: UUID, listed_to: date, by: User, on: date, reason: str) -> DishonestyListing:
    """`listed_to` is the last day on the list."""
    may.require(may.may_list_dishonest(by))
    listing: DishonestyListing = DishonestyListing.objects.select_for_update().get(pk=listing_id)
    if listing.listed_to is not None:
        raise Stale()
    if listed_to < listing.listed_from:
        raise Refused("ends_before_it_begins", _("移出日期不能早于列入日期。"), "30", "listed_to")
    listing.listed_to = listed_to
    listing.version += 1
    listing.save(update_fields=["listed_to", "version"])
    audit.record(
        "banks.end_listing", listing, by=by, on=on, after={"listed_to": listed_to}, article="30", reason=reason
    )
    return listing


@transaction.atomic
def propose_sanction(
    *,
    bank_id: UUID,
    year: int,
    ground: str,
    basis: str,
    description: str,
    document_number: str,
    by: User,
    on: date,
    rectify_by: date | None = None,
    claws_back: bool = False,
    rate: Decimal | None = None,
    pay_by: date | None = None,
    cancels: bool = False,
) -> Violation:
    """The manager's facts and what it proposes; nothing counts until the authority has decided."""
    may.require(may.may_propose_sanction(by))
    _check_measures(claws_back, rate, pay_by, rectify_by, on)
    row: Violation = Violation.objects.create(
        bank_id=bank_id, number=f"WG{on.year}{next_number('sanction', on.year):04d}", year=year, ground=ground,
        basis=basis.strip(), description=description, document_number=document_number, rectify_by=rectify_by,
        claws_back=claws_back, rate=rate if claws_back else None, pay_by=pay_by if claws_back else None,
        cancels=cancels, entered_by=by, entered_on=on,
    )  # fmt: skip
    hats.wear(row, by, PROPOSER)
    moves.log(row, field="state", source="", target=row.state, by=by, on=on, article=law())
    audit.record("banks.propose_sanction", row, by=by, on=on, after=measures_of(row), article=law())
    return row


def law() -> str:
    """Who answers for what, and what is taken back."""
    return edition()["clawback_interest"].article


def measures_of(row: Violation) -> dict[str, Any]:
    return {
        "year": row.year, "ground": row.ground, "basis": row.basis, "document_number": row.document_number,
        "rectify_by": row.rectify_by, "claws_back": row.claws_back, "rate": row.rate, "pay_by": row.pay_by,
        "cancels": row.cancels,
    }  # fmt: skip


def _check_measures(
    claws_back: bool, rate: Decimal | None, pay_by: date | None, rectify_by: date | None, on: date
) -> None:
    if claws_back and rate is None:
        raise Refused("rate_missing", _("追回补偿资金的，须写明利息的年利率。"), law(), "rate")
    if claws_back and (pay_by is None or pay_by <= on):
        raise Refused("pay_by_missing", _("追回补偿资金的，须写明晚于今天的缴付期限。"), law(), "pay_by")
    if rectify_by is not None and rectify_by <= on:
        raise Refused("rectify_by_over", _("责令改正期限须晚于今天。"), law(), "rectify_by")


def lock_violation(violation_id: UUID, version: int) -> Violation:
    row: Violation = Violation.objects.select_for_update(of=("self",)).select_related("bank").get(pk=violation_id)
    if row.version != version:
        raise Stale()
    return row


def decide_sanction(violation: Violation, *, by: User, on: date, opinion: str) -> Violation:
    """The authority's decision; the caller holds the row and sees to the projects (`recovery.services.clawback`)."""
    may.require(may.may_decide_sanction(by))
    _another(violation, by)
    _move(violation, "decide", by=by, on=on, opinion=opinion)
    if violation.cancels:
        partners.cancel_membership(
            bank_id=violation.bank_id, by=by, on=on, may_reapply_from=may_reapply_on(edition(), on), article=law()
        )
    return violation


def dismiss_sanction(violation: Violation, *, by: User, on: date, opinion: str) -> Violation:
    may.require(may.may_decide_sanction(by))
    _another(violation, by)
    if not opinion.strip():
        raise Refused("reason_missing", _("请写明不予处理的理由。"), law(), "reason")
    return _move(violation, "dismiss", by=by, on=on, opinion=opinion)


def withdraw_sanction(violation: Violation, *, by: User, on: date, reason: str) -> Violation:
    may.require(may.may_propose_sanction(by))
    moves.move(violation, "withdraw", by=by, on=on, article=law(), reason=reason)
    audit.record("banks.withdraw_sanction", violation, by=by, on=on, article=law(), reason=reason)
    return violation


def _another(violation: Violation, by: User) -> None:
    if violation.entered_by_id == by.pk:
        raise SamePerson(_("处理决定须由提出人以外的人员作出。"))
    hats.wear(violation, by, DECIDER)


def _move(violation: Violation, name: str, *, by: User, on: date, opinion: str) -> Violation:
    moves.move(
        violation, name, by=by, on=on, article=law(), reason=opinion,
        confirmed_by=by, confirmed_on=on, opinion=opinion.strip(),
    )  # fmt: skip
    audit.record(f"banks.{name}_sanction", violation, by=by, on=on, after=measures_of(violation), article=law())
    return violation
