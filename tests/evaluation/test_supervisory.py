"""Supervisory indicators: every figure once more, loan by loan, by the rules' own functions and no SQL."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.utils import timezone

from banks.models import Bank
from evaluation import reports
from evaluation.models import Report
from evaluation.selectors import supervisory
from evaluation.selectors.cases import Span, Sums, marked, sums_of
from evaluation.services import reports as services
from evaluation.services.jobs import indicators_are_due, supervisory_indicators
from evaluation.supervision import opening, reckoning
from evaluation.supervision.catalogue import catalogue
from evaluation.supervision.sums import nothing
from loans.models import Determination, Loan
from loans.rules import sme_size
from pool import clock, scope
from pool.errors import Refused
from pool.rules import add_months, lpr_of_the_period
from pool.selectors import edition, refs
from tests.archival import faults
from tests.evaluation.world import approver, statistics
from tests.factories.loans import determine, entered_upload, loan_cells, owner_cells
from tests.factories.people import BankTeam, bank_team
from tests.factories.words import credit_code
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
LAST, BEFORE = date(2024, 12, 31), date(2023, 12, 31)
AFTER_WINDOW = date(2025, 1, 23)
FEATURES = ("首笔贷款", "无还本续贷", "绿色信贷", "纯信用", "")


def random_cells(dice: random.Random, disbursed: date) -> dict[str, str]:
    """A loan of any size, trade, term, district and feature that may be entered."""
    principal = dice.choice(("500000.00", "3000000.00", "9999999.99", "10000000.00"))
    months = dice.choice((6, 12, 12, 13, 36, 59, 60))
    facts = {
        "principal": principal,
        "credit_line": dice.choice((principal, "10000000.00", "10000000.01")),
        "other_balances": "0.00",
        "annual_rate": dice.choice(("3.45", "3.95", "4.35", "4.8000")),
        "disbursed_on": disbursed.isoformat(),
        "matures_on": add_months(disbursed, months).isoformat(),
        "features": dice.choice(FEATURES),
        "district": dice.choice(("南山区", "宝安区", "")),
    }
    if dice.random() < 0.2:
        return owner_cells(**{**facts, "principal": "500000.00", "credit_line": "10000000.00"})
    code, group = dice.choice((("C3921", "工业"), ("F5163", "批发业"), ("I6510", "软件和信息技术服务业")))
    facts |= {
        "industry_code": code,
        "industry_group": group,
        "credit_code": credit_code(dice.randrange(12)),
        "staff": str(dice.choice((5, 45, 199, 350))),
        "revenue": dice.choice(("2000000.00", "36000000.00", "390000000.00")),
    }
    return loan_cells(**facts)


@built_once
def lending() -> list[BankTeam]:
    """Three banks with loans of two years, some of them non-performing, one upgraded, and a bank without any."""
    dice = random.Random(20241231)
    teams = [bank_team(name) for name in ("甲行", "乙行", "丙行")]
    for team in teams:
        for disbursed, entered in ((date(2023, 9, 29), date(2023, 10, 12)), (date(2024, 2, 29), date(2024, 3, 20)),
                                   (date(2024, 11, 8), date(2024, 12, 2))):  # fmt: skip
            entered_upload(team, [random_cells(dice, disbursed) for _ in range(9)], entered)
        with scope.everything():
            some = list(Loan.objects.filter(bank=team.pk, disbursed_on__year=2023).order_by("loan_number")[:2])
        for loan in some:
            determine(team, loan, date(2024, 12, 20), str(loan.principal))
    bank_team("丁行")
    return teams


# ---- the same, loan by loan ---------------------------------------------------------------------------------------


def held(loan: Loan, on: date) -> bool:
    return loan.disbursed_on <= on and (loan.closed_on is None or loan.closed_on > on)


def size_of(loan: Loan) -> str:
    if loan.borrower_kind == "sole_trader":
        return "sole_trader"
    return sme_size(refs().sizes, loan.industry_group, loan.staff, loan.revenue, loan.assets)


def is_inclusive(loan: Loan) -> bool:
    return max(loan.credit_line, loan.principal) <= 10_000_000 and size_of(loan) in ("micro", "small", "sole_trader")


def amount(loans: Iterable[Loan]) -> Decimal:
    return sum((loan.principal for loan in loans), Decimal(0))


def npl(loans: list[Loan]) -> Decimal:
    rows = Determination.objects.filter(loan__in=loans, determined_on__lte=LAST, ended_on=None, recovered_on=None)
    return sum((row.principal_balance for row in rows), Decimal(0))


def spread(loan: Loan) -> Decimal:
    return loan.annual_rate - lpr_of_the_period(edition(), refs().lpr, loan.disbursed_on, loan.matures_on).rate


def borrowers(loans: Iterable[Loan]) -> int:
    return len({loan.borrower_id for loan in loans})


def over(part: Any, whole: Any) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole else None


def by_hand(loans: list[Loan]) -> dict[str, Any]:
    small = [loan for loan in loans if is_inclusive(loan)]
    now, then = [x for x in small if held(x, LAST)], [x for x in small if held(x, BEFORE)]
    all_now, all_then = [x for x in loans if held(x, LAST)], [x for x in loans if held(x, BEFORE)]
    lent, lent_then = ([x for x in small if x.disbursed_on.year == year] for year in (2024, 2023))
    firsts = [[x for x in rows if "first_loan" in x.features] for rows in (lent, lent_then)]
    grew, all_grew = (over(amount(a) - amount(b), amount(b)) for a, b in ((now, then), (all_now, all_then)))
    bad, all_bad = over(npl(now), amount(now)), over(npl(all_now), amount(all_now))
    made = [x for x in lent if x.industry_code.startswith("C")]
    longer = [x for x in lent if x.matures_on > add_months(x.disbursed_on, 12)]

    def part(name: str) -> Fraction | None:
        return over(amount(x for x in lent if name in x.features), amount(lent))

    return {
        "inclusive_amount": amount(now), "inclusive_amount_before": amount(then), "inclusive_growth": grew,
        "all_amount": amount(all_now), "all_growth": all_grew,
        "growth_gap": None if grew is None or all_grew is None else (grew - all_grew) * 100,
        "inclusive_borrowers": borrowers(now), "borrowers_change": borrowers(now) - borrowers(then),
        "inclusive_npl": bad, "all_npl": all_bad,
        "npl_gap": None if bad is None or all_bad is None else (bad - all_bad) * 100,
        "rate": over(sum(x.principal * x.annual_rate for x in lent), amount(lent)),
        "rate_before": over(sum(x.principal * x.annual_rate for x in lent_then), amount(lent_then)),
        "spread": over(sum(x.principal * spread(x) for x in lent), amount(lent)),
        "lent": amount(lent),
        "first_borrowers": borrowers(firsts[0]), "first_change": borrowers(firsts[0]) - borrowers(firsts[1]),
        "credit_share": part("credit"), "renewal_share": part("renewal_without_repayment"),
        "green_share": part("green"),
        "manufacturing_share": over(amount(made), amount(lent)), "medium_share": over(amount(longer), amount(lent)),
        "manufacturing_medium_share": over(amount(x for x in made if x in longer), amount(lent)),
    }  # fmt: skip


def agrees(kept: dict[str, Any], hand: dict[str, Any]) -> list[str]:
    """Where a kept figure is not the one reckoned by hand, to the last place that is kept."""
    wrong = []
    for slug, one in catalogue().indicators.items():
        said, value = kept[slug]["value"], hand[slug]
        if said is None or value is None or one.unit == "int":
            same = said == value
        else:
            places = reckoning.PLACES[one.unit]
            same = abs(Fraction(Decimal(said)) - Fraction(value)) * 2 <= Fraction(places)
        met = one.is_met(value) if value is None or isinstance(value, int) else _met(one, Fraction(value))
        if not same or kept[slug]["met"] != met:
            wrong.append(f"{slug}: kept {kept[slug]}, by hand {value} ({met})")
    return wrong


def _met(one: Any, value: Fraction) -> bool | None:
    if one.bound is None:
        return None
    return value >= Fraction(one.bound) if one.goal == "at_least" else value <= Fraction(one.bound)


def test_every_indicator_is_that_of_a_reckoning_loan_by_loan(lending: list[BankTeam]) -> None:
    with scope.everything():
        found = supervisory.figures(LAST)
        loans = list(Loan.objects.exclude(state="withdrawn"))
        assert len(loans) > 60 and supervisory.breaks(found) == []
        assert agrees(found["total"]["indicators"], by_hand(loans)) == []
        for row in found["banks"]:
            bank = Bank.objects.get(code=row["code"])
            own = [loan for loan in loans if loan.bank_id == bank.pk]
            assert agrees(row["indicators"], by_hand(own)) == [], bank
        splits = {"size": size_of, "section": lambda x: x.industry_code[:1], "district": lambda x: x.district}
        for split, of in splits.items():
            hand: dict[str, Decimal] = {}
            for loan in loans:
                hand[of(loan)] = hand.get(of(loan), Decimal(0)) + (loan.principal if held(loan, LAST) else 0)
            assert {row["value"]: Decimal(row["all_amount"]) for row in found["splits"][split]} == hand
    by_name = {row["name"]: row for row in found["banks"]}
    empty = by_name["丁行"]["indicators"]
    assert empty["inclusive_growth"] == {"value": None, "met": None} and empty["lent"]["value"] == "0.00"
    assert any(row["indicators"]["inclusive_npl"]["value"] not in (None, "0.000000") for row in found["banks"])
    found["banks"].pop(0)
    told = supervisory.breaks(found)
    assert any("各银行合计" in line and "普惠型贷款本金" in line for line in told), "what does not add up is told"


def test_a_goal_is_judged_by_the_exact_value_and_its_bound_is_met() -> None:
    gap = catalogue().indicators["npl_gap"]
    assert gap.is_met(Decimal("3.00")) is True and gap.is_met(Decimal("3.00001")) is False
    assert gap.is_met(Decimal("-1")) is True and gap.is_met(None) is None
    bad = {
        "inclusive_amount": Decimal(10**6),
        "inclusive_npl_balance": Decimal("30000.1"),
        "all_amount": Decimal(10**6),
    }
    kept = reckoning.as_kept(reckoning.indicators(nothing() | bad))
    assert kept["npl_gap"] == {"value": "3.00", "met": False}
    assert kept["all_growth"] == {"value": None, "met": None}
    first = catalogue().indicators["first_change"]
    assert first.is_met(0) is False and first.is_met(1) is True


@pytest.mark.draws
def test_a_quarter_is_asked_for_once_its_loans_have_been_entered() -> None:
    bank_team("甲行")
    with scope.everything():
        with pytest.raises(Refused) as no:
            services.request_supervisory(period="2024Q4", by=statistics(), on=date(2025, 1, 22))
        assert no.value.code == "window_open" and "2025-01-22" in str(no.value)
        clock.set_day(AFTER_WINDOW)
        report = services.request_supervisory(period="2024Q4", by=statistics(), on=AFTER_WINDOW)
        assert report.title == "2024年第四季度监管指标报告" and report.starts_on == date(2024, 1, 1)
        figures = services.MAKERS[report.kind].figures(report)
        report.inputs, report.as_of = figures, clock.now()
        assert faults(reports.as_pdf(report)) == []
        assert reports.as_xlsx(report)[:2] == b"PK"
        with pytest.raises(Refused):
            services.request_supervisory(period="2024Q4", by=approver(), on=AFTER_WINDOW)


def test_the_job_asks_for_each_quarter_once() -> None:
    assert not indicators_are_due(date(2025, 1, 22)) and indicators_are_due(AFTER_WINDOW)
    assert not indicators_are_due(date(2024, 3, 1)), "quarters before the rules are not asked for"
    with scope.everything():
        assert supervisory_indicators.fn(AFTER_WINDOW)["requested"] is True
        assert supervisory_indicators.fn(AFTER_WINDOW)["requested"] is False
        assert Report.objects.get(kind=Report.Kind.SUPERVISORY).period == "2024Q4"


def test_every_sum_opens_to_its_loans(lending: list[BankTeam]) -> None:
    """By bank and by each value of each split."""
    with scope.everything():
        inputs = supervisory.figures(LAST)
        known = timezone.now()
        figures, span = opening.figures(), Span(date(2024, 1, 1), LAST, known)
        assert set(opening.PARTS) | set(figures) >= set(catalogue().indicators)
        for name, figure in figures.items():
            for row in (*inputs["banks"], {**inputs["total"], "code": ""}):
                model = Determination if figure.kind == "determinations" else Loan
                rows = model.objects.filter(bank__code=row["code"]) if row["code"] else model.objects.all()
                then = sums_of(marked(rows, figure, span), figure)["then"]
                same(opening.told(row["sums"], name), then)
        for split, found in inputs["splits"].items():
            for row in found:
                for name in ("inclusive_loans", "inclusive_borrowers", "lent", "all_amount"):
                    part = Span(span.first, span.last, known, (split, row["value"]))
                    then = sums_of(marked(Loan.objects.all(), figures[name], part), figures[name])["then"]
                    same(opening.told(row, name), then)


def same(told: tuple[int | None, str | None], found: Sums) -> None:
    count, summed = told
    assert count in (None, found.count) and (summed is None or Decimal(summed) == found.amount), (told, found)
