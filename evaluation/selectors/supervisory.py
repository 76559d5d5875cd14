"""The figures of the report on supervisory indicators: each bank's, all banks' together, and what they lend to whom."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from banks.models import Bank
from banks.selectors import members_on
from evaluation.supervision import reckoning, sums
from evaluation.supervision.catalogue import catalogue
from pool.formats import yuan
from pool.selectors import edition, refs

ARTICLE = "8(4)"
ADDITIVE = ("inclusive_amount", "inclusive_amount_before", "all_amount", "lent")
"""What the banks' figures must add up to; borrowers of two banks count once in the total."""
SPLIT_WORDS = {"size": _("按企业规模"), "section": _("按行业门类"), "district": _("按经营所在区")}


def figures(ends_on: date) -> dict[str, Any]:
    """Everything as text and whole numbers, so that the JSON can be hashed and kept."""
    known = refs()
    tables = sums.Tables(known.sizes, known.lpr, edition()["lpr_long_term"].number)
    found = sums.read(sums.Days.of(ends_on), catalogue().terms, tables)
    of_all = found.banks.pop(None, None) or sums.nothing()
    return {
        "starts_on": ends_on.replace(month=1, day=1).isoformat(),
        "ends_on": ends_on.isoformat(),
        "lpr_through": known.lpr.confirmed_through.isoformat(),
        "banks": [
            {"code": bank.code, "name": bank.short_name, **_kept(found.banks.get(bank.pk) or sums.nothing())}
            for bank in _banks(ends_on, list(found.banks))
        ],
        "total": _kept(of_all),
        "splits": {
            split: [{"value": value, **_as_text(row)} for value, row in rows.items()]
            for split, rows in found.splits.items()
        },
    }


def _banks(ends_on: date, with_loans: list[Any]) -> list[Bank]:
    """The partners of that day, and whoever has loans in the library beside them."""
    return list((members_on(ends_on) | Bank.objects.filter(pk__in=with_loans)).distinct().order_by("code"))


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    return {"indicators": reckoning.as_kept(reckoning.indicators(row)), "sums": _as_text(row)}


def _as_text(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def breaks(found: dict[str, Any]) -> list[str]:
    """Where banks, or sizes, industries and districts, do not add up to the whole; a report needs an empty list."""
    words = catalogue().indicators
    parts = {gettext("各银行合计"): [bank["sums"] for bank in found["banks"]]}
    parts |= {str(SPLIT_WORDS[split]): rows for split, rows in found["splits"].items()}
    problems = []
    for where, rows in parts.items():
        for name in ADDITIVE:
            counted = sum((Decimal(row[name]) for row in rows), Decimal("0.00"))
            whole = Decimal(found["total"]["sums"][name])
            if counted != whole:
                given = {"where": where, "figure": words[name].name.zh, "counted": yuan(counted), "whole": yuan(whole)}
                problems.append(gettext("%(where)s：%(figure)s为 %(counted)s 元，总数为 %(whole)s 元") % given)
    return problems
