"""When the jobs run."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {}
