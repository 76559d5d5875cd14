"""Reads about banks that are more than a filter."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from banks import rules
from banks.models import (
    Agreement,
    Bank,
    DishonestyListing,
    Handover,
    Joining,
    Membership,
    PayeeAccount,
    Standing,
    Tenure,
    Violation,
)
from banks.permissions import PUBLIC_BODIES
from pool.models import DishonestEntity, FactorReset, SecondFactor, User
from pool.models.reference import IN_FORCE
from pool.registry import Draft
from pool.rulebook import Finding
from pool.selectors import drafts_of, edition


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
    """The banks that are partners on that day, by their stays."""
    stays = Tenure.objects.filter(bank=OuterRef("pk"), began_on__lte=on)
    return Bank.objects.filter(Exists(stays.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))))


def tenures_of(bank_id: UUID) -> "QuerySet[Tenure]":
    return Tenure.objects.filter(bank_id=bank_id).order_by("began_on")


def membership_finding(bank_id: UUID, on: date) -> Finding:
    """Whether the bank is a partner that day: its last stay that was over by then, and when it was admitted again."""
    stays = list(tenures_of(bank_id))
    over = next((stay for stay in reversed(stays) if stay.ended_on is not None and stay.ended_on <= on), None)
    if over is None:
        return rules.membership(edition(), None, None, on)
    again = next((stay.began_on for stay in stays if stay.began_on >= over.ended_on), None)
    return rules.membership(edition(), over.ended_on, again, on)


def agreements_in_force(bank_id: UUID, on: date) -> "QuerySet[Agreement]":
    return Agreement.objects.filter(bank_id=bank_id, valid_from__lte=on).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    )


@dataclass(frozen=True)
class Cover:
    """A bank's agreements with one managing body, on a day: the last of them, and whether one is in force."""

    counterparty: str
    newest: Agreement | None
    in_force: bool
    ends_on: date | None

    @property
    def label(self) -> str:
        return str(Agreement.Counterparty(self.counterparty).label)

    def left(self, on: date) -> int | None:
        """Days until it ends, none if it does not end."""
        return (self.ends_on - on).days if self.in_force and self.ends_on else None

    def wanting(self, on: date) -> bool:
        """To be signed or renewed: nothing is in force, or not for long."""
        left = self.left(on)
        return not self.in_force or (left is not None and left <= RENEW_DAYS)


RENEW_DAYS = 60
RENEW_AHEAD = timedelta(days=RENEW_DAYS)
"""How long before its end an agreement is on the keepers' list of work; the house's own choice."""


def covers_of(bank_id: UUID, on: date) -> list[Cover]:
    """What is signed with each managing body; one that begins later counts as a renewal already made."""
    rows = list(Agreement.objects.filter(bank_id=bank_id).select_related("document").order_by("valid_from"))
    return [_cover(party, [row for row in rows if row.counterparty == party], on) for party in Agreement.Counterparty]


def _cover(party: str, rows: list[Agreement], on: date) -> Cover:
    open_ended = any(row.valid_to is None for row in rows)
    last = max((row.valid_to for row in rows if row.valid_to is not None), default=None)
    in_force = any(row.valid_from <= on and (row.valid_to is None or row.valid_to >= on) for row in rows)
    return Cover(party, rows[-1] if rows else None, in_force, None if open_ended else last)


def joinings_open() -> "QuerySet[Joining]":
    return Joining.objects.filter(state=Joining.State.APPLIED).select_related("entered_by")


def entry_findings(bank_id: UUID, on: date) -> list[Finding]:
    """Whether the bank may enter loans and file claims that day: its membership and its agreements (reading 23)."""
    terms = [
        rules.AgreementTerm(term.counterparty, term.valid_from, term.valid_to)
        for term in Agreement.objects.filter(bank_id=bank_id)
    ]
    return [
        membership_finding(bank_id, on),
        rules.agreements_in_force(edition(), terms, on),
    ]


def may_enter(bank_id: UUID, on: date) -> Finding | None:
    """None, or the finding that stands in the way."""
    return next((finding for finding in entry_findings(bank_id, on) if finding.failed), None)


@dataclass(frozen=True)
class Meter:
    """A bank against the line of article 17, with what stands behind the figures."""

    standing: Standing
    reckoned: rules.Standing

    @property
    def ratio(self) -> Decimal:
        return self.reckoned.percent / 100

    @property
    def limit(self) -> Decimal:
        return edition()["npl_ceiling"].decimal / 100


def meter_of(standing: Standing) -> Meter:
    return Meter(standing, rules.standing(edition(), standing.npl_principal, standing.entered_principal))


def is_dishonest(bank_id: UUID, on: date) -> bool:
    """Whether the bank is on the list of seriously dishonest entities on that day (30), entered or handed in whole."""
    stays = list(DishonestyListing.objects.filter(bank_id=bank_id).values_list("listed_from", "listed_to"))
    stays += published_listings(bank_id).values_list("listed_from", "listed_to")
    return rules.dishonest_on((rules.Listing(*stay) for stay in stays), on)


def published_listings(bank_id: UUID) -> "QuerySet[DishonestEntity]":
    """The bank's stays by the lists of other departments, found by its credit code."""
    code = Bank.objects.filter(pk=bank_id).values("credit_code")
    rows = DishonestEntity.objects.filter(IN_FORCE, register=DishonestEntity.Register.SERIOUS, credit_code__in=code)
    return rows.order_by("-listed_from")


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
    factor = SecondFactor.objects.filter(user=OuterRef("user"), confirmed=True)
    rows = Membership.objects.filter(bank_id=bank_id).select_related("user").annotate(has_factor=Exists(factor))
    return rows.order_by("-is_active", "user__role", "user__username")


def successors_of(membership: Membership) -> "QuerySet[Membership]":
    """Who could take over: active people of the same bank at the same desk."""
    same = Membership.objects.filter(bank_id=membership.bank_id, is_active=True, user__role=membership.user.role)
    return same.exclude(pk=membership.pk).select_related("user").order_by("user__username")


def handed_to(user: User) -> list[User]:
    """Those whose work this person has taken over, also through somebody who has left since."""
    found: dict[UUID, User] = {}
    asked = [user.pk]
    while asked:
        rows = Handover.objects.filter(successor_id__in=asked).select_related("leaver")
        fresh = {row.leaver_id: row.leaver for row in rows if row.leaver_id not in found and row.leaver_id != user.pk}
        found |= fresh
        asked = list(fresh)
    return list(found.values())


def open_work(user: User) -> list[Draft]:
    """What would stay lying if this person left: their own drafts, and those they had taken over."""
    return [draft for person in (user, *handed_to(user)) for draft in drafts_of(person)]


def handovers_of(bank_id: UUID) -> "QuerySet[Handover]":
    rows = Handover.objects.filter(bank_id=bank_id).select_related("leaver", "successor", "by")
    return rows.order_by("-on", "-id")


def resets_of(bank_id: UUID) -> "QuerySet[FactorReset]":
    """Resets of a second factor that wait for their second person; found by membership, which row security guards."""
    rows = FactorReset.objects.filter(user__membership__bank=bank_id, outcome=FactorReset.State.PROPOSED)
    return rows.select_related("user", "proposed_by").order_by("proposed_at")


def violations_of(bank_id: UUID, user: User) -> "QuerySet[Violation]":
    """A bank reads what was decided; proposals are the public bodies' own."""
    rows = Violation.objects.filter(bank_id=bank_id).order_by("-year", "id")
    return rows if user.role in PUBLIC_BODIES else rows.filter(state=Violation.State.DECIDED)
