from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from config import beat
from config.celery import app as celery_app


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = _("系统装配")

    def ready(self) -> None:
        """Tasks declared with `shared_task` find this application, in every process."""
        # The generators name models, which are there only now.
        from config.demo import accounts

        accounts.register()
        celery_app.set_default()
        celery_app.conf.beat_schedule = beat.schedule()
