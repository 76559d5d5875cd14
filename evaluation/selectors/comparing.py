"""What a report sets beside its own figures: the periods before, and what their issued reports said otherwise."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from evaluation.models import EvaluationLine, Report
from evaluation.periods import HalfYear, Quarter
from evaluation.selectors import half_year
from evaluation.selectors.evaluations import newest_filed

ALL = ""
"""Where a figure of all banks together stands in a restatement."""


def issued(kind: str, period: str) -> Report | None:
    """The report of that period that counts: the newest issued one."""
    rows = Report.objects.filter(kind=kind, period=period, state=Report.State.ISSUED)
    found: Report | None = rows.order_by("-revision").first()
    return found


# ---- the half-year --------------------------------------------------------------------------------------------------


def with_former(said: dict[str, Any]) -> dict[str, Any]:
    """The half-year's figures with those of the half-year before, and of the same half a year before, as they are
    counted today; and every figure of their issued reports that would be another today."""
    this = HalfYear.of(date.fromisoformat(said["starts_on"]))
    former = [HalfYear.before(this.starts_on), HalfYear.of(this.starts_on.replace(year=this.starts_on.year - 1))]
    found = [_counted(one) for one in former]
    return {
        **said,
        "former": [_told(one, counted) for one, counted in zip(former, found, strict=True)],
        "restated": [row for one, counted in zip(former, found, strict=True) for row in _restated(one, counted)],
    }


def _counted(one: HalfYear) -> dict[str, Any]:
    return half_year.by_bank(one.starts_on, one.ends_on)


def _told(one: HalfYear, counted: dict[str, Any]) -> dict[str, Any]:
    before = issued(Report.Kind.HALF_YEAR, str(one))
    standings = half_year.standing_on(one.ends_on).values()
    return {
        "period": str(one),
        "report": before.number if before else "",
        "issued_on": before.issued_on.isoformat() if before and before.issued_on else "",
        "totals": counted["totals"],
        "closing": half_year.closing(one.ends_on),
        "suspended": sum(row["suspended"] for row in standings),
    }


def _restated(one: HalfYear, counted: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Each figure that the issued report of that period gave otherwise, bank by bank and in all."""
    before = issued(Report.Kind.HALF_YEAR, str(one))
    if before is None:
        return
    now = {bank["code"]: bank for bank in counted["banks"]}
    rows = [(bank["name"], bank, now[bank["code"]]) for bank in before.inputs["banks"] if bank["code"] in now]
    for where, said, today in [*rows, (ALL, before.inputs["totals"], counted["totals"])]:
        for name in counted["totals"]:
            if name in said:
                for part in ("count", "amount"):
                    if Decimal(said[name][part]) != Decimal(today[name][part]):
                        yield {
                            "report": before.number, "period": str(one), "where": where, "figure": name, "part": part,
                            "said": str(said[name][part]), "now": str(today[name][part]),
                        }  # fmt: skip


# ---- the annual evaluation ------------------------------------------------------------------------------------------


def evaluated_before(year: int) -> dict[str, Any] | None:
    """The grades, ranks and amounts of the year before, as they were filed."""
    filed = newest_filed().filter(year=year - 1).first()
    if filed is None:
        return None
    lines = EvaluationLine.objects.filter(evaluation=filed).select_related("bank").order_by("bank__code")
    return {
        "year": filed.year,
        "lines": {
            line.bank.code: {
                "bank": line.bank.short_name,
                "grade": line.grade,
                "amount": str(line.amount),
                "amount_rank": line.amount_rank,
            }
            for line in lines
        },
    }


# ---- the supervisory indicators -------------------------------------------------------------------------------------


def indicators_before(ends_on: date) -> dict[str, Any] | None:
    """All banks' indicators as the report of the quarter before said them."""
    report = issued(Report.Kind.SUPERVISORY, str(Quarter.before(ends_on)))
    if report is None:
        return None
    values = {slug: one["value"] for slug, one in report.inputs["total"]["indicators"].items()}
    return {"report": report.number, "period": report.period, "indicators": values}
