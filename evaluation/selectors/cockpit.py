"""What the pool's watchers look at: risk by bank, what became of each quarter's lending, what came back, what waits.

Everything is as it stood at the end of a day, so that the same page shows any day of the past.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncQuarter

from banks.models import Bank
from claims.models import Claim
from evaluation.periods import Quarter
from evaluation.selectors import money
from evaluation.selectors.half_year import standing_on
from loans.models import Determination, Loan
from pool.models import Deadline, Transition
from pool.money import ZERO, total
from pool.rules import MONTHS_PER_QUARTER, add_months
from recovery.models import Recovery

EARLIEST = date(1, 1, 1)
AGES = (7, 15, 30)
"""Bounds in days, inclusive, of how long something has waited; the last group is beyond."""
NEAR = (0, 3, 10)
"""Bounds in days, inclusive, of how far a last day is away; below zero it is past."""
WAITING = tuple(state for state in Claim.ON_FILE if state != Claim.State.PAID)


# ---- risk by bank -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BankRisk:
    """One bank's standing under article 17 and its money; amounts in yuan."""

    bank: Bank
    entered: Decimal
    npl: Decimal
    suspended: bool
    paid: Decimal
    back: Decimal

    @property
    def ratio(self) -> Decimal | None:
        return self.npl / self.entered if self.entered else None

    @property
    def net(self) -> Decimal:
        return self.paid - self.back

    @property
    def leverage(self) -> Decimal | None:
        """Loans entered for each yuan of compensation paid."""
        return leverage(self.entered, self.paid)


def leverage(entered: Decimal, paid: Decimal) -> Decimal | None:
    return entered / paid if paid else None


def banks_on(on: date) -> list[BankRisk]:
    """The banks that had joined, the highest ratio first."""
    kinds = money.Kind
    paid, *back = (
        money.by_bank(kind, EARLIEST, on)
        for kind in (kinds.COMPENSATION, kinds.RETURNS, kinds.REFUNDS, kinds.CLAWBACKS)
    )
    standings = standing_on(on)
    found = [
        BankRisk(
            bank,
            Decimal(standings.get(bank.pk, {}).get("entered", ZERO)),
            Decimal(standings.get(bank.pk, {}).get("npl", ZERO)),
            bool(standings.get(bank.pk, {}).get("suspended")),
            paid.get(bank.pk, ZERO),
            total(one.get(bank.pk, ZERO) for one in back),
        )
        for bank in Bank.objects.filter(joined_on__lte=on)
    ]
    return sorted(found, key=lambda one: (-(one.ratio or ZERO), one.bank.code))


# ---- what became of each quarter ----------------------------------------------------------------------------------


@dataclass
class Cohort:
    """What began in one quarter, and what of it had happened so many quarters later, added up; None: not yet over."""

    quarter: Quarter
    count: int
    amount: Decimal
    by_age: list[Decimal | None] = field(default_factory=list)

    def share(self, age: int) -> Decimal | None:
        """Of the amount, after `age` further quarters."""
        value = self.by_age[age] if age < len(self.by_age) else None
        return None if value is None or not self.amount else value / self.amount

    @property
    def latest(self) -> Decimal:
        """Up to the day itself."""
        return next((value for value in reversed(self.by_age) if value is not None), ZERO)


Moved = Mapping[tuple[date, date], Decimal]
"""(first day of the quarter it began in, first day of the quarter it happened in) → amount."""


def vintages(on: date) -> list[Cohort]:
    """Loans by the quarter of disbursement, and the balance of their first determination (13), voided ones left out."""
    loans = Loan.objects.exclude(state=Loan.State.WITHDRAWN).filter(disbursed_on__lte=on, entered_on__lte=on)
    lent = _by_quarter(loans, "disbursed_on", "principal")
    standing = Determination.objects.exclude(ending=Determination.Ending.VOIDED, ended_on__lte=on)
    standing = standing.filter(determined_on__lte=on, loan__disbursed_on__lte=on)
    first = standing.order_by("loan_id", "determined_on", "id").distinct("loan_id").values("id")
    bad = Determination.objects.filter(id__in=first)
    return _cohorts(lent, _moved(bad, "loan__disbursed_on", "determined_on", "principal_balance"), on)


def recovery_curves(on: date) -> list[Cohort]:
    """Projects by the quarter of payment (20(3)), and what of their balance banks have since reported back."""
    claims = Claim.objects.filter(paid_on__lte=on)
    due = _by_quarter(claims, "paid_on", "determination__principal_balance")
    reported = Recovery.objects.filter(
        state=Recovery.State.SUBMITTED, submitted_on__lte=on, claim__paid_on__isnull=False, claim__paid_on__lte=on
    )
    return _cohorts(due, _moved(reported, "claim__paid_on", "received_on", "amount"), on)


def _by_quarter(rows: "QuerySet[Any]", day: str, amount: str) -> dict[date, tuple[int, Decimal]]:
    grouped = rows.order_by().annotate(q=TruncQuarter(day)).values("q").annotate(n=Count("pk"), sum=Sum(amount))
    return {row["q"]: (row["n"], row["sum"]) for row in grouped}


def _moved(rows: "QuerySet[Any]", began: str, happened: str, amount: str) -> dict[tuple[date, date], Decimal]:
    grouped = rows.order_by().annotate(a=TruncQuarter(began), b=TruncQuarter(happened)).values("a", "b")
    return {(row["a"], row["b"]): row["sum"] for row in grouped.annotate(sum=Sum(amount))}


def _cohorts(begun: Mapping[date, tuple[int, Decimal]], moved: Moved, on: date) -> list[Cohort]:
    longest = max((_quarters(first, on) for first in begun), default=0)
    found = []
    for first, (count, amount) in sorted(begun.items()):
        cohort, so_far = Cohort(Quarter.of(first), count, amount), ZERO
        earlier = total(value for (a, b), value in moved.items() if a == first and b < first)
        for age in range(longest + 1):
            quarter = add_months(first, age * MONTHS_PER_QUARTER)
            so_far += moved.get((first, quarter), ZERO) + (earlier if age == 0 else ZERO)
            cohort.by_age.append(so_far if quarter <= on else None)
        found.append(cohort)
    return found


def _quarters(first: date, on: date) -> int:
    """How many quarters later."""
    return ((on.year - first.year) * 12 + on.month - first.month) // MONTHS_PER_QUARTER


# ---- what waits, and how long -------------------------------------------------------------------------------------


@dataclass
class Queue:
    """One state of claims, or one kind of last day: how many in each group of days."""

    key: str
    label: str
    groups: list[int]

    @property
    def count(self) -> int:
        return sum(self.groups)


def queues_on(on: date) -> list[Queue]:
    """Claims by state, and for how many days they have been in it, as the log of their moves tells."""
    last = (
        Transition.objects.filter(subject_kind=Claim._meta.label_lower, field="state", on__lte=on)
        .order_by("subject_id", "-id")
        .distinct("subject_id")
    )
    groups: dict[str, list[int]] = defaultdict(lambda: [0] * (len(AGES) + 1))
    for state, since in last.values_list("target", "on"):
        groups[state][_group((on - since).days, AGES)] += 1
    return [Queue(state, Claim.State(state).label, groups[state]) for state in WAITING if state in groups]


def deadlines_on(on: date) -> list[Queue]:
    """Open last days by what they are for: past, near, not so near, far."""
    still = Q(fulfilled_on=None) | Q(fulfilled_on__gt=on)
    kept = Q(dropped_on=None) | Q(dropped_on__gt=on)
    rows = Deadline.objects.filter(still, kept, event_on__lte=on, closes_on__lte=on + timedelta(days=365))
    counted = rows.order_by().values_list("kind", "closes_on").annotate(n=Count("pk"), label=Min("label"))
    found: dict[str, Queue] = {}
    for kind, closes_on, count, label in counted:
        queue = found.setdefault(kind, Queue(kind, label or kind, [0] * (len(NEAR) + 1)))
        queue.groups[_group((closes_on - on).days, NEAR, past=True)] += count
    return sorted(found.values(), key=lambda queue: [-value for value in queue.groups])


def _group(days: int, bounds: tuple[int, ...], *, past: bool = False) -> int:
    """With `past`, group 0 is what is below zero and the first bound is left out."""
    if past:
        further = (place for place, bound in enumerate(bounds[1:], 1) if days <= bound)
        return 0 if days < 0 else next(further, len(bounds))
    return next((place for place, bound in enumerate(bounds) if days <= bound), len(bounds))
