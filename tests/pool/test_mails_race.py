"""One letter, however many workers reach for it."""

import threading
from datetime import date

from django.core import mail
from django.db import connections

from pool import scope
from pool.models import Mail
from pool.services import mails
from tests.pool.people import person


def test_two_workers_at_once_send_one_letter(committed_db: str) -> None:
    with scope.everything():
        user = person(email="a@example.org")
        row = Mail.objects.create(
            user=user, key="k", kind=Mail.Kind.AT_ONCE, on=date(2025, 1, 16), subject="期限", body="期限"
        )
    start = threading.Barrier(6)

    def work() -> None:
        start.wait()
        mails.send(str(row.pk))
        connections.close_all()

    threads = [threading.Thread(target=work) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail.outbox) == 1
