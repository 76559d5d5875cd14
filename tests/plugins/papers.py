"""A document is drawn where a test looks at its pages (`@pytest.mark.draws`); elsewhere its text stands for it.

Drawing takes half a second, and most tests that make a document ask only whether it is there and who may have it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pool import pdf

MARK = "draws"


@contextmanager
def undrawn() -> Iterator[None]:
    """What it says can still be searched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "from_html", lambda html, **options: b"%PDF-1.4\n" + html.encode())
        yield


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARK}: the documents of this test are really drawn")


@pytest.fixture(autouse=True)
def drawn_where_looked_at(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker(MARK):
        yield
        return
    with undrawn():
        yield
