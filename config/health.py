"""Whether the portal can do its work: for the container's health check and for a watcher outside."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry


def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers. The broker is told of but not required: without it work only waits."""
    state = {"database": _database(), "broker": _broker()}
    return JsonResponse(state, status=200 if state["database"] else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker() -> bool:
    """Without the client's own patience of three seconds."""
    with Redis.from_url(settings.REDIS_URL, retry=Retry(NoBackoff(), 0), socket_timeout=2) as broker:
        try:
            return bool(broker.ping())
        except RedisError:
            return False
