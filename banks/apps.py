from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BanksConfig(AppConfig):
    name = "banks"
    verbose_name = _("加盟银行")

    def ready(self) -> None:
        import_module("banks.registration").register()
