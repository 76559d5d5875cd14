"""Logs as JSON Lines, with nothing but the standard library."""

import json
import logging
from datetime import UTC, datetime

from pool.masking import mask_text

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "taskName"}


class JsonLines(logging.Formatter):
    """One object per record; what a caller put into `extra` stands beside the message, personal numbers masked."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{key: value for key, value in vars(record).items() if key not in _OWN},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return mask_text(json.dumps(line, ensure_ascii=False, default=str))
