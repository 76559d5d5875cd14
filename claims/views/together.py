"""The documents of several claims at one drop, and the ones whose names told no place."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from claims import permissions, selectors, services
from claims.forms import DocumentsForm
from claims.services.evidence import MOST_FILES, Placed, loose_of, open_claims
from pool import clock
from pool.errors import NotPermitted, Refused
from pool.forms_keys import once
from pool.refusals import add_to_form, words
from pool.selectors import edition

ASIDE = "aside"
SLOT = "slot-"


@login_required
@require_http_methods(["GET", "POST"])
@once
def evidence(request: HttpRequest) -> HttpResponse:
    """Drop many; each goes by its name to its claim."""
    permissions.require(permissions.prepare(request.user, request.user.institution))
    form = DocumentsForm()
    if request.method == "POST":
        form = DocumentsForm({}, request.FILES)
        try:
            placed = services.place_evidence(files=request.FILES.getlist("files"), by=request.user, on=clock.today())
        except NotPermitted:
            raise
        except Refused as no:
            form.full_clean()
            add_to_form(form, no)
        else:
            _tell(request, placed)
            return redirect("claims:evidence_together")
    claims = open_claims(request.user.institution)
    rows = [_row(claim) for claim in claims]
    context = {
        "form": form, "rows": rows, "loose": loose_of(request.user.institution), "most": MOST_FILES,
        "example": _example(rows), "article": edition()["claim_evidence"].article, "aside": ASIDE, "slot": SLOT,
    }  # fmt: skip
    return render(request, "claims/evidence.html", context, status=422 if form.errors else 200)


def _row(claim: Any) -> dict[str, Any]:
    missing = set(selectors.missing_evidence(claim))
    items = [(item, selectors.evidence_label(item)) for item in selectors.evidence_items(claim.loan)]
    return {
        "claim": claim, "items": items, "missing": [label for item, label in items if item in missing],
        "there": len(items) - len(missing),
    }  # fmt: skip


def _example(rows: list[dict[str, Any]]) -> str:
    number = rows[0]["claim"].loan.loan_number if rows else "JJ202410080001"
    label = rows[0]["items"][0][1] if rows else selectors.evidence_label("loan_contract")
    return f"{number}_{label}.pdf"


@login_required
@require_POST
@once
def place(request: HttpRequest) -> HttpResponse:
    """What the person chose for the loose ones."""
    permissions.require(permissions.prepare(request.user, request.user.institution))
    chosen = {}
    for name, value in request.POST.items():
        if name.startswith(SLOT) and value:
            try:
                chosen[UUID(name.removeprefix(SLOT))] = value
            except ValueError:
                continue
    _tell(request, services.settle_loose(chosen=chosen, by=request.user, on=clock.today()))
    return redirect("claims:evidence_together")


def _tell(request: HttpRequest, placed: Placed) -> None:
    if placed.done:
        messages.success(request, _("已归入 %(n)s 份材料。") % {"n": len(placed.done)})
    if placed.loose:
        messages.warning(request, _("有 %(n)s 份文件认不出归处，请在下方选择。") % {"n": len(placed.loose)})
    for name, no in placed.refused:
        messages.error(request, f"{name}：{words(no)}")
