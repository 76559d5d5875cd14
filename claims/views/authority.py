"""The authority's desk: notices and funding plans."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banks.standing import is_suspended
from claims import permissions, reports, selectors, services, todos
from claims.forms import PublicityForm
from claims.models import Claim, FundingPlan, Objection, PapersPacket, PlanItem, Publicity
from claims.services import due
from claims.services.plan import outlook
from claims.views import page
from claims.views.acts import only, row_or_404
from pool import audit, clock, pdf
from pool.deeds import deed, text, upload
from pool.forms_keys import once, seen_version, ticked
from pool.models import AccessLog
from pool.moves import history
from pool.selectors import edition
from pool.tables import Column, Table, keyset_page

PLAN_READERS = permissions.READERS


# ---- notices --------------------------------------------------------------------------------------------------------

PUBLICITY_COLUMNS = (
    Column(gettext_lazy("公示编号"), "number", "code", link=lambda row: reverse("claims:publicity", args=[row.pk])),
    Column(gettext_lazy("标题"), "title"),
    Column(gettext_lazy("状态"), lambda row: row, "status"),
    Column(gettext_lazy("发布日期"), "posted_on", "date"),
    Column(gettext_lazy("公示截止日"), "last_day", "date"),
)


@login_required
@require_http_methods(["GET", "POST"])
@once
def publicities(request: HttpRequest) -> HttpResponse:
    """The notices so far; for the authority, the approved claims that wait for one."""
    only(request.user, permissions.READERS)
    today = clock.today()
    may_post = permissions.publish(request.user)[0]
    if request.method == "POST":
        publicity = services.post_publicity(
            claim_ids=ticked(request, "claims"), title=request.POST.get("title", ""), by=request.user, on=today
        )
        messages.success(request, _("已发布公示 %(number)s。") % {"number": publicity.number})
        return redirect("claims:publicity", pk=publicity.pk)
    found = keyset_page(Publicity.objects.all(), request, order=("-posted_on", "-id"), size=30)
    context = {
        "table": Table(PUBLICITY_COLUMNS, found, page=found, empty_title=_("还没有公示")),
        "form": PublicityForm(),
        "may_post": may_post,
        "candidates": _candidates() if may_post else [],
        "window": due.compute("publicity_period", today),
        "today": today,
    }
    return render(request, "claims/publicities.html", context)


def _candidates() -> list[dict[str, Any]]:
    """Approved claims in the order of their submission, those of suspended banks marked."""
    claims = Claim.objects.filter(state=Claim.State.APPROVED).select_related("bank", "loan")
    stopped: dict[UUID, bool] = {}
    rows = []
    for claim in claims.order_by(*selectors.IN_QUEUE)[:500]:
        barred = stopped.setdefault(claim.bank_id, is_suspended(claim.bank_id))
        rows.append({"claim": claim, "barred": barred})
    return rows


@login_required
@require_GET
def publicity(request: HttpRequest, pk: UUID) -> HttpResponse:
    only(request.user, permissions.READERS)
    found = row_or_404(Publicity, pk, "posted_by", "corrects", "corrected_by")
    today = clock.today()
    items = found.items.select_related("claim", "bank").order_by("position")
    objections = Objection.objects.filter(item__publicity=found).select_related("item").order_by("number")
    context = {
        "publicity": found,
        "items": items,
        "total": sum(item.amount for item in items),
        "objections": objections if request.user.role in permissions.OBJECTION_READERS else [],
        "left": page.days_left(found.last_day, today),
        "timeline": history(found),
        "article": edition()["publicity_period"].article,
        "may_correct": permissions.publish(request.user)[0] and _runs(found, today),
        "window": due.compute("publicity_period", today),
    }
    return render(request, "claims/publicity.html", context)


def _runs(found: Publicity, today: date) -> bool:
    return bool(found.state == Publicity.State.POSTED and today <= found.last_day)


@login_required
@require_POST
@once
def correct_publicity(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list as it should have been, as a new notice."""
    only(request.user, permissions.READERS)
    old = row_or_404(Publicity, pk)
    kept = set(ticked(request, "claims"))
    listed = old.items.values_list("claim_id", flat=True)
    new = services.correct_publicity(
        publicity_id=old.pk, by=request.user, on=clock.today(), version=seen_version(request),
        reason=request.POST.get("reason", ""), title=request.POST.get("title", "").strip(),
        left_out=[claim_id for claim_id in listed if claim_id not in kept],
    )  # fmt: skip
    messages.success(request, _("已发布更正公示 %(number)s，公示期重新计算。") % {"number": new.number})
    return redirect("claims:publicity", pk=new.pk)


# ---- funding plans --------------------------------------------------------------------------------------------------

PLAN_COLUMNS = (
    Column(gettext_lazy("计划文号"), "number", "code", link=lambda row: reverse("claims:plan", args=[row.pk])),
    Column(gettext_lazy("状态"), lambda row: row, "status"),
    Column(gettext_lazy("计划总额"), "total", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("拟稿日期"), "drafted_on", "date"),
    Column(gettext_lazy("下达日期"), "issued_on", "date"),
)


@login_required
@require_http_methods(["GET", "POST"])
@once
def plans(request: HttpRequest) -> HttpResponse:
    """The plans so far; for the authority, what a plan drawn up today would hold and what waits for money."""
    only(request.user, PLAN_READERS)
    today = clock.today()
    if request.method == "POST":
        plan_ = services.draft_plan(
            by=request.user, on=today, claim_ids=ticked(request, "claims"), reason=request.POST.get("reason", "")
        )
        messages.success(request, _("已拟定资助计划，待另一人签发。"))
        return redirect("claims:plan", pk=plan_.pk)
    found = keyset_page(FundingPlan.objects.all(), request, order=("-drafted_on", "-id"), size=30)
    may_draft = permissions.plan(request.user)[0]
    context = {
        "table": Table(PLAN_COLUMNS, found, page=found, empty_title=_("还没有资助计划")),
        "may_draft": may_draft,
        "outlook": outlook(today) if may_draft else None,
        "article": edition()["total_control"].article,
    }
    return render(request, "claims/plans.html", context)


@login_required
@require_GET
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    only(request.user, PLAN_READERS)
    found = row_or_404(FundingPlan, pk, "drafted_by", "issued_by", "document", "stamped", "stamped_by")
    items = PlanItem.objects.filter(plan=found).select_related("claim__loan", "bank").order_by("position")
    standing = [item for item in items if item.dropped_on is None]
    can = permissions.plan(request.user)[0]
    packets = PapersPacket.objects.filter(plan=found).select_related("bank").order_by("pk")
    context = {
        "plan": found,
        "items": items,
        "total": sum(item.amount for item in standing),
        "packets": packets,
        "todos": todos.of_plan(found, packets),
        "timeline": history(found),
        "may_issue": can and found.state == FundingPlan.State.DRAFTED and found.drafted_by_id != request.user.pk,
        "may_withdraw": can and found.state in {FundingPlan.State.DRAFTED, FundingPlan.State.ISSUED},
        "may_drop": can and found.state == FundingPlan.State.ISSUED,
        "may_stamp": can and found.state == FundingPlan.State.ISSUED,
        "articles": {slug: edition()[slug].article for slug in ("publicity_period", "total_control", "papers_period")},
    }
    return render(request, "claims/plan.html", context)


def _plan_of(request: HttpRequest, pk: UUID) -> FundingPlan:
    only(request.user, PLAN_READERS)
    found: FundingPlan = row_or_404(FundingPlan, pk)
    return found


def _plan_url(row: FundingPlan) -> str:
    return reverse("claims:plan", args=[row.pk])


def _kept_items(request: HttpRequest) -> list[UUID]:
    return ticked(request, "items")


issue_plan = deed(
    _plan_of, services.issue_plan, "plan_id", gettext_lazy("资助计划已下达，资金已预留。"), _plan_url,
    {"item_ids": _kept_items, "reason": text("reason")},
)  # fmt: skip
keep_stamped = deed(
    _plan_of,
    services.keep_stamped,
    "plan_id",
    gettext_lazy("盖章扫描件已保存。"),
    _plan_url,
    {"upload": upload("file")},
)
withdraw_plan = deed(
    _plan_of, services.withdraw_plan, "plan_id", gettext_lazy("资助计划已撤销。"), _plan_url, {"reason": text("reason")}
)


@login_required
@require_POST
@once
def drop_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One claim out of an issued plan."""
    only(request.user, PLAN_READERS)
    item = row_or_404(PlanItem, pk)
    services.drop_item(
        item_id=item.pk, by=request.user, on=clock.today(), version=seen_version(request),
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("项目已移出资助计划，预留资金已释放。"))
    return redirect("claims:plan", pk=item.plan_id)


@login_required
@require_GET
def publicity_document(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The notice as PDF, with its check code."""
    only(request.user, permissions.READERS)
    found = row_or_404(Publicity, pk)
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, found)
    content = reports.publicity_pdf(found, selectors.public_lines(found))
    return pdf.download(content, f"{found.number}.pdf")
