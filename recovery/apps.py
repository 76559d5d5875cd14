from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecoveryConfig(AppConfig):
    name = "recovery"
    verbose_name = _("清收与结项")

    def ready(self) -> None:
        """What the rooms to the left show of this one."""
        import_module("recovery.registration").register()
