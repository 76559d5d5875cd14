"""邮件设置: what of one's notices also comes by e-mail, and what was sent."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from pool import clock
from pool.forms_keys import once
from pool.models import Mail
from pool.services import mails
from pool.tables import Column, Table

SHOWN = 20
TONES = {Mail.State.SENT: "done", Mail.State.UNCLEAR: "failed", Mail.State.WAITING: "queued"}


class MailForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("电子邮箱"), required=False, help_text=gettext_lazy("请用本单位邮箱；更换时须再次确认身份。")
    )
    digest = forms.BooleanField(
        label=gettext_lazy("每个工作日早上一封汇总"), required=False,
        help_text=gettext_lazy("待办件数、最先到期的日子，以及新的通知；没有事时不发。"),
    )  # fmt: skip
    deadlines = forms.BooleanField(label=gettext_lazy("法定期限只剩三个工作日时立即发送"), required=False)
    decisions = forms.BooleanField(label=gettext_lazy("作出审核等决定时立即发送"), required=False)


@login_required
@require_http_methods(["GET", "POST"])
@once
def mail_choice(request: HttpRequest) -> HttpResponse:
    chosen = mails.choice_of(request.user)
    initial = {"email": request.user.email} | {
        name: getattr(chosen, name) for name in ("digest", "deadlines", "decisions")
    }
    form = MailForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        mails.choose(user=request.user, by=request.user, on=clock.today(), **form.cleaned_data)
        messages.success(request, _("已保存。"))
        return redirect("mail_choice")
    columns = [
        Column(_("业务日期"), "on", "date"),
        Column(_("主题"), "subject"),
        Column(_("状态"), lambda row: (TONES.get(row.outcome, row.outcome), row.get_outcome_display()), "status"),
        Column(_("发送时间"), "sent_at", "moment"),
    ]
    rows = Mail.objects.filter(user=request.user)[:SHOWN]
    table = Table(columns, rows, empty_title=_("还没有发过邮件"))
    context = {"form": form, "table": table, "has_address": bool(request.user.email)}
    return render(request, "pool/mail_choice.html", context, status=422 if form.errors else 200)
