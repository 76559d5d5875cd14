"""A library written out as the sheets of a cut-over: how a past is handed on, and how the way back is proved."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Prefetch

from claims.models import Claim
from loans.columns import LOAN_SCHEMA
from loans.models import Determination, Loan
from pool.ledger import chart
from pool.ledger import services as ledger
from pool.ledger.models import Entry, LedgerTransaction
from pool.money import ZERO
from pool.rules import quarter_start
from pool.sheets import Column, Kind
from recovery.models import Closing, Recovery, Return

from .sheets import SCHEMAS

MANY = 2000
SAME = {"in_shenzhen": "in_city", "iou_number": "loan_number", "principal": "original_principal"}
"""Columns of the sheet whose name on the loan is another."""
KEPT = {kind.value for kind in (Closing.Kind.PAID_OFF, Closing.Kind.AUTOMATIC, Closing.Kind.SETTLED)}
ENTRIES = ("appropriate", "interest", "fee", "suspense")
Cells = dict[str, Any]


class Past:
    """Writes one CSV for each sheet; the control totals are counted from what is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sums: dict[tuple[str, str, str], list[Any]] = defaultdict(lambda: [0, ZERO])

    def write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, rows in (
            ("loans", self._loans()), ("determinations", self._determinations()),
            ("compensations", self._compensations()), ("returns", self._returns()), ("ledger", self._ledger()),
            ("control", self._control()),
        ):  # fmt: skip
            self._sheet(name, rows)

    def _sheet(self, name: str, rows: Iterable[Cells]) -> None:
        columns = SCHEMAS[name].columns
        with (self.folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column.header for column in columns])
            writer.writerows([_cell(column, row.get(column.key)) for column in columns] for row in rows)

    def _add(self, item: str, bank: str, day: Any, amount: Decimal) -> None:
        cell = self.sums[item, bank, quarter_start(day).isoformat()]
        cell[0] += 1
        cell[1] += amount

    def _loans(self) -> Iterator[Cells]:
        rows = Loan.objects.exclude(state=Loan.State.WITHDRAWN).select_related("bank").order_by("bank__code", "pk")
        ended = Closing.objects.filter(state=Closing.State.CLOSED)
        for loan in rows.prefetch_related(_closings(ended)).iterator(MANY):
            self._add("loans", loan.bank.code, loan.disbursed_on, loan.principal)
            kind = next((one.kind for one in loan.ended), None) if loan.closed_on else None
            closing = (kind if kind in KEPT else "other") if loan.closed_on else None
            cells = {key: getattr(loan, SAME.get(key, key), None) for key in LOAN_SCHEMA.by_key}
            held = loan.qualifications
            yield cells | {
                "bank_code": loan.bank.code, "entered_on": loan.entered_on, "closed_on": loan.closed_on,
                "closing": closing, "qualifications": [one["kind"] for one in held],
                "qualification_from": [one["valid_from"] for one in held],
                "qualification_to": [one["valid_to"] for one in held],
            }  # fmt: skip

    def _determinations(self) -> Iterator[Cells]:
        """The newest of each loan."""
        rows = Determination.objects.select_related("bank", "loan").order_by("loan", "-determined_on", "-pk")
        for row in rows.distinct("loan").iterator(MANY):
            self._add("determinations", row.bank.code, row.determined_on, row.principal_balance)
            names = ("determined_on", "classification", "principal_balance", "ended_on", "ending", "recovered_on")
            yield _of(row) | {name: getattr(row, name) or None for name in names}

    def _compensations(self) -> Iterator[Cells]:
        for claim in _paid().iterator(MANY):
            self._add("compensations", claim.bank.code, claim.paid_on, claim.amount)
            names = ("submitted_on", "decided_on", "amount", "paid_on", "transferred_on")
            yield _of(claim) | {name: getattr(claim, name) for name in names} | {
                "claim_number": claim.number, "ratio": claim.ratio * 100
            }  # fmt: skip

    def _returns(self) -> Iterator[Cells]:
        rows = Recovery.objects.filter(state=Recovery.State.SUBMITTED, determination__ended_on=None)
        advices = {row.recovery_id: row for row in Return.objects.exclude(state=Return.State.CANCELLED)}
        for row in rows.select_related("bank", "loan").order_by("loan", "position").iterator(MANY):
            advice = advices.get(row.pk)
            back = advice.received_on if advice and advice.state == Return.State.RECEIVED else None
            if advice and back:
                self._add("returns", row.bank.code, back, advice.amount)
            yield _of(row) | {
                "received_on": row.received_on, "amount": row.amount, "principal_part": row.principal_part,
                "method": row.method, "reported_on": row.submitted_on, "returned": advice.amount if advice else ZERO,
                "returned_on": back,
            }  # fmt: skip

    def _ledger(self) -> Iterator[Cells]:
        cash = Entry.objects.filter(account__code=chart.CASH, transaction__kind__in=ENTRIES).order_by("pk")
        for entry in cash.select_related("transaction"):
            voucher: LedgerTransaction = entry.transaction
            yield {
                "on": voucher.occurred_on, "kind": voucher.kind, "amount": abs(entry.amount),
                "document": voucher.reference or voucher.key,
            }  # fmt: skip

    def _control(self) -> Iterator[Cells]:
        for (item, bank, quarter), (count, amount) in sorted(self.sums.items()):
            yield {"item": item, "bank_code": bank, "quarter": quarter, "count": count, "amount": amount}
        yield {"item": "cash", "amount": ledger.balances().get(chart.CASH, ZERO)}


def _closings(ended: Any) -> Any:
    return Prefetch("closings", ended, to_attr="ended")


def _paid() -> Any:
    rows = Claim.objects.filter(state=Claim.State.PAID).select_related("bank", "loan")
    return rows.order_by("loan", "pk")


def _of(row: Any) -> Cells:
    return {"bank_code": row.bank.code, "iou_number": row.loan.loan_number}


def _cell(column: Column, value: Any) -> str:
    """As a person would have written it."""
    if value is None or value == "":
        return ""
    if column.kind == Kind.YES_NO:
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(column.labels.get(one, str(one)) for one in value)
    if column.kind in (Kind.CHOICE, Kind.CHOICES):
        return column.labels.get(str(value), str(value))
    return f"{value.normalize():f}" if column.kind == Kind.PERCENT else str(value)
