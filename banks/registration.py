"""What this room puts into the registries of the pool."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from banks import selectors
from banks.models import Violation
from banks.permissions import PUBLIC_BODIES, VIOLATION_CONFIRMERS
from pool import registry
from pool.models import BANK_ROLES, Role
from pool.permissions import may_confirm_factor_reset
from pool.registry import NavItem, Todo, TodoSource
from pool.selectors import drafts_of

GROUP = _("加盟银行")


def register() -> None:
    registry.navigation.register(NavItem(_("本行概况"), "banks:own", BANK_ROLES, order=60, group=GROUP))
    registry.navigation.register(NavItem(_("加盟银行"), "banks:index", PUBLIC_BODIES, order=60, group=GROUP))
    registry.navigation.register(
        NavItem(_("本行管理"), "banks:manage", frozenset({Role.BANK_ADMIN}), order=61, group=GROUP)
    )
    registry.todos.register(TodoSource("banks", todos, order=10))


def todos(user: Any, on: date) -> Iterable[Todo]:
    """A payee account or a violation that a second person must confirm."""
    if user.role == Role.BANK_CHECKER:
        account = selectors.unconfirmed_payee(user.institution)
        if account is not None and account.entered_by_id != user.pk:
            yield Todo(
                title=gettext("确认收款专用账户"), url=reverse("banks:detail", args=[user.institution]),
                detail=str(account), waiting_for=gettext("您（复核）"),
            )  # fmt: skip
    if user.role == Role.BANK_ADMIN:
        yield from _resets(user)
    if user.role == Role.BANK_MAKER:
        yield from _taken_over(user)
    if user.role in VIOLATION_CONFIRMERS:
        for found in (
            Violation.objects.filter(confirmed_by__isnull=True).exclude(entered_by=user).select_related("bank")
        ):
            yield Todo(
                title=gettext("确认违规记录"), detail=f"{found.bank} {found.document_number}",
                url=found.bank.get_absolute_url(), waiting_for=gettext("您"),
            )  # fmt: skip


def _resets(user: Any) -> Iterable[Todo]:
    for row in selectors.resets_of(user.institution):
        mine = may_confirm_factor_reset(user, row)[0]
        yield Todo(
            title=gettext("确认重置动态口令：%(name)s") % {"name": row.user.display_name}, detail=row.reason,
            url=reverse("banks:manage"), waiting_for=gettext("本行另一名管理员或安全管理员"), mine=mine,
        )  # fmt: skip


def _taken_over(user: Any) -> Iterable[Todo]:
    for leaver in selectors.handed_to(user):
        for draft in drafts_of(leaver):
            yield Todo(
                title=gettext("接手%(name)s的%(what)s") % {"name": leaver.display_name, "what": draft.label},
                url=draft.url, waiting_for=gettext("您（经办）"), count=draft.count,
            )  # fmt: skip
