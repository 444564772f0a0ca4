"""What becomes of the clocks of an alert whose event a person merged into another: no merging puts a deadline off. Pure."""

from dataclasses import replace

from service.domain.clocks.clock import BEGUN_STATES, MET_STATES, Clock, ClockState

__all__ = ["carried"]


def carried(clock: Clock, held: Clock | None, *, clock_id: str, alert_id: str) -> Clock | None:
    """Return the clock that the other alert is to have instead of `held`, its own of the same rule, `None` where that stays.

    What runs goes on there with its start and due time, unless one runs there that is due as soon, or the duty was done or
    set aside there. The new one has the id and the alert that are given.
    """
    if clock.state not in BEGUN_STATES:
        return None
    if held is not None:
        if held.state in MET_STATES | {ClockState.CANCELLED}:
            return None
        if held.state in BEGUN_STATES and not _sooner(clock, held):
            return None
    return replace(clock, id=clock_id, alert_id=alert_id)


def _sooner(clock: Clock, held: Clock) -> bool:
    return clock.due_at is not None and (held.due_at is None or clock.due_at < held.due_at)
