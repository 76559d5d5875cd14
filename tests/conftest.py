"""The fixtures that every test may ask for; `docs/development.md` tells how to use them."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

pytest_plugins = [
    "tests.plugins.papers",
    "tests.plugins.databases",
    "tests.plugins.servers",
    "tests.plugins.workers",
    "tests.plugins.browsers",
    "tests.plugins.clients",
    "tests.plugins.garbage",
    "tests.plugins.lock_order",
    "tests.plugins.timings",
]
# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """What one test put into the cache is not there for the next, and each begins in Chinese."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    cache.clear()
