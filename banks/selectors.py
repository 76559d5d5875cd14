"""Reads about banks that are more than a filter."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from banks.models import Agreement, Bank, DishonestyListing, Membership, PayeeAccount, Standing, Violation
from banks.permissions import PUBLIC_BODIES
from pool.models import User


def bank_of(user: User) -> Bank | None:
    """The bank this person works for."""
    if user.institution is None:
        return None
    bank: Bank | None = Bank.objects.filter(pk=user.institution).first()
    return bank


def visible_banks(user: User) -> "QuerySet[Bank]":
    """Every bank for the public bodies, the own one for a bank's people, none for the two administrators."""
    if user.role in PUBLIC_BODIES:
        return Bank.objects.all()
    return Bank.objects.filter(pk=user.institution) if user.institution else Bank.objects.none()


def members_on(on: date) -> "QuerySet[Bank]":
    """The banks that are partners on that day."""
    return Bank.objects.filter(joined_on__lte=on).filter(Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=on))


def agreements_in_force(bank_id: UUID, on: date) -> "QuerySet[Agreement]":
    return Agreement.objects.filter(bank_id=bank_id, valid_from__lte=on).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    )


def missing_counterparties(bank_id: UUID, on: date) -> list[str]:
    """With whom of the two managing bodies the bank has no agreement in force (7, 18)."""
    signed = set(agreements_in_force(bank_id, on).values_list("counterparty", flat=True))
    return [who for who in Agreement.Counterparty.values if who not in signed]


def is_member(bank: Bank, on: date) -> bool:
    return bank.joined_on <= on and (bank.cancelled_on is None or on < bank.cancelled_on)


def listings_on(on: date) -> "QuerySet[DishonestyListing]":
    return DishonestyListing.objects.filter(listed_from__lte=on).filter(
        Q(listed_to__isnull=True) | Q(listed_to__gte=on)
    )


def is_dishonest(bank_id: UUID, on: date) -> bool:
    """Whether the bank is on the list of seriously dishonest entities on that day (30)."""
    return listings_on(on).filter(bank_id=bank_id).exists()


def confirmed_payee(bank_id: UUID) -> PayeeAccount | None:
    """The account money may be paid to: the newest version that a second person confirmed."""
    account: PayeeAccount | None = (
        PayeeAccount.objects.filter(bank_id=bank_id, confirmed_by__isnull=False).order_by("-revision").first()
    )
    return account


def unconfirmed_payee(bank_id: UUID) -> PayeeAccount | None:
    """A newer version that waits for its confirmation."""
    newest: PayeeAccount | None = PayeeAccount.objects.filter(bank_id=bank_id).order_by("-revision").first()
    return newest if newest and newest.confirmed_by_id is None else None


def standing_of(bank_id: UUID) -> Standing | None:
    standing: Standing | None = Standing.objects.filter(bank_id=bank_id).first()
    return standing


def members_of(bank_id: UUID) -> "QuerySet[Membership]":
    return Membership.objects.filter(bank_id=bank_id).select_related("user").order_by("user__role", "user__username")


def violations_of(bank_id: UUID) -> "QuerySet[Violation]":
    return Violation.objects.filter(bank_id=bank_id).order_by("-year", "id")
