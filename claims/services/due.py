"""Deadline rows of this room: computed by the rules, explained, closed when the thing is done or has fallen away.

The kind of a deadline is the slug of the provision that sets it.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from claims import periods
from pool import selectors
from pool.models import Deadline
from pool.rules import Pause, Window
from pool.services import deadlines
from pool.workdays import Calendar

WORDS: dict[str, tuple[Any, Any]] = {
    "review_period": (_("审核风险补偿申请"), _("高新投集团")),
    "question_period": (_("答复审核询问"), _("加盟银行")),
    "re_examination_window": (_("对审核结果申请复核"), _("加盟银行")),
    "publicity_period": (_("公示期满"), _("社会公众")),
    "papers_period": (_("提交拨款资料"), _("加盟银行")),
    "payment_period": (_("拨付补偿资金"), _("金融中心")),
    "transfer_period": (_("转录入风险补偿项目库"), _("加盟银行")),
    "upgrade_period": (_("申请上调转回"), _("加盟银行")),
    "refund_period": (_("退回补偿资金"), _("加盟银行")),
}
"""What is to be done, and who is waited for."""
CLOCKED: dict[str, Callable[..., Window]] = {
    "review_period": periods.review_window,
    "payment_period": periods.payment_window,
}
PLAIN: dict[str, Callable[..., Window]] = {
    "question_period": periods.question_window,
    "re_examination_window": periods.re_examination_window,
    "publicity_period": periods.publicity_window,
    "papers_period": periods.papers_window,
    "transfer_period": periods.transfer_window,
    "upgrade_period": periods.upgrade_window,
    "refund_period": periods.refund_window,
}


SUBJECTS = {
    "review_period": "claims.claim",
    "question_period": "claims.question",
    "re_examination_window": "claims.claim",
    "publicity_period": "claims.publicity",
    "papers_period": "claims.paperspacket",
    "payment_period": "claims.paperspacket",
    "transfer_period": "claims.claim",
    "upgrade_period": "claims.upgrade",
    "refund_period": "claims.upgrade",
}
"""Who owes each; the last one is a return's as well, in the next room."""
REPEATED = {
    "question_period": ({"answer_by": "closes_on"}, 30),
    "re_examination_window": ({"ask_by": "closes_on"}, 20),
    "publicity_period": ({"last_day": "closes_on"}, 30),
    "upgrade_period": ({"apply_by": "closes_on"}, 31),
    "refund_period": ({"refund_by": "closes_on"}, 31),
}
"""Which columns of the subject repeat the last day, and the subject's place in the order of locks."""


def compute(kind: str, event_on: date, pauses: Sequence[Pause] = (), calendar: Calendar | None = None) -> Window:
    """The period of that provision after its event; a clock that stood still prolongs it."""
    book, calendar = selectors.edition(), calendar or selectors.refs(event_on).calendar
    if kind in CLOCKED:
        return CLOCKED[kind](book, calendar, event_on, pauses)
    return PLAIN[kind](book, calendar, event_on)


def start(row: Any, kind: str, event_on: date, pauses: Sequence[Pause] = ()) -> Window:
    """Open the deadline of a subject, or bring it up to date; the same event twice is one row."""
    window = compute(kind, event_on, pauses)
    label, who = WORDS[kind]
    calendar = selectors.refs(event_on).calendar
    deadlines.open_deadline(row, window, calendar, kind=kind, label=label, waiting_for=who)
    return window


def fulfil(row: Any, kind: str, on: date) -> None:
    deadlines.fulfil(row.pk, kind, on=on)


def drop(row: Any, kind: str, on: date, because: str) -> None:
    deadlines.drop(row.pk, kind, on=on, because=because)


def drop_all(row: Any, on: date, because: str) -> None:
    """Nothing is owed any more by anybody on this subject."""
    deadlines.drop(row.pk, on=on, because=because)


def running(row: Any, kind: str) -> Deadline | None:
    """The open deadline of this kind."""
    return next((one for one in deadlines.open_of(row.pk) if one.kind == kind), None)
