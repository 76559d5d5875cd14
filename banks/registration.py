"""What this room puts into the registries of the pool."""

from django.utils.translation import gettext_lazy as _

from banks import permissions
from banks.permissions import PUBLIC_BODIES
from banks.services.joining import PURPOSE as JOINING_PAPER
from banks.services.partners import PURPOSE as AGREEMENT
from banks.todos import todos
from pool import registry
from pool.models import BANK_ROLES, Role
from pool.registry import FileGuard, NavItem, TodoSource

GROUP = _("加盟银行")


def register() -> None:
    registry.navigation.register(NavItem(_("本行概况"), "banks:own", BANK_ROLES, order=60, group=GROUP))
    registry.navigation.register(NavItem(_("加盟银行"), "banks:index", PUBLIC_BODIES, order=60, group=GROUP))
    registry.navigation.register(
        NavItem(_("本行管理"), "banks:manage", frozenset({Role.BANK_ADMIN}), order=61, group=GROUP)
    )
    registry.navigation.register(NavItem(_("加盟申请"), "banks:joinings", PUBLIC_BODIES, order=61, group=GROUP))
    registry.todos.register(TodoSource("banks", todos, order=10))
    registry.file_guards.register(FileGuard(JOINING_PAPER, permissions.may_have_joining_paper))
    registry.file_guards.register(FileGuard(AGREEMENT, permissions.may_have_agreement))
