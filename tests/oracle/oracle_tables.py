"""LPR, and 工信部联企业〔2011〕300号, written from the text, not from the rules' code: the data files are read here."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "pool" / "data"


def _rows(name: str) -> list[dict[str, str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if line.strip() and not line.startswith("#")))


# (published on, one year, five years), oldest first.
LPR = sorted(
    (date.fromisoformat(row["published_on"]), Decimal(row["one_year"]), Decimal(row["five_year"]))
    for row in _rows("lpr.csv")
)
LPR_CONFIRMED_THROUGH = date(2025, 10, 31)  # reading 7

# group -> [(measure, below this it is no large one, medium from, small from)]; money in 万元
SIZE: dict[str, list[tuple[str, Decimal, Decimal, Decimal]]] = {}
for _row in _rows("sme_size.csv"):
    SIZE.setdefault(_row["group"], []).append(
        (_row["measure"], Decimal(_row["sme_below"]), Decimal(_row["medium_from"]), Decimal(_row["small_from"]))
    )


def size_of(group: str, staff: int, revenue: Decimal, assets: Decimal) -> str:
    """Medium or small when every lower bound is met; large when no upper bound keeps it below (300号 art. 4)."""
    facts = {"staff": Decimal(staff), "revenue": revenue / 10000, "assets": assets / 10000}
    measures = SIZE[group]
    if all(facts[measure] >= sme_below for measure, sme_below, _, _ in measures):
        return "large"
    if all(facts[measure] >= medium for measure, _, medium, _ in measures):
        return "medium"
    if all(facts[measure] >= small for measure, _, _, small in measures):
        return "small"
    return "micro"


def lpr_on(day: date, long: bool) -> Decimal:
    """Reading 7: the latest published on or before the day."""
    found = None
    for published, one_year, five_year in LPR:
        if published <= day:
            found = five_year if long else one_year
    if found is None:
        raise LookupError(f"no LPR on {day}")
    return found
