"""Files become lines with all that is wrong with them: nothing is written into the library. This is the dry run."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop as _

from banks.models import Bank
from config.models import Cutover, CutoverLine
from loans.intake import parse_row
from loans.keys import identity_of, loan_number_key
from loans.services.rows import kept_facts
from pool import clock, moves, numbering, scope
from pool.models import User
from pool.money import ZERO, share
from pool.refs import NotCovered
from pool.rules import quarter_start, to_yuan
from pool.selectors import edition, refs
from pool.sheets import DEFAULT_LIMITS, CellProblem, Row, Wording, declare, read

from . import gates, report
from .sheets import LOANS, SCHEMAS, file_of

MANY = 2000
LIMITS = replace(DEFAULT_LIMITS, csv_bytes=8 << 30, rows=40_000_000, seconds=3600)
"""A city's whole past in one file."""
NO_LOAN, NOT_NPL, NOT_PAID = "past_no_loan", "past_no_determination", "past_no_compensation"

declare(
    {
        "past_no_bank": Wording(
            _("加盟银行名单中没有机构代码 %(value)s。"), _("请先办理加盟并签订合作协议，或更正代码。")
        ),
        "past_twice": Wording(_("“%(value)s”在本表重复出现（第 %(first)s 行）。"), _("请只保留一行。")),
        "past_no_loan": Wording(_("“贷款项目”表中没有该行借据号。"), _("请补充该笔贷款，或更正借据号。")),
        "past_no_determination": Wording(
            _("“不良认定”表中没有该笔有效的不良认定。"), _("请补充认定；认定已终止的，不移交其补偿和清收。")
        ),
        "past_in_the_future": Wording(_("日期 %(value)s 晚于今天。"), _("只移交已经发生的事项。")),
        "past_pair": Wording(_("“%(header)s”与“%(other)s”须同时填写。"), _("请补齐，或两项都不填。")),
        "past_before_entry": Wording(
            _("认定日期 %(value)s 不晚于原入库日期 %(day)s，该笔不良不予补偿。"), _("请核对两个日期。")
        ),
        "past_over_principal": Wording(
            _("本金余额 %(value)s 元超过贷款本金 %(limit)s 元。"), _("请按认定时的余额填写。")
        ),
        "past_order": Wording(_("日期 %(value)s 早于 %(day)s。"), _("请按原系统记录核对日期的先后。")),
        "past_amount": Wording(
            _("补偿金额 %(value)s 元不等于本金余额乘以比例的 %(right)s 元。"), _("请核对余额、比例和金额。")
        ),
        "past_return": Wording(
            _("应返还金额 %(value)s 元不等于累计公式的 %(right)s 元。"), _("请核对收回金额的先后、比例和补偿金额。")
        ),
        "past_over_balance": Wording(
            _("累计收回的本金超过认定时本金余额 %(limit)s 元。"), _("请核对各笔的“其中本金”。")
        ),
        "past_unpaid_return": Wording(_("该笔贷款没有移交补偿，不应返还。"), _("“应返还金额”请填 0。")),
        "past_open_settled": Wording(
            _("以清偿结项的贷款，须已补偿且应返还的金额均已到账。"), _("请补充补偿、清收和返还，或更正结项方式。")
        ),
    }
)  # fmt: skip


class Stager:
    """Reads one folder; afterwards the cut-over has its lines, its errors and its report."""

    def __init__(self, cutover: Cutover, folder: Path, on: date) -> None:
        self.cutover, self.folder, self.on = cutover, folder, on
        self.banks = set(Bank.objects.values_list("code", flat=True))
        self.sums: report.Sums = defaultdict(lambda: [0, ZERO])
        self.stated: report.Sums = defaultdict(lambda: [0, ZERO])
        self.errors = 0
        self.recovered: dict[tuple[str, str], list[Decimal]] = {}
        """Of each loan with recoveries: recovered, its principal, due so far."""
        self.numbers: dict[tuple[str, str], int] = {}

    def stage(self) -> None:
        for name in SCHEMAS:
            path = file_of(self.folder, name)
            if path is not None:
                self.cutover.files[name] = {"name": path.name, "sha256": _sha256(path), "rows": self._sheet(name, path)}
        self._settled()

    def _settled(self) -> None:
        """Closed as settled means: compensated, and all that was due has come back (20(4))."""
        lines = CutoverLine.objects.filter(cutover=self.cutover)
        paid = lines.filter(sheet="compensations", bank_code=OuterRef("bank_code"), key=OuterRef("key"))
        owing = lines.filter(sheet="returns", bank_code=OuterRef("bank_code"), key=OuterRef("key"), problems=[])
        owing = owing.filter(data__returned_on=None).exclude(data__returned="0.00")
        closed = lines.filter(sheet="loans", data__closing="settled", problems=[])
        column = LOANS["closing"]
        for line in closed.filter(~Exists(paid) | Exists(owing)):
            where = (LOANS.sheet, line.row, "", column.header, "")
            line.problems = [CellProblem(*where, "past_open_settled", column.key, article="20(4)").as_dict()]
            line.save(update_fields=["problems"])
            self.errors += 1

    def _sheet(self, name: str, path: Path) -> int:
        look: dict[str, Callable[[list[Row]], list[CutoverLine]]] = {
            "loans": self._loans, "determinations": self._determinations, "compensations": self._compensations,
            "returns": self._returns, "ledger": self._ledger, "control": self._control,
        }  # fmt: skip
        count = 0
        with read(path, SCHEMAS[name], limits=LIMITS) as reader:
            if reader.broken:
                self._keep([self._line(name, 0, "", "", None, {}, list(reader.problems))])
                return 0
            rows = iter(reader)
            while chunk := list(islice(rows, MANY)):
                self._keep(look[name](chunk))
                count += len(chunk)
        return count

    def _keep(self, lines: list[CutoverLine]) -> None:
        self.errors += sum(bool(line.problems) for line in lines)
        CutoverLine.objects.bulk_create(lines, batch_size=MANY)

    def _line(
        self, sheet: str, row: int, bank: str, key: str, on: date | None, data: dict[str, Any], found: list[CellProblem]
    ) -> CutoverLine:
        wrong = [problem.as_dict() for problem in found if problem.is_error]
        plain = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
        return CutoverLine(
            cutover=self.cutover, sheet=sheet, row=row, bank_code=bank, key=key, on=on, data=plain, problems=wrong
        )

    def _add(self, item: str, bank: str, day: date, amount: Decimal) -> None:
        cell = self.sums[item, bank, quarter_start(day).isoformat()]
        cell[0] += 1
        cell[1] += amount

    def _bank(self, row: Row) -> Iterator[CellProblem]:
        if row.values["bank_code"] not in self.banks:
            yield row.problem("bank_code", "past_no_bank")

    def _past(self, row: Row, *keys: str) -> Iterator[CellProblem]:
        """Nothing that is still to come; each not before the one in front of it."""
        before: date | None = None
        for key in keys:
            day = row.values[key]
            if not isinstance(day, date):
                continue
            if day > self.on:
                yield row.problem(key, "past_in_the_future")
            if before is not None and day < before:
                yield row.problem(key, "past_order", day=before.isoformat())
            before = day

    # --- the sheets ---------------------------------------------------------------------------------------------------

    def _loans(self, rows: list[Row]) -> list[CutoverLine]:
        lines = []
        known = self._known("loans", rows)
        for row in rows:
            values = row.values
            facts, problems = parse_row(row, on=self.on)
            problems = [problem for problem in problems if problem.is_error]
            problems += [*self._bank(row), *self._past(row, "disbursed_on", "entered_on", "closed_on")]
            if (values["closed_on"] is None) != (values["closing"] is None):
                problems.append(row.problem("closing", "past_pair", other=str(_("结项日期"))))
            bank, key = str(values["bank_code"] or ""), loan_number_key(str(values["iou_number"] or ""))
            if (bank, key) in known:
                problems.append(row.problem("iou_number", "past_twice", first=str(known[bank, key]["row"])))
            known[bank, key] = {"row": row.number}
            data: dict[str, Any] = {}
            if facts is not None and not problems:
                principal, restricted = self._worked_out(facts)
                data = kept_facts(facts, principal, restricted) | {
                    "identity": identity_of(facts.borrower_kind, facts.credit_code, facts.owner_id_number),
                    "entered_on": values["entered_on"], "closed_on": values["closed_on"], "closing": values["closing"],
                    "row": row.number,
                }  # fmt: skip
                self._add("loans", bank, facts.disbursed_on, principal)
            entered = values["entered_on"]
            on = entered if isinstance(entered, date) else None
            lines.append(self._line("loans", row.number, bank, key, on, data, problems))
        return lines

    def _worked_out(self, facts: Any) -> tuple[Decimal, bool]:
        data = refs(self.on)
        restricted = bool(data.catalogue.restricts(facts.industry_code, facts.disbursed_on))
        if facts.currency == "CNY":
            return facts.principal, restricted
        try:
            rate = to_yuan(edition(), data, facts.principal, facts.currency, facts.disbursed_on)
        except NotCovered:
            return facts.principal, restricted
        return rate.amount, restricted

    def _known(self, sheet: str, rows: list[Row]) -> dict[tuple[str, str], dict[str, Any]]:
        """What an earlier sheet, or an earlier part of this one, says of these loans. One query for all."""
        keys = {loan_number_key(str(row.values["iou_number"] or "")) for row in rows}
        found = CutoverLine.objects.filter(cutover=self.cutover, sheet=sheet, key__in=keys)
        return {(line.bank_code, line.key): line.data | {"row": line.row} for line in found}

    def _determinations(self, rows: list[Row]) -> list[CutoverLine]:
        loans, known, lines = self._known("loans", rows), self._known("determinations", rows), []
        for row in rows:
            values, at = row.values, self._place(row)
            problems = [*row.problems, *self._bank(row), *self._past(row, "determined_on", "ended_on", "recovered_on")]
            loan = loans.get(at)
            if loan is None:
                problems.append(row.problem("iou_number", NO_LOAN))
            elif not row.has_errors and loan.get("entered_on"):
                if values["determined_on"] <= date.fromisoformat(loan["entered_on"]):
                    problems.append(row.problem("determined_on", "past_before_entry", day=loan["entered_on"]))
                if values["principal_balance"] > Decimal(loan["principal_yuan"]):
                    limit = loan["principal_yuan"]
                    problems.append(row.problem("principal_balance", "past_over_principal", limit=limit))
            if (values["ended_on"] is None) != (values["ending"] is None):
                problems.append(row.problem("ending", "past_pair", other=str(_("终止日期"))))
            if at in known:
                problems.append(row.problem("iou_number", "past_twice", first=str(known[at]["row"])))
            known[at] = {"row": row.number}
            if not any(problem.is_error for problem in problems):
                self._add("determinations", at[0], values["determined_on"], values["principal_balance"])
            lines.append(self._line("determinations", row.number, *at, values["determined_on"], dict(values), problems))
        return lines

    def _place(self, row: Row) -> tuple[str, str]:
        return str(row.values["bank_code"] or ""), loan_number_key(str(row.values["iou_number"] or ""))

    def _compensations(self, rows: list[Row]) -> list[CutoverLine]:
        bad, known, lines = self._known("determinations", rows), self._known("compensations", rows), []
        for row in rows:
            values, at = row.values, self._place(row)
            days = ("submitted_on", "decided_on", "paid_on", "transferred_on")
            problems = [*row.problems, *self._bank(row), *self._past(row, *days)]
            npl = bad.get(at)
            if npl is None or npl.get("ended_on"):
                problems.append(row.problem("iou_number", NOT_NPL))
            elif not row.has_errors and npl.get("principal_balance"):
                if values["submitted_on"] < date.fromisoformat(npl["determined_on"]):
                    problems.append(row.problem("submitted_on", "past_order", day=npl["determined_on"]))
                right = share(Decimal(npl["principal_balance"]), values["ratio"] / 100)
                if right != values["amount"]:
                    problems.append(row.problem("amount", "past_amount", right=str(right)))
            if at in known:
                problems.append(row.problem("iou_number", "past_twice", first=str(known[at]["row"])))
            known[at] = {"row": row.number}
            number = at[0], str(values["claim_number"])
            if self.numbers.setdefault(number, row.number) != row.number:
                problems.append(row.problem("claim_number", "past_twice", first=str(self.numbers[number])))
            if not any(problem.is_error for problem in problems):
                self._add("compensations", at[0], values["paid_on"], values["amount"])
            lines.append(self._line("compensations", row.number, *at, values["paid_on"], dict(values), problems))
        return lines

    def _returns(self, rows: list[Row]) -> list[CutoverLine]:
        bad, paid, lines = self._known("determinations", rows), self._known("compensations", rows), []
        for row in rows:
            values, at = row.values, self._place(row)
            problems = [*row.problems, *self._bank(row), *self._past(row, "received_on", "reported_on", "returned_on")]
            npl = bad.get(at)
            if npl is None or npl.get("ended_on"):
                problems.append(row.problem("iou_number", NOT_NPL))
            elif not row.has_errors and npl.get("principal_balance"):
                if values["received_on"] <= date.fromisoformat(npl["determined_on"]):
                    problems.append(row.problem("received_on", "past_order", day=npl["determined_on"]))
                problems += self._formula(row, at, npl, paid.get(at))
            clean = not any(problem.is_error for problem in problems)
            if clean and values["returned_on"] is not None:
                self._add("returns", at[0], values["returned_on"], values["returned"])
            lines.append(self._line("returns", row.number, *at, values["reported_on"], dict(values), problems))
        return lines

    def _formula(
        self, row: Row, at: tuple[str, str], npl: dict[str, Any], paid: dict[str, Any] | None
    ) -> Iterator[CellProblem]:
        """The step of the cumulative formula that this line causes (19(6))."""
        values = row.values
        seen = self.recovered.setdefault(at, [ZERO, ZERO, ZERO])
        seen[0] += values["amount"]
        seen[1] += values["principal_part"]
        if seen[1] > Decimal(npl["principal_balance"]):
            yield row.problem("principal_part", "past_over_balance", limit=npl["principal_balance"])
        if paid is None:
            if values["returned"]:
                yield row.problem("returned", "past_unpaid_return")
            return
        owed = min(Decimal(paid["amount"]), share(seen[0], Decimal(paid["ratio"]) / 100))
        if values["returned"] != owed - seen[2]:
            yield row.problem("returned", "past_return", right=str(owed - seen[2]))
        seen[2] = owed

    def _ledger(self, rows: list[Row]) -> list[CutoverLine]:
        lines = []
        for row in rows:
            problems = [*row.problems, *self._past(row, "on")]
            on = row.values["on"]
            day = on if isinstance(on, date) else None
            lines.append(self._line("ledger", row.number, "", "", day, dict(row.values), problems))
        return lines

    def _control(self, rows: list[Row]) -> list[CutoverLine]:
        lines = []
        for row in rows:
            values = row.values
            if not row.has_errors:
                quarter = values["quarter"].isoformat() if values["quarter"] else ""
                cell = self.stated[str(values["item"]), str(values["bank_code"] or ""), quarter]
                cell[0] += int(values["count"] or 0)
                cell[1] += values["amount"]
            lines.append(self._line("control", row.number, "", "", None, dict(values), list(row.problems)))
        return lines


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stage(*, folder: Path, by: User | None = None) -> Cutover:
    """The dry run: a new set of lines with its errors and differences; an earlier set nobody applied is void."""
    with scope.everything(), transaction.atomic():
        gates.require_no_live_money(None)
        on = clock.today()
        for former in Cutover.objects.select_for_update().filter(state__in=["staged", "signed"]):
            gates.require_nothing_written(former)
            moves.move(former, "withdraw", by=by, on=on)
        number = f"YJ{on.year}{numbering.next_number('cutover', on.year):03d}"
        cutover: Cutover = Cutover.objects.create(number=number, staged_on=on)
        moves.log(cutover, field="state", source="", target=cutover.state, by=by, on=on)
        stager = Stager(cutover, folder, on)
        stager.stage()
        cutover.report = report.compared(stager.stated, report.with_cash(stager.sums, cutover))
        cutover.errors = stager.errors
        cutover.differences = report.differing(cutover.report)
        cutover.digest = gates.digest(cutover)
        cutover.save()
        return cutover
