"""What lies on the desks on the demo's day and belongs to no followed loan: uploads at every stage."""

from __future__ import annotations

import datetime

from loans import services as loans
from loans.columns import CLASSIFICATION_SCHEMA
from loans.models import Loan, Upload
from pool import scope
from pool.models import User
from pool.services import mails
from pool.workdays import ONE_DAY
from recovery.columns import RECOVERY_SCHEMA

from . import entering
from .lives import facts_for_life
from .loans import OPEN_QUARTER, Cells
from .mistakes import mistakes
from .people import MAY_SIGN_IN
from .spreadsheets import as_csv
from .stage import Stage
from .world import PARTLY_FILED, READY_UNTIL, World

TRIED_ON = datetime.date(2024, 12, 5)
CLASSIFIED = 5


def lay_out(stage: Stage, world: World) -> None:
    """The last hours before somebody signs in. The worker has not come to everything yet."""
    _recoveries(stage)
    ready = world.ready_rows()
    bank = PARTLY_FILED
    _cancelled(stage, bank, ready)
    entering.receive_bytes(stage, bank, b"PK\x03\x04 not a workbook after all", f"{OPEN_QUARTER}.xlsx")
    stage.work()
    doubtful = entering.check(stage, bank, [one.cells for one in mistakes(ready[0], OPEN_QUARTER)], "十一月补录.csv")
    entering.confirm(stage, bank, doubtful, kinds=1)
    waiting = entering.check(stage, bank, ready, f"{OPEN_QUARTER}-十一月.csv")
    if waiting.rows_unconfirmed:
        entering.confirm(stage, bank, waiting)
    _rehearsed(stage, bank)
    _classified(stage, bank)
    _submitted(stage, "B02")
    life = facts_for_life("plain", bank="B03", number=902, disbursed_on=READY_UNTIL)
    entering.receive(stage, "B03", [life.cells], "补录一笔.csv")
    _addresses(stage)


def _cancelled(stage: Stage, bank: str, rows: tuple[Cells, ...]) -> None:
    upload = entering.check(stage, bank, rows[:2], "试传.csv")
    with stage.acting(f"{bank.lower()}-maker") as (by, on):
        loans.cancel_upload(upload_id=upload.pk, by=by, on=on, version=upload.version)


def _submitted(stage: Stage, bank: str) -> None:
    """Submitted a moment ago; the worker will enter it."""
    life = facts_for_life("plain", bank=bank, number=901, disbursed_on=READY_UNTIL)
    upload = entering.check(stage, bank, [life.cells], "补录一笔.csv")
    with stage.acting(f"{bank.lower()}-checker") as (by, on):
        loans.submit_upload(upload_id=upload.pk, by=by, on=on, version=upload.version)


def _rehearsed(stage: Stage, bank: str) -> None:
    """December's first days tried before they are filed: plausible only with a word of the bank, and one mistake."""
    lives = [facts_for_life("plain", bank=bank, number=910 + number, disbursed_on=TRIED_ON) for number in range(4)]
    rows: list[Cells] = [{**life.cells, "credit_line": life.cells["principal"]} for life in lives]
    rows[1] |= {"credit_line": "100000.00"}
    rows[2] |= {"staff": "四十五"}
    entering.receive_bytes(stage, bank, as_csv(rows), "十二月上旬-试运行.csv", rehearsal=True)
    stage.work()


def _classified(stage: Stage, bank: str) -> None:
    """The month's classifications by file, checked and waiting for the second person; one name is another's."""
    with scope.everything():
        found = Loan.objects.filter(bank=stage.bank(bank), state=Loan.State.ENTERED, classification="normal")
        chosen = list(found.filter(disbursed_on__lt=TRIED_ON).order_by("loan_number")[:CLASSIFIED])
    rows = [
        {"iou_number": loan.loan_number, "borrower_name": loan.borrower_name if number else "深圳市另一家有限公司",
         "after": "关注", "on_date": stage.day.isoformat(), "principal_balance": str(loan.principal),
         "reason": "连续两期付息逾期，本金未到期"}
        for number, loan in enumerate(chosen)
    ]  # fmt: skip
    content, kind = as_csv(rows, schema=CLASSIFICATION_SCHEMA), Upload.Kind.CLASSIFICATIONS.value
    entering.receive_bytes(stage, bank, content, "一月分类认定.csv", kind=kind)
    stage.work()


def _recoveries(stage: Stage) -> None:
    """What came in for a compensated project or two since the window opened, in one file that waits for the checker."""
    with scope.everything():
        compensated = Loan.objects.filter(state=Loan.State.COMPENSATED, bank__code__in=MAY_SIGN_IN)
        first = compensated.select_related("bank").order_by("bank__code", "pk").first()
        loans_of_it = list(compensated.filter(bank=first.bank).order_by("pk")[:2]) if first else []
    if first is None:
        return
    rows = [
        {"iou_number": loan.loan_number, "received_on": str(stage.day - ONE_DAY), "amount": "20000.00",
         "principal_part": "20000.00", "method": "追收", "note": "分期还款"}
        for loan in loans_of_it
    ]  # fmt: skip
    content, kind = as_csv(rows, schema=RECOVERY_SCHEMA), Upload.Kind.RECOVERIES.value
    entering.receive_bytes(stage, first.bank.code, content, "一季度清收.csv", kind=kind)
    stage.work()


def _addresses(stage: Stage) -> None:
    """Everybody who may sign in gets letters from now on: into a folder, unless a server of mail is named."""
    codes = tuple(f"{code.lower()}-" for code in sorted(MAY_SIGN_IN))
    for user in User.objects.order_by("username"):
        if not user.institution or user.username.startswith(codes):
            with stage.acting(user.username) as (by, on):
                mails.choose(
                    user=by, email=f"{by.username}@rcpool.example", digest=True, deadlines=True, decisions=True, by=by,
                    on=on,
                )  # fmt: skip
