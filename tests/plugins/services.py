"""PostgreSQL and Valkey for the run, before Django's settings are read. Workers of xdist inherit the environment."""

import os
import shutil

import pytest

from config.dev.places import VAR
from config.dev.services import Services

_running = Services("test")
_media = VAR / "test" / "media" / str(os.getpid())
os.environ.setdefault("MEDIA_ROOT", str(_media))
os.environ.update(_running.environment())
os.environ["CLOCK_MAY_MOVE"] = "1"
os.environ["SECOND_FACTOR_ROLES"] = ""
os.environ["SURE_MINUTES"] = "600"
os.environ["CELERY_TASK_ALWAYS_EAGER"] = "1"
os.environ["CACHE_IN_MEMORY"] = "1"
os.environ["PYTEST_RUN"] = os.environ.get("PYTEST_RUN", str(os.getpid()))


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        _running.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    _running.stop()
    shutil.rmtree(_media, ignore_errors=True)
