"""What the buttons of this room find: the row or 404."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest

from claims import permissions
from claims.models import Claim, EndingRequest, PapersPacket, Payment, Upgrade
from loans.models import Loan
from pool.errors import NotPermitted
from pool.models import BANK_ROLES, User


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


def only(person: User, roles: frozenset[Any]) -> None:
    if person.role not in roles:
        raise NotPermitted()


def row_or_404(model: Any, pk: UUID, *related: str) -> Any:
    """What is no bank's: those who may ask at all may see every row."""
    rows = model._default_manager.select_related(*related) if related else model._default_manager.all()
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
