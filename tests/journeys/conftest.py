"""The people of a journey: each has a window of their own, opened when they first act."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from pool.models import User
from tests.journeys.acting import Album, Person
from tests.plugins.browsers import Portal


@pytest.fixture
def somebody(new_page: Callable[[], Page], live_portal: Portal) -> Callable[[User | None], Person]:
    """`somebody(user)` is that person at their window, always the same; `somebody(None)` has not signed in."""
    known: dict[str, Person] = {}

    def at_the_window(user: User | None) -> Person:
        name = user.username if user is not None else ""
        if name not in known:
            known[name] = Person(new_page())
            if user is not None:
                known[name].is_signed_in(user, str(live_portal))
        return known[name]

    return at_the_window


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Album:
    return Album(request.node.path.stem.removeprefix("test_"))
