"""A small model of a loan's life: who may do what in which state, and where the money is. It knows no service."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
RATIO = Decimal("0.40")


@dataclass(frozen=True)
class Step:
    """From these states, by one of these roles, to that state."""

    before: frozenset[str]
    roles: frozenset[str]
    after: str


def step(before: str, roles: str, after: str) -> Step:
    return Step(frozenset(before.split()), frozenset(roles.split()), after)


MANAGERS, FINANCE = "manager_reviewer manager_approver", "finance_clerk finance_approver"
UNPAID = "npl draft submitted reviewing refused approved publicised cleared drafted planned complete prepared"
WRITING_OFF = "wo_applied wo_manager wo_finance wo_authority wo_supervisor"
AFTER_PAYMENT = f"paid transferred up_applied up_passed settling {WRITING_OFF} settled passing closed_paid"


STEPS = {
    "determine": step("entered", "bank_checker", "npl"),
    "draft": step("npl", "bank_maker", "draft"),
    "submit": step("draft", "bank_checker", "submitted"),
    "withdraw": step("submitted reviewing", "bank_checker", "npl"),
    "give_up": step("draft", "bank_maker", "npl"),
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
    "recover": step(AFTER_PAYMENT, "bank_checker", ""),
    "receive": step(AFTER_PAYMENT, "finance_approver", ""),
    "lapse": step(UNPAID, "bank_checker", "entered"),
    "pay_off": step("entered", "bank_checker", "closed"),
    "up_apply": step("transferred", "bank_checker", "up_applied"),
    "up_review": step("up_applied", "manager_reviewer", "up_passed"),
    "up_refuse": step("up_passed", "manager_approver", "transferred"),
    "up_decide": step("up_passed", "manager_approver", "owing"),
    "refund": step("owing", "finance_clerk", "refunding"),
    "refund_reject": step("refunding", "finance_approver", "owing"),
    "refund_confirm": step("refunding", "finance_approver", "entered"),
    "settle": step("transferred", "bank_checker", "settling"),
    "settle_refuse": step("settling", MANAGERS, "transferred"),
    "settle_accept": step("settling", MANAGERS, "settled"),
    "settle_pass": step("settled", "manager_reviewer", "passing"),
    "settle_back": step("passing", FINANCE, "settled"),
    "settle_close": step("passing", FINANCE, "closed_paid"),
    "write_off": step("transferred", "bank_checker", "wo_applied"),
    "wo_back": step("wo_applied", "manager_reviewer", "transferred"),
    "wo_manager": step("wo_applied", "manager_reviewer", "wo_manager"),
    "wo_finance": step("wo_manager", FINANCE, "wo_finance"),
    "wo_authority": step("wo_finance", "authority", "wo_authority"),
    "wo_supervisor": step("wo_authority", "supervisor", "wo_supervisor"),
    "wo_close": step("wo_supervisor", MANAGERS, "closed_paid"),
}
"""In the order of a life: the first that fits is the ordinary next one."""
DETOURS = frozenset({
    "withdraw", "give_up", "refuse", "recover", "unplan", "fail", "lapse", "pay_off", "up_refuse", "refund_reject",
    "settle_refuse", "settle_back", "wo_back",
})  # fmt: skip
WITHOUT_DEBT = frozenset({"settle_pass", "settle_close", "wo_manager", "wo_close"})
"""Nothing may be outstanding: all that was advised has come back."""
HELD = frozenset({"planned", "complete", "prepared", "instructed", "confirming"})
"""The money of a claim in these states is reserved."""
OF_THE_BANK = frozenset({"bank_maker", "bank_checker"})


@dataclass
class Life:
    """One loan as the model sees it."""

    bank: int
    state: str = "entered"
    amount: Decimal = Decimal("0.00")
    left: Decimal = Decimal("0.00")
    whole: Decimal = Decimal("0.00")
    recovered: Decimal = Decimal("0.00")
    owed: list[Decimal] = field(default_factory=list)
    returned: Decimal = Decimal("0.00")
    drafter: object = None
    passer: object = None

    def begin_again(self) -> None:
        """An upgrade ended the determination: what comes next is another story of the same loan."""
        self.amount = self.recovered = self.returned = Decimal("0.00")
        self.left, self.owed = self.whole, []

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
    if life.state not in wanted.before or role not in wanted.roles:
        return False
    if role in OF_THE_BANK and bank != life.bank:
        return False
    if name in {"plan", "issue"} and fund.free < life.amount:
        return False
    if name == "issue" and person == life.drafter:
        return False
    if (name in WITHOUT_DEBT and life.owed) or (name == "wo_close" and person == life.passer):
        return False
    return name != "receive" or bool(life.owed)


def done(name: str, life: Life, fund: Fund, person: object) -> None:
    """What it changes."""
    before, life.state = life.state, STEPS[name].after or life.state
    if name == "plan":
        life.drafter = person
    elif name == "issue":
        fund.reserved += life.amount
    elif name in {"unplan", "lapse"}:
        fund.reserved -= life.amount if before in HELD else 0
    elif name == "confirm":
        fund.reserved -= life.amount
        fund.cash -= life.amount
    elif name == "receive":
        paid_back = life.owed.pop(0)
        life.returned += paid_back
        fund.cash += paid_back
    elif name == "wo_manager":
        life.passer = person
    elif name == "refund_confirm":
        fund.cash += life.amount - life.returned
    elif name == "up_decide" and life.amount == life.returned:
        life.state = "entered"
    if name == "up_decide":
        life.owed = []
    if life.state == "entered":
        life.begin_again()
