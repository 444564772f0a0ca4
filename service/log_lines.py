"""The running log of a process: lines to standard error that cost nothing but themselves where the disk is full.

The log lies on the disk that fills. A line that raised took down what wanted to tell of it: a role ended, and in the
web process the page that says what is wrong became a bare 500.
"""

import os
import threading

__all__ = ["LogLines"]

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
