"""What fifty thousand requests would do again and again, done once."""

from django.test import Client

from pool.models import User

HOURS = 3600 * 6


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
