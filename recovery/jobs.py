"""The room's daily work; each day once, by hand for any day."""

from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from banks.models import Bank
from pool import jobs
from pool.models import Role
from pool.selectors import refs
from pool.services.notices import notify
from recovery import selectors, services, terms
from recovery.services import notes

REMIND_AT = (7, 3, 1)
"""With so many working days left, those who are waited for are reminded."""
LOOK_AHEAD = timedelta(days=25)


@jobs.job(
    "recovery.advise_returns", _("通知返还：补偿到账前的清收与上调项目"), "19(6)", order=40,
    words={
        "advised": _("发出的返还通知"), "dropped": _("因上调转回不再收取的返还"),
        "moved": _("重新拨付后改期的返还"),
    },
)  # fmt: skip
def advise_returns(on: date) -> dict[str, Any]:
    return services.advise_open(on)


@jobs.job(
    "recovery.close_automatically", _("到期六个月自动结项"), "19(8)", order=60,
    words={"closed": _("自动结项的贷款"), "waiting_for_calendar": _("日历未定、暂缓结项的贷款")},
)  # fmt: skip
def close_automatically(on: date) -> dict[str, Any]:
    return services.close_automatically(on)


@jobs.job(
    "recovery.open_window", _("季度清收上报窗口开启提醒"), "19(6)", order=70, due=lambda on: _opens(on),
    words={"banks": _("提醒的加盟银行"), "closes_on": _("窗口截止日期")},
)  # fmt: skip
def open_window(on: date) -> dict[str, Any]:
    """On the quarter's first day each bank with live projects hears until when it reports and pays back."""
    window = terms.quarter_window(on)
    told = 0
    for bank in _banks_with_live_projects():
        notify(
            key=f"recovery-window:{window.closes_on}:{bank}", bank=bank, role=Role.BANK_MAKER, on=on,
            title=_("清收上报返还窗口开启，截至 %(closes)s（含当日）") % {"closes": window.closes_on},
            url=reverse("recovery:projects"), article=window.article, due=window.closes_on, topic=_("季度清收上报返还"),
        )  # fmt: skip
        told += 1
    return {"banks": told, "closes_on": window.closes_on}


@jobs.job("recovery.reminders", _("清收返还与结项的期限提醒"), "19(6)", order=80, words={"reminded": _("提醒的期限")})
def remind(on: date) -> dict[str, Any]:
    """Seven, three and one working days before a deadline of this room ends, and the working day after it."""
    calendar = refs(on).calendar
    reminded = 0
    if calendar.is_workday(on):
        near = (on - LOOK_AHEAD, on + LOOK_AHEAD)
        for row in selectors.open_deadlines().filter(closes_on__range=near).order_by("closes_on", "pk"):
            left = calendar.remaining(on, row.closes_on)
            late = row.closes_on < on and calendar.workdays_between(row.closes_on, on) == 1
            if late or (row.closes_on >= on and left in REMIND_AT):
                notes.remind(row, None if late else left, on=on)
                reminded += 1
    return {"reminded": reminded}


def _opens(on: date) -> bool:
    return terms.quarter_window(on).opens_on == on


def _banks_with_live_projects() -> list[Any]:
    live = selectors.live_banks()
    return list(Bank.objects.filter(pk__in=live).order_by("code").values_list("pk", flat=True))


@jobs.job(
    "recovery.match_account", _("专户流水与资金账自动核对"), "10.3(3)", order=85,
    words={"matched": _("新核对相符的流水"), "open": _("仍待核对的流水")},
)  # fmt: skip
def match_account(on: date) -> dict[str, Any]:
    return services.match_lines(on)


JOBS = (advise_returns, close_automatically, open_window, remind, match_account)
