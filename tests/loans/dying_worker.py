"""Loaded into a worker by its test: after one task has committed, and before it is acknowledged, the power is cut."""

import os
import signal

from pool import outbox
from pool.models import OutboxTask

_deliver = outbox.deliver


def deliver_and_die(outbox_id: str) -> bool:
    done = _deliver(outbox_id)
    if done and OutboxTask.objects.filter(pk=outbox_id, task=os.environ["DIE_AFTER"]).exists():
        os.killpg(os.getpgid(0), signal.SIGKILL)
    return done


outbox.deliver = deliver_and_die
