"""批量终审: several claims whose reviewer said pass, decided at one press, each by its own decision (20(1))."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims import assessment, permissions, selectors, services
from claims.models import Claim, Desk, Review
from claims.services.review import refuse_suspended
from pool import clock, hats
from pool.errors import Refused
from pool.formats import yuan
from pool.forms_keys import once, ticked_versions
from pool.models import User
from pool.money import ZERO, total
from pool.refusals import words
from pool.selectors import edition

SHOWN = 60
"""Rows of one page: what each opinion rests on is looked up as it is drawn."""


@require_http_methods(["GET", "POST"])
@once
def approve_many(request: HttpRequest) -> HttpResponse:
    """Tick, look once more at the amounts, press."""
    permissions.require(permissions.decide(request.user))
    if request.method == "POST":
        return _approve(request)
    rows = [_row(claim, request.user) for claim in _waiting(request.user)[: SHOWN + 1]]
    shown, seen = rows[:SHOWN], ticked_versions_of(request)
    chosen = [row for row in shown if seen.get(row["claim"].pk) == row["claim"].version and not row["why"]]
    _tell_changed(request, len(seen) - len(chosen))
    context = {
        **admin.site.each_context(request),
        "title": _("批量终审"),
        "ready": [row for row in shown if not row["why"]],
        "others": [row for row in shown if row["why"]],
        "more": len(rows) > SHOWN,
        "shown": SHOWN,
        "chosen": chosen,
        "total": total(row["amount"] for row in chosen),
        "article": edition()["review_period"].article,
    }
    template = "admin/claims/approve_confirm.html" if chosen else "admin/claims/approve_many.html"
    return TemplateResponse(request, template, context)


def ticked_versions_of(request: HttpRequest) -> dict[UUID, int]:
    """What was ticked on the page before; it comes with the address, for nothing is changed yet."""
    wanted = HttpRequest()
    wanted.POST = request.GET
    return ticked_versions(wanted, "claims")


def _tell_changed(request: HttpRequest, gone: int) -> None:
    if gone:
        text = _("勾选的申请中有 %(n)s 笔已被他人办理或内容已有变化，未列入，请重新核对。")
        messages.warning(request, text % {"n": gone})


def _waiting(person: User) -> Any:
    """What lies on the approver's desk and is theirs or nobody's."""
    rows = selectors.with_desk(Claim.objects.filter(state=Claim.State.REVIEWING)).select_related(
        "bank", "loan", "determination"
    )
    return rows.filter(selectors.mine_or_nobodys(person)).order_by("decide_by", "first_submitted_on", "pk")


def _row(claim: Claim, person: User) -> dict[str, Any]:
    opinion = selectors.last_opinion(claim, Review.Round.FIRST)
    return {"claim": claim, "opinion": opinion, "amount": claim.amount or ZERO, "why": _why_not(claim, opinion, person)}


def _why_not(claim: Claim, opinion: Review | None, person: User) -> str:
    """What stands in the way of passing it here; the service asks again."""
    if opinion is None or opinion.opinion != Review.Opinion.PASS:
        return _("初审意见不是“通过”，须逐笔办理")
    if opinion.seen_hash != assessment.seen_hash(claim):
        return _("初审意见之后申请内容已有变化，须由初审人员重新提出意见")
    if claim.recusals.filter(person=person).exists() or not hats.may_wear(claim, person, Desk.APPROVER):
        return _("您已回避或在其他环节办理过，须由另一人办理")
    try:
        refuse_suspended(claim.bank_id)
    except Refused as no:
        return words(no)
    return ""


def _approve(request: HttpRequest) -> HttpResponse:
    seen, today = ticked_versions(request, "claims"), clock.today()
    outcome = services.approve_claims(
        seen=seen, by=request.user, on=today, reason=request.POST.get("reason", "").strip()
    )
    if outcome.done:
        told = {"n": len(outcome.done), "amount": yuan(outcome.amount)}
        messages.success(request, _("已审核通过 %(n)s 笔，补偿金额合计 %(amount)s 元。") % told)
    for name, no in outcome.refused:
        messages.error(request, f"{name}：{words(no)}")
    return redirect("admin:claims_claim_approve_many")
