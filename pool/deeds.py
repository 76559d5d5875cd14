"""A button's address in any room: one post that calls one service, and what the post carries."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pool import clock
from pool.errors import Refused
from pool.forms_keys import once, seen_version
from pool.models import User
from pool.money import parse_amount
from pool.permissions import require

Read = Callable[[HttpRequest], Any]


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
            require(may(request.user))
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


def upload(name: str) -> Read:
    """The file, or nothing where none was chosen."""
    return lambda request: request.FILES.get(name)


def yes(name: str) -> Read:
    return lambda request: request.POST.get(name) == "yes"
