from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoolConfig(AppConfig):
    name = "pool"
    verbose_name = _("资金池")

    def ready(self) -> None:
        """The pool's own part of what the registries show."""
        import_module("pool.registration").register()
