"""An engine that did not answer in time, left alone for a while: whoever asks next would wait as long for nothing."""

import threading
import time
from collections.abc import Callable

__all__ = ["REST_SECONDS", "HangingEngine"]

REST_SECONDS = 30.0
"""So long nobody asks; then one does, and the others wait no more than before."""


class HangingEngine:
    """Remembers that an engine hangs, for all threads of one process."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        """Know of no engine that hangs; `steady` counts seconds."""
        self._steady = steady
        self._lock = threading.Lock()
        self._until: float | None = None

    def asks(self) -> bool:
        """Tell whether the caller is to ask; after a rest it is one of all, until that one was answered."""
        with self._lock:
            now = self._steady()
            if self._until is None or now >= self._until:
                if self._until is not None:
                    self._until = now + REST_SECONDS
                return True
            return False

    def begin(self) -> None:
        """Note that no answer came in time."""
        with self._lock:
            self._until = self._steady() + REST_SECONDS

    def end(self) -> None:
        """Note that an answer came."""
        with self._lock:
            self._until = None
