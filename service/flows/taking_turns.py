"""Lets one of several processes do at a time what every one of them would do."""

from datetime import datetime, timedelta

from service.ports.store import Store, Work

__all__ = ["take_turn"]


def take_turn(store: Store, name: str, *, every: timedelta, now: datetime) -> bool:
    """Tell whether it is this process's turn; if so, the next one comes `every` later. Who only waits writes nothing."""
    with store.read() as work:
        if _waits(work, name, every, now):
            return False
    with store.write() as work:
        work.alone(name)
        if _waits(work, name, every, now):
            return False
        work.set_value(name, (now + every).isoformat())
        return True


def _waits(work: Work, name: str, every: timedelta, now: datetime) -> bool:
    held = work.value(name)
    # A time further ahead than a turn lasts was written before the clock was set back: nobody waits for it.
    return isinstance(held, str) and now < datetime.fromisoformat(held) <= now + every
