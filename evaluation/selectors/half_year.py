"""The figures of the half-year report (10(1), 20(5), 20(6)): each from the room that owns it, tied to the ledger."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from banks.models import Bank, StandingEvent
from claims.models import Claim, Upgrade
from evaluation.models import Report
from evaluation.selectors import money
from loans.models import Determination, Loan
from pool.formats import yuan
from pool.models import Transition
from pool.selectors import edition
from recovery.models import ClawbackReceipt, Closing, Recovery, Return

ZERO = Decimal("0.00")
ONE_DAY = timedelta(days=1)
DECIDED = (Claim.State.APPROVED, Claim.State.REFUSED)
UNDER_REVIEW = frozenset({*Claim.BEFORE_DECISION, Claim.State.RE_EXAMINING})
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
    for bank in Bank.objects.filter(joined_on__lte=ends_on).order_by("code"):
        row: dict[str, Any] = {"code": bank.code, "name": bank.short_name, "standing": standings.get(bank.pk)}
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
    }


def _columns(starts_on: date, ends_on: date) -> dict[str, Pairs]:
    """Figure → bank → (count, amount)."""
    period = (starts_on, ends_on)
    live = Loan.objects.exclude(state=Loan.State.WITHDRAWN)
    standing = Determination.objects.exclude(ending=Determination.Ending.VOIDED, ended_on__lte=ends_on)
    filed = Claim.objects.filter(first_submitted_on__range=period)
    outcome = decided(starts_on, ends_on)
    closed = Closing.objects.filter(state=Closing.State.CLOSED, closed_on__range=period)
    received = Return.objects.filter(state=Return.State.RECEIVED, received_on__range=period)
    refunded = Upgrade.objects.filter(state=Upgrade.State.REFUNDED, refunded_on__range=period)
    taken_back = ClawbackReceipt.objects.filter(state=ClawbackReceipt.State.CONFIRMED, received_on__range=period)
    recovered = Recovery.objects.filter(state=Recovery.State.SUBMITTED, submitted_on__range=period)
    return {
        "loans": _pairs(live.filter(entered_on__lte=ends_on), "principal"),
        "entered": _pairs(live.filter(entered_on__range=period), "principal"),
        "determined": _pairs(standing.filter(determined_on__range=period), "principal_balance"),
        "claimed": _pairs(filed, "determination__principal_balance"),
        "approved": _pairs(Claim.objects.filter(pk__in=outcome[Claim.State.APPROVED]), "amount"),
        "refused": _pairs(
            Claim.objects.filter(pk__in=outcome[Claim.State.REFUSED]), "determination__principal_balance"
        ),
        "pending": _pairs(Claim.objects.filter(pk__in=under_review(ends_on)), "determination__principal_balance"),
        "paid": _pairs(Claim.objects.filter(paid_on__range=period), "amount"),
        "recovered": _pairs(recovered, "amount"),
        "returned": _pairs(received, "amount"),
        "refunded": _pairs(refunded, "refund_due"),
        "clawed_back": _pairs(taken_back.filter(principal_part__gt=0), "principal_part"),
        "owed": _pairs(_owed(ends_on), "amount"),
        "closed": _pairs(closed, "loan__principal"),
        "written_off": _pairs(closed.filter(kind=Closing.Kind.WRITE_OFF), "loss_amount"),
    }


def _pairs(rows: "QuerySet[Any]", field: str) -> Pairs:
    grouped = rows.order_by().values("bank_id").annotate(n=Count("pk"), total=Coalesce(Sum(field), ZERO))
    return {row["bank_id"]: (row["n"], row["total"]) for row in grouped}


def _moves_of_claims() -> "QuerySet[Transition]":
    return Transition.objects.filter(subject_kind=Claim._meta.label_lower, field="state")


def decided(starts_on: date, ends_on: date) -> dict[str, list[UUID]]:
    """Outcome → the claims decided in the period, each by its last decision there (a re-examination may turn it)."""
    last = (
        _moves_of_claims()
        .filter(target__in=DECIDED, on__range=(starts_on, ends_on))
        .order_by("subject_id", "-id")
        .distinct("subject_id")
    )
    found: dict[str, list[UUID]] = {state: [] for state in DECIDED}
    for claim_id, outcome in last.values_list("subject_id", "target"):
        found[outcome].append(claim_id)
    return found


def under_review(on: date) -> list[UUID]:
    """The claims that were filed and undecided at the end of the day, as the log of their moves tells it."""
    last = _moves_of_claims().filter(on__lte=on).order_by("subject_id", "-id").distinct("subject_id")
    return [claim_id for claim_id, state in last.values_list("subject_id", "target") if state in UNDER_REVIEW]


def _owed(on: date) -> "QuerySet[Return]":
    """Advised and not received by the end of the day."""
    rows: QuerySet[Return] = Return.objects.exclude(state=Return.State.CANCELLED).filter(advised_on__lte=on)
    return rows.filter(Q(received_on__isnull=True) | Q(received_on__gt=on))


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
