"""What a test puts into a worker: it finishes its task and then stands still, before the broker hears of it."""

import os
from pathlib import Path
from typing import Any

from celery.signals import task_postrun

STANDING_STILL = "STAND_STILL_FILE"


@task_postrun.connect
def stand_still(task: Any = None, **_told: Any) -> None:
    """The task's transaction is over; the acknowledgement waits for this process, which reads from a pipe for ever."""
    if task is not None and task.name == os.environ.get("STAND_STILL_AFTER"):
        Path(os.environ[STANDING_STILL]).touch()
        reading, _writing = os.pipe()
        os.read(reading, 1)
