"""What this room adds to the pages that know every room."""

from django.utils.translation import gettext_lazy as _

from pool import registry
from pool.parts import EVERYBODY, LAW


def register() -> None:
    registry.navigation.register(registry.NavItem(_("试算"), "trial_start", EVERYBODY, 810, LAW))
