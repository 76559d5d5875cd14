"""Correcting an entry: the maker's form with what stands in the library, the checker's look at the difference."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from loans import permissions as may
from loans import selectors, services
from loans.forms import SECTIONS, CorrectionForm, filled_in
from loans.models import Correction
from loans.services.correction import declared
from loans.services.uploads import RowRefused
from loans.views.batch import tell_row
from loans.views.changes import request_deed
from pool import clock
from pool.errors import NotPermitted, Refused
from pool.forms_keys import once
from pool.refusals import add_to_form
from pool.selectors import edition


@login_required
@require_http_methods(["GET", "POST"])
@once
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    loan = get_object_or_404(selectors.visible_loans(request.user), pk=pk)
    may.require(may.may_make(request.user, loan.bank_id))
    form = CorrectionForm(request.POST or None, initial=filled_in(declared(loan)))
    findings: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            services.prepare_correction(
                loan_id=loan.pk, cells=form.cells(), reason=reason, by=request.user, on=clock.today()
            )
        except RowRefused as no:
            findings = tell_row(form, no)
        except NotPermitted:
            raise
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("已登记，等待复核人员提交。"))
            return redirect(loan)
    form.mark_required()
    sections = [(title, [form[key] for key in keys if key in form.fields]) for title, keys in SECTIONS]
    context = {"loan": loan, "form": form, "sections": sections, "findings": findings}
    context["article"] = edition()["entry_window"].article
    return render(request, "loans/correct.html", context, status=422 if form.errors else 200)


submit = request_deed(Correction, services.correct_loan, gettext_lazy("更正已生效，更正前的内容留存。"))
cancel = request_deed(Correction, services.cancel_correction, gettext_lazy("已取消更正，入库内容不变。"))
