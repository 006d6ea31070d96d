"""The gateway's log: one JSON object a line. Nothing personal: no content, no raw paths, no texts of errors."""

import json
import logging
import threading
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType

FIELDS = "hall_fields"
log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """`at`, `level`, `logger`, `event` and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["stack"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=True)


def log_event(log: logging.Logger, level: int, event: str, fields: Mapping[str, str | int | float | None]) -> None:
    """One event. `fields` hold ids, codes, counts and templates of routes."""
    log.log(level, event, extra={FIELDS: {key: value for key, value in fields.items() if value is not None}})


def log_to_stderr() -> None:
    """From now on this process logs so."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line says them
    lines = logging.StreamHandler()
    lines.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[lines], force=True)
    threading.excepthook = _thread_died


def _thread_died(died: threading.ExceptHookArgs) -> None:
    name = died.thread.name if died.thread else ""
    error = died.exc_value if died.exc_value is not None else died.exc_type()
    log.critical("a thread died", exc_info=error, extra={FIELDS: {"thread": name}})


def _places(trace: TracebackType | None) -> list[str]:
    """Where an error was, without what it says: that may hold what a citizen wrote."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
