"""待查款: lines whose money is held for others, and what is said of each on the line's own page."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from pool import clock, hats
from pool.deeds import deed, money, text
from pool.errors import Refused
from pool.forms_keys import once, seen_version
from pool.moves import history
from pool.tables import Column, Table, keyset_page
from recovery import account, services
from recovery import permissions as may
from recovery.intake import ARTICLE
from recovery.models import AccountLine, SuspenseUse

RETURNS_SHOWN = 50


@login_required
@require_GET
def suspense(request: HttpRequest) -> HttpResponse:
    """What is not the pool's: open lines first asked for, the settled ones beside."""
    may.require(may.see_account(request.user))
    only_open = request.GET.get("all") != "yes"
    rows = account.suspense_lines().select_related("statement")
    page = keyset_page(rows.filter(left__gt=0) if only_open else rows, request, order=["-booked_on", "-id"], size=50)
    table = Table(
        [
            Column(_("到账日期"), "value_date", "date", link=AccountLine.get_absolute_url),
            Column(_("对方户名"), "counterparty"),
            Column(_("摘要"), "remark"),
            Column(_("说明"), "get_explanation_display"),
            Column(_("金额"), "amount", "money", unit=_("元")),
            Column(_("未处理"), "left", "money", unit=_("元")),
        ],
        page.rows,
        page=page,
        caption=_("待查款"),
        empty_title=_("没有未处理的待查款"),
        empty_text=_("银行多返还、误汇入或来源不明的款项，核对专户流水时记入待查款后在此处理。"),
    )
    waiting = SuspenseUse.objects.filter(state__in=[SuspenseUse.State.PROPOSED, SuspenseUse.State.AGREED])
    context = {
        "table": table,
        "held": account.in_suspense(),
        "waiting": waiting.select_related("line", "advice", "proposed_by").order_by("pk"),
        "only_open": only_open,
        "article": ARTICLE,
    }
    return render(request, "recovery/suspense.html", context)


def of_line(user: Any, line: AccountLine) -> Mapping[str, Any]:
    """What the line's page shows of its suspense; nothing where there is none."""
    held = account.suspense_lines().filter(pk=line.pk).first()
    if held is None:
        return {}
    uses = SuspenseUse.objects.filter(line=line).select_related("advice", "proposed_by", "agreed_by").order_by("pk")
    shown = [_shown(user, use) for use in uses]
    works = may.keep_account(user)[0] and held.left > 0
    return {
        "left": held.left,
        "uses": shown,
        "returns": account.returns_for(line, held.left)[:RETURNS_SHOWN] if works else [],
        "refunds": account.refunds_for(held.left)[:RETURNS_SHOWN] if works else [],
        "may_use": works,
        "use_events": [event for one in shown for event in history(one["row"])],
    }


def _shown(user: Any, use: SuspenseUse) -> dict[str, Any]:
    back = use.kind != SuspenseUse.Kind.RETURN
    proposed, agreed = use.state == SuspenseUse.State.PROPOSED, use.state == SuspenseUse.State.AGREED
    second = may.check_account(user)[0] and hats.may_wear(use, user, services.CHECKER)
    return {
        "row": use,
        "may_agree": back and proposed and second,
        "may_withdraw": back and ((proposed and may.work_account(user)[0]) or (agreed and second)),
    }


def _line(request: HttpRequest, pk: UUID) -> AccountLine:
    may.require(may.see_account(request.user))
    found: AccountLine = get_object_or_404(AccountLine, pk=pk)
    return found


def _use(request: HttpRequest, pk: UUID) -> SuspenseUse:
    may.require(may.see_account(request.user))
    found: SuspenseUse = get_object_or_404(SuspenseUse.objects.select_related("line"), pk=pk)
    return found


@login_required
@require_POST
@once
def set_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set a part of this line's suspense against a return that is due."""
    line = _line(request, pk)
    may.require(may.keep_account(request.user))
    given = request.POST.get("return", "")
    chosen = next((one for one in account.returns_for(line, line.amount) if str(one.pk) == given), None)
    if chosen is None:
        raise Refused("case_not_waiting", _("所选事项已办理或金额不符，请刷新页面。"), ARTICLE)
    services.set_against_return(
        line_id=line.pk, return_id=chosen.pk, by=request.user, on=clock.today(), version=seen_version(request)
    )
    messages.success(request, _("已登记抵作返还 %(number)s，等待另一人在该笔返还确认。") % {"number": chosen.number})
    return redirect(line)


def _upgrade(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("upgrade", ""))
    except ValueError:
        raise Refused("case_not_waiting", _("所选事项已办理或金额不符，请刷新页面。"), ARTICLE) from None


set_refund = deed(
    _line, services.set_against_refund, "line_id", gettext_lazy("已登记抵作退回资金，等待另一人在本页复核。"),
    AccountLine.get_absolute_url, {"upgrade_id": _upgrade}, may.keep_account,
)  # fmt: skip
pay_back = deed(
    _line, services.propose_pay_back, "line_id", gettext_lazy("已提出退还，等待另一人复核。"),
    AccountLine.get_absolute_url, {"amount": money("amount"), "reason": text("reason")}, may.keep_account,
)  # fmt: skip
agree = deed(
    _use, services.agree_pay_back, "use_id",
    gettext_lazy("已同意；退还的请在开户银行办理付款，付款流水导入后登记，抵作退回的已记账。"),
    SuspenseUse.get_absolute_url,
)  # fmt: skip
withdraw = deed(
    _use, services.withdraw_pay_back, "use_id", gettext_lazy("已撤回，款项仍在待查款。"), SuspenseUse.get_absolute_url,
    {"reason": text("reason")},
)  # fmt: skip
