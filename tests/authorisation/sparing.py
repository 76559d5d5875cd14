"""What fifty thousand requests would do again and again, and what is nobody's permission, done once or left out."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import Client

from pool import pdf
from pool.models import User

HOURS = 3600 * 6


@contextmanager
def undrawn() -> Iterator[None]:
    """A PDF is its text: who may have it is asked here, how it looks elsewhere, and what it says can be searched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "from_html", lambda html, **options: html.encode())
        yield


def signed_in(user: User | None) -> Client:
    """Each request is undone, so its session is opened and seen here, once and for longer than the tests take."""
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
        client.get("/")
        session = client.session
        session["last_seen"] = session.get("last_seen", 0) + HOURS
        session.save()
    return client
