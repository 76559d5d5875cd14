"""The figures of the half-year report (10(1), 20(5), 20(6)): each from the room that owns it, tied to the ledger."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext

from banks.models import Bank, StandingEvent
from evaluation.models import Report
from evaluation.selectors import conduct, money
from evaluation.selectors.cases import Figure, Span
from evaluation.selectors.figures import BY_BANK
from pool.formats import yuan
from pool.selectors import edition
from recovery.models import Closing

ZERO = Decimal("0.00")
ONE_DAY = timedelta(days=1)
#: Figure of a bank → what the ledger calls the same money.
TIED = {
    "paid": money.Kind.COMPENSATION,
    "returned": money.Kind.RETURNS,
    "refunded": money.Kind.REFUNDS,
    "clawed_back": money.Kind.CLAWBACKS,
}

Pairs = dict[UUID, tuple[int, Decimal]]


def figures(starts_on: date, ends_on: date) -> dict[str, Any]:
    """All figures of the report; amounts are decimal strings, so that the JSON can be hashed and kept."""
    columns = _columns(starts_on, ends_on)
    ledger = {name: money.by_bank(kind, starts_on, ends_on) for name, kind in TIED.items()}
    standings = standing_on(ends_on)
    banks = []
    stays = conduct.suspensions(starts_on, ends_on)
    for bank in Bank.objects.filter(joined_on__lte=ends_on).order_by("code"):
        row: dict[str, Any] = {"code": bank.code, "name": bank.short_name, "standing": standings.get(bank.pk)}
        row["suspended_days"] = sum(stay["days"] for stay in stays if stay["code"] == bank.code)
        for name, found in columns.items():
            count, amount = found.get(bank.pk, (0, ZERO))
            row[name] = {"count": count, "amount": str(amount)}
        row["ledger"] = {name: str(found.get(bank.pk, ZERO)) for name, found in ledger.items()}
        banks.append(row)
    opening = money.position(starts_on - ONE_DAY)
    return {
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
        "size": str(edition()["pool_size"].decimal),
        "opening": _as_text(opening),
        "flows": _as_text(money.flows(starts_on, ends_on)),
        "closing": _as_text(money.position(ends_on)),
        "booked_later": _booked_later(starts_on, opening),
        "banks": banks,
        "totals": _totals(banks, list(columns)),
        "write_offs": _write_offs(starts_on, ends_on),
        "suspensions": stays,
        "late": conduct.late(starts_on, ends_on),
    }


def by_bank(starts_on: date, ends_on: date) -> dict[str, Any]:
    """Of any half-year the counts and amounts alone, to set beside another's."""
    columns, banks = _columns(starts_on, ends_on), []
    for bank in Bank.objects.filter(joined_on__lte=ends_on).order_by("code"):
        pairs = {name: found.get(bank.pk, (0, ZERO)) for name, found in columns.items()}
        row = {name: {"count": count, "amount": str(amount)} for name, (count, amount) in pairs.items()}
        banks.append({"code": bank.code, "name": bank.short_name, **row})
    return {"banks": banks, "totals": _totals(banks, list(columns))}


def closing(on: date) -> dict[str, str]:
    """The pool's money at the end of a day, as a report keeps it."""
    return _as_text(money.position(on))


def _columns(starts_on: date, ends_on: date) -> dict[str, Pairs]:
    """Figure → bank → (count, amount)."""
    span = Span(starts_on, ends_on)
    return {name: _pairs(figure.rows(span), figure) for name, figure in BY_BANK.items()}


def _pairs(rows: "QuerySet[Any]", figure: Figure) -> Pairs:
    grouped = rows.order_by().values("bank_id").annotate(n=Count("pk"), total=Sum(figure.adds))
    return {row["bank_id"]: (row["n"], row["total"]) for row in grouped}


def standing_on(on: date) -> dict[UUID, dict[str, Any]]:
    """Bank → its two sums under article 17 as they stood at the end of the day."""
    latest = StandingEvent.objects.filter(bank=OuterRef("pk"), on__lte=on).order_by("-number").values("id")[:1]
    ids = Bank.objects.annotate(event=Subquery(latest)).filter(event__isnull=False).values("event")
    return {
        event.bank_id: {
            "entered": str(event.entered_principal),
            "npl": str(event.npl_principal),
            "suspended": event.is_suspended,
        }
        for event in StandingEvent.objects.filter(id__in=ids)
    }


def _write_offs(starts_on: date, ends_on: date) -> list[dict[str, Any]]:
    """Each loan that could not be recovered and was closed in the period (20(6)); no names, only numbers."""
    rows = Closing.objects.filter(
        kind=Closing.Kind.WRITE_OFF, state=Closing.State.CLOSED, closed_on__range=(starts_on, ends_on)
    ).order_by("closed_on", "number")
    return [
        {
            "number": row["number"],
            "bank": row["bank_name"],
            "loss": str(row["loss_amount"]),
            "compensated": str(row["compensated"] or ZERO),
            "closed_on": row["closed_on"].isoformat(),
        }
        for row in rows.values(
            "number", "loss_amount", "closed_on", bank_name=F("bank__short_name"), compensated=F("claim__amount")
        )
    ]


def _booked_later(starts_on: date, opening: dict[str, Decimal]) -> list[dict[str, str]]:
    """What was booked, with a day in the period before, after the report of that period was issued."""
    before = (
        Report.objects.filter(kind=Report.Kind.HALF_YEAR, state=Report.State.ISSUED, ends_on=starts_on - ONE_DAY)
        .order_by("-revision")
        .first()
    )
    if before is None:
        return []
    said = before.inputs["closing"]
    return [
        {"figure": name, "report": before.number, "said": said[name], "now": str(now)}
        for name, now in opening.items()
        if name in said and Decimal(said[name]) != now
    ]


def _totals(banks: list[dict[str, Any]], names: list[str]) -> dict[str, Any]:
    """Column sums over the banks, in the shape of one bank's row."""
    return {
        name: {
            "count": sum(bank[name]["count"] for bank in banks),
            "amount": str(sum((Decimal(bank[name]["amount"]) for bank in banks), ZERO)),
        }
        for name in names
    }


def _as_text(values: dict[str, Decimal]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def breaks(found: dict[str, Any]) -> list[str]:
    """Where the figures do not tie to the ledger or to each other; an empty list is what a report needs."""
    problems = []
    for bank in found["banks"]:
        for name in TIED:
            problems += _differ(name, bank[name]["amount"], bank["ledger"][name], bank["name"])
    for name in TIED:
        problems += _differ(name, found["totals"][name]["amount"], found["flows"][name], gettext("合计"))
    for name, closing in found["closing"].items():
        reckoned = Decimal(found["opening"][name]) + Decimal(found["flows"][name])
        problems += _differ(name, reckoned, closing, gettext("期初加本期发生额"))
    held = {name: Decimal(value) for name, value in found["closing"].items()}
    due = held["appropriated"] - held["outstanding"] + held["interest"] - held["fees"] + held["suspense"]
    return problems + _differ("cash", due, held["cash"], gettext("各科目轧差"))


def _differ(name: str, counted: Decimal | str, booked: Decimal | str, where: str) -> list[str]:
    if Decimal(counted) == Decimal(booked):
        return []
    words = {"where": where, "figure": money.WORDS[name], "counted": yuan(counted), "booked": yuan(booked)}
    return [gettext("%(where)s：%(figure)s按业务记录为 %(counted)s 元，资金账为 %(booked)s 元") % words]
