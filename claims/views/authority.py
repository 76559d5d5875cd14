"""The authority's desk: notices, objections, funding plans."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
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
from pool import audit, clock
from pool.deeds import deed, text, yes
from pool.errors import NotPermitted
from pool.forms_keys import once, seen_version
from pool.models import AccessLog, User
from pool.moves import history
from pool.selectors import edition
from pool.tables import Column, Table, keyset_page

PLAN_READERS = permissions.READERS


def _only(person: User, roles: frozenset[Any]) -> None:
    if person.role not in roles:
        raise NotPermitted()


def _row(model: Any, pk: UUID, *related: str) -> Any:
    rows = model._default_manager.select_related(*related) if related else model._default_manager.all()
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


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
    _only(request.user, permissions.READERS)
    today = clock.today()
    may_post = permissions.publish(request.user)[0]
    if request.method == "POST":
        publicity = services.post_publicity(
            claim_ids=_chosen(request), title=request.POST.get("title", ""), by=request.user, on=today
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


def _chosen(request: HttpRequest) -> list[UUID]:
    try:
        return [UUID(value) for value in request.POST.getlist("claims")]
    except ValueError:
        raise Http404 from None


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
    _only(request.user, permissions.READERS)
    found = _row(Publicity, pk, "posted_by")
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
    }
    return render(request, "claims/publicity.html", context)


# ---- objections -----------------------------------------------------------------------------------------------------

OBJECTION_COLUMNS = (
    Column(gettext_lazy("异议编号"), "number", "code", link=lambda row: reverse("claims:objection", args=[row.pk])),
    Column(gettext_lazy("公示"), "item.publicity.number", "code"),
    Column(gettext_lazy("项目"), "item.claim.number", "code"),
    Column(gettext_lazy("状态"), lambda row: row, "status"),
    Column(gettext_lazy("收到日期"), "received_on", "date"),
)


@login_required
@require_GET
def objections(request: HttpRequest) -> HttpResponse:
    _only(request.user, permissions.OBJECTION_READERS)
    rows = Objection.objects.select_related("item__publicity", "item__claim")
    found = keyset_page(rows, request, order=("-id",), size=50)
    table = Table(OBJECTION_COLUMNS, found, page=found, empty_title=_("没有收到异议"))
    return render(request, "claims/objections.html", {"table": table})


@login_required
@require_GET
def objection(request: HttpRequest, pk: UUID) -> HttpResponse:
    _only(request.user, permissions.OBJECTION_READERS)
    found = _row(
        Objection, pk, "item__publicity", "item__claim__bank", "item__claim__loan", "reported_by", "decided_by"
    )
    audit.log_access(request, AccessLog.Kind.READ, found)
    context = {
        "objection": found,
        "claim": found.item.claim,
        "timeline": history(found),
        "may_report": permissions.re_check(request.user)[0] and found.state == Objection.State.RECEIVED,
        "may_decide": permissions.publish(request.user)[0] and found.state == Objection.State.REPORTED,
        "article": edition()["publicity_period"].article,
    }
    return render(request, "claims/objection.html", context)


def _objection_of(request: HttpRequest, pk: UUID) -> Objection:
    _only(request.user, permissions.OBJECTION_READERS)
    found: Objection = _row(Objection, pk)
    return found


def _objection_url(row: Objection) -> str:
    return reverse("claims:objection", args=[row.pk])


report_objection = deed(
    _objection_of, services.report_objection, "objection_id", gettext_lazy("复核报告已提交。"), _objection_url,
    {"report": text("report")},
)  # fmt: skip
decide_objection = deed(
    _objection_of, services.decide_objection, "objection_id", gettext_lazy("异议处理决定已作出。"), _objection_url,
    {"uphold": yes("uphold"), "reason": text("reason")},
)  # fmt: skip


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
    _only(request.user, PLAN_READERS)
    today = clock.today()
    if request.method == "POST":
        plan_ = services.draft_plan(by=request.user, on=today)
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
    _only(request.user, PLAN_READERS)
    found = _row(FundingPlan, pk, "drafted_by", "issued_by", "document")
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
        "articles": {slug: edition()[slug].article for slug in ("publicity_period", "total_control", "papers_period")},
    }
    return render(request, "claims/plan.html", context)


def _plan_of(request: HttpRequest, pk: UUID) -> FundingPlan:
    _only(request.user, PLAN_READERS)
    found: FundingPlan = _row(FundingPlan, pk)
    return found


def _plan_url(row: FundingPlan) -> str:
    return reverse("claims:plan", args=[row.pk])


issue_plan = deed(_plan_of, services.issue_plan, "plan_id", gettext_lazy("资助计划已下达，资金已预留。"), _plan_url)
withdraw_plan = deed(
    _plan_of, services.withdraw_plan, "plan_id", gettext_lazy("资助计划已撤销。"), _plan_url, {"reason": text("reason")}
)


@login_required
@require_POST
@once
def drop_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One claim out of an issued plan."""
    _only(request.user, PLAN_READERS)
    item = _row(PlanItem, pk)
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
    _only(request.user, permissions.READERS)
    found = _row(Publicity, pk)
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, found)
    content = reports.publicity_pdf(found, selectors.public_lines(found))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return response
