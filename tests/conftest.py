"""The fixtures that every test may ask for; `docs/development.md` tells how to use them."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

pytest_plugins = [
    "tests.plugins.databases",
    "tests.plugins.servers",
    "tests.plugins.workers",
    "tests.plugins.browsers",
    "tests.plugins.clients",
    "tests.plugins.lock_order",
    "tests.plugins.timings",
]


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """What one test put into the cache is not there for the next, and each begins in Chinese."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    cache.clear()
