"""How an alert moves from hand to hand: the value after a step, and the state that its facts give. Pure."""

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from service.domain.alerts.alert import Alert
from service.domain.alerts.alert_states import AlertState, Mover, check_move
from service.domain.alerts.rounds import marked_moment

__all__ = ["answer_shifted", "answer_taken_back", "answered_last", "draft_withdrawn", "moved", "standing"]


def moved(alert: Alert, to: AlertState, *, by: str, mover: Mover, now: datetime) -> Alert:
    """Return the alert moved to `to` in the name of `by`; the same value where it stands there already.

    Whoever takes a step of an alert that nobody acknowledged has thereby acknowledged it. The first answer stays the
    answer that clocks are measured by; a later one is kept beside it. Neither `changed_at` nor `revision` moves here.

    Raises:
        Conflict: The table has no such move for `mover`.
    """
    check_move(alert.state, to, mover=mover)
    if alert.state is to:
        return alert
    if to is AlertState.OPEN:
        return replace(alert, state=to, acknowledged_at=None, acknowledged_by=None)
    if to is AlertState.CLOSED:
        return replace(alert, state=to, closed_at=now, closed_by=by)
    if alert.acknowledged_at is None:
        alert = replace(alert, acknowledged_at=now, acknowledged_by=by)
    if to is AlertState.ANSWERING:
        alert = _noted(alert, answering_at=now.isoformat())
    elif to is AlertState.ANSWERED:
        alert = _noted(alert, answered_level=alert.level.key)
        alert = (
            replace(alert, answered_at=now) if alert.answered_at is None else _noted(alert, again_at=now.isoformat())
        )
    elif alert.state is AlertState.ANSWERING:
        alert = _noted(alert, answering_at=None)
    return replace(alert, state=to)


def _noted(alert: Alert, **facts: Any) -> Alert:
    return replace(alert, extras=MappingProxyType({**alert.extras, **facts}))


def answered_last(alert: Alert) -> datetime | None:
    """Return when this office last spoke on the event, `None` where it has not."""
    return marked_moment(alert.extras, "again_at") or alert.answered_at


def answer_shifted(alert: Alert, *, was: datetime, at: datetime) -> Alert:
    """Return the alert with its answer of the moment `was` at another moment; the same value where none was given then."""
    if marked_moment(alert.extras, "again_at") == was:
        return _noted(alert, again_at=at.isoformat())
    return replace(alert, answered_at=at) if alert.answered_at == was else alert


def answer_taken_back(alert: Alert) -> Alert:
    """Return the alert without its latest answer, where its other facts put it; an earlier answer of it still stands.

    Nobody wrote down at which level an earlier one was given: it mutes nothing. This is no move of the table: nobody takes
    an alert there from an answer that was given.
    """
    again = marked_moment(alert.extras, "again_at") is not None
    kept = {name: value for name, value in alert.extras.items() if name not in {"again_at", "answered_level"}}
    back = replace(alert, answered_at=alert.answered_at if again else None, extras=MappingProxyType(kept))
    return replace(back, state=standing(back))


def draft_withdrawn(alert: Alert) -> Alert:
    """Return an alert that was being answered where it stood before; an answer that was given earlier still stands."""
    back = _noted(alert, answering_at=None)
    return replace(back, state=standing(back))


def standing(alert: Alert) -> AlertState:
    """Return the state that the alert's facts give while it is not closed.

    An answer or a draft counts only where the event has not risen since: what was said of a lower level answers no
    higher one.
    """
    if alert.acknowledged_at is None:
        return AlertState.OPEN
    risen = marked_moment(alert.extras, "risen_at")
    answered, answering = answered_last(alert), marked_moment(alert.extras, "answering_at")
    if answered is not None and (risen is None or answered > risen) and (answering is None or answered >= answering):
        return AlertState.ANSWERED
    if answering is not None and (risen is None or answering > risen):
        return AlertState.ANSWERING
    return AlertState.ASSIGNED if alert.owner else AlertState.ACKNOWLEDGED
