"""正常结清结项: the maker ticks the matured loans that were paid off, the checker closes what was prepared."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from banks.lists import filter_for
from loans.models import Loan
from loans.selectors import matching
from pool import clock
from pool.errors import Refused
from pool.forms_keys import once, ticked, ticked_versions
from pool.lists import Listing, show
from pool.refusals import add_to_form
from pool.tables import Column, Pick
from recovery import permissions as may
from recovery import selectors, services, terms
from recovery.forms import MaturedFilter, PaidOffForm
from recovery.models import Closing
from recovery.views.common import found


def _close_by(loan: Loan) -> Any:
    """Until when it is closed, had it been paid off on its last day."""
    return terms.payoff_window(loan.due, terms.law_on(clock.today())).closes_on


def _closes_itself(loan: Loan) -> Any:
    return terms.auto_closing(loan.due, None, terms.law_on(clock.today())).closes_on


def _columns(user: Any) -> list[Column]:
    return [
        Column(_("借据号"), "loan_number", "code", link="get_absolute_url", sort="number"),
        Column(_("借款人"), "borrower_name"),
        *([] if user.institution else [Column(_("加盟银行"), "bank.short_name")]),
        Column(_("贷款本金"), "principal", "money", unit=_("元")),
        Column(_("到期日"), "due", "date", sort="due"),
        Column(_("如到期日结清，结项截止"), _close_by, "date", key="close_by"),
        Column(_("自动结项日"), _closes_itself, "date", key="closes_itself"),
    ]


def _narrow(rows: "QuerySet[Loan]", given: Mapping[str, Any]) -> "QuerySet[Loan]":
    if words := given.get("q", "").strip():
        rows = rows.filter(matching(words))
    return rows.filter(due__lte=given["due_by"]) if "due_by" in given else rows


MATURED = Listing(
    name="matured",
    label=gettext_lazy("已到期、尚未结项"),
    url_name="recovery:paid_off",
    may_see=may.see_lists,
    may_export=may.see_lists,
    rows=lambda user: selectors.payable_off(user, clock.today()),
    form=filter_for(MaturedFilter),
    narrow=_narrow,
    same=("bank",),
    columns=_columns,
    orders={"due": ("due", "id"), "number": ("loan_number_key", "id")},
    order="due",
    marks=lambda loan: "soon" if _close_by(loan) < clock.today() else "",
    empty_title=gettext_lazy("没有到期未结项的贷款"),
    empty_text=gettext_lazy("贷款到期后列在这里，结清的由经办登记、复核结项。"),
    size=100,
)


@login_required
@once
def paid_off(request: HttpRequest) -> HttpResponse:
    """Loans that have matured: the maker ticks what was paid off; the checker closes what was prepared."""
    user = request.user
    may.require(may.has_role(user, may.MAKERS) if request.method == "POST" else may.see_lists(user))
    today = clock.today()
    form = PaidOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.prepare_paid_off(items=_paid_off_items(request, form), by=user, on=today)
        except Refused as no:
            add_to_form(form, no)
        else:
            words = ngettext(
                "%(count)d 笔贷款已登记结清，等待本行复核结项。",
                "%(count)d 笔贷款已登记结清，等待本行复核结项。",
                len(made),
            )
            messages.success(request, words % {"count": len(made)})
            return redirect("recovery:paid_off")
    makes = may.has_role(user, may.MAKERS)[0]
    ticked_before = frozenset(request.POST.getlist("loan"))
    shown = show(MATURED, request, Pick("loan", lambda loan: loan.loan_number, ticked_before) if makes else None)
    prepared = selectors.closings(user).filter(kind=Closing.Kind.PAID_OFF, state=Closing.State.PREPARED)
    context = {
        "form": form,
        "shown": shown,
        "table": shown.table,
        "prepared": prepared.order_by("apply_by", "id")[:200],
        "today": today,
        "makes": makes,
        "checks": may.has_role(user, may.CHECKERS)[0],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "recovery/paid_off.html", context, status=status)


def _paid_off_items(request: HttpRequest, form: PaidOffForm) -> list[services.PaidOff]:
    """The ticked loans; a number nobody gave out is no loan."""
    wanted = ticked(request, "loan")
    if not wanted:
        raise Refused("nothing_ticked", _("请先勾选已结清的贷款。"))
    known = selectors.payable_off(request.user, clock.today()).filter(pk__in=wanted).values_list("pk", flat=True)
    if set(known) != set(wanted):
        raise Refused("not_payable_off", _("所选贷款中有不能办理结清结项的，请刷新页面后重新勾选。"))
    return [services.PaidOff(pk, form.cleaned_data["paid_off_on"]) for pk in known]


@require_POST
@login_required
@once
def close_paid_off(request: HttpRequest) -> HttpResponse:
    """The checker closes the ticked ones, each with the version seen."""
    may.require(may.has_role(request.user, may.CHECKERS))
    seen = ticked_versions(request, "closing")
    if not seen:
        messages.error(request, _("请先勾选要结项的贷款。"))
        return redirect("recovery:paid_off")
    for pk in seen:
        found(Closing, request.user, pk)
    services.close_all_paid_off(seen=seen, by=request.user, on=clock.today())
    words = ngettext("%(count)d 笔贷款已结项。", "%(count)d 笔贷款已结项。", len(seen))
    messages.success(request, words % {"count": len(seen)})
    return redirect("recovery:paid_off")
