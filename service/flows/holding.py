"""Keeps a lease while its work goes on, so that who works longer than a lease lasts is not taken for dead.

A lease is short because what a killed worker held waits for its end. Without this, two workers whose work lasts longer
than a lease take it from each other again and again, and neither ever finishes any.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from service.ports.store import StoreUnavailableError

__all__ = ["LEASE", "holding"]

LEASE = timedelta(seconds=30)
"""What a killed worker held is taken up again after this time."""

_EVERY = LEASE / 3
# A worker that hangs must not keep for ever what another could do.
_MOST = timedelta(minutes=10)
_END_SECONDS = 15.0

log = structlog.get_logger("yaowang")


@contextmanager
def holding(renew: Callable[[], object], *, every: timedelta = _EVERY, most: timedelta = _MOST) -> Iterator[None]:
    """Call `renew` from a thread of its own `every` so often while the body runs, at most for `most`.

    A call that fails, whatever the reason, costs that one renewal and is logged, the first of a holding only; a lease that
    was lost meanwhile is seen by its fence.
    """
    over = threading.Event()

    def keep() -> None:
        told = False
        for _ in range(most // every):
            if over.wait(every.total_seconds()):
                return
            try:
                renew()
            except Exception as error:  # Of a thread that ended nobody would know, and the lease would run out
                if not told:
                    foreseen = isinstance(error, StoreUnavailableError)
                    log.warning("lease.not_renewed", error=error, exc_info=not foreseen)
                told = True

    keeper = threading.Thread(target=keep, name="holding", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join(_END_SECONDS)
