"""What the pages of this room share: the row or 404, one post that calls one service, what the post carries."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims import permissions
from claims.models import Claim, EndingRequest, PapersPacket, Payment, Upgrade
from loans.models import Loan
from pool import clock
from pool.errors import Refused
from pool.forms_keys import once, seen_version
from pool.models import BANK_ROLES, User
from pool.money import parse_amount

Read = Callable[[HttpRequest], Any]


def own(model: Any, person: User, pk: UUID, *related: str) -> Any:
    """The row if this person's bank (or body) may see it; another's and a missing one answer alike."""
    rows = model._default_manager.select_related(*related) if related else model._default_manager.all()
    if person.role in BANK_ROLES:
        rows = rows.filter(bank_id=person.institution)
    elif person.role not in permissions.READERS:
        raise Http404
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def claim_of(request: HttpRequest, pk: UUID) -> Claim:
    found: Claim = own(Claim, request.user, pk, "loan", "bank", "determination", "made_by", "submitted_by")
    return found


def loan_of(request: HttpRequest, pk: UUID) -> Loan:
    found: Loan = own(Loan, request.user, pk, "bank")
    return found


def packet_of(request: HttpRequest, pk: UUID) -> PapersPacket:
    found: PapersPacket = own(PapersPacket, request.user, pk, "plan", "bank")
    return found


def payment_of(request: HttpRequest, pk: UUID) -> Payment:
    found: Payment = own(Payment, request.user, pk, "packet")
    return found


def upgrade_of(request: HttpRequest, pk: UUID) -> Upgrade:
    found: Upgrade = own(Upgrade, request.user, pk, "loan", "claim", "bank")
    return found


def ending_of(request: HttpRequest, pk: UUID) -> EndingRequest:
    found: EndingRequest = own(EndingRequest, request.user, pk, "loan")
    return found


def deed(
    find: Callable[[HttpRequest, UUID], Any],
    service: Callable[..., Any],
    key: str,
    done: Any,
    back: Callable[[Any], str],
    fields: Mapping[str, Read] | None = None,
    may: Callable[[User], Any] | None = None,
) -> Callable[..., HttpResponse]:
    """A button's address: find the row, call the service with what was seen and filled in, say so, go back.

    The service asks for the permission; `may` asks before fields are read that could be refused.
    """

    @login_required
    @require_POST
    @once
    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        row = find(request, pk)
        if may is not None:
            permissions.require(may(request.user))
        values = {name: read(request) for name, read in (fields or {}).items()}
        service(**{key: row.pk}, by=request.user, on=clock.today(), version=seen_version(request), **values)
        messages.success(request, done)
        return redirect(back(row))

    return view


def text(name: str) -> Read:
    return lambda request: request.POST.get(name, "").strip()


def day(name: str) -> Read:
    def read(request: HttpRequest) -> date:
        try:
            return date.fromisoformat(request.POST.get(name, ""))
        except ValueError:
            raise Refused("unreadable", _("请填写日期。"), field=name) from None

    return read


def money(name: str) -> Read:
    def read(request: HttpRequest) -> Decimal:
        try:
            return parse_amount(request.POST.get(name, "").replace(",", "").strip())
        except ValueError:
            raise Refused("unreadable", _("请填写金额，最多两位小数。"), field=name) from None

    return read


def yes(name: str) -> Read:
    return lambda request: request.POST.get(name) == "yes"
