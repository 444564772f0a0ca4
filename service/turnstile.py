"""Who writes to a SQLite file next: a process that writes one transaction after another lets those in who wait.

SQLite has no queue. Who finds the file locked looks again after pauses of up to 0.1 s, and a process that begins anew within
a millisecond of its commit is never caught between: with 237 alerts to look at again, one transaction each, nobody could log
in for two minutes and a half.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

__all__ = ["turnstile"]

_PAUSE_S = 0.005


@contextmanager
def turnstile(folder: Path, within_s: float) -> Iterator[None]:
    """Be the one process that waits to begin writing in the folder; let go of it as soon as that has begun.

    A courtesy: after `within_s` seconds, and where the file system knows no such locks, it is passed all the same.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield
        return
    try:
        _take(descriptor, within_s)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, within_s: float) -> None:
    end, pause = time.monotonic() + within_s, Event()
    while time.monotonic() < end:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pause.wait(_PAUSE_S)
        except OSError:
            return
        else:
            return
