"""What of the installation works only in part: told within seconds, however long a part takes to say so.

A search engine or mail server that hangs says nothing for ten seconds and more; a monitor or balancer that asks would take
the whole dashboard for dead by then.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["Check", "Readiness"]

Check = Callable[[], str | None]
"""Returns `None` where a part works, else one sentence."""

_LIMIT_SECONDS = 3.0


@dataclass(slots=True)
class _Look:
    over: threading.Event = field(default_factory=threading.Event)
    faulty: bool = True


class Readiness:
    """Asks the parts side by side, each at most once at a time whoever asks; one that gives no answer in time has a fault."""

    def __init__(self, *, limit_seconds: float = _LIMIT_SECONDS) -> None:
        """Wait for the parts `limit_seconds` altogether."""
        self._limit = limit_seconds
        self._looks: dict[Check, _Look] = {}
        self._lock = threading.Lock()

    def begin(self, checks: Mapping[str, Check]) -> Callable[[], list[str]]:
        """Start to ask; return what waits for the answers and returns the names of those with a fault, in their order."""
        until = time.monotonic() + self._limit
        looks = {name: self._look(check) for name, check in checks.items()}

        def faults() -> list[str]:
            for look in looks.values():
                look.over.wait(max(0.0, until - time.monotonic()))
            return [name for name, look in looks.items() if look.faulty]

        return faults

    def _look(self, check: Check) -> _Look:
        with self._lock:
            under_way = self._looks.get(check)
            if under_way is not None and not under_way.over.is_set():
                return under_way
            look = self._looks[check] = _Look()
        threading.Thread(target=_ask, args=(check, look), name="readiness", daemon=True).start()
        return look


def _ask(check: Check, look: _Look) -> None:
    try:
        look.faulty = check() is not None
    finally:
        look.over.set()
