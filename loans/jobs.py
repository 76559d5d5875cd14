"""The jobs of this room: entry windows that open and close, the nightly re-check of every bank's standing."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banks import standing
from banks.models import Standing
from banks.selectors import members_on
from loans import selectors
from pool.jobs import job
from pool.models import Role
from pool.rules import quarter_start
from pool.selectors import refs
from pool.services.notices import notify

REMINDERS = (5, 1, 0)
"""With so many working days left the makers are reminded."""
TOLD = (Role.BANK_MAKER, Role.BANK_CHECKER)


@job(
    "entry_windows",
    gettext_lazy("录入期开始与截止提醒"),
    "19(1)",
    order=10,
    words={"notices": gettext_lazy("发出的提醒")},
)
def entry_windows(on: date) -> dict[str, Any]:
    """On a quarter's first day its window opens; 5, 1 and 0 working days before the end the bank is reminded."""
    told = 0
    calendar = refs(on).calendar
    for window in selectors.open_windows(on):
        opened = window.quarter == on
        closing = calendar.is_workday(on) and window.left in REMINDERS and quarter_start(on) != window.quarter
        if not opened and not closing:
            continue
        day = window.window.closes_on
        title = (
            _("%(quarter)s贷款的录入期开始，截至 %(day)s（含当日）") % {"quarter": window.name, "day": day}
            if opened
            else _("%(quarter)s贷款的录入期截至 %(day)s（含当日），还剩 %(left)s 个工作日")
            % {"quarter": window.name, "day": day, "left": window.left}
        )
        for bank in members_on(on):
            for role in TOLD:
                notify(
                    key=f"entry_window:{bank.pk}:{window.quarter}:{'open' if opened else window.left}:{role}",
                    role=role, bank=bank.pk, on=on, title=title, url=reverse("loans:uploads"), due=day,
                    article=window.window.article, topic=_("贷款录入期截止"),
                    body=_("截止后录入的贷款仍会保留，但不予补偿。"),
                )  # fmt: skip
                told += 1
    return {"notices": told}


@job(
    "recheck_standing", gettext_lazy("不良占比定期重算"), "17", order=20,
    words={"banks": gettext_lazy("重算的加盟银行"), "corrected": gettext_lazy("更正的加盟银行")},
)  # fmt: skip
def recheck_standing(on: date) -> dict[str, Any]:
    """Count every bank's sums anew from its loans, in two questions for all; only where they differ is a row locked,
    counted again, corrected, put on record and told."""
    corrected = []
    counted = {bank_id: standing.Sums(**sums) for bank_id, sums in selectors.true_sums_by_bank().items()}
    for seen in Standing.objects.order_by("bank"):
        bank_id = seen.bank_id
        if standing.is_right(seen, counted[bank_id]):
            continue
        row = standing.lock(bank_id)
        if standing.recheck(row, standing.Sums(**selectors.true_sums(bank_id)), on=on):
            corrected.append(row.bank.short_name)
            notify(
                key=f"standing_corrected:{bank_id}:{row.version}", role=Role.MANAGER_STATISTICS, bank=bank_id, on=on,
                title=_("%(bank)s的不良占比经重算更正") % {"bank": row.bank},
                url=reverse("banks:detail", args=[bank_id]),
            )  # fmt: skip
    return {"banks": len(counted), "corrected": corrected}
