"""The letter of a sanction: what the bank did, what is decided, and each project's money line by line."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from banks.models import Violation
from claims.reports import authority
from pool import clock, pdf
from pool.chinese import in_chinese
from pool.money import total
from pool.selectors import edition
from recovery import rules, selectors, terms
from recovery.models import Clawback


@dataclass(frozen=True)
class Line:
    """One project: what is owed if it is paid on a day, and where that comes from."""

    clawback: Clawback
    due: rules.Clawback
    table: list[terms.InterestLine]

    @property
    def returned(self) -> Decimal:
        return total(amount for _day, amount in self.clawback.returned)


def lines_of(violation: Violation, on: date, *, at_decision: bool = False) -> list[Line]:
    """The projects as they stand on a day; `at_decision` leaves out what has come in since."""
    states = [Clawback.State.NAMED, *Clawback.DECIDED]
    rows = Clawback.objects.filter(violation=violation, state__in=states).select_related("claim", "loan", "violation")
    found = []
    for row in rows.order_by("number"):
        if row.state == Clawback.State.NAMED:
            row.came_back = [[day.isoformat(), str(amount)] for day, amount in selectors.came_back(row.claim)]
        receipts = [] if at_decision else selectors.receipts_of(row)
        until = on if at_decision else row.settled_on or on
        due = terms.clawback_due(row, receipts, until)
        found.append(Line(row, due, terms.interest_table(row, receipts, until)))
    return found


def sums_of(lines: Sequence[Line]) -> dict[str, Decimal]:
    return {
        "paid": total(line.clawback.amount for line in lines),
        "returned": total(line.returned for line in lines),
        "principal": total(line.due.principal for line in lines),
        "interest": total(line.due.interest for line in lines),
        "total": total(line.due.total for line in lines),
    }


@in_chinese()
def letter_pdf(violation: Violation) -> bytes:
    book = edition()
    decided_on = violation.confirmed_on or clock.today()
    lines = lines_of(violation, decided_on, at_decision=True)
    then = lines_of(violation, violation.pay_by, at_decision=True) if violation.pay_by else []
    figures = [[line.clawback.number, str(line.due.principal), str(line.due.interest)] for line in (*lines, *then)]
    inputs = _digest({"number": violation.number, "decided_on": decided_on, "rate": violation.rate, "lines": figures})
    return pdf.render(
        "pdf/sanction.html",
        {
            "issuer": authority(book),
            "number": violation.number,
            "issued_on": decided_on,
            "title": _("违规处理决定书"),
            "violation": violation,
            "lines": lines,
            "sums": sums_of(lines),
            "then": sums_of(then),
            "days": book["clawback_interest"].number,
            "article": book["clawback_interest"].article,
            "grade_article": book["rank_shares"].article,
            "reapply_article": book["reapply_after"].article,
            "receivers": _("有关行业主管部门、高新投集团、市财政金融服务中心"),
            "check_code": pdf.check_code(violation.number, inputs),
            "inputs_hash": inputs,
            "made_at": clock.now(),
        },
    )


def _digest(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()
