"""What is to be said of one row: its form, the rules at entry, whether it was there before. Asks no database."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from loans import rules
from loans.columns import LOAN_SCHEMA
from loans.intake import LoanFacts, parse_row
from loans.keys import identity_of, loan_number_key
from loans.models import Loan, UploadRow
from pool.refs import NotCovered
from pool.rulebook import Finding
from pool.rules import to_yuan
from pool.selectors import edition, refs
from pool.sheets import CellProblem, Row, Schema, Wording, declare

Status = UploadRow.Status
YUAN = "CNY"
_COMPARED = ("original_principal", "currency", "annual_rate", "disbursed_on", "matures_on", "credit_code")
MARKED_ONLY = frozenset({"timely_entry", "rate_spread"})
"""Failing these, a loan is kept and marked: it counts for the bank but is never compensated. Failing any other rule
of entry it is no loan of the pool at all, and its row is held (article 11: banks enter loans that conform)."""

declare(
    {
        "already_entered_differs": Wording(
            _("借据号 %(value)s 已在贷款项目库中，但本行与库中内容不一致（%(what)s）。"),
            _("如库中有误，请到该笔贷款页面办理；如为另一笔贷款，请核对借据号。"),
        ),
        "no_exchange_rate": Wording(
            _("没有 %(day)s 的 %(currency)s 汇率，无法折算为人民币。"), _("请待汇率载入后重新上传本行。")
        ),
        "no_lpr": Wording(
            _("发放日期 %(value)s 早于贷款市场报价利率表的起始日，无法核验利率。"), _("请核对发放日期。")
        ),
    }
)


@dataclass
class Judged:
    """A row with everything that is to be said about it."""

    row: Row
    sheet: str
    facts: LoanFacts | None
    problems: list[CellProblem]
    findings: list[Finding] = field(default_factory=list)
    principal: Decimal = Decimal(0)
    restricted: bool = False
    late: bool = False
    status: str = Status.GOOD
    key: str = ""
    identity: str = ""
    kept: dict[str, Any] = field(default_factory=dict)
    """What is kept of a row that is no loan: the change of an entered one."""
    doubts: list[dict[str, str]] = field(default_factory=list)
    unconfirmed: bool = False

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.problems)

    def hold(self, problem: CellProblem) -> None:
        self.problems.append(problem)
        self.status = Status.HELD

    def meet(self, entered: dict[str, Any]) -> None:
        """The library has a loan of this number: the same one, or another under its number."""
        assert self.facts is not None
        told = {name: getattr(self.facts, name) for name in entered if name != "original_principal"}
        told["original_principal"] = self.facts.principal
        differing = [name for name in entered if entered[name] != told[name]]
        if differing:
            what = "、".join(str(Loan._meta.get_field(name).verbose_name) for name in differing)
            self.hold(self.row.problem("iou_number", "already_entered_differs", what=what))
        else:
            self.problems.append(self.row.warning("iou_number", "already_entered"))
            self.status = Status.KNOWN


def rule_facts(facts: LoanFacts, principal: Decimal, restricted: bool, entered_on: date | None) -> rules.LoanFacts:
    """The declared facts in the words of the rules."""
    return rules.LoanFacts(
        borrower_kind=facts.borrower_kind,
        industry_group=facts.industry_group,
        industry_code=facts.industry_code,
        industry_restricted=restricted,
        quasi_financial=facts.quasi_financial,
        staff=facts.staff,
        revenue=facts.revenue,
        assets=facts.assets,
        in_shenzhen=facts.in_shenzhen,
        credit_line=facts.credit_line,
        product=facts.product,
        use=facts.use,
        other_cover=facts.other_cover,
        principal=principal,
        other_balances=facts.other_balances,
        annual_rate=_plain(facts.annual_rate),
        disbursed_on=facts.disbursed_on,
        matures_on=facts.matures_on,
        entered_on=entered_on,
    )


def _plain(rate: Decimal) -> Decimal:
    """4.3500 as 4.35: findings quote the rate as people write it."""
    short = rate.quantize(Decimal("0.01"))
    return short if short == rate else rate


def is_first(seen: dict[str, int], judged: Judged) -> bool:
    """One row a number: a second one is held and names the first."""
    first = seen.setdefault(judged.key, judged.row.number)
    if first != judged.row.number:
        judged.hold(judged.row.problem("iou_number", "duplicate_in_file", first=str(first)))
    return first == judged.row.number


def held_again(row: UploadRow, schema: Schema, key: str, code: str, article: str, **params: str) -> CellProblem:
    """What speaks against a stored row at its submission, told where the file itself is no longer at hand."""
    value = row.raw.get(key, "")
    return CellProblem(row.sheet, row.row, "", schema[key].header, value, code, key, article=article, params=params)


class Judge:
    """Judges rows as of one day; remembers the loan numbers it has seen, `seen` holding those of an earlier attempt."""

    def __init__(self, on: date, seen: dict[str, int] | None = None, *, entered_on: date | None = None) -> None:
        """`entered_on` where the loan stands in the library already; otherwise it would enter on that day."""
        self.on = on
        self.entered_on = entered_on or on
        self.book = edition()
        self.refs = refs(on)
        self.seen = seen or {}

    schema = LOAN_SCHEMA

    def compare(self, bank_id: UUID, judged: list[Judged]) -> None:
        """What the bank has entered already: known if it is the same loan, held if it differs. One query for all."""
        wanted = {item.key: item for item in judged if item.status == Status.GOOD}
        there = Loan.objects.filter(bank_id=bank_id, loan_number_key__in=wanted).exclude(state=Loan.State.WITHDRAWN)
        for loan in there.values("loan_number_key", *_COMPARED):
            wanted[loan.pop("loan_number_key")].meet(loan)

    def judge(self, row: Row, sheet: str = "") -> Judged:
        facts, problems = parse_row(row, on=self.on)
        judged = Judged(row, sheet, facts, problems)
        if facts is None:
            judged.status = Status.HELD
            return judged
        judged.key = loan_number_key(facts.iou_number)
        judged.identity = identity_of(facts.borrower_kind, facts.credit_code, facts.owner_id_number)
        is_first = self._is_first(judged)
        if self._has_yuan(judged) and is_first:
            self._apply_rules(judged)
        return judged

    def _is_first(self, judged: Judged) -> bool:
        return is_first(self.seen, judged)

    def _has_yuan(self, judged: Judged) -> bool:
        """Foreign currency is converted at the rate of the disbursement date (4)."""
        facts = judged.facts
        assert facts is not None
        if facts.currency == YUAN:
            judged.principal = facts.principal
            return True
        try:
            judged.principal = to_yuan(self.book, self.refs, facts.principal, facts.currency, facts.disbursed_on).amount
        except NotCovered:
            day = facts.disbursed_on.isoformat()
            judged.hold(judged.row.problem("currency", "no_exchange_rate", day=day, currency=facts.currency))
            return False
        return True

    def _apply_rules(self, judged: Judged) -> None:
        facts = judged.facts
        assert facts is not None
        judged.restricted = bool(self.refs.catalogue.restricts(facts.industry_code, facts.disbursed_on))
        case = rule_facts(facts, judged.principal, judged.restricted, self.entered_on)
        try:
            found = rules.assess_entry(case, self.book, self.refs)
        except NotCovered:
            judged.hold(judged.row.problem("disbursed_on", "no_lpr"))
            return
        judged.findings = [finding for finding in found if finding.failed]
        judged.late = any(finding.provision == "timely_entry" for finding in judged.findings)
        if any(finding.provision not in MARKED_ONLY for finding in judged.findings):
            judged.status = Status.HELD
