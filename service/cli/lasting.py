"""What lasts says so: a sentence now and then while a command works at something that takes minutes on a large store."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from service.cli.speak import say
from service.domain.beijing import duration

__all__ = ["lasting"]

_EVERY_SECONDS = 20.0


@contextmanager
def lasting(work: str, *, every: float = _EVERY_SECONDS) -> Iterator[None]:
    """Say `work` and how long it has taken every so many seconds; nothing where it ends before the first time."""
    started, over = monotonic(), threading.Event()

    def tell() -> None:
        while not over.wait(every):
            say(f"{work}，已用{duration(timedelta(seconds=int(monotonic() - started)))}……")

    teller = threading.Thread(target=tell, name="lasting", daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()
