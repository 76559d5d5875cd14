from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoansConfig(AppConfig):
    name = "loans"
    verbose_name = _("贷款项目")

    def ready(self) -> None:
        import_module("loans.registration").register()
