"""Keeps a lease while its work goes on, so that who works longer than a lease lasts is not taken for dead.

A lease is short because what a killed worker held waits for its end. Without this, two workers whose work lasts longer
than a lease take it from each other again and again, and neither ever finishes any.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from service.ports.store import StoreUnavailableError

__all__ = ["LEASE", "holding"]

LEASE = timedelta(seconds=30)
"""What a killed worker held is taken up again after this time."""

_EVERY = LEASE / 3
# A worker that hangs must not keep for ever what another could do.
_MOST = timedelta(minutes=10)
_END_SECONDS = 15.0


@contextmanager
def holding(renew: Callable[[], object], *, every: timedelta = _EVERY, most: timedelta = _MOST) -> Iterator[None]:
    """Call `renew` from a thread of its own `every` so often while the body runs, at most for `most`.

    A store that is away for a moment costs that one call; a lease that was lost meanwhile is seen by its fence.
    """
    over = threading.Event()

    def keep() -> None:
        for _ in range(most // every):
            if over.wait(every.total_seconds()):
                return
            with suppress(StoreUnavailableError):
                renew()

    keeper = threading.Thread(target=keep, name="holding", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join(_END_SECONDS)
