"""The fixtures that every test may ask for; `docs/development.md` tells how to use them."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

pytest_plugins = [
    "tests.plugins.databases",
    "tests.plugins.workers",
    "tests.plugins.browsers",
    "tests.plugins.timings",
]


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """What one test put into the cache is not there for the next."""
    yield
    cache.clear()
