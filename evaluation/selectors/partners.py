"""The yearly list of partner banks (10.2(2)): who they are at the end of the year, and what changed in it."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from banks.models import Agreement, Bank, Tenure, Violation
from evaluation.models import Report
from evaluation.rules import evaluation_due
from evaluation.selectors.half_year import standing_on
from pool.selectors import edition
from recovery.selectors import measures

ARTICLE = "10.2(2)"
"""The list goes to the authority from time to time; we read it as each year, with the evaluation (decision 0022)."""
State = Report.State


def figures(year: int) -> dict[str, Any]:
    """Plain values that a hash can stand on."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    tenures = list(_on(last))
    standings, agreements = standing_on(last), _agreements(last)
    before = _before(year)
    return {
        "year": year,
        "on": last.isoformat(),
        "banks": [
            _bank(tenure, standings.get(tenure.bank_id), agreements.get(tenure.bank_id, {})) for tenure in tenures
        ],
        "joined": [_change(one, one.began_on) for one in _tenures(began_on__range=(first, last))],
        "left": [_left(one) for one in _tenures(ended_on__range=(first, last))],
        "sanctioned": [_sanction(one) for one in _decided(first, last)],
        "before": before,
        "count_before": _on(date(year - 1, 12, 31)).count(),
    }


def due_on(year: int) -> date:
    """The day of the evaluation of that year (25)."""
    return evaluation_due(edition(), year)


def unissued(year: int) -> bool:
    """Whether the year's list is still owed."""
    return not Report.objects.filter(kind=Report.Kind.PARTNERS, period=str(year), state=State.ISSUED).exists()


def _tenures(**narrowed: Any) -> Any:
    return Tenure.objects.filter(**narrowed).select_related("bank").order_by("bank__code", "began_on")


def _on(day: date) -> Any:
    """Partners at the end of the day; who left on it is none any more."""
    return _tenures(began_on__lte=day).filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day))


def _agreements(day: date) -> dict[UUID, dict[str, str]]:
    """Bank → managing body → the number of the agreement in force; of several the one signed last."""
    rows = Agreement.objects.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    found: dict[UUID, dict[str, str]] = {}
    for row in rows.order_by("signed_on", "pk"):
        found.setdefault(row.bank_id, {})[row.counterparty] = row.number
    return found


def _bank(tenure: Tenure, standing: dict[str, Any] | None, agreements: dict[str, str]) -> dict[str, Any]:
    bank: Bank = tenure.bank
    return {
        "code": bank.code,
        "name": bank.name,
        "short_name": bank.short_name,
        "kind": str(bank.get_kind_display()),
        "credit_code": bank.credit_code,
        "joined_on": tenure.began_on.isoformat(),
        "manager": agreements.get(Agreement.Counterparty.MANAGER, ""),
        "finance_centre": agreements.get(Agreement.Counterparty.FINANCE, ""),
        "suspended": bool(standing and standing["suspended"]),
    }


def _change(tenure: Tenure, on: date) -> dict[str, str]:
    return {"code": tenure.bank.code, "name": tenure.bank.name, "on": on.isoformat(), "article": ""}


def _left(tenure: Tenure) -> dict[str, str]:
    return {**_change(tenure, tenure.ended_on or date.max), "article": tenure.article}


def _decided(first: date, last: date) -> Any:
    rows = Violation.objects.filter(state=Violation.State.DECIDED, confirmed_on__range=(first, last))
    return rows.select_related("bank").order_by("confirmed_on", "number")


def _sanction(row: Violation) -> dict[str, str]:
    return {
        "number": row.number,
        "code": row.bank.code,
        "name": row.bank.name,
        "ground": str(row.get_ground_display()),
        "article": row.basis,
        "measures": measures(row),
        "on": row.confirmed_on.isoformat() if row.confirmed_on else "",
    }


def _before(year: int) -> dict[str, Any] | None:
    """Last year's list as it was issued: its number, and who stood on it."""
    row = (
        Report.objects.filter(kind=Report.Kind.PARTNERS, period=str(year - 1), state=State.ISSUED)
        .order_by("-revision")
        .first()
    )
    return {"number": row.number, "codes": sorted(bank["code"] for bank in row.inputs["banks"])} if row else None


def breaks(said: dict[str, Any]) -> list[str]:
    """Who stood on the list before, and joined, and left, must give who stands on it now."""
    problems = []
    now = len(said["banks"])
    if said["count_before"] + len(said["joined"]) - len(said["left"]) != now:
        words = {"before": said["count_before"], "joined": len(said["joined"]), "left": len(said["left"]), "now": now}
        problems.append(
            _("上年末 %(before)s 家，本年加盟 %(joined)s 家、退出 %(left)s 家，与年末 %(now)s 家不符") % words
        )
    codes = {bank["code"] for bank in said["banks"]}
    if said["before"] is not None:
        came, went = ({row["code"] for row in said[name]} for name in ("joined", "left"))
        told = (set(said["before"]["codes"]) - went) | (came & codes)
        if strange := sorted(told ^ codes):
            words = {"number": said["before"]["number"], "codes": "、".join(strange)}
            problems.append(_("与上年名单 %(number)s 相比，下列机构的变动没有加盟或退出记录：%(codes)s") % words)
    return problems
