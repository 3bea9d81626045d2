"""What the server says, one JSON object a line on standard error."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JsonLine(logging.Formatter):
    """A record as one line, whatever its message holds: time, level, source, message.

    An exception's traceback is the field "exception".
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "source": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


# For logging.config, gunicorn's `logconfig_dict` and our own start alike.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLine}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stderr",
        }
    },
    "root": {"level": "INFO", "handlers": ["stderr"]},
    # gunicorn would write its own form beside ours.
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True}},
}
