"""The page that a watcher asks."""

from django.test import Client


def test_it_answers_when_database_and_broker_do(db):
    answer = Client().get("/healthz/")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "broker": True})


def test_a_silent_broker_is_told_and_tolerated(db, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    answer = Client().get("/healthz/")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "broker": False})
