"""JSON lines on standard output: one per call, and what operators must know."""

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from shared.kernel.settings import SettingsError
from shared.telemetry.redaction import redact

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("carnet")


def set_up_logs(level: str = "info", stream: TextIO | None = None) -> None:
    """Send our lines and those of every library through the redaction, as JSON."""
    if level not in LEVELS:
        raise SettingsError(f"CARNET_LOG_LEVEL is one of {', '.join(LEVELS)}")
    out = stream or sys.stdout
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            redact,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _rendered,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Foreign()], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)


_encode = json.JSONEncoder().encode
"""What the redaction leaves is texts and numbers; made once, unlike structlog's own."""


def _rendered(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    return _encode(event)


class _Foreign(logging.Handler):
    """Lines of libraries, reduced to what cannot hold a value: the constant text of the line,
    the logger, and of an exception its type and place. What they would interpolate (bodies,
    arguments, the text of exceptions) never gets here.
    """

    def emit(self, record: logging.LogRecord) -> None:
        line: dict[str, Any] = {"logger": record.name, "line": str(record.msg)}
        if record.name == "py.warnings":
            line["line"] = "a warning was raised"
        if record.exc_info and record.exc_info[1]:
            line |= described(record.exc_info[1])
        log.log(record.levelno, "library", **line)


def described(error: BaseException) -> MutableMapping[str, Any]:
    """What may be said of an unexpected exception: types and places, never its text."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    cause = error.__cause__ or error.__context__
    return {
        "error": type(error).__name__,
        "cause": type(cause).__name__ if cause else None,
        "at": [f"{_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _module(filename: str) -> str:
    """The last two parts of a path: enough to find the line, nothing about the machine."""
    return "/".join(filename.split("/")[-2:])
