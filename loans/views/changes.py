"""Classification, withdrawal and extension: a maker prepares, a checker submits."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from banks.views.forms import fill_in
from loans import permissions as may
from loans import selectors, services
from loans.forms import ClassificationForm, ExtensionForm, WithdrawalForm
from loans.models import ClassificationRequest, Extension, Loan, WithdrawalRequest
from pool import clock
from pool.forms_keys import once, seen_version
from pool.selectors import edition


def _loan_or_404(request: HttpRequest, pk: UUID) -> Loan:
    return get_object_or_404(selectors.visible_loans(request.user), pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
@once
def classify(request: HttpRequest, pk: UUID) -> HttpResponse:
    loan = _loan_or_404(request, pk)
    may.require(may.may_make(request.user, loan.bank_id))
    return fill_in(
        request,
        ClassificationForm(request.POST or None, initial={"on_date": clock.today(), "after": loan.classification}),
        lambda data: services.prepare_classification(loan_id=loan.pk, by=request.user, on=clock.today(), **data),
        title=_("登记分类调整"),
        about=_("次级、可疑、损失为不良；由本行另一名复核人员提交后生效。"),
        article=edition()["npl_classes"].article,
        back=loan.get_absolute_url(),
        done=_("已登记，等待复核人员提交。"),
        template="loans/classify.html",
        loan=loan,
    )


@login_required
@require_POST
@once
def submit_classification(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(ClassificationRequest.objects.visible_to(request.user), pk=pk)
    version = seen_version(request)
    services.submit_classification(request_id=found.pk, by=request.user, on=clock.today(), version=version)
    messages.success(request, _("分类调整已生效。"))
    return redirect("loans:detail", pk=found.loan_id)


@login_required
@require_POST
@once
def cancel_classification(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(ClassificationRequest.objects.visible_to(request.user), pk=pk)
    version = seen_version(request)
    services.cancel_classification(request_id=found.pk, by=request.user, on=clock.today(), version=version)
    messages.success(request, _("已取消分类调整。"))
    return redirect("loans:detail", pk=found.loan_id)


@login_required
@require_http_methods(["GET", "POST"])
@once
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    loan = _loan_or_404(request, pk)
    may.require(may.may_make(request.user, loan.bank_id))
    return fill_in(
        request,
        WithdrawalForm(request.POST or None),
        lambda data: services.prepare_withdrawal(loan_id=loan.pk, by=request.user, on=clock.today(), **data),
        title=_("申请撤回入库"),
        about=_("只用于误录且从未认定过不良的贷款；复核人员提交后该笔贷款移出，本金不再计入本行入库总额。"),
        back=loan.get_absolute_url(),
        done=_("已登记，等待复核人员提交。"),
        template="loans/withdraw.html",
        loan=loan,
    )


@login_required
@require_POST
@once
def submit_withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(WithdrawalRequest.objects.visible_to(request.user), pk=pk)
    version = seen_version(request)
    services.withdraw_loan(request_id=found.pk, by=request.user, on=clock.today(), version=version)
    messages.success(request, _("已撤回该笔贷款。"))
    return redirect("loans:detail", pk=found.loan_id)


@login_required
@require_POST
@once
def cancel_withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(WithdrawalRequest.objects.visible_to(request.user), pk=pk)
    version = seen_version(request)
    services.cancel_withdrawal(request_id=found.pk, by=request.user, on=clock.today(), version=version)
    messages.success(request, _("已取消撤回申请。"))
    return redirect("loans:detail", pk=found.loan_id)


@login_required
@require_http_methods(["GET", "POST"])
@once
def extend(request: HttpRequest, pk: UUID) -> HttpResponse:
    loan = _loan_or_404(request, pk)
    may.require(may.may_make(request.user, loan.bank_id))
    return fill_in(
        request,
        ExtensionForm(request.POST or None, request.FILES or None),
        lambda data: services.prepare_extension(loan_id=loan.pk, by=request.user, on=clock.today(), **data),
        title=_("登记展期"),
        about=_("复核人员提交后，自动结项等期限按新的到期日计算；原到期日和协议留存。"),
        article=edition()["auto_closing"].article,
        back=loan.get_absolute_url(),
        done=_("已登记，等待复核人员提交。"),
        template="loans/extend.html",
        loan=loan,
    )


@login_required
@require_POST
@once
def submit_extension(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Extension.objects.visible_to(request.user), pk=pk)
    version = seen_version(request)
    services.extend_loan(request_id=found.pk, by=request.user, on=clock.today(), version=version)
    messages.success(request, _("展期已生效，有关期限按新的到期日计算。"))
    return redirect("loans:detail", pk=found.loan_id)


@login_required
@require_POST
@once
def cancel_extension(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Extension.objects.visible_to(request.user), pk=pk)
    version = seen_version(request)
    services.cancel_extension(request_id=found.pk, by=request.user, on=clock.today(), version=version)
    messages.success(request, _("已取消展期登记，到期日不变。"))
    return redirect("loans:detail", pk=found.loan_id)
