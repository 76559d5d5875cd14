"""Applications to become a partner: the list, the form, one application with its papers and its decision."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from banks import forms, services, todos
from banks import permissions as may
from banks.models import Bank, Joining
from banks.views.forms import fill_in
from pool import clock
from pool.deeds import deed, text
from pool.forms_keys import once
from pool.moves import history
from pool.tables import Column, Table, keyset_page

RELATED = ("bank", "licence", "undertaking", "entered_by", "decided_by")


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    may.require(may.may_see_joinings(request.user))
    page = keyset_page(Joining.objects.select_related("entered_by"), request, order=("-applied_on", "-id"), size=50)
    columns = [
        Column(_("申请编号"), "number", "code", link=lambda row: row.get_absolute_url()),
        Column(_("申请机构"), "short_name"),
        Column(_("在深机构层级"), "get_level_display"),
        Column(_("收到申请日期"), "applied_on", "date"),
        Column(_("状态"), lambda row: (row.state, row.get_state_display()), "status"),
        Column(_("录入人"), "entered_by"),
        Column(_("审核日期"), "decided_on", "date"),
    ]
    table = Table(
        columns, page, empty_title=_("还没有加盟申请"), empty_text=_("收到银行的加盟申请书后由高新投统计人员录入。")
    )
    context = {"table": table, "may_apply": may.may_enter_joining(request.user)[0], "article": todos.law()}
    return render(request, "banks/joinings.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@once
def apply(request: HttpRequest) -> HttpResponse:
    """A new applicant, or with `?bank=` one that was a partner before."""
    may.require(may.may_enter_joining(request.user))
    return fill_in(
        request,
        forms.JoiningForm(request.POST or None, request.FILES or None, initial=_former(request)),
        lambda data: services.apply_to_join(by=request.user, on=clock.today(), **data),
        title=_("录入加盟申请"),
        about=_("由高新投终审人员审核；同意后与两家管理机构分别签订合作协议，两份均生效后方可录入贷款。"),
        article=todos.law(),
        back=reverse("banks:joinings"),
        done=_("已录入加盟申请，等待高新投终审审核。"),
    )


def _former(request: HttpRequest) -> dict[str, object]:
    given = request.GET.get("bank", "")
    bank = Bank.objects.filter(pk=given).first() if _is_key(given) else None
    today = {"applied_on": clock.today()}
    names = ("name", "short_name", "code", "credit_code", "kind")
    return today if bank is None else today | {name: getattr(bank, name) for name in names}


def _is_key(given: str) -> bool:
    try:
        UUID(given)
    except ValueError:
        return False
    return True


def _joining(request: HttpRequest, pk: UUID) -> Joining:
    may.require(may.may_see_joinings(request.user))
    row: Joining = get_object_or_404(Joining.objects.select_related(*RELATED), pk=pk)
    return row


@login_required
@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _joining(request, pk)
    is_open = row.state == Joining.State.APPLIED
    context = {
        "joining": row,
        "todo": todos.of_joining(row),
        "events": history(row),
        "article": todos.law(),
        "may_decide": is_open and may.may_decide_joining(request.user)[0] and row.entered_by_id != request.user.pk,
        "may_withdraw": is_open and may.may_enter_joining(request.user)[0],
    }
    return render(request, "banks/joining.html", context)


_WHY = {"reason": text("reason")}
admit = deed(
    _joining, services.admit, "joining_id", gettext_lazy("已同意加盟；请与两家管理机构分别签订合作协议。"),
    Joining.get_absolute_url,
)  # fmt: skip
refuse = deed(
    _joining, services.refuse_joining, "joining_id", gettext_lazy("已登记不同意加盟。"), Joining.get_absolute_url, _WHY
)
withdraw = deed(
    _joining, services.withdraw_joining, "joining_id", gettext_lazy("已撤回。"), Joining.get_absolute_url, _WHY
)
