"""The overview of risk: on any day as it was, by hand once more, every figure opening to its cases."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from banks.models import Bank
from claims.models import Claim
from evaluation.selectors import cockpit, money, opening
from evaluation.selectors.cases import marked, sums_of
from loans.models import Determination, Loan
from pool import clock, scope
from pool.models import Deadline, Role, Transition, User
from recovery.models import Recovery
from tests.evaluation.world import World
from tests.factories.people import person

DAYS = (date(2024, 11, 25), date(2024, 12, 31), date(2025, 1, 20), date(2025, 4, 30))
TODAY = DAYS[-1]


def quarters_between(first: date, day: date) -> int:
    return (day.year - first.year) * 4 + (day.month - 1) // 3 - (first.month - 1) // 3


def by_hand(
    facts: list[tuple[date, Decimal, list[tuple[date, Decimal]]]], on: date
) -> dict[str, tuple[int, Decimal, dict]]:
    """(began, amount, what happened) → quarter → (count, amount, age → added up), reckoned case by case."""
    found: dict[str, Any] = {}
    for began, amount, happened in facts:
        name = f"{began.year}Q{(began.month + 2) // 3}"
        count, whole, ages = found.get(name, (0, Decimal(0), Counter()))
        for day, part in happened:
            ages[max(quarters_between(began, day), 0)] += part
        found[name] = (count + 1, whole + amount, ages)
    return found


def agree(cohorts: list[cockpit.Cohort], hand: dict[str, tuple[int, Decimal, dict]], on: date) -> None:
    assert [str(one.quarter) for one in cohorts] == sorted(hand)
    for one in cohorts:
        count, amount, ages = hand[str(one.quarter)]
        assert (one.count, one.amount) == (count, amount)
        for age, value in enumerate(one.by_age):
            if quarters_between(one.quarter.starts_on, on) < age:
                assert value is None
            else:
                assert value == sum((part for a, part in ages.items() if a <= age), Decimal(0)), (one.quarter, age)


def test_what_became_of_each_quarter_is_what_its_cases_say(the_world: World) -> None:
    with scope.everything():
        for on in DAYS:
            facts = []
            for loan in Loan.objects.exclude(state="withdrawn").filter(disbursed_on__lte=on, entered_on__lte=on):
                rows = Determination.objects.filter(loan=loan, determined_on__lte=on).order_by("determined_on", "id")
                first = next((row for row in rows if row.ending != "voided" or row.ended_on > on), None)
                bad = [(first.determined_on, first.principal_balance)] if first else []
                facts.append((loan.disbursed_on, loan.principal, bad))
            agree(cockpit.vintages(on), by_hand(facts, on), on)
            facts = []
            for claim in Claim.objects.filter(paid_on__lte=on):
                back = Recovery.objects.filter(claim=claim, state="submitted", submitted_on__lte=on)
                moved = [(row.received_on, row.amount) for row in back]
                facts.append((claim.paid_on, claim.determination.principal_balance, moved))
            agree(cockpit.recovery_curves(on), by_hand(facts, on), on)
        assert cockpit.recovery_curves(TODAY)[0].latest > 0, "something came back"
        assert cockpit.vintages(date(2023, 1, 1)) == [] == cockpit.recovery_curves(date(2023, 1, 1))


def test_banks_tie_to_the_ledger_on_every_day(the_world: World) -> None:
    with scope.everything():
        for on in DAYS:
            banks, held = cockpit.banks_on(on), money.position(on)
            assert sum(one.paid for one in banks) == held["paid"]
            assert sum(one.net for one in banks) == held["outstanding"]
            ratios = [one.ratio or Decimal(0) for one in banks]
            assert ratios == sorted(ratios, reverse=True)
        one = next(row for row in cockpit.banks_on(TODAY) if row.paid)
        assert one.leverage == one.entered / one.paid
        assert cockpit.leverage(Decimal(1), Decimal(0)) is None


def test_queues_and_last_days_are_as_they_were_that_evening(the_world: World) -> None:
    with scope.everything():
        for on in DAYS:
            states: Counter[str] = Counter()
            for claim in Claim.objects.all():
                moves = Transition.objects.filter(subject_id=claim.pk, field="state", on__lte=on).order_by("id")
                last = moves.last()
                if last is not None and last.target in cockpit.WAITING:
                    states[last.target] += 1
            assert {queue.key: queue.count for queue in cockpit.queues_on(on)} == states
            was_open = [
                row
                for row in Deadline.objects.filter(event_on__lte=on, closes_on__lte=on + timedelta(days=365))
                if (row.fulfilled_on is None or row.fulfilled_on > on)
                and (row.dropped_on is None or row.dropped_on > on)
            ]
            past = sum(row.closes_on < on for row in was_open)
            told = cockpit.deadlines_on(on)
            assert sum(queue.count for queue in told) == len(was_open)
            assert sum(queue.groups[0] for queue in told) == past


@pytest.mark.parametrize(("days", "group"), [(0, 0), (7, 0), (8, 1), (15, 1), (16, 2), (30, 2), (31, 3)])
def test_the_age_of_what_waits_has_inclusive_bounds(days: int, group: int) -> None:
    assert cockpit._group(days, cockpit.AGES) == group


@pytest.mark.parametrize(("days", "group"), [(-1, 0), (0, 1), (3, 1), (4, 2), (10, 2), (11, 3)])
def test_a_last_day_is_not_past_before_it_is_over(days: int, group: int) -> None:
    assert cockpit._group(days, cockpit.NEAR, past=True) == group


def page_of(user: User, on: str = "") -> Any:
    client = Client()
    client.force_login(user)
    return client.get("/reports/cockpit/", {"on": on} if on else {})


def test_every_figure_is_the_sum_of_its_cases_on_every_day(the_world: World) -> None:
    with scope.everything():
        for on in DAYS:
            source = opening.of_day(on)
            for bank in ("", *(one.bank.code for one in cockpit.banks_on(on))):
                for name, figure in source.figures.items():
                    if bank and ("." in name or name == "quarter"):
                        continue
                    rows = figure.rows(source.span)
                    if bank:
                        rows = rows.filter(bank=Bank.objects.get(code=bank).pk)
                    found = sums_of(marked(rows, figure, source.span), figure)["now"]
                    told = source.printed(name, bank, ("quarter", "2024Q4") if name == "quarter" else None)
                    assert told.count in (None, found.count) or name == "quarter", (on, bank, name)
                    assert told.amount in (None, found.amount) or name == "quarter", (on, bank, name, told, found)


def test_figures_open_to_their_cases_on_any_day_and_only_for_those_who_may_open_a_loan(the_world: World) -> None:
    clock.set_day(TODAY)
    reviewer = person(Role.MANAGER_REVIEWER)
    page = page_of(reviewer).content.decode()
    assert "风险总览" in page and "/reports/cases/entries/?on=2025-04-30&amp;figure=paid&amp;bank=" in page
    assert "part=quarter%3A2024Q4" in page
    client = Client()
    client.force_login(reviewer)
    past = page_of(reviewer, "2024-12-31").content.decode()
    assert "/reports/cases/loans/?on=2024-12-31&amp;figure=entered" in past and "2024-12-31" in past
    shown = client.get("/reports/cases/loans/", {"on": "2024-12-31", "figure": "quarter", "part": "quarter:2024Q4"})
    assert shown.status_code == 200 and "与报告数字一致" in shown.content.decode()
    assert client.get("/reports/cases/loans/", {"on": "2025-05-01", "figure": "entered"}).status_code == 404
    assert "/reports/cases/" not in page_of(person(Role.REGULATOR)).content.decode()
    late = page_of(reviewer, "2025-05-01")
    assert late.status_code == 422 and "不能晚于业务日期" in late.content.decode()
    printed = client.get("/reports/cockpit/document/", {"on": "2024-12-31"})
    text = printed.content.decode()
    assert printed["Content-Type"] == "application/pdf" and "仅限履行职责使用" in text and "表 1" in text
    assert "2024年12月31日" in text and 'href="/' not in text, "paper leads nowhere"
    book = client.get("/reports/cockpit/workbook/", {"on": "2024-12-31"})
    assert book.content[:2] == b"PK" and "2024-12-31" in book["Content-Disposition"].encode("latin-1").decode(
        "utf-8", "replace"
    )
