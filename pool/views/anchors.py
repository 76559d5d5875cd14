"""恢复核对: whether the database is as far as its anchors say, and what two people do if it is not."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from pool import clock
from pool.errors import Refused
from pool.forms_keys import once
from pool.models import RestoreAcceptance
from pool.permissions import may_confirm_restore, may_propose_restore, may_see_anchors, require
from pool.refusals import add_to_form
from pool.services import anchors as service
from pool.tables import Column, Table

SHOWN = 50


class RestoreForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("恢复经过和丢失内容"), widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("写明恢复自哪一份备份、丢失哪段时间的办理，以及与银行对账单核对的结果。"),
    )  # fmt: skip


@login_required
@once
def index(request: HttpRequest) -> HttpResponse:
    require(may_see_anchors(request.user))
    form = RestoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.propose(reason=form.cleaned_data["reason"], by=request.user, on=clock.today())
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("核对说明已提交，等待系统管理员确认。"))
            return redirect("anchors")
    context = _state() | {"form": form, "may_propose": may_propose_restore(request.user)[0]}
    context["may_confirm"] = may_confirm_restore(request.user)[0]
    return render(request, "pool/anchors.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@once
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(may_confirm_restore(request.user))
    row = get_object_or_404(RestoreAcceptance, pk=pk)
    service.confirm(acceptance_id=row.pk, by=request.user, on=clock.today())
    messages.success(request, _("已确认，资金操作恢复。"))
    return redirect("anchors")


def _state() -> dict[str, object]:
    """The newest anchor, what is missing, and what was accepted before."""
    rows = RestoreAcceptance.objects.select_related("proposed_by", "confirmed_by").order_by("-proposed_at")
    table = Table(
        [
            Column(_("锚点日期"), "anchor_on", "date"),
            Column(_("锚点序号"), "anchor_seq", "code"),
            Column(_("保留至序号"), "kept_seq", "code"),
            Column(_("恢复经过和丢失内容"), "reason"),
            Column(_("提交人"), "proposed_by"),
            Column(_("确认人"), "confirmed_by"),
        ],
        rows[:SHOWN],
    )
    now = service.state()
    waiting = rows.filter(anchor_head=now.missing.head, confirmed_at=None).first() if now.missing else None
    return {
        "kept": service.place() is not None, "newest": now.newest, "missing": now.missing, "broken": now.broken,
        "waiting": waiting, "table": table,
    }  # fmt: skip
