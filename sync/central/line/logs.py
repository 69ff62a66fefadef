"""The log of a process: one JSON object a line on standard error, without anybody's data in it.

Of an exception only its kind and the places it passed are told: messages quote what they are about.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

from pythonjsonlogger.json import JsonFormatter

FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"
NAMES = {"asctime": "time", "levelname": "level", "name": "logger", "message": "event"}
_PRIVATE = re.compile(r"""'[^']*'|"[^"]*"|[^\x00-\x7f]+|\d{5,}""")
"""What a message of a library may quote: whatever is in quotation marks, Chinese, or a long number."""

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(JsonFormatter):
    """JSON lines; the messages of exceptions, and what others' messages quote, are left out."""

    def __init__(self) -> None:
        super().__init__(FIELDS, rename_fields=NAMES, json_ensure_ascii=False)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; libraries' messages may quote, our own never do."""
        if not record.name.startswith("clerk"):
            record.msg, record.args = _PRIVATE.sub("…", record.getMessage()), None
        return super().format(record)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  as below
        """Return the time with its zone: machines in several rooms are told apart by it."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatException(self, ei: Raised) -> str:  # noqa: N802  the base class's name
        """Return the kinds of an exception and of those behind it, and where they came from."""
        told: list[str] = []
        error = ei[1]
        while error is not None:
            places = traceback.extract_tb(error.__traceback__)
            told.append(" < ".join([type(error).__qualname__, *(f"{p.name}:{p.lineno}" for p in reversed(places))]))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return " | ".join(told)


def log_to_stderr(level: str) -> None:
    """Have the whole process log so; below ``level`` nothing is told."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("clerk").setLevel(level.upper())
