"""What both institutions signed is written: bank by bank, then the ledger, each in a transaction of its own.

Broken off anywhere, the next call goes on with the banks that are missing. At the end the sums of the library and of
the ledger are held against the report; if they differ, nobody is told that it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from banks.models import Bank
from claims.models import Claim
from config.models import Cutover, CutoverLine, CutoverPart
from config.scale import obligations
from loans.models import Determination, Loan
from pool import audit, clock, moves, scope
from pool.errors import Refused
from pool.ledger import chart
from pool.ledger import services as ledger
from pool.models import User
from pool.money import ZERO
from recovery.models import Return

from . import gates
from .opening import post_all
from .writing import Writer

LEDGER = "ledger"
Say = Callable[[str], Any]


def apply(cutover_id: UUID, *, say: Say, dry_run: bool = False) -> Cutover:
    """For the command; safe to repeat."""
    with scope.everything():
        cutover = Cutover.objects.select_related("manager_by", "finance_by").get(pk=cutover_id)
        lines = CutoverLine.objects.filter(cutover=cutover, sheet="loans").order_by()
        codes = sorted(lines.values_list("bank_code", flat=True).distinct())
    _require_signed(cutover)
    for part in [*codes, LEDGER]:
        with scope.everything(), transaction.atomic():
            counts = _write(cutover, part)
            if dry_run:
                transaction.set_rollback(True)
        if counts is not None:
            say(f"{part}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
        if dry_run and part == codes[-1]:
            say(_("试运行：每家银行写入后均已撤销，专户期初未写。"))
            return cutover
    return _finish(cutover)


def _require_signed(cutover: Cutover) -> None:
    if cutover.state != Cutover.State.SIGNED:
        text = _("当前状态为“%(state)s”，须经高新投和金融中心双方签署后方可写入。")
        raise Refused("not_signed", text % {"state": cutover.get_state_display()}, gates.LAW)
    if gates.digest(cutover) != cutover.digest:
        raise Refused("altered", _("签署后的移交数据有变动，不能写入。"), gates.LAW)
    gates.require_no_live_money(cutover)


def _write(cutover: Cutover, part: str) -> dict[str, int] | None:
    """One part, unless it is there; who writes it first holds it."""
    Cutover.objects.select_for_update().get(pk=cutover.pk)
    if CutoverPart.objects.filter(cutover=cutover, part=part).exists():
        return None
    manager, finance = signers(cutover)
    if part == LEDGER:
        counts = post_all(cutover, manager, finance)
    else:
        bank = Bank.objects.get(code=part)
        counts = Writer(cutover, bank, manager, finance).write()
        after = {"digest": cutover.digest, **counts}
        audit.record("cutover.apply", bank, by=None, on=clock.today(), after=after, article=gates.LAW, bank=bank.pk)
    CutoverPart.objects.create(cutover=cutover, part=part, counts=counts)
    return counts


def signers(cutover: Cutover) -> tuple[User, User]:
    assert cutover.manager_by is not None and cutover.finance_by is not None
    return cutover.manager_by, cutover.finance_by


def _finish(cutover: Cutover) -> Cutover:
    with scope.everything(), transaction.atomic():
        row: Cutover = Cutover.objects.select_for_update(of=("self",)).get(pk=cutover.pk)
        wrong = [item for item, (said, have) in _held_against(row).items() if said != have]
        if wrong:
            text = _("写入后的合计与差异报告不一致：%(items)s。")
            raise Refused("sums_differ", text % {"items": "、".join(wrong)}, gates.LAW)
        obligations.open_all(clock.today())
        moves.move(row, "finish", by=None, on=clock.today(), article=gates.LAW)
        audit.record("cutover.finish", row, by=None, on=clock.today(), after={"digest": row.digest}, article=gates.LAW)
        return row


def _held_against(cutover: Cutover) -> dict[str, tuple[tuple[int, Decimal], tuple[int, Decimal]]]:
    """Of each item: what was signed, what is in the library and in the ledger now."""
    paid = Claim.objects.filter(paid_on__isnull=False)
    back = Return.objects.filter(state=Return.State.RECEIVED)
    now = {
        "loans": _sum(Loan.objects.all(), "principal"),
        "determinations": _sum(Determination.objects.all(), "principal_balance"),
        "compensations": _sum(paid, "amount"),
        "returns": _sum(back, "amount"),
        "cash": (0, ledger.balances().get(chart.CASH, ZERO)),
    }
    said: dict[str, tuple[int, Decimal]] = {}
    for line in cutover.report:
        count, amount = said.get(line["item"], (0, ZERO))
        said[line["item"]] = (count + line["found_count"], amount + Decimal(line["found"]))
    return {item: (said.get(item, (0, ZERO)), have) for item, have in now.items()}


def _sum(rows: Any, name: str) -> tuple[int, Decimal]:
    found = rows.aggregate(count=Count("pk"), total=Sum(name))
    return found["count"], found["total"] or ZERO
