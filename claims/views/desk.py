"""Many claims at once: the maker begins them from the claimable loans, the checker signs them off at one desk."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from claims import permissions, services, todos
from claims.models import Claim
from claims.services.together import Outcome
from claims.views import page
from pool import clock
from pool.formats import yuan
from pool.forms_keys import once, ticked, ticked_versions
from pool.models import Hat
from pool.money import ZERO, total
from pool.refusals import words
from pool.selectors import edition

SHOWN = 60
"""Rows of one desk: each is judged by all the rules as it is drawn."""
TOLD = 8
"""Refusals told one by one; the rest are counted."""


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The checker's sign-off: what is ready, what is not yet, and what this person prepared and cannot check."""
    permissions.require(permissions.submit(request.user, request.user.institution))
    today = clock.today()
    rows = list(todos.awaiting_checker(request.user)[: SHOWN + 1])
    found = [_row(claim, today) for claim in rows[:SHOWN]]
    own = set(
        Hat.objects.filter(case__in=[row["claim"].pk for row in found], person=request.user)
        .exclude(hat="checker")
        .values_list("case", flat=True)
    )
    ready = [row for row in found if not row["outstanding"] and row["claim"].pk not in own and not row["is_over"]]
    context = {
        "ready": ready,
        "waiting": [row for row in found if row not in ready],
        "own": own,
        "total": total(row["amount"] for row in ready if row["eligible"]),
        "more": len(rows) > SHOWN,
        "shown": SHOWN,
        "article": edition()["claim_period"].article,
    }
    return render(request, "claims/desk.html", context)


def _row(claim: Claim, on: date) -> dict[str, Any]:
    """One claim as it would be filed today."""
    found = page.findings(claim, on)
    return {
        "claim": claim,
        "amount": found["amount"] or ZERO,
        "eligible": found["eligible"],
        "failing": found["failing"],
        "outstanding": found["outstanding"],
        "last_day": claim.last_day,
        "left": page.days_left(claim.last_day, on),
        "is_over": claim.last_day is not None and claim.last_day < on,
    }


@login_required
@require_POST
@once
def draft_many(request: HttpRequest) -> HttpResponse:
    """Begin a claim for every loan that was ticked."""
    permissions.require(permissions.prepare(request.user, request.user.institution))
    chosen = ticked(request, "loans")
    outcome = services.draft_claims(loan_ids=chosen, by=request.user, on=clock.today())
    if outcome.done:
        text = _("已起草 %(n)s 笔补偿申请，请上传材料，并逐笔填写信用报告。") % {"n": len(outcome.done)}
        messages.success(request, text)
    _tell_refused(request, outcome)
    if len(outcome.done) == 1:
        return redirect("claims:prepare", pk=outcome.done[0].pk)
    return redirect("claims:evidence_together" if outcome.done else "claims:claimable")


@login_required
@require_POST
@once
def submit_many(request: HttpRequest) -> HttpResponse:
    """File every claim that was ticked, each at the version that the desk showed."""
    permissions.require(permissions.submit(request.user, request.user.institution))
    seen = ticked_versions(request, "claims")
    outcome = services.submit_claims(seen=seen, by=request.user, on=clock.today())
    if outcome.done:
        text = _("已提交 %(n)s 笔补偿申请，申请补偿金额合计 %(amount)s 元，等待高新投审核。")
        messages.success(request, text % {"n": len(outcome.done), "amount": yuan(outcome.amount)})
    _tell_refused(request, outcome)
    return redirect("claims:desk")


def _tell_refused(request: HttpRequest, outcome: Outcome) -> None:
    for name, no in outcome.refused[:TOLD]:
        messages.error(request, f"{name}：{words(no)}")
    if rest := outcome.refused[TOLD:]:
        messages.error(request, _("另有 %(n)s 笔未办理，原因见下表。") % {"n": len(rest)})
