"""Work promised by a commit: a row is the promise, the broker only rings the bell, a sweeper rings again."""

import logging
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from pool import registry, scope
from pool.chinese import in_chinese
from pool.jobs import session_lock
from pool.models import OutboxTask

log = logging.getLogger(__name__)
DELIVER = "pool.tasks.deliver"
RING_AGAIN_AFTER = timedelta(minutes=5)
GIVE_UP_AFTER = 20


def enqueue(task_name: str, **arguments: Any) -> OutboxTask:
    """Promise work in this transaction. Arguments are ids and other JSON; the name is one in `registry.tasks`."""
    task = registry.tasks[task_name]
    row = OutboxTask.objects.create(task=task.name, arguments={key: _plain(value) for key, value in arguments.items()})
    transaction.on_commit(lambda: ring(row))
    return row


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def ring(row: OutboxTask) -> bool:
    """Tell a worker. Without a broker nothing is lost: the sweeper rings again."""
    queue = registry.tasks[row.task].queue or None
    OutboxTask.objects.filter(pk=row.pk).update(sent_at=timezone.now())
    try:
        if current_app.conf.task_always_eager:
            deliver(str(row.pk))
        else:
            current_app.send_task(DELIVER, args=[str(row.pk)], queue=queue)
    except OperationalError:
        log.warning("the broker did not take %s %s; it will be sent again", row.task, row.pk)
        return False
    return True


def deliver(outbox_id: str) -> bool:
    """Do the promised work unless it is done or being done. Gives whether this call did it."""
    with session_lock("outbox", outbox_id) as free:
        row = OutboxTask.objects.filter(pk=outbox_id, done_at__isnull=True).first() if free else None
        if row is None:
            return False
        OutboxTask.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
        task = registry.tasks[row.task]
        try:
            with in_chinese(), scope.everything() if task.atomic else nullcontext():
                task.fn(**row.arguments)
                _mark_done(row)
        except Exception as fault:
            OutboxTask.objects.filter(pk=row.pk).update(last_error=f"{type(fault).__name__}: {fault}"[:500])
            raise
    return True


def _mark_done(row: OutboxTask) -> None:
    OutboxTask.objects.filter(pk=row.pk).update(done_at=timezone.now(), last_error="")


def sweep() -> int:
    """Ring again for what was promised and is not done."""
    late = Q(sent_at__isnull=True) | Q(sent_at__lt=timezone.now() - RING_AGAIN_AFTER)
    rows = OutboxTask.objects.filter(late, done_at__isnull=True, attempts__lt=GIVE_UP_AFTER)
    return sum(ring(row) for row in rows.order_by("created_at")[:500])
