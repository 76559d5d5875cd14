"""A small model of a claim's life: who may do what in which state, and where the money is. It knows no service."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
RATIO = Decimal("0.40")


@dataclass(frozen=True)
class Step:
    """From these states, by this role, to that state."""

    before: frozenset[str]
    role: str
    after: str


def step(before: str, role: str, after: str) -> Step:
    return Step(frozenset(before.split()), role, after)


STEPS = {
    "determine": step("entered", "bank_checker", "npl"),
    "draft": step("npl", "bank_maker", "draft"),
    "submit": step("draft", "bank_checker", "submitted"),
    "withdraw": step("submitted", "bank_checker", "npl"),
    "opinion": step("submitted", "manager_reviewer", "reviewing"),
    "refuse": step("reviewing", "manager_approver", "refused"),
    "decide": step("reviewing", "manager_approver", "approved"),
    "publicise": step("approved", "authority", "publicised"),
    "plan": step("cleared", "authority", "drafted"),
    "issue": step("drafted", "authority", "planned"),
    "unplan": step("planned complete prepared", "authority", "cleared"),
    "papers": step("planned", "finance_clerk", "complete"),
    "prepare": step("complete", "finance_clerk", "prepared"),
    "approve": step("prepared", "finance_approver", "instructed"),
    "fail": step("instructed", "finance_approver", "complete"),
    "enter": step("instructed", "finance_clerk", "confirming"),
    "confirm": step("confirming", "finance_approver", "paid"),
    "transfer": step("paid", "bank_checker", "transferred"),
    "recover": step("paid transferred", "bank_checker", ""),
    "receive": step("paid transferred", "finance_approver", ""),
}
"""In the order of a life: the first that fits is the ordinary next one."""
DETOURS = frozenset({"withdraw", "refuse", "unplan", "fail"})
OF_THE_BANK = frozenset({"bank_maker", "bank_checker"})


@dataclass
class Life:
    """One loan as the model sees it."""

    bank: int
    state: str = "entered"
    amount: Decimal = Decimal("0.00")
    left: Decimal = Decimal("0.00")
    recovered: Decimal = Decimal("0.00")
    owed: list[Decimal] = field(default_factory=list)
    returned: Decimal = Decimal("0.00")
    drafter: object = None

    def recover(self, amount: Decimal) -> None:
        """The cumulative formula: never more than was compensated, the rounding in the sum."""
        before = self.advised()
        self.recovered += amount
        self.left -= min(amount, self.left)
        due = min(self.amount, (self.recovered * RATIO).quantize(FEN, ROUND_HALF_UP)) - before
        if due:
            self.owed.append(due)

    def advised(self) -> Decimal:
        return self.returned + sum(self.owed, Decimal("0.00"))


@dataclass
class Fund:
    cash: Decimal
    reserved: Decimal = Decimal("0.00")

    @property
    def free(self) -> Decimal:
        return self.cash - self.reserved


def possible(name: str, life: Life, fund: Fund, role: str, bank: int | None, person: object) -> bool:
    """Whether that person may do that now."""
    wanted = STEPS[name]
    if life.state not in wanted.before or role != wanted.role:
        return False
    if role in OF_THE_BANK and bank != life.bank:
        return False
    if name in {"plan", "issue"} and fund.free < life.amount:
        return False
    if name == "issue" and person == life.drafter:
        return False
    return name != "receive" or bool(life.owed)


def done(name: str, life: Life, fund: Fund, person: object) -> None:
    """What it changes."""
    life.state = STEPS[name].after or life.state
    if name == "plan":
        life.drafter = person
    elif name == "issue":
        fund.reserved += life.amount
    elif name == "unplan":
        fund.reserved -= life.amount
    elif name == "confirm":
        fund.reserved -= life.amount
        fund.cash -= life.amount
    elif name == "receive":
        paid_back = life.owed.pop(0)
        life.returned += paid_back
        fund.cash += paid_back
