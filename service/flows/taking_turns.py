"""Lets one of several processes do at a time what every one of them would do."""

from datetime import datetime, timedelta

from service.ports.store import Store

__all__ = ["take_turn"]


def take_turn(store: Store, name: str, *, every: timedelta, now: datetime) -> bool:
    """Tell whether it is this process's turn; if so, the next one comes `every` later."""
    with store.write() as work:
        work.alone(name)
        held = work.value(name)
        # A time further ahead than a turn lasts was written before the clock was set back: nobody waits for it.
        if isinstance(held, str) and now < datetime.fromisoformat(held) <= now + every:
            return False
        work.set_value(name, (now + every).isoformat())
        return True
