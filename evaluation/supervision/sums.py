"""One reading of the library: every sum and count of the indicators, by bank, by size, by industry and by district.

The rules' own words become columns of one query (`facts`), so that three million loans are read once and not loaded.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from evaluation.supervision.catalogue import Terms
from pool.refs import LprTable, SizeStandard

SHARED_FEATURES = {"credit": "credit", "renewal": "renewal_without_repayment", "green": "green"}
"""Share → the feature of a loan that it counts."""
SUMS = {
    "inclusive_amount": ("principal", "inclusive AND held"),
    "inclusive_amount_before": ("principal", "inclusive AND held_before"),
    "all_amount": ("principal", "held"),
    "all_amount_before": ("principal", "held_before"),
    "inclusive_npl_balance": ("npl", "inclusive AND held"),
    "all_npl_balance": ("npl", "held"),
    "lent": ("principal", "inclusive AND lent"),
    "lent_before": ("principal", "inclusive AND lent_before"),
    "rate_weight": ("principal * annual_rate", "inclusive AND lent"),
    "rate_weight_before": ("principal * annual_rate", "inclusive AND lent_before"),
    "spread_weight": ("principal * (annual_rate - lpr)", "inclusive AND lent"),
    "manufacturing": ("principal", "inclusive AND lent AND manufacturing"),
    "medium": ("principal", "inclusive AND lent AND medium"),
    "manufacturing_medium": ("principal", "inclusive AND lent AND manufacturing AND medium"),
    **{name: ("principal", f"inclusive AND lent AND has_{name}") for name in SHARED_FEATURES},
}
BORROWERS = {
    "inclusive_borrowers": "inclusive AND held",
    "inclusive_borrowers_before": "inclusive AND held_before",
    "first_borrowers": "inclusive AND lent AND has_first",
    "first_borrowers_before": "inclusive AND lent_before AND has_first",
}
LOANS = "inclusive AND held"
SPLITS = ("size", "section", "district")
LIVE = "l.state <> 'withdrawn'"
WRITTEN_THEN = """l.created_at <= %(known)s AND (l.state <> 'withdrawn' OR EXISTS (
        SELECT FROM pool_transition t WHERE t.subject_id = l.id AND t.field = 'state' AND t.target = 'withdrawn'
            AND t.at > %(known)s))"""
"""Which loans there are: entries taken back left out, now or as it was known then."""


class Days(NamedTuple):
    """The period's last day and the first of its year, and the same a year before."""

    first: date
    last: date
    first_before: date
    last_before: date

    @classmethod
    def of(cls, last: date) -> "Days":
        """For the last day of a quarter, which every year has."""
        before = last.replace(year=last.year - 1)
        return cls(last.replace(month=1, day=1), last, before.replace(month=1, day=1), before)


class Tables(NamedTuple):
    """What loans are held against: size standard, prime rates, and the months from which the five-year rate counts."""

    sizes: SizeStandard
    lpr: LprTable
    long_term_months: int


class Sums(NamedTuple):
    """By bank's key (None: all banks together), and the splits of what is held: kind → value → figures."""

    banks: dict[Any, dict[str, Any]]
    splits: dict[str, dict[str, dict[str, Any]]]


def read(days: Days, terms: Terms, tables: Tables) -> Sums:
    """Amounts are decimals in yuan, counts are whole numbers; what nothing fell under is zero."""
    facts = _facts(terms, tables)
    given = _given(days, terms)
    columns = ", ".join(_columns())
    banks = f"{facts} SELECT bank_id, {columns} FROM facts GROUP BY GROUPING SETS ((bank_id), ())"
    sets = ", ".join(f"({name})" for name in SPLITS)
    splits = (
        f"{facts} SELECT CASE {_which()} END AS split, CASE {_value()} END AS value, {columns}"
        f" FROM facts WHERE held OR held_before OR lent GROUP BY GROUPING SETS ({sets}) ORDER BY 1, 2"
    )
    by_split: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in SPLITS}
    for row in _rows(splits, given):
        by_split[row.pop("split")][row.pop("value") or ""] = row
    return Sums({row.pop("bank_id"): row for row in _rows(banks, given)}, by_split)


def _columns() -> Iterable[str]:
    for name, (what, where) in SUMS.items():
        yield f"coalesce(sum({what}) FILTER (WHERE {where}), 0) AS {name}"
    for name, where in BORROWERS.items():
        yield f"count(DISTINCT borrower_id) FILTER (WHERE {where}) AS {name}"
    yield f"count(*) FILTER (WHERE {LOANS}) AS inclusive_loans"


def _which() -> str:
    return " ".join(f"WHEN GROUPING({name}) = 0 THEN '{name}'" for name in SPLITS)


def _value() -> str:
    return " ".join(f"WHEN GROUPING({name}) = 0 THEN {name}" for name in SPLITS)


def where(name: str) -> str:
    """What a loan must be to count in this sum or number of borrowers."""
    return SUMS[name][1] if name in SUMS else BORROWERS.get(name, LOANS)


def loans_that(
    asked: str, days: Days, terms: Terms, tables: Tables, *, known: datetime | None, part: tuple[str, str] | None
) -> tuple[str, list[Any]]:
    """A question for the keys of the loans of which this is true, with its values in their order.

    With `known`, by what had been written down then; `part` is a split and one value of it.
    """
    split, value = part or ("", "")
    narrowed = f"{asked} AND coalesce({split}, '') = %(value)s" if split in SPLITS else asked
    named = f"{_facts(terms, tables, WRITTEN_THEN if known else LIVE)} SELECT id FROM facts WHERE {narrowed}"
    given = _given(days, terms) | {"known": known, "value": value}
    values: list[Any] = []

    def placed(found: "re.Match[str]") -> str:
        values.append(given[found[1]])
        return "%s"

    return re.sub(r"%\((\w+)\)s", placed, named), values


def _given(days: Days, terms: Terms) -> dict[str, Any]:
    return days._asdict() | {
        "line": terms.inclusive_line,
        "sizes": list(terms.inclusive_sizes),
        "manufacturing": f"{terms.manufacturing}%",
    }


def _facts(terms: Terms, tables: Tables, live: str = LIVE) -> str:
    """A line per loan, with what the indicators ask of it. Only numbers of our own tables are written into the text."""
    features = ", ".join(f"features @> '[\"{word}\"]' AS has_{name}" for name, word in SHARED_FEATURES.items())
    return f"""
WITH sized AS (
    SELECT l.*, {size_case(tables.sizes)} AS size, left(l.industry_code, 1) AS section,
        CASE WHEN l.matures_on >= (l.disbursed_on + interval '{tables.long_term_months} months')::date
            THEN {_lpr(tables.lpr, "five_year")} ELSE {_lpr(tables.lpr, "one_year")} END AS lpr,
        (SELECT sum(d.principal_balance) FROM loans_determination d WHERE d.loan_id = l.id
            AND d.determined_on <= %(last)s AND (d.ended_on IS NULL OR d.ended_on > %(last)s)
            AND (d.recovered_on IS NULL OR d.recovered_on > %(last)s)) AS npl
    FROM loans_loan l WHERE {live} AND l.disbursed_on <= %(last)s
), facts AS (
    SELECT id, bank_id, borrower_id, principal, annual_rate, lpr, npl, size, section, district,
        greatest(credit_line, principal) <= %(line)s
            AND (borrower_kind = 'sole_trader' OR size = ANY(%(sizes)s)) AS inclusive,
        closed_on IS NULL OR closed_on > %(last)s AS held,
        disbursed_on <= %(last_before)s AND (closed_on IS NULL OR closed_on > %(last_before)s) AS held_before,
        disbursed_on >= %(first)s AS lent,
        disbursed_on BETWEEN %(first_before)s AND %(last_before)s AS lent_before,
        industry_code LIKE %(manufacturing)s AS manufacturing,
        matures_on > (disbursed_on + interval '{terms.medium_term_months} months')::date AS medium,
        features @> '["first_loan"]' AS has_first, {features}
    FROM sized
)"""


def size_case(sizes: SizeStandard) -> str:
    """The size standard as one expression: all bounds of a size reached, else the next smaller (article 3)."""
    groups = []
    for group, bounds in sizes.groups.items():
        steps = {
            "large": " AND ".join(f"l.{one.measure} >= {one.sme_below}" for one in bounds),
            "medium": " AND ".join(f"l.{one.measure} >= {one.medium_from}" for one in bounds),
            "small": " AND ".join(f"l.{one.measure} >= {one.small_from}" for one in bounds),
        }
        whens = " ".join(f"WHEN {test} THEN '{size}'" for size, test in steps.items())
        groups.append(f"WHEN '{group}' THEN CASE {whens} ELSE 'micro' END")
    by_group = f"CASE l.industry_group {' '.join(groups)} END"
    return f"CASE WHEN l.borrower_kind = 'sole_trader' THEN 'sole_trader' ELSE {by_group} END"


def _lpr(table: LprTable, tenor: str) -> str:
    """The latest quote on or before disbursement (reading 7)."""
    latest_first = sorted(table.quotes, key=lambda quote: quote.published_on, reverse=True)
    whens = " ".join(
        f"WHEN l.disbursed_on >= '{quote.published_on.isoformat()}' THEN {getattr(quote, tenor)}"
        for quote in latest_first
    )
    return f"CASE {whens} END"


def _rows(statement: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, dict(given))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def nothing() -> dict[str, Any]:
    """The figures of a bank without a loan."""
    return dict.fromkeys(SUMS, Decimal(0)) | dict.fromkeys([*BORROWERS, "inclusive_loans"], 0)
