from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = _("风险补偿")

    def ready(self) -> None:
        """This room's part of what the registries show."""
        import_module("claims.registration").register()
