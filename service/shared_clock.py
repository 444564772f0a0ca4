"""One clock for every machine that shares a database: that of the database.

Leases are taken until a time. Where clocks differ by more than a lease lasts, each machine takes what another has just taken for
free, or for leased by a clock that was set back: batches are judged by both and kept by neither, mails are sent by both.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from service.ports.store import StoreUnavailableError

__all__ = ["SharedClock"]

_EVERY_SECONDS = 60.0
# Until it is known, nothing is agreed upon.
_SOON_SECONDS = 2.0
# The way there and back blurs as much; what took longer tells nothing.
_BLUR = timedelta(seconds=0.5)
_SLOW_SECONDS = 2.0
# Half the time for which a code of a second factor holds.
_APART = timedelta(seconds=15)

log = structlog.get_logger("yaowang")


def _steady() -> float:
    # Counts on while the machine sleeps, where the system has such a clock.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True, slots=True)
class _Reading:
    at: datetime
    steady: float


class SharedClock:
    """The present moment as the database's machine has it, counted on by this machine's steady clock between two readings.

    So a clock that is set on this machine moves nothing. Until the first reading it is this machine's own clock.
    """

    def __init__(
        self,
        read: Callable[[], datetime | None],
        *,
        own: Callable[[], datetime],
        steady: Callable[[], float] = _steady,
    ) -> None:
        """Ask `read` for the database's time; `own` is the wall clock here, `steady` counts seconds, also while the machine sleeps."""
        self._read = read
        self._own = own
        self._steady = steady
        self._reading: _Reading | None = None

    def __call__(self) -> datetime:
        """Return the present moment."""
        reading = self._reading
        if reading is None:
            return self._own()
        return reading.at + timedelta(seconds=self._steady() - reading.steady)

    def measure(self) -> None:
        """Read the database's clock; one that is away, or answers slowly, changes nothing."""
        begun, told = self._steady(), None
        with suppress(StoreUnavailableError):
            told = self._read()
        took = self._steady() - begun
        if told is None or took > _SLOW_SECONDS:
            return
        now = told + timedelta(seconds=took / 2)
        if self._reading is None or abs(now - self()) > _BLUR:
            self._reading = _Reading(now, begun + took)

    def keep(self, stop: threading.Event) -> None:
        """Measure at once, and every minute in a thread of its own until `stop` is set; say so where the clocks differ."""
        failure = self._try_to_measure("")

        def go_on() -> None:
            nonlocal failure
            told: str | None = None
            while not stop.is_set():
                sentence = self.check()
                if sentence != told and sentence is not None:
                    log.warning("clock.differs", sentence=sentence)
                told = sentence
                stop.wait(_SOON_SECONDS if self._reading is None else _EVERY_SECONDS)
                failure = self._try_to_measure(failure)

        threading.Thread(target=go_on, name="clock", daemon=True).start()

    def _try_to_measure(self, before: str) -> str:
        """Measure; return what nobody foresaw, which is logged unless it was there `before`."""
        try:
            self.measure()
        except Exception as error:  # Of a thread that ended nobody would know
            if repr(error) != before:
                log.warning("clock.failed", error=error, exc_info=error)
            return repr(error)
        return ""

    def check(self) -> str | None:
        """Return `None` where this machine's clock agrees with the database's, else one sentence."""
        ahead = self._own() - self()
        if abs(ahead) < _APART:
            return None
        seconds = round(abs(ahead).total_seconds())
        return (
            f"本机时钟比数据库服务器{'快' if ahead > timedelta(0) else '慢'}{seconds}秒。为使各台机器一致，药望一律按数据库服务器的时钟计时；"
            "请给本机和数据库服务器都对时（chrony 或 systemd-timesyncd），否则记录的时间和动态验证码可能不对"
        )
