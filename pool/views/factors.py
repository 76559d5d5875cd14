"""动态口令: one's own second factor, its picture for the telephone, its recovery codes."""

import base64
import io
from typing import Any
from urllib.parse import quote, urlencode

import qrcode
import qrcode.image.svg
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pool import clock
from pool.forms_keys import once
from pool.models import SecondFactor
from pool.services import factors


class FirstCodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("应用上显示的六位数字"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def issuer() -> str:
    return _("风险补偿资金池")


def key_of(waiting: SecondFactor) -> str:
    return base64.b32encode(bytes.fromhex(waiting.secret)).decode()


def address_of(waiting: SecondFactor) -> str:
    """What the picture says: the agreed form of all code generators."""
    parts = {"secret": key_of(waiting), "issuer": issuer(), "algorithm": "SHA1", "digits": 6, "period": 30}
    return f"otpauth://totp/{quote(issuer())}:{quote(waiting.user.username)}?{urlencode(parts)}"


def picture(text: str) -> SafeString:
    """Drawn here, so that the secret is told to nobody else."""
    buffer = io.BytesIO()
    qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, box_size=12, border=4).save(buffer)
    drawn = buffer.getvalue().decode()
    return mark_safe(drawn[drawn.index("<svg") :])


def _page(request: HttpRequest, form: FirstCodeForm, codes: list[str] | None = None, status: int = 200) -> HttpResponse:
    user, waiting = request.user, None
    factor = factors.factor_of(user)
    wants = factor is None or "replace" in request.GET
    if wants and not codes:
        waiting = factors.pending(user)
    context: dict[str, Any] = {
        "factor": factor,
        "form": form,
        "codes": codes,
        "left": factors.codes_left(user),
        "waiting": waiting,
        "key": " ".join(key_of(waiting)[at : at + 4] for at in range(0, 32, 4)) if waiting else "",
        "picture": picture(address_of(waiting)) if waiting else "",
        "is_required": factors.is_required(user),
    }
    return render(request, "pool/second_factor.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@once
def second_factor(request: HttpRequest) -> HttpResponse:
    """The answer to a right code is the page itself: the recovery codes are nowhere kept to be shown again."""
    form = FirstCodeForm(request.POST or None)
    if request.method != "POST":
        return _page(request, form)
    if form.is_valid():
        codes = factors.enrol(
            user=request.user, code=form.cleaned_data["code"], keep=request.session.get("entry"), by=request.user,
            on=clock.today(),
        )  # fmt: skip
        if codes:
            return _page(request, FirstCodeForm(), codes)
        form.add_error("code", _("动态口令不正确。请核对手机时间是否准确，等待下一个口令后再试。"))
    return _page(request, form, status=422)


@never_cache
@require_POST
@login_required
@once
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    codes = factors.new_codes(user=request.user, by=request.user, on=clock.today())
    return _page(request, FirstCodeForm(), codes)


@require_POST
@login_required
@once
def drop_second_factor(request: HttpRequest) -> HttpResponse:
    factors.drop(user=request.user, by=request.user, on=clock.today())
    messages.success(request, _("动态口令已停用，今后登录只需密码。"))
    return redirect("second_factor")
