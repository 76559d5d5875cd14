"""What a report sets beside its figures: the periods before, what they would say otherwise today, in words too."""

import copy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evaluation import papers
from evaluation.models import Report
from evaluation.reports import evaluation_figures
from evaluation.selectors import comparing, half_year
from evaluation.tables import changes
from pool import paper, scope
from pool.chinese import in_chinese
from tests.evaluation.factories import filed, seven_banks
from tests.evaluation.world import FIRST, LAST, NEXT_FIRST, NEXT_LAST, World


def kept(period: str, first: date, last: date, figures: dict[str, Any], state: str = "issued") -> Report:
    return Report.objects.create(
        kind=Report.Kind.HALF_YEAR, period=period, number=f"BN-{period}", title=period, state=state,
        starts_on=first, ends_on=last, made_on=last, issued_on=last, inputs=figures,
    )  # fmt: skip


@in_chinese()
def words_of(report: Report) -> str:
    content = papers.content_of(report)
    parts = [part for chapter in paper.numbered(content.chapters) for part in chapter.parts]
    return "".join(str(part.text) for part in [*content.opening, *parts] if isinstance(part, paper.Words))


@pytest.fixture
def both(the_world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first half-year's figures, and the second's beside them; a fen less was said of the first than is known."""
    with scope.everything():
        said = half_year.figures(FIRST, LAST)
        bent = copy.deepcopy(said)
        less = str(Decimal(bent["totals"]["paid"]["amount"]) - Decimal("0.01"))
        bent["totals"]["paid"]["amount"] = less
        kept("2024H2", FIRST, LAST, bent)
        return said, comparing.with_former(half_year.figures(NEXT_FIRST, NEXT_LAST))


def test_a_half_year_stands_beside_the_one_before_and_says_what_would_be_said_otherwise(
    both: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    said, found = both
    before, year_before = found["former"]
    assert (before["period"], before["report"], year_before["period"]) == ("2024H2", "BN-2024H2", "2024H1")
    assert before["totals"] == said["totals"] and before["closing"] == said["closing"] == found["opening"]
    [row] = found["restated"]
    assert (row["figure"], row["part"], row["where"]) == ("paid", "amount", comparing.ALL)
    assert Decimal(row["now"]) - Decimal(row["said"]) == Decimal("0.01")
    compared = {str(one.label): one for one in changes.compared(found)}
    paid = next(one for one in compared.values() if one.mark)
    assert paid.now == found["totals"]["paid"] and paid.mark == "上期重述"

    report = Report(kind=Report.Kind.HALF_YEAR, inputs=found, starts_on=NEXT_FIRST, ends_on=NEXT_LAST)
    text = words_of(report)
    less = Decimal(said["totals"]["paid"]["amount"]) - Decimal(found["totals"]["paid"]["amount"])
    assert f"减少{less:,.2f}元" in text and "BN-2024H2" in text and "，与资金账核对一致" in text


def test_a_report_of_an_earlier_release_still_draws(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    said, _found = both
    for name in ("former", "restated", "suspensions", "late"):
        said.pop(name, None)
    report = Report(kind=Report.Kind.HALF_YEAR, inputs=said, starts_on=FIRST, ends_on=LAST)
    assert "与资金账核对一致" in words_of(report) and "上期" not in words_of(report)


def test_what_does_not_tie_is_never_called_tied(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    _said, found = both
    found["flows"]["paid"] = "1.00"
    assert half_year.breaks(found)
    report = Report(kind=Report.Kind.HALF_YEAR, inputs=found, starts_on=NEXT_FIRST, ends_on=NEXT_LAST)
    assert "，与资金账核对不一致" in words_of(report)


def test_an_evaluation_stands_beside_the_year_before(committed_db: str) -> None:
    seven_banks()
    filed(2023)
    evaluation = filed(2024)
    with scope.everything():
        figures = evaluation_figures(evaluation)
    was = figures["before"]["lines"]
    changed = {row["bank"]: (row["was"], row["now"]) for row in changes.grade_changes(figures).rows}
    for line in figures["lines"]:
        assert (line["bank"] in changed) == (was.get(line["code"], {}).get("grade") != line["grade"])
    assert changes.restated_amounts(figures).rows == []
    code = next(iter(was))
    was[code]["amount"] = "1.00"
    [row] = changes.restated_amounts(figures).rows
    assert row["said"] == Decimal("1.00") and row["bank"] == was[code]["bank"]
    assert changes.evaluation_changes({**figures, "before": None}) == []
