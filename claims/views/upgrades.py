"""Upgrades and voided determinations: before payment by the bank's two people, after it with the refund (19(5))."""

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
from django.views.decorators.http import require_GET, require_http_methods

from banks.lists import columns_for, filter_for
from claims import permissions, services
from claims.forms import EndingForm, RefundForm, UpgradeFilter
from claims.models import EndingRequest, Upgrade
from claims.services import due
from claims.services.upgrade import outstanding
from claims.views import page
from claims.views.acts import ending_of, loan_of, upgrade_of
from loans import selectors as loans
from loans.models import Determination, Loan
from pool import audit, clock, scope
from pool.deeds import day, deed, money, text, yes
from pool.errors import NotPermitted, Refused
from pool.forms_keys import once
from pool.lists import Listing, show
from pool.models import BANK_ROLES, AccessLog, User
from pool.moves import history
from pool.permissions import Answer, has_role
from pool.refusals import add_to_form
from pool.selectors import edition
from pool.tables import Column

Ending = Determination.Ending

COLUMNS = (
    Column(
        gettext_lazy("申请编号"),
        "number",
        "code",
        link=lambda row: reverse("claims:upgrade", args=[row.pk]),
        sort="made",
    ),
    Column(gettext_lazy("加盟银行"), "bank.short_name"),
    Column(gettext_lazy("借据号"), "loan.loan_number", "code", link=lambda row: row.loan.get_absolute_url()),
    Column(gettext_lazy("借款人"), "loan.borrower_name"),
    Column(gettext_lazy("状态"), lambda row: row, "status", key="state"),
    Column(gettext_lazy("上调日期"), "upgraded_on", "date", sort="upgraded"),
    Column(gettext_lazy("申请日期"), "applied_on", "date"),
    Column(gettext_lazy("应退回金额"), "refund_due", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("退回截止日"), "refund_by", "date"),
    Column(gettext_lazy("退回日期"), "refunded_on", "date"),
)


def _reader(person: User) -> Answer:
    return has_role(person, BANK_ROLES | permissions.READERS)


def _rows(person: User) -> "QuerySet[Upgrade]":
    rows: QuerySet[Upgrade] = Upgrade.objects.visible_to(person).select_related("loan", "bank")
    return rows.annotate(is_late=Q(refund_by__lt=clock.today(), state__in=Upgrade.OWED))


def _narrow(rows: "QuerySet[Upgrade]", given: Mapping[str, Any]) -> "QuerySet[Upgrade]":
    if words := given.get("q", "").strip():
        rows = rows.filter(Q(number=words) | Q(loan__in=Loan.objects.filter(loans.matching(words)).values("pk")))
    return rows


UPGRADES = Listing(
    name="upgrades",
    label=gettext_lazy("上调转回申请"),
    url_name="claims:upgrades",
    may_see=_reader,
    may_export=_reader,
    rows=_rows,
    form=filter_for(UpgradeFilter),
    narrow=_narrow,
    same=("state", "bank"),
    columns=columns_for(COLUMNS),
    orders={"made": ("id",), "upgraded": ("upgraded_on", "id")},
    order="-made",
    hidden=frozenset({"applied_on", "refunded_on"}),
    marks=lambda row: "late" if row.is_late else "",
    empty_title=gettext_lazy("没有上调转回申请"),
    empty_text=gettext_lazy("已补偿的贷款上调为正常或关注后，转回和退回补偿资金在这里办理。"),
)


@login_required
@require_GET
def upgrades(request: HttpRequest) -> HttpResponse:
    """Upgrades after compensation, and what a bank's checker has to look at before it."""
    permissions.require(_reader(request.user))
    endings = EndingRequest.objects.filter(state=EndingRequest.State.PREPARED).select_related("loan", "bank", "made_by")
    if request.user.role in BANK_ROLES:
        endings = endings.filter(bank_id=request.user.institution)
    shown = show(UPGRADES, request)
    return render(request, "claims/upgrades.html", {"shown": shown, "table": shown.table, "endings": endings})


@login_required
@require_http_methods(["GET", "POST"])
@once
def end(request: HttpRequest, pk: UUID, ending: str) -> HttpResponse:
    """The maker prepares an upgrade (before or after compensation), or the voiding of a wrong determination."""
    loan = loan_of(request, pk)
    permissions.require(permissions.prepare(request.user, loan.bank_id))
    today = clock.today()
    compensated = loan.state == Loan.State.COMPENSATED and ending == Ending.UPGRADED
    form = EndingForm(request.POST or None, initial={"ended_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                back = _apply(loan, form.cleaned_data, ending, compensated, request.user, today)
        except Refused as no:
            if no.status == NotPermitted.status:
                raise
            add_to_form(form, no)
        else:
            messages.success(request, _("已保存，待复核人员提交。"))
            return redirect(back)
    context = {
        "loan": loan,
        "form": form,
        "ending": ending,
        "compensated": compensated,
        "article": edition()["upgrade_classes"].article,
        "window": due.compute("upgrade_period", today) if compensated else None,
    }
    return render(request, "claims/end.html", context, status=422 if form.errors else 200)


def _apply(loan: Loan, given: dict[str, Any], ending: str, compensated: bool, by: User, on: Any) -> str:
    common = {
        "loan_id": loan.pk,
        "classification": given["classification"],
        "reason": given["reason"],
        "by": by,
        "on": on,
    }
    if compensated:
        upgrade = services.apply_upgrade(upgraded_on=given["ended_on"], **common)
        return reverse("claims:upgrade", args=[upgrade.pk])
    services.prepare_ending(ending=ending, ended_on=given["ended_on"], **common)
    return _loan_url(loan)


def _loan_url(loan: Loan) -> str:
    return reverse("loans:detail", args=[loan.pk])


@login_required
@require_GET
def upgrade(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = upgrade_of(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, found)
    today = clock.today()
    with scope.everything():
        owed = outstanding(found)
    last = found.refund_by if found.state in Upgrade.OWED else None
    context = {
        "upgrade": found,
        "owed": owed,
        "left": page.days_left(last, today),
        "who": _who(found),
        "due": last or (found.apply_by if found.state == Upgrade.State.PREPARED else None),
        "facts": _facts(found),
        "timeline": history(found),
        "refund": RefundForm(initial={"amount": owed, "refunded_on": today}),
        "article": edition()["upgrade_classes"].article,
        **_acts(request.user, found),
    }
    return render(request, "claims/upgrade.html", context)


def _who(found: Upgrade) -> str:
    return {
        Upgrade.State.PREPARED: _("银行复核"),
        Upgrade.State.APPLIED: _("高新投初审"),
        Upgrade.State.PASSED: _("高新投终审"),
        Upgrade.State.APPROVED: _("加盟银行退回资金，金融中心登记"),
        Upgrade.State.RECEIPT_ENTERED: _("金融中心复核"),
    }.get(found.state, "")


def _facts(found: Upgrade) -> list[tuple[Any, ...]]:
    return [
        (_("加盟银行"), found.bank.name),
        (_("借据号"), found.loan.loan_number),
        (_("借款人"), found.loan.borrower_name),
        (_("补偿申请"), found.claim.number),
        (_("已补偿金额"), found.claim.amount),
        (_("上调日期"), found.upgraded_on),
        (_("上调后分类"), found.get_classification_display()),
        (_("申请截止日"), found.apply_by, edition()["upgrade_period"].article),
        (_("申请日期"), found.applied_on),
        (_("逾期申请"), found.applied_late),
        (_("上调依据"), found.reason),
        (_("审核意见"), found.decision_reason),
        (_("应退回金额"), found.refund_due),
        (_("退回截止日"), found.refund_by, edition()["refund_period"].article),
        (_("退回日期"), found.refunded_on),
    ]


def _acts(person: User, found: Upgrade) -> dict[str, bool]:
    state = found.state
    maker = permissions.prepare(person, found.bank_id)[0]
    checker = permissions.submit(person, found.bank_id)[0]
    return {
        "may_submit": checker and state == Upgrade.State.PREPARED,
        "may_cancel": maker and state == Upgrade.State.PREPARED,
        "may_review": permissions.review(person)[0] and state == Upgrade.State.APPLIED,
        "may_decide": permissions.decide(person)[0] and state == Upgrade.State.PASSED,
        "may_enter": permissions.pay(person)[0] and state == Upgrade.State.APPROVED,
        "may_confirm": permissions.release(person)[0] and state == Upgrade.State.RECEIPT_ENTERED,
    }


def _back(row: Upgrade) -> str:
    return reverse("claims:upgrade", args=[row.pk])


def _ending_back(row: EndingRequest) -> str:
    return reverse("loans:detail", args=[row.loan_id])


def _put_into_force(*, request_id: UUID, **given: Any) -> EndingRequest:
    """By what the request says: an upgrade, or a void."""
    ending = EndingRequest.objects.values_list("ending", flat=True).get(pk=request_id)
    service = services.upgrade_unpaid if ending == Ending.UPGRADED else services.void_determination
    return service(request_id=request_id, **given)


submit_ending = deed(ending_of, _put_into_force, "request_id", gettext_lazy("已生效。"), _ending_back)
cancel_ending = deed(ending_of, services.cancel_ending, "request_id", gettext_lazy("已取消。"), _ending_back)
submit = deed(upgrade_of, services.submit_upgrade, "upgrade_id", gettext_lazy("上调转回申请已提交。"), _back)
cancel = deed(upgrade_of, services.cancel_upgrade, "upgrade_id", gettext_lazy("已取消。"), _back)
review = deed(
    upgrade_of, services.review_upgrade, "upgrade_id", gettext_lazy("初审意见已提交。"), _back,
    {"agree": yes("agree"), "reason": text("reason")},
)  # fmt: skip
decide = deed(
    upgrade_of, services.decide_upgrade, "upgrade_id", gettext_lazy("审核决定已作出。"), _back,
    {"approve": yes("approve"), "reason": text("reason")},
)  # fmt: skip
enter_refund = deed(
    upgrade_of, services.enter_refund, "upgrade_id", gettext_lazy("退回资金已登记，待另一人确认。"), _back,
    {"amount": money("amount"), "refunded_on": day("refunded_on"), "bank_reference": text("bank_reference")},
    permissions.pay,
)  # fmt: skip
reject_refund = deed(
    upgrade_of,
    services.reject_refund,
    "upgrade_id",
    gettext_lazy("已退回重新登记。"),
    _back,
    {"reason": text("reason")},
)
confirm_refund = deed(upgrade_of, services.confirm_refund, "upgrade_id", gettext_lazy("补偿资金已退清并记账。"), _back)
