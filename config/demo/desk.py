"""What lies on the desks on the demo's day and belongs to no followed loan: uploads at every stage."""

from __future__ import annotations

from loans import services as loans

from . import entering
from .lives import facts_for_life
from .loans import OPEN_QUARTER, Cells
from .mistakes import mistakes
from .stage import Stage
from .world import PARTLY_FILED, READY_UNTIL, World


def lay_out(stage: Stage, world: World) -> None:
    """The last hours before somebody signs in. The worker has not come to everything yet."""
    ready = world.ready_rows()
    bank = PARTLY_FILED
    _cancelled(stage, bank, ready)
    entering.receive_bytes(stage, bank, b"PK\x03\x04 not a workbook after all", f"{OPEN_QUARTER}.xlsx")
    stage.work()
    entering.check(stage, bank, [one.cells for one in mistakes(ready[0], OPEN_QUARTER)], "十一月补录.csv")
    entering.check(stage, bank, ready, f"{OPEN_QUARTER}-十一月.csv")
    _submitted(stage, "B02")
    life = facts_for_life("plain", bank="B03", number=902, disbursed_on=READY_UNTIL)
    entering.receive(stage, "B03", [life.cells], "补录一笔.csv")


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
