"""The jobs of this room: notices that end by themselves, refusals that become final, clocks, reminders."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banks.models import StandingEvent
from claims import selectors
from claims.models import Claim, PapersPacket, Question
from claims.services import claim as claims
from claims.services import clocks, due, locking, telling
from claims.services import payment as payments
from claims.services.assignment import review_url
from claims.services.publicity import end_due
from claims.services.review import finalise_refusals
from loans.services.deadlines import CLAIM_PERIOD
from pool.jobs import job
from pool.models import Deadline, Notice, Role
from pool.selectors import page_of, refs
from pool.services.notices import notify

REMINDERS = (7, 3, 1)
"""With so many working days left, those who are waited for are reminded."""
LOOK_AHEAD = timedelta(days=25)
REVIEWERS = (Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER)
PAYERS = (Role.FINANCE_CLERK, Role.FINANCE_APPROVER)
BODIES: dict[str, tuple[Any, ...]] = {"review_period": REVIEWERS, "payment_period": PAYERS}
"""Who of the public bodies is reminded; every other deadline of this room is the bank's."""
KINDS = (CLAIM_PERIOD, *due.WORDS)


@job(
    "claims.clocks", gettext_lazy("审核与拨付期限的停止与恢复"), "17", order=110,
    words={"claims": gettext_lazy("核对的补偿申请"), "packets": gettext_lazy("核对的拨款资料")},
)  # fmt: skip
def keep_clocks(on: date) -> dict[str, Any]:
    """Suspended banks' cases stand still, resumed ones run again, to the day (reading 13).

    The services keep the clock of each case they move; only a bank that has crossed the line can change it besides.
    """
    crossed = StandingEvent.objects.filter(turned=True).values("bank")
    cases = Claim.objects.filter(state__in=clocks.ON_THE_DESK[clocks.REVIEW], bank__in=crossed).order_by("pk")
    locked = locking.claims(cases.values_list("pk", flat=True))
    for claim in locked:
        claims.keep_clock(claim, on)
    packets = PapersPacket.objects.filter(state__in=clocks.ON_THE_DESK[clocks.PAYMENT], bank__in=crossed).order_by("pk")
    packet_ids = list(packets.values_list("pk", flat=True))
    for packet_id in packet_ids:
        payments.keep_clock(locking.row(PapersPacket, packet_id, "plan"), on)
    return {"claims": len(locked), "packets": len(packet_ids)}


@job(
    "claims.publicity", gettext_lazy("公示期满"), "20(2)", order=120,
    words={"ended": gettext_lazy("期满结束的公示"), "provisional": gettext_lazy("日历未定、暂缓结束的公示")},
)  # fmt: skip
def end_publicities(on: date) -> dict[str, Any]:
    """The day after its last day a notice ends by itself."""
    return end_due(on)


@job(
    "claims.refusals",
    gettext_lazy("复核期限届满"),
    "20(1)",
    order=130,
    words={"final": gettext_lazy("成为最终决定的申请")},
)
def close_refusals(on: date) -> dict[str, Any]:
    """A refusal for which no re-examination was asked in time is final."""
    return {"final": finalise_refusals(on)}


@job(
    "claims.reminders", gettext_lazy("补偿申请各环节的期限提醒"), "19(2)", order=140,
    words={"reminded": gettext_lazy("提醒的期限")},
)  # fmt: skip
def remind(on: date) -> dict[str, Any]:
    """Seven, three and one working days before a deadline ends, and the working day after it has passed."""
    calendar = refs(on).calendar
    if not calendar.is_workday(on):
        return {"reminded": 0}
    reminded = 0
    for row in _near(on):
        left = calendar.remaining(on, row.closes_on)
        overdue = row.closes_on < on and calendar.workdays_between(row.closes_on, on) == 1
        if overdue or (row.closes_on >= on and left in REMINDERS):
            _remind(row, "late" if overdue else str(left), on)
            reminded += 1
    return {"reminded": reminded}


def _near(on: date) -> Iterable[Deadline]:
    return Deadline.objects.filter(
        kind__in=KINDS,
        fulfilled_on__isnull=True,
        dropped_on__isnull=True,
        closes_on__range=(on - LOOK_AHEAD, on + LOOK_AHEAD),
    ).order_by("closes_on", "pk")


def _remind(row: Deadline, left: str, on: date) -> None:
    words = {"label": row.label, "day": row.closes_on, "left": left}
    if left == "late":
        title = _("“%(label)s”截至 %(day)s（含当日），已逾期") % words
    else:
        title = _("“%(label)s”截至 %(day)s（含当日），还剩 %(left)s 个工作日") % words
    told = {
        "key": f"due:{row.pk}:{row.closes_on}:{left}", "on": on, "article": row.article,
        "url": page_of(row.subject_kind, row.subject_id),
        "due": row.closes_on, "topic": row.label,
    }  # fmt: skip
    if row.kind == "question_period" and left == "late":
        _tell_who_asked(row, on)
    if row.kind in BODIES:
        telling.bodies(BODIES[row.kind], title, **told)
    elif row.bank is not None:
        telling.bank(row.bank, title, **told)


def _tell_who_asked(row: Deadline, on: date) -> None:
    """The answer is overdue: whoever waits may go on waiting, withdraw the question, or call the bank."""
    question = Question.objects.select_related("claim", "asked_by").get(pk=row.subject_id)
    words = {"number": question.claim.number, "day": row.closes_on}
    for person in selectors.awaiting_reply(question):
        notify(
            key=f"unanswered:{row.pk}:{row.closes_on}:{person.pk}", on=on, user=person, article=row.article,
            title=_("银行逾期未答复补偿申请 %(number)s 的审核询问（截至 %(day)s）") % words,
            url=review_url(question.claim), kind=Notice.Kind.NEWS, topic=row.label,
        )  # fmt: skip
