"""A task that only these tests know; the worker is told to import it."""

from celery import shared_task
from django.contrib.auth import get_user_model


@shared_task(name="tests.add_person")
def add_person(username: str) -> None:
    get_user_model().objects.create(username=username)
