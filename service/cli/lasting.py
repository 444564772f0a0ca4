"""What goes on beside the work of a command: a sentence now and then where it takes minutes, a sign of life of a training."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from service.cli.speak import say
from service.domain.beijing import duration

__all__ = ["beside", "lasting"]

_EVERY = timedelta(seconds=20)
_END_SECONDS = 2.0


@contextmanager
def beside(act: Callable[[], bool], *, every: timedelta) -> Iterator[None]:
    """Do `act` every so often in a thread of its own, until what is done within has ended or `act` says that it is enough."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(every.total_seconds()):
            if not act():
                return

    thread = threading.Thread(target=repeat, name="beside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_END_SECONDS)


@contextmanager
def lasting(work: str, *, every: timedelta = _EVERY) -> Iterator[None]:
    """Say `work` and how long it has taken every so often; nothing where it ends before the first time."""
    started = monotonic()

    def tell() -> bool:
        say(f"{work}，已用{duration(timedelta(seconds=int(monotonic() - started)))}……")
        return True

    with beside(tell, every=every):
        yield
