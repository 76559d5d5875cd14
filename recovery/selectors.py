"""Reads of this room that are more than a filter: the claw-back tape, the desks, what may be closed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from banks.models import Violation
from claims.models import Claim, Upgrade
from claims.selectors import awaiting_money
from loans.models import Determination, Loan
from pool.errors import Refused
from pool.ledger.models import Account, Entry
from pool.models import BANK_ROLES, Deadline
from pool.money import ZERO
from pool.rules import add_months
from pool.selectors import edition
from recovery import terms
from recovery.models import (
    Clawback,
    ClawbackReceipt,
    Closing,
    Package,
    PackageItem,
    Recovery,
    Return,
    Settlement,
    SuspenseUse,
)

CLOSE_BY_THEMSELVES = [Loan.State.ENTERED, Loan.State.NON_PERFORMING]
AFTER_PAYMENT = [Loan.State.COMPENSATED, Loan.State.RECOVERED]


def booked_on(case: str, arrived: str) -> Coalesce:
    """The day on which the ledger books a return or refund: what was set against suspense on the day that two people
    agreed to it, everything else when it arrived. `case` is the field of `SuspenseUse` that names it."""
    done = SuspenseUse.objects.filter(**{case: OuterRef("pk")}, state=SuspenseUse.State.DONE)
    return Coalesce(Subquery(done.values("done_on")[:1]), F(arrived))


# --- the claw-back tape -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TapeLine:
    """One recovery and what it made due."""

    recovery: Recovery
    cumulative: Decimal
    entitled: Decimal
    due: Decimal
    advice: Return | None

    @property
    def returned(self) -> Decimal:
        if self.advice is None or self.advice.state != Return.State.RECEIVED:
            return ZERO
        return Decimal(self.advice.amount)

    @property
    def capped(self) -> bool:
        """The compensation has come back in full before this line's share did."""
        return self.advice is None and self.due == ZERO


@dataclass
class Tape:
    """Every recovery of one compensated loan, from the first to the last, to the fen (19(6))."""

    claim: Claim
    compensated: Decimal
    ratio: Decimal
    lines: list[TapeLine] = field(default_factory=list)
    prepared: list[Recovery] = field(default_factory=list)

    @property
    def recovered(self) -> Decimal:
        return self.lines[-1].cumulative if self.lines else ZERO

    @property
    def entitled(self) -> Decimal:
        return self.lines[-1].entitled if self.lines else ZERO

    @property
    def returned(self) -> Decimal:
        return sum((line.returned for line in self.lines), ZERO)

    @property
    def outstanding(self) -> Decimal:
        """Due by the recoveries so far and not yet received."""
        return self.entitled - self.returned

    @property
    def headroom(self) -> Decimal:
        """What may still come back before the cap is reached."""
        return self.compensated - self.entitled

    @property
    def share(self) -> Decimal:
        """How much of the compensation has come back, as a fraction."""
        return (self.returned / self.compensated).quantize(Decimal("0.0001")) if self.compensated else ZERO


def tape(claim: Claim) -> Tape:
    """The tape of a claim that has an amount; before its payment nothing is due yet, but the lines stand there."""
    compensated, ratio = claim.amount or ZERO, claim.ratio or ZERO
    rows = list(
        Recovery.objects.filter(determination_id=claim.determination_id)
        .exclude(state=Recovery.State.CANCELLED)
        .select_related("made_by", "submitted_by", "voucher")
        .order_by("position", "received_on", "id")
    )
    reported = [row for row in rows if row.state == Recovery.State.SUBMITTED]
    advised = {row.recovery_id: row for row in Return.objects.filter(claim=claim)}
    found = Tape(claim, compensated, ratio, prepared=[row for row in rows if row.state == Recovery.State.PREPARED])
    for step in terms.steps(compensated, ratio, [row.amount for row in reported]):
        row = reported[step.place]
        found.lines.append(TapeLine(row, step.cumulative, step.entitled, step.due, advised.get(row.pk)))
    return found


def paid_claim(loan: Loan) -> Claim | None:
    """The claim that was paid for the loan, the newest if it was compensated more than once."""
    rows = Claim.objects.filter(loan=loan, paid_on__isnull=False).select_related("determination", "bank", "loan")
    found: Claim | None = rows.order_by("-paid_on", "-id").first()
    return found


@dataclass(frozen=True)
class BeforePayment:
    """What came back for a non-performing loan that has not been compensated: nothing is due to the pool yet."""

    determination: Determination
    rows: list[Recovery]

    @property
    def waiting(self) -> list[Recovery]:
        return [row for row in self.rows if row.state == Recovery.State.PREPARED]

    @property
    def principal_recovered(self) -> Decimal:
        reported = [row.principal_part for row in self.rows if row.state == Recovery.State.SUBMITTED]
        return sum(reported, ZERO)

    @property
    def principal_left(self) -> Decimal:
        return Decimal(self.determination.principal_balance) - self.principal_recovered


def before_payment(loan: Loan) -> BeforePayment | None:
    """The instalments of the determination that stands, where no compensation was paid for it."""
    determination = Determination.objects.filter(loan=loan, ended_on__isnull=True).first()
    if determination is None:
        return None
    rows = recoveries_of(determination).select_related("made_by", "submitted_by", "voucher")
    return BeforePayment(determination, list(rows.order_by("position", "received_on", "id")))


def recoveries_of(determination: Determination) -> "QuerySet[Recovery]":
    return Recovery.objects.filter(determination=determination).exclude(state=Recovery.State.CANCELLED)


# --- projects after payment -------------------------------------------------------------------------------------------


def projects(user: Any) -> "QuerySet[Claim]":
    """Paid claims with their sums, one row per compensated project that this person may see."""
    submitted = Recovery.objects.filter(determination=OuterRef("determination"), state=Recovery.State.SUBMITTED)
    returns = Return.objects.filter(claim=OuterRef("pk")).exclude(state=Return.State.CANCELLED)
    received = returns.filter(state=Return.State.RECEIVED)
    still_open = returns.exclude(state=Return.State.RECEIVED)
    return (
        Claim.objects.visible_to(user)
        .filter(paid_on__isnull=False)
        .exclude(state=Claim.State.REFUNDED)
        .select_related("loan", "bank", "determination")
        .annotate(
            recovered=Coalesce(Subquery(sum_by(submitted, "determination")), ZERO),
            advised=Coalesce(Subquery(sum_by(returns, "claim")), ZERO),
            returned=Coalesce(Subquery(sum_by(received, "claim")), ZERO),
            next_due=Subquery(still_open.order_by("due_on").values("due_on")[:1]),
            last_report=Subquery(submitted.order_by("-submitted_on").values("submitted_on")[:1]),
        )
        .annotate(outstanding=F("advised") - F("returned"))
    )


def sum_by(rows: "QuerySet[Any]", by: str) -> "QuerySet[Any]":
    return rows.order_by().values(by).annotate(sum=Sum("amount")).values("sum")


def live_banks() -> "QuerySet[Claim]":
    """The banks of which some compensated project is not closed."""
    live = Claim.objects.filter(state=Claim.State.PAID, loan__state__in=AFTER_PAYMENT)
    return live.order_by().values("bank").distinct()


# --- returns ----------------------------------------------------------------------------------------------------------


def returns(user: Any) -> "QuerySet[Return]":
    """The register of returns 返还台账 (10.2(3), 10.3(2))."""
    return (
        Return.objects.visible_to(user)
        .select_related("claim", "loan", "bank", "recovery", "receipt_entered_by", "receipt_confirmed_by")
        .exclude(state=Return.State.CANCELLED)
    )


def sums_of(rows: "QuerySet[Return]") -> dict[str, Decimal]:
    """Due and received over a filtered register."""
    found = rows.aggregate(
        due=Coalesce(Sum("amount"), ZERO),
        received=Coalesce(Sum("amount", filter=Q(state=Return.State.RECEIVED)), ZERO),
    )
    return {"due": found["due"], "received": found["received"], "open": found["due"] - found["received"]}


@dataclass(frozen=True)
class Money:
    """One bank and the pool: claims on file before the payment, and what the ledger holds of the bank."""

    claims: int
    claimed: Decimal
    paid: Decimal
    returned: Decimal
    due: Decimal

    @property
    def net(self) -> Decimal:
        return self.paid - self.returned


def money_of(bank_id: UUID) -> Money:
    asked = awaiting_money(bank_id).aggregate(n=Count("pk"), total=Coalesce(Sum("amount"), ZERO))
    booked = dict(Account.objects.filter(subject=bank_id).values_list("kind", "balance"))
    owed = Return.objects.filter(bank_id=bank_id, state__in=[Return.State.DUE, Return.State.RECEIPT_ENTERED])
    kinds = Account.Kind
    return Money(
        claims=asked["n"],
        claimed=asked["total"],
        paid=booked.get(kinds.COMPENSATION, ZERO),
        returned=-sum((booked.get(kind, ZERO) for kind in (kinds.RETURNS, kinds.REFUNDS, kinds.CLAWBACKS)), ZERO),
        due=owed.aggregate(total=Coalesce(Sum("amount"), ZERO))["total"],
    )


def is_upgraded(claim: Claim) -> bool:
    """Its upgrade was approved: what is still out comes back with the refund (19(5))."""
    decided = [Upgrade.State.APPROVED, Upgrade.State.REFUNDED]
    return bool(Upgrade.objects.filter(claim=claim, state__in=decided).exists())


def is_clawed_back(claim: Claim) -> bool:
    """The authority decided to take all of it back: what is still out is owed by that decision (28)."""
    return bool(Clawback.objects.filter(claim=claim, state__in=Clawback.DECIDED).exists())


def owes_no_returns(claim: Claim) -> bool:
    """The whole rest comes back in another way; recoveries no longer cause a return."""
    return is_upgraded(claim) or is_clawed_back(claim)


def clawback_in_the_way(loan: Loan) -> Refused | None:
    """While a sanction takes the compensation back, the project is neither upgraded nor closed in another way."""
    open_one = Clawback.objects.filter(loan=loan, state__in=[Clawback.State.NAMED, Clawback.State.DUE]).first()
    if open_one is None:
        return None
    return Refused(
        "clawback_open", _("该项目已列入违规追回（%(number)s），办结前不能办理上调、清收申请和结项。")
        % {"number": open_one.number},
        edition()["clawback_interest"].article,
    )  # fmt: skip


def refuse_under_way(loan: Loan) -> None:
    """What takes the project another way, or rests on it, is finished first."""
    for refusal in (clawback_in_the_way(loan), package_in_the_way(loan)):
        if refusal is not None:
            raise refusal


def came_back(claim: Claim) -> list[tuple[date, Decimal]]:
    """What the ledger holds of the claim as returned or refunded, by its day: a clawback takes it not twice."""
    kinds = [Account.Kind.RETURNS, Account.Kind.REFUNDS]
    rows = Entry.objects.filter(subject=claim.pk, account__kind__in=kinds).order_by("transaction__occurred_on", "pk")
    return [(day, -amount) for day, amount in rows.values_list("transaction__occurred_on", "amount")]


def receipts_of(clawback: Clawback) -> "list[ClawbackReceipt]":
    """The confirmed ones, in the order in which they came in."""
    rows = ClawbackReceipt.objects.filter(clawback=clawback, state=ClawbackReceipt.State.CONFIRMED)
    return list(rows.select_related("entered_by", "confirmed_by").order_by("position"))


def measures(row: Violation) -> str:
    """What is asked of the bank, in the order of the article."""
    words = [
        (row.rectify_by is not None, _("责令改正")), (row.claws_back, _("追回资金及利息")),
        (row.cancels, _("取消加盟资格")),
    ]  # fmt: skip
    return "、".join(str(word) for asked, word in words if asked) or str(_("计入年度评价"))


def clawbacks(user: Any) -> "QuerySet[Clawback]":
    """Named projects only for the public bodies; a bank reads its own once the authority has decided."""
    rows = Clawback.objects.visible_to(user).select_related("bank", "loan", "claim", "violation")
    return rows.filter(state__in=Clawback.DECIDED) if user.role in BANK_ROLES else rows


def sanctions(user: Any) -> "QuerySet[Violation]":
    rows = Violation.objects.visible_to(user).select_related("bank", "entered_by", "confirmed_by")
    return rows.filter(state=Violation.State.DECIDED) if user.role in BANK_ROLES else rows


def open_returns(user: Any) -> "QuerySet[Return]":
    return returns(user).filter(state__in=[Return.State.DUE, Return.State.RECEIPT_ENTERED]).order_by("due_on", "id")


# --- settlements and closings -----------------------------------------------------------------------------------------


def settlements(user: Any) -> "QuerySet[Settlement]":
    return Settlement.objects.visible_to(user).select_related("loan", "claim", "bank", "made_by", "submitted_by")


def closings(user: Any) -> "QuerySet[Closing]":
    return Closing.objects.visible_to(user).select_related("loan", "claim", "bank", "made_by", "submitted_by")


def ready_to_settle(user: Any) -> "QuerySet[Claim]":
    """In the settlement library, everything returned, no closing begun: the manager may settle the accounts."""
    unfinished = Return.objects.filter(claim=OuterRef("pk")).exclude(
        state__in=[Return.State.RECEIVED, Return.State.CANCELLED]
    )
    begun = Closing.objects.filter(loan=OuterRef("loan")).exclude(state__in=Closing.ENDED)
    return projects(user).filter(~Exists(unfinished), ~Exists(begun), loan__state=Loan.State.RECOVERED)


def refused_for_good(user: Any) -> "QuerySet[Claim]":
    """Non-performing loans whose claim was refused and cannot be re-examined any more."""
    return (
        Claim.objects.visible_to(user)
        .filter(state=Claim.State.REFUSED, final=True, determination__ended_on__isnull=True)
        .filter(loan__state=Loan.State.NON_PERFORMING)
        .exclude(loan__in=claims_on_file().values("loan"))
        .select_related("loan", "bank", "determination")
        .order_by("decided_on", "id")
    )


# --- packages ---------------------------------------------------------------------------------------------------------


def packages(user: Any) -> "QuerySet[Package]":
    """Transfers with how many loans they hold; the public bodies see what was filed."""
    rows = Package.objects.visible_to(user).select_related("bank", "made_by", "submitted_by", "decided_by", "document")
    if user.role not in BANK_ROLES:
        rows = rows.filter(submitted_by__isnull=False)
    return rows.annotate(count=Count("items"))


def items_of(package: Package) -> "QuerySet[PackageItem]":
    return package.items.select_related("loan", "claim", "recovery__return_advice").order_by("loan__loan_number")


def package_of(claim: Claim | None) -> Package | None:
    """The transfer in which the project stands, if it does."""
    items = PackageItem.objects.filter(claim=claim, dropped=False).select_related("package") if claim else ()
    return next((item.package for item in items), None)


def package_in_the_way(loan: Loan) -> Refused | None:
    """A transfer that is under way rests on the project as it is."""
    open_one = Package.objects.filter(items__loan=loan, items__dropped=False, state__in=Package.OPEN).first()
    if open_one is None:
        return None
    return Refused(
        "package_open", _("该项目列在正在办理的不良贷款转让 %(number)s 中，请先办结或撤回。")
        % {"number": open_one.number},
        edition()["return_formula"].article,
    )  # fmt: skip


def sold_and_not_settled(user: Any) -> "QuerySet[PackageItem]":
    """Transferred, and the application at the end of disposal has not been made yet."""
    applied = Settlement.objects.filter(claim=OuterRef("claim")).exclude(
        state__in=[Settlement.State.REFUSED, Settlement.State.CANCELLED]
    )
    begun = Closing.objects.filter(loan=OuterRef("loan")).exclude(state__in=[*Closing.ENDED])
    rows = PackageItem.objects.visible_to(user).filter(package__state=Package.State.ACCEPTED, dropped=False)
    rows = rows.filter(~Exists(applied), ~Exists(begun), loan__state=Loan.State.COMPENSATED)
    return rows.select_related("package", "loan")


# --- paid off, and closing by itself ----------------------------------------------------------------------------------


def claims_on_file() -> "QuerySet[Claim]":
    """Filed and neither withdrawn nor refused for good (reading 14); a paid one until its refund is complete."""
    return Claim.objects.filter(Q(state__in=Claim.ON_FILE) | Q(state=Claim.State.REFUSED, final=False))


def closing_in_the_way(loan: Loan) -> Refused | None:
    """A closing that has begun rests on the loan as it is."""
    closing = Closing.objects.filter(loan=loan).exclude(state__in=Closing.ENDED).first()
    if closing is None:
        return None
    words = {"state": closing.get_state_display()}
    return Refused(
        "closing_begun", _("该笔贷款正在办理结项（%(state)s）；确需变动的，请先取消结项。") % words,
        edition()["payoff_closing"].article,
    )  # fmt: skip


def with_due_day(loans: "QuerySet[Loan]") -> "QuerySet[Loan]":
    return loans.annotate(due=Coalesce("extended_to", "matures_on"))


def payable_off(user: Any, on: date) -> "QuerySet[Loan]":
    """Loans that have matured and wait for the bank to close them; the oldest first."""
    begun = Closing.objects.filter(loan=OuterRef("pk")).exclude(state__in=Closing.ENDED)
    return (
        with_due_day(Loan.objects.visible_to(user))
        .filter(state=Loan.State.ENTERED, due__lte=on)
        .filter(~Exists(begun), ~Exists(claims_on_file().filter(loan=OuterRef("pk"))))
        .select_related("bank")
    )


def overdue_for_closing(on: date) -> Iterator[dict[str, Any]]:
    """Open loans past their months after maturity with no claim on file; the rule looks at each once more."""
    matured = add_months(on, -edition()["auto_closing"].number)
    standing = Determination.objects.filter(loan=OuterRef("pk"), ended_on__isnull=True)
    rows = (
        with_due_day(Loan.objects)
        .filter(state__in=CLOSE_BY_THEMSELVES)
        .filter(Q(extended_to__isnull=True, matures_on__lte=matured) | Q(extended_to__lte=matured))
        .filter(~Exists(claims_on_file().filter(loan=OuterRef("pk"))))
        .annotate(determined_on=Subquery(standing.values("determined_on")[:1]))
        .order_by("pk")
    )
    yield from rows.values("id", "bank_id", "branch_id", "due", "determined_on").iterator(chunk_size=5000)


def open_deadlines() -> "QuerySet[Deadline]":
    """What is owed in this room."""
    kinds = [model._meta.label_lower for model in (Recovery, Return, Settlement, Closing)]
    return Deadline.objects.filter(subject_kind__in=kinds, fulfilled_on__isnull=True, dropped_on__isnull=True)
