"""What anybody may read without signing in: the notices, and the form for an objection (20(2)).

No bank's rows are open to a visitor. Each page opens everything for one selector of this file and hands on only what
the frozen lines of the notice show.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from claims import reports, selectors, services
from claims.forms import ObjectionForm, ResultForm
from claims.models import Publicity, PublicityItem
from claims.views import page
from pool import clock, pdf, scope, throttle
from pool.errors import Refused
from pool.refusals import add_to_form
from pool.selectors import edition

SHOWN = 50
OBJECTIONS_AN_HOUR = 5
QUESTIONS_AN_HOUR = 20


@require_GET
def publicities(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    rows = list(Publicity.objects.order_by("-posted_on", "-id")[:SHOWN])
    shown = [
        {"publicity": row, "open": _is_open(row, today), "left": page.days_left(row.last_day, today)} for row in rows
    ]
    article = edition()["publicity_period"].article
    return render(request, "claims/public/index.html", {"rows": shown, "article": article})


@require_GET
def publicity(request: HttpRequest, number: str) -> HttpResponse:
    found, items = _notice(number)
    today = clock.today()
    context = {
        "publicity": found,
        "corrected_by": Publicity.objects.filter(corrects=found).first(),
        "items": items,
        "total": sum(item["amount"] for item in items),
        "open": _is_open(found, today),
        "left": page.days_left(found.last_day, today),
        "days": edition()["publicity_period"].number,
        "article": edition()["publicity_period"].article,
    }
    return render(request, "claims/public/publicity.html", context)


@require_GET
def document(request: HttpRequest, number: str) -> HttpResponse:
    found, items = _notice(number)
    return pdf.download(reports.publicity_pdf(found, items), f"{found.number}.pdf")


@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, number: str, position: int) -> HttpResponse:
    """The form is open to anybody while the notice runs; what is written is read by the public bodies only."""
    found, items = _notice(number)
    item = next((one for one in items if one["position"] == position), None)
    if item is None:
        raise Http404
    today = clock.today()
    form = ObjectionForm(request.POST or None, request.FILES or None)
    context = {"publicity": found, "item": item, "form": form, "open": _is_open(found, today)}
    if request.method == "POST" and form.is_valid():
        try:
            throttle.at_most(OBJECTIONS_AN_HOUR, "objections")
            with scope.everything():
                row = PublicityItem.objects.get(publicity=found, position=position)
                given = form.cleaned_data
                made = services.object_to(
                    item_id=row.pk, name=given["name"], contact=given["contact"], text=given["text"],
                    attachment=given["attachment"], on=today,
                )  # fmt: skip
        except Refused as no:
            add_to_form(form, no)
        else:
            request.session["objection"] = made.number
            return redirect("publicity:objected", number=number)
    return render(request, "claims/public/objection.html", context, status=422 if form.errors else 200)


@require_GET
def objected(request: HttpRequest, number: str) -> HttpResponse:
    """The number under which the objection was received, to whoever made it in this session."""
    found, _items = _notice(number)
    received = request.session.get("objection")
    if not received:
        return redirect("publicity:publicity", number=number)
    return render(request, "claims/public/objected.html", {"publicity": found, "received": received})


@require_http_methods(["GET", "POST"])
def objection_result(request: HttpRequest) -> HttpResponse:
    """What became of an objection, to whoever knows its number and the contact that was left with it."""
    form = ResultForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            throttle.at_most(QUESTIONS_AN_HOUR, "objection_results")
            with scope.everything():
                found = selectors.objection_of(**form.cleaned_data)
            if found is None:
                raise Refused("not_found", _("没有查到该异议，请核对异议编号和提交时填写的联系方式。"), field="number")
        except Refused as no:
            add_to_form(form, no)
    context = {"form": form, "objection": found, "article": edition()["publicity_period"].article}
    return render(request, "claims/public/result.html", context, status=422 if form.errors else 200)


def _notice(number: str) -> tuple[Publicity, list[dict[str, Any]]]:
    """The notice and its lines as frozen when it was posted: bank, masked borrower, amount; no keys, no numbers."""
    found: Publicity | None = Publicity.objects.filter(number=number).select_related("corrects").first()
    if found is None:
        raise Http404
    with scope.everything():
        return found, selectors.public_lines(found)


def _is_open(found: Publicity, today: Any) -> bool:
    return bool(found.state == Publicity.State.POSTED and today <= found.last_day)
