"""Silences: looked at before they are made, made, ended early; each with its audit row."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from service.domain.alerts.alert import Alert, AlertState
from service.domain.beijing import beijing
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict, NotFound
from service.domain.telling.routing import Labels
from service.domain.telling.silence import MatcherField, Reach, Silence, check_silence, reach_of
from service.flows.acts import note, permit
from service.flows.office import Office
from service.flows.telling.tell import labels_of
from service.ports.store import Store, Work

__all__ = ["end_silence", "keep_silence", "look_at_silence", "make_silence", "unclosed_labels"]

# Ten times what the lists of alerts show; beyond them only the events that a silence names are looked up.
_MOST = 5000


def unclosed_labels(work: Work, office: Office, silences: Sequence[Silence] = ()) -> list[Labels]:
    """Return what silences look at, of every unclosed alert; those of the events that the silences name are always among them."""
    alerts = {alert.id: alert for alert in work.alerts.open(limit=_MOST)}
    named = {one.value for silence in silences for one in silence.matchers if one.field is MatcherField.EVENT}
    asked = work.alerts.of_events(sorted(named)).values()
    alerts |= {alert.id: alert for alert in asked if alert.state is not AlertState.CLOSED}
    return _labelled(work, alerts.values(), office)


def _labelled(work: Work, alerts: Collection[Alert], office: Office) -> list[Labels]:
    events = work.events.get_all([alert.event_id for alert in alerts])
    return [labels_of(alert, events[alert.event_id], office.register) for alert in alerts if alert.event_id in events]


def look_at_silence(store: Store, silence: Silence, *, office: Office) -> Reach:
    """Say what the silence would mute now; nothing is written.

    Raises:
        NotFound: It names an event that is not there.
    """
    with store.read() as work:
        _find_named(work, silence)
        return reach_of(silence, unclosed_labels(work, office, [silence]))


def make_silence(
    store: Store, person: Person, silence: Silence, *, office: Office, now: datetime, sure: bool = False
) -> Reach:
    """Make the silence in the person's name and return what it mutes now.

    Raises:
        Forbidden, Refusal: As `check_silence` says.
        NotFound: It names an event that is not there.
    """
    permit(person, Act.HANDLE_ALERT)
    with store.write() as work:
        return keep_silence(work, person, silence, office=office, now=now, sure=sure)


def keep_silence(
    work: Work, person: Person, silence: Silence, *, office: Office, now: datetime, sure: bool = False
) -> Reach:
    """Do what `make_silence` does within an open transaction."""
    own = replace(silence, author=person.name)
    _find_named(work, own)
    reach = reach_of(own, unclosed_labels(work, office, [own]))
    check_silence(own, person, reach, now=now, sure=sure)
    work.silences.save(own)
    detail = {
        "matchers": [f"{one.field.word}={one.value}" for one in own.matchers],
        "level": own.up_to.key,
        "reason": own.reason,
        "ends_at": own.ends_at.isoformat(),
        "count": reach.matched,
    }
    note(work, person, "silence.made", f"silence:{own.id}", detail, now)
    return reach


def _find_named(work: Work, silence: Silence) -> None:
    """Pass where the events that a silence names are there: one that is not would be muted by nothing, and nobody would notice."""
    for matcher in silence.matchers:
        if matcher.field is MatcherField.EVENT and matcher.value.strip() and work.events.get(matcher.value) is None:
            raise NotFound(
                f"没有编号为“{matcher.value}”的事件；编号在事件页标题上方，也可粘贴事件页的网址，或在预警页勾选后静默"
            )


def end_silence(store: Store, person: Person, silence_id: str, *, now: datetime) -> Silence:
    """End a silence now; what it held back and still waits is told with the next look.

    Raises:
        NotFound: There is no such silence.
        Conflict: It is over.
    """
    permit(person, Act.HANDLE_ALERT)
    with store.write() as work:
        # Of two who end it at once the second is told, and the first stays on record.
        work.alone(f"silence.{silence_id}")
        silence = work.silences.get(silence_id)
        if silence is None:
            raise NotFound("没有这条静默，可能链接已失效")
        if silence.ended_at is not None:
            raise Conflict(f"静默已由{silence.ended_by}于{beijing(silence.ended_at, now)}结束，无须再办")
        if silence.ends_at <= now:
            raise Conflict("静默已到期结束，无须再办")
        ended = replace(silence, ended_at=now, ended_by=person.name)
        work.silences.save(ended)
        note(work, person, "silence.ended", f"silence:{silence.id}", {"reason": silence.reason}, now)
        return ended
