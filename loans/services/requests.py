"""What every change of an entered loan shares: prepared by a maker, submitted by a checker, or given up."""

from datetime import date
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from loans import permissions as may
from loans.models.requests import DatedRequest, Request
from pool import audit, hats, moves
from pool.errors import Refused, Stale
from pool.models import User

R = TypeVar("R", bound=Request)


def locked(model: type[R], request_id: UUID) -> R:
    request: R = model._default_manager.select_for_update(of=("self",)).get(pk=request_id)
    return request


def require_none_open(model: type[R], loan_id: UUID) -> None:
    if model._default_manager.filter(loan=loan_id, state=Request.State.PREPARED).exists():
        words = {"what": model._meta.verbose_name}
        raise Refused("request_open", _("该笔贷款已有待复核的“%(what)s”，请先复核或取消。") % words)


def submit(request: DatedRequest, *, by: User, on: date, version: int, hat: str, article: str = "") -> None:
    """The checker's part, before the loan changes in the same transaction."""
    require_checker(request, by, version)
    hats.wear(request, by, hat)
    moves.move(request, "submit", by=by, on=on, article=article, checked_by=by, checked_on=on)


def require_checker(request: Request, by: User, version: int) -> None:
    """A checker of its bank, who decides on what the page showed."""
    may.require(may.may_check(by, request.bank_id))
    if request.version != version:
        raise Stale()


def cancel(request: Request, action: str, *, by: User, on: date, version: int) -> None:
    """Given up by a maker, or sent back by a checker; `action` is its name in the audit."""
    allowed = may.may_make(by, request.bank_id)[0] or may.may_check(by, request.bank_id)[0]
    may.require((allowed, _("您的角色无权执行此操作。")))
    if request.version != version:
        raise Stale()
    moves.move(request, "cancel", by=by, on=on)
    audit.record(action, request, by=by, on=on)
