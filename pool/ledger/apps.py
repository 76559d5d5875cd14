from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "pool.ledger"
    label = "ledger"
    verbose_name = _("资金账")

    def ready(self) -> None:
        import_module("pool.ledger.registration").register()
