"""Classification, withdrawal and extension: a maker prepares, a checker submits."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from banks.views.forms import fill_in
from loans import permissions as may
from loans import selectors, services
from loans.forms import ClassificationForm, ExtensionForm, WithdrawalForm
from loans.models import ClassificationRequest, Extension, Loan, WithdrawalRequest
from pool import clock
from pool.deeds import deed
from pool.forms_keys import once
from pool.selectors import edition


def request_deed(model: type[Model], service: Callable[..., Any], done: Any) -> Callable[..., HttpResponse]:
    """The button by which a prepared change of a loan is submitted or given up; it leads back to the loan."""

    def find(request: HttpRequest, pk: UUID) -> Any:
        return get_object_or_404(model._default_manager.visible_to(request.user), pk=pk)

    return deed(find, service, "request_id", done, lambda found: reverse("loans:detail", args=[found.loan_id]))


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
        yes=_("保存并送复核"),
        loan=loan,
    )


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
        yes=_("保存并送复核"),
        loan=loan,
    )


submit_classification = request_deed(
    ClassificationRequest, services.submit_classification, gettext_lazy("分类调整已生效。")
)
cancel_classification = request_deed(
    ClassificationRequest, services.cancel_classification, gettext_lazy("已取消分类调整。")
)
submit_withdrawal = request_deed(WithdrawalRequest, services.withdraw_loan, gettext_lazy("已撤回该笔贷款。"))
cancel_withdrawal = request_deed(WithdrawalRequest, services.cancel_withdrawal, gettext_lazy("已取消撤回申请。"))
submit_extension = request_deed(Extension, services.extend_loan, gettext_lazy("展期已生效，有关期限按新的到期日计算。"))
cancel_extension = request_deed(Extension, services.cancel_extension, gettext_lazy("已取消展期登记，到期日不变。"))
