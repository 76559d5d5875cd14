"""What the room's views share: finding a row without telling what exists, the version seen, forms that answer."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from loans.models import Loan
from pool import storage
from pool.errors import Refused
from pool.models import StoredFile, User
from pool.refusals import add_to_form
from recovery import permissions as may

M = TypeVar("M", bound=models.Model)
VOUCHER, SETTLEMENT_PROOF, WRITE_OFF_PROOF = "recovery_voucher", "settlement_proof", "write_off_proof"
TRANSFER_CONTRACT = "transfer_contract"
PURPOSES = (VOUCHER, SETTLEMENT_PROOF, WRITE_OFF_PROOF, TRANSFER_CONTRACT)


def found(model: type[M], user: Any, pk: UUID, *related: str) -> M:
    """The row if this person may see it; another bank's and none at all answer alike."""
    rows: Any = model._default_manager
    visible = rows.visible_to(user)
    row: M = get_object_or_404(visible.select_related(*related) if related else visible, pk=pk)
    may.require(may.see(user, row.bank_id))
    return row


def loan_of(user: Any, pk: UUID) -> Loan:
    return found(Loan, user, pk, "bank")


def version_of(request: HttpRequest) -> int:
    """The version on the page the person decided from; none at all is never the right one."""
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() else 0


def keep(upload: UploadedFile | None, *, purpose: str, by: User, bank: UUID) -> StoredFile | None:
    return storage.keep(upload, name=upload.name or "", purpose=purpose, by=by, bank=bank) if upload else None


def answer(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[], HttpResponse],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Show the form; when it is sent and right, act; what the rules refuse is said beside its field."""
    if request.method == "POST" and form.is_valid():
        try:
            return act()
        except Refused as no:
            add_to_form(form, no)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {**context, "form": form}, status=status)
