"""The list of banks, and one bank's page: agreements, people, account, standing."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from banks import permissions as may
from banks import selectors
from banks.models import Agreement, Bank, DishonestyListing, Standing, StandingEvent, Violation
from banks.todos import steps_of, waiting_of
from pool import clock
from pool.formats import percent_beside
from pool.masking import mask_account
from pool.selectors import edition, page_of, panels_of
from pool.tables import Column, Table

EVENTS_SHOWN = 12


def bank_or_404(request: HttpRequest, pk: UUID) -> Bank:
    """Another bank and no bank answer alike."""
    return get_object_or_404(selectors.visible_banks(request.user), pk=pk)


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every partner with its standing (10.2(4))."""
    may.require(may.has_role(request.user, may.PUBLIC_BODIES))
    banks = selectors.visible_banks(request.user)
    standings = {row.bank_id: selectors.meter_of(row) for row in Standing.objects.select_related("bank")}
    today = clock.today()
    rows = [{"bank": bank, "meter": standings.get(bank.pk), "member": _membership(bank, today)} for bank in banks]
    columns = [
        Column(_("机构代码"), "bank.code", "code"),
        Column(_("加盟银行"), "bank.short_name", link=lambda row: row["bank"].get_absolute_url()),
        Column(_("加盟状态"), "member", "status"),
        Column(_("入库贷款本金"), "meter.standing.entered_principal", "money", unit=_("元")),
        Column(_("不良贷款本金"), "meter.standing.npl_principal", "money", unit=_("元")),
        Column(_("不良占比"), _ratio),
        Column(_("补偿业务"), lambda row: _business(row["meter"]), "status"),
    ]
    table = Table(columns, rows, empty_title=_("还没有加盟银行"))
    context = {
        "table": table,
        "may_apply": may.may_enter_joining(request.user)[0],
        "joinings_open": selectors.joinings_open().count(),
    }
    return render(request, "banks/index.html", context)


def _ratio(row: dict[str, Any]) -> str:
    """Never rounded onto the line: 3.0001% stays above 3%."""
    meter = row["meter"]
    return percent_beside(meter.ratio, meter.limit) if meter else ""


def _membership(bank: Bank, today: Any) -> tuple[str, object]:
    if bank.cancelled_on and bank.cancelled_on <= today:
        return "barred", _("已取消")
    return "active", _("有效")


def _business(meter: selectors.Meter | None) -> tuple[str, object]:
    if meter is not None and meter.standing.is_suspended:
        return "suspended", _("暂停")
    return "active", _("正常")


@login_required
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """本行概况."""
    if request.user.institution is None:
        raise Http404
    return redirect("banks:detail", pk=request.user.institution)


@login_required
@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    bank = bank_or_404(request, pk)
    may.require(may.may_see_bank(request.user, bank.pk))
    today = clock.today()
    context = {
        "bank": bank,
        "is_own": request.user.institution == bank.pk,
        "findings": [told(finding) for finding in selectors.entry_findings(bank.pk, today)],
        "agreements": Agreement.objects.filter(bank=bank)
        .select_related("document")
        .order_by("counterparty", "-valid_from"),
        "tenures": selectors.tenures_of(bank.pk),
        "waiting": waiting_of(bank, today),
        "steps": steps_of(bank, today),
        "dishonest": selectors.is_dishonest(bank.pk, today),
        "listings": DishonestyListing.objects.filter(bank=bank).order_by("-listed_from"),
        "published": selectors.published_listings(bank.pk),
        "violations": [
            (row, page_of(Violation._meta.label_lower, row.pk))
            for row in selectors.violations_of(bank.pk, request.user)
        ],
        "today": today,
        "panels": panels_of(request.user, bank),
        **_standing(bank),
        **payee_of(bank),
        **_acts(request.user, bank),
    }
    return render(request, "banks/detail.html", context)


def told(finding: Any) -> dict[str, Any]:
    book = edition()
    return {
        "outcome": finding.outcome,
        "article": finding.article,
        "message": book.message(finding),
        "mend": book.mend(finding),
        "provisional": finding.provisional,
    }


def _standing(bank: Bank) -> dict[str, Any]:
    row = selectors.standing_of(bank.pk)
    if row is None:
        return {}
    events = StandingEvent.objects.filter(bank=bank).order_by("-number")[:EVENTS_SHOWN]
    columns = [
        Column(_("发生日期"), "on", "date"),
        Column(_("变动原因"), "get_cause_display"),
        Column(_("入库贷款本金"), "entered_principal", "money", unit=_("元")),
        Column(_("不良贷款本金"), "npl_principal", "money", unit=_("元")),
        Column(
            _("补偿业务"),
            lambda event: ("suspended", _("暂停")) if event.is_suspended else ("active", _("正常")),
            "status",
        ),
    ]
    table = Table(columns, events, empty_title=_("还没有变动记录"), marks=lambda event: "late" if event.turned else "")
    meter = selectors.meter_of(row)
    return {"meter": meter, "standing_finding": told(meter.reckoned.finding), "events": table}


def payee_of(bank: Bank) -> dict[str, Any]:
    account, waiting = selectors.confirmed_payee(bank.pk), selectors.unconfirmed_payee(bank.pk)
    return {"payee": _shown(account), "payee_waiting": _shown(waiting)}


def _shown(account: Any) -> dict[str, Any] | None:
    if account is None:
        return None
    return {
        "row": account,
        "facts": [
            (_("户名"), account.account_name),
            (_("账号"), mask_account(account.account_number)),
            (_("开户行"), account.opening_bank),
            (_("录入人"), account.entered_by),
            (_("确认人"), account.confirmed_by),
            (_("确认日期"), account.confirmed_on),
        ],
    }


def _acts(user: Any, bank: Bank) -> dict[str, bool]:
    return {
        "may_see_members": may.may_see_members(user, bank.pk)[0],
        "may_enter_payee": may.may_enter_payee(user, bank.pk)[0],
        "may_confirm_payee": may.may_confirm_payee(user, bank.pk)[0],
        "may_list_dishonest": may.may_list_dishonest(user)[0],
        "may_propose_sanction": may.may_propose_sanction(user)[0],
        "may_apply": bank.cancelled_on is not None and may.may_enter_joining(user)[0],
        "may_register_agreement": any(may.may_register_agreement(user, who)[0] for who in Agreement.Counterparty),
    }
