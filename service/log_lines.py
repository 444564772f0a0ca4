"""The running log of a process: lines to standard error that cost nothing but themselves where the disk is full.

The log lies on the disk that fills. A line that raised took down what wanted to tell of it: a role ended, and in the
web process the page that says what is wrong became a bare 500.
"""

import logging
import os
import threading

import structlog

from service.unspoken import UnspokenHandler, unspoken_faults

__all__ = ["LogLines", "write_logs"]

_STANDARD_ERROR = 2


class LogLines:
    """A logger of structlog: whole lines, each written at once or left out; once there is room again, how many were is told."""

    def __init__(self, descriptor: int = _STANDARD_ERROR) -> None:
        """Write to an open file."""
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._lost = 0
        self._cut = False

    def msg(self, line: str) -> None:
        """Write a line, or leave it out."""
        with self._lock:
            told = f'{{"event": "log.lines_lost", "lines": {self._lost}}}\n' if self._lost else ""
            # What a full disk took of a line stays there: the next one begins below it.
            if self._put(("\n" if self._cut else "") + told):
                self._lost = 0
            if self._lost or not self._put(f"{line}\n"):
                self._lost += 1

    log = debug = info = warning = error = critical = exception = msg

    def _put(self, text: str) -> bool:
        left = text.encode(errors="backslashreplace")
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
                self._cut = bool(left)
        except OSError:
            return False
        return True


def write_logs(role: str) -> None:
    """Write logs as JSON lines to standard error: time, role, action, context. No line that cannot be written ends a role.

    Faults are told without what they were about, those that libraries log too.
    """
    lines = LogLines()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            unspoken_faults,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_: lines,
    )
    structlog.contextvars.bind_contextvars(role=role)
    logging.basicConfig(
        handlers=[UnspokenHandler(lambda event, told: structlog.get_logger("yaowang").warning(event, **told))],
        level=logging.WARNING,
        force=True,
    )
