"""What a bank has to answer for: the list of the seriously dishonest (30) and confirmed breaches of the rules (28)."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from banks import permissions as may
from banks.models import DishonestyListing, Violation
from pool import audit
from pool.errors import Refused, SamePerson, Stale
from pool.models import User


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
def enter_violation(
    *, bank_id: UUID, year: int, description: str, document_number: str, by: User, on: date
) -> Violation:
    """Counts once a second person has confirmed it."""
    may.require(may.may_enter_violation(by))
    violation: Violation = Violation.objects.create(
        bank_id=bank_id, year=year, description=description, document_number=document_number, entered_by=by
    )
    after = {"year": year, "document_number": document_number}
    audit.record("banks.enter_violation", violation, by=by, on=on, after=after, article="28")
    return violation


@transaction.atomic
def confirm_violation(*, violation_id: UUID, by: User, on: date, version: int) -> Violation:
    may.require(may.may_confirm_violation(by))
    violation: Violation = Violation.objects.select_for_update().get(pk=violation_id)
    if violation.version != version or violation.confirmed_by_id is not None:
        raise Stale()
    if violation.entered_by_id == by.pk:
        raise SamePerson(_("违规记录须由录入人以外的人员确认。"))
    violation.confirmed_by, violation.confirmed_on = by, on
    violation.version += 1
    violation.save(update_fields=["confirmed_by", "confirmed_on", "version"])
    audit.record("banks.confirm_violation", violation, by=by, on=on, after={"year": violation.year}, article="28")
    return violation
