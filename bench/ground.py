"""What every benchmark stands on: the settings, a database of its own, a page asked for."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django

os.environ.update(CLOCK_MAY_MOVE="1", SECOND_FACTOR_ROLES="", SURE_MINUTES="600", CELERY_TASK_ALWAYS_EAGER="1")
os.environ.update(CACHE_IN_MEMORY="1", PYTEST_RUN=str(os.getpid()))
django.setup()

from django.test import Client  # noqa: E402 - the settings stand only now

from tests.plugins import postgres  # noqa: E402
from tests.plugins.connecting import use  # noqa: E402


@contextmanager
def database() -> Iterator[str]:
    """A clone of the migrated template, its name; dropped afterwards."""
    name = postgres.clone(postgres.template())
    try:
        use(name)
        yield name
    finally:
        use("postgres")
        postgres.drop(name)


def ask(client: Client, url: str) -> float:
    """Seconds that the page took."""
    began = time.perf_counter()
    response = client.get(url)
    assert response.status_code == 200, f"{url}: {response.status_code}"
    return time.perf_counter() - began
