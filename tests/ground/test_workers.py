"""A real worker and a real beat, on a database of the test's own."""

from django.contrib.auth import get_user_model

from tests.ground.probe import add_person


def test_a_task_runs_at_once_where_no_worker_is_asked_for(db):
    add_person.delay("eager")
    assert get_user_model().objects.filter(username="eager").exists()


def test_a_real_worker_does_the_task_and_a_killed_one_is_replaced(workers):
    people = get_user_model().objects
    first = workers.start_worker("--include", "tests.ground.probe")
    add_person.delay("first")
    workers.until(lambda: people.filter(username="first").exists())
    first.kill()

    add_person.delay("waiting")
    assert not people.filter(username="waiting").exists(), "nobody is there to do it yet"
    workers.start_worker("--include", "tests.ground.probe")
    workers.until(lambda: people.filter(username="waiting").exists())


def test_beat_starts_beside_the_worker(real_worker):
    real_worker.start_beat()
