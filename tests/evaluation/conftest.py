"""The world of `world.py`, lived through once; each test gets a copy of its database."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from tests.evaluation.world import World, world
from tests.plugins import postgres
from tests.plugins.connecting import use


@dataclass(frozen=True)
class Lived:
    database: str
    world: World


@pytest.fixture(scope="session")
def lived(template_database: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Lived]:
    name = postgres.clone(template_database)
    with django_db_blocker.unblock():
        before = connections["default"].settings_dict["NAME"]
        use(name)
        try:
            made = world()
        finally:
            use(before)
    yield Lived(name, made)
    postgres.drop(name)


@pytest.fixture
def the_world(lived: Lived, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A database of the test's own in which the two half-years have been lived; commits are real."""
    name = postgres.clone(lived.database)
    with django_db_blocker.unblock():
        before = connections["default"].settings_dict["NAME"]
        use(name)
        try:
            yield lived.world
        finally:
            use(before)
            postgres.drop(name)
