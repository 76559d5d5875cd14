"""Claims as the bank makes them and everybody reads them: list, page, preparation, and the bank's acts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banks.lists import columns_for, filter_for
from claims import permissions, reports, selectors, services, todos
from claims.forms import ClaimFilter, ReportForm
from claims.models import Claim
from claims.views import page, panels
from claims.views.acts import claim_of, loan_of
from loans import selectors as loans
from loans.models import Loan
from pool import audit, clock, pdf
from pool.deeds import deed, text
from pool.errors import Refused, Stale
from pool.forms_keys import once, seen_version
from pool.lists import Listing, show
from pool.models import BANK_ROLES, AccessLog, Role, User
from pool.permissions import Answer, has_role
from pool.refusals import add_to_form
from pool.selectors import edition
from pool.tables import Column


def _back(claim: Claim) -> str:
    return reverse("claims:detail", args=[claim.pk])


def _url(claim: Claim) -> str:
    return todos.claim_url(claim)


COLUMNS = (
    Column(gettext_lazy("申请编号"), "number", "code", link=_url, sort="made"),
    Column(gettext_lazy("加盟银行"), "bank.short_name"),
    Column(gettext_lazy("借款人"), "loan.borrower_name"),
    Column(gettext_lazy("借据号"), "loan.loan_number", "code"),
    Column(
        gettext_lazy("不良本金余额"),
        "determination.principal_balance",
        "money",
        unit=gettext_lazy("元"),
        sort="balance",
    ),
    Column(gettext_lazy("补偿比例"), "ratio", "percent"),
    Column(gettext_lazy("补偿金额"), "amount", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("状态"), lambda claim: claim, "status", key="state"),
    Column(gettext_lazy("提交日期"), "first_submitted_on", "date"),
    Column(gettext_lazy("审核截止"), "decide_by", "date"),
)


def _may_read(person: User) -> Answer:
    return has_role(person, BANK_ROLES | permissions.READERS)


def _narrow(rows: "QuerySet[Claim]", given: Mapping[str, Any]) -> "QuerySet[Claim]":
    """By its number, or by what finds its loan: exact number or code, or the beginning of the name."""
    if words := given.get("q", "").strip():
        rows = rows.filter(Q(number=words) | Q(loan__in=Loan.objects.filter(loans.matching(words)).values("pk")))
    return rows


def _rows(person: User) -> "QuerySet[Claim]":
    """The determination's bank is said once more: by this its index gives a bank's claims in the order of balances."""
    rows = selectors.claims_of(person)
    return rows.filter(determination__bank_id=person.institution) if person.role in BANK_ROLES else rows


CLAIMS = Listing(
    name="claims",
    label=gettext_lazy("补偿申请"),
    url_name="claims:index",
    may_see=_may_read,
    may_export=lambda person: has_role(person, (BANK_ROLES | permissions.READERS) - {Role.BANK_ADMIN}),
    rows=_rows,
    form=filter_for(ClaimFilter),
    narrow=_narrow,
    same=("state", "bank"),
    columns=columns_for(COLUMNS),
    orders={"made": ("id",), "balance": ("determination__principal_balance", "id")},
    order="-made",
    empty_title=gettext_lazy("没有符合条件的申请"),
)


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The claims this person may see, newest first."""
    permissions.require(_may_read(request.user))
    shown = show(CLAIMS, request)
    context = {
        "shown": shown, "table": shown.table, "is_bank": request.user.role in BANK_ROLES,
        "may_prepare": has_role(request.user, {Role.BANK_MAKER})[0],
    }  # fmt: skip
    return render(request, "claims/index.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@once
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Before there is a claim: can it be claimed, how much, until when; then the draft."""
    loan = loan_of(request, pk)
    permissions.require(permissions.prepare(request.user, loan.bank_id))
    today = clock.today()
    if request.method == "POST":
        claim = services.draft_claim(loan_id=loan.pk, by=request.user, on=today)
        return redirect("claims:prepare", pk=claim.pk)
    return render(request, "claims/new.html", {"loan": loan, "card": panels.card(loan, today)})


@login_required
@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    claim = claim_of(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, claim)
    return render(request, "claims/detail.html", page.of_claim(request.user, claim, clock.today()))


@login_required
@require_http_methods(["GET", "POST"])
@once
def prepare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The maker's one page: what the credit report says, the documents, and what the rules find."""
    claim = claim_of(request, pk)
    permissions.require(permissions.prepare(request.user, claim.bank_id))
    today = clock.today()
    form = ReportForm(request.POST or None, initial=_described(claim))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                services.describe_claim(
                    claim_id=claim.pk, by=request.user, on=today, version=seen_version(request), **form.cleaned_data
                )
        except Refused as no:
            if not (isinstance(no, Stale) and _saved_by_itself(request, pk, form.cleaned_data)):
                add_to_form(form, no)
        if form.is_valid():
            messages.success(request, _("已保存。"))
            return redirect("claims:prepare", pk=claim.pk)
    context = page.of_claim(request.user, claim, today)
    if not context["may_prepare"]:
        return redirect("claims:detail", pk=claim.pk)
    next_one = todos.awaiting_checker(request.user).filter(pk__gt=claim.pk, state=Claim.State.DRAFT).order_by("pk")
    context |= {
        "form": form, "window": panels.claim_period(claim.loan, today), "articles": _articles(),
        "next_draft": next_one.first(),
    }  # fmt: skip
    return render(request, "claims/prepare.html", context, status=422 if form.errors else 200)


def _described(claim: Claim) -> dict[str, Any]:
    """What the claim says of the credit report; until it does, the balances that the loan was entered with."""
    balances = claim.reported_balances if claim.reported_balances is not None else claim.loan.other_balances
    return {"credit_report_on": claim.credit_report_on, "reported_balances": balances}


def _saved_by_itself(request: HttpRequest, pk: UUID, given: dict[str, Any]) -> bool:
    """The press of the button overtakes or follows the form's own saving: the same values are no change of another."""
    claim = claim_of(request, pk)
    return all(getattr(claim, name) == value for name, value in given.items())


@login_required
@require_POST
@once
def keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Saved by itself while the maker types: what is readable is kept, what is not stays on the page as it is."""
    claim = claim_of(request, pk)
    permissions.require(permissions.prepare(request.user, claim.bank_id))
    today, form = clock.today(), ReportForm(request.POST)
    form.is_valid()
    wanted = _described(claim) | form.cleaned_data
    try:
        if form.cleaned_data and wanted != _described(claim):
            claim = services.describe_claim(
                claim_id=claim.pk, by=request.user, on=today, version=seen_version(request), **wanted
            )
    except Refused as no:
        return render(request, "claims/_kept.html", {"problem": no})
    context = page.of_claim(request.user, claim_of(request, pk), today)
    unread = [form[name] for name in form.errors if form.data.get(name)]
    return render(request, "claims/_kept.html", context | {"again": True, "kept_at": clock.now(), "unread": unread})


def _articles() -> dict[str, str]:
    book = edition()
    return {
        slug: book[slug].article
        for slug in ("claim_evidence", "credit_report_age", "claim_period", "compensation_tiers")
    }


@login_required
@require_POST
@once
def add_evidence(request: HttpRequest, pk: UUID) -> HttpResponse:
    claim = claim_of(request, pk)
    permissions.require(permissions.prepare(request.user, claim.bank_id))
    upload = request.FILES.get("file")
    if upload is None:
        raise Refused("file_missing", _("请选择文件。"), edition()["claim_evidence"].article, field="file")
    services.add_evidence(
        claim_id=claim.pk, item=request.POST.get("item", ""), upload=upload, by=request.user, on=clock.today()
    )
    messages.success(request, _("材料已上传。"))
    return redirect(reverse("claims:prepare", args=[claim.pk]) + "#evidence")


@login_required
@require_GET
def decision(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The decision as the bank is told it, as PDF."""
    claim = claim_of(request, pk)
    if claim.decided_on is None:
        raise Refused("not_decided", _("该申请尚未作出审核决定。"), edition()["review_period"].article)
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, claim)
    return pdf.download(reports.decision_pdf(claim), f"{claim.number}.pdf")


submit = deed(claim_of, services.submit_claim, "claim_id", gettext_lazy("申请已提交。"), _back)
withdraw = deed(
    claim_of, services.withdraw_claim, "claim_id", gettext_lazy("申请已撤回。"), _back, {"reason": text("reason")}
)
ask_re_examination = deed(
    claim_of, services.ask_re_examination, "claim_id", gettext_lazy("已申请复核。"), _back, {"reason": text("reason")}
)
transfer = deed(
    claim_of, services.transfer_to_compensation, "claim_id", gettext_lazy("已转录入风险补偿项目库。"), _back
)
