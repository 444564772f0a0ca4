"""A person corrects where an event happened, how many it harmed, how many died; or gives the program's own sum back its place.

The event is looked at as after any new document, in the same transaction: level, alert, clocks and mails follow. Everybody whom
the alert was told before is told of the correction, and whom it concerns now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType

from analysis.events.heat import heat_of
from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.events.corrections import (
    MOST_PEOPLE,
    MOST_PLACES,
    Correction,
    FactKind,
    Place,
    correct,
    reported_value,
    restored,
    standing,
    weighed,
)
from service.domain.events.event import Event
from service.domain.people.person import Act, Person
from service.domain.places import join_places
from service.domain.refusal import Conflict, NotFound, Refusal
from service.domain.rules.level import find_level
from service.flows.acts import EVENTS, facts_now, note, permit, reason_of, save_alert
from service.flows.alerts.consider import Office, consider, soonest_first
from service.flows.telling.tell import Teller
from service.ports.store import Store, Work

__all__ = ["Wanted", "correct_fact"]

_LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person wants told of a fact: a number of people or places, `None` for the program's own sum.

    `source` says who told the person; `seen` is the id of the correction that the person saw standing, empty for none.
    """

    kind: FactKind
    value: int | Sequence[Place] | None
    reason: str
    source: str = ""
    seen: str = ""


def correct_fact(
    store: Store, person: Person, event_id: str, wanted: Wanted, *, office: Office, now: datetime
) -> Correction:
    """Set a fact of an event in the person's name, or take such a correction back.

    What is set stands, whatever is reported later, until a person changes it. That nobody died may be said by whoever may
    refute a death.

    Raises:
        NotFound: There is no such event.
        Conflict: It was merged, another person corrected the fact meanwhile, or it says so already and nothing disputes it.
        Refusal: Reason or source is missing, or the value is out of bounds.
    """
    kind, value = wanted.kind, wanted.value
    permit(person, Act.CLOSE_ALERT if kind is FactKind.DEATHS and value == 0 else Act.HANDLE_ALERT)
    why = reason_of(wanted.reason, act="恢复程序计数" if value is None else "更正事实")
    source = "" if value is None else _source_of(wanted.source)
    _check_value(value)
    with store.write() as work:
        work.alone(EVENTS)
        event = _event(work, event_id)
        _check_seen(event, kind, wanted.seen)
        words = _words(value)
        _check_news(event, kind, words)
        done = Correction(
            id=_act_id(event.id, wanted, person, now),
            event_id=event.id,
            kind=kind,
            value=words,
            reported=reported_value(event, kind),
            source=source,
            reason=why,
            actor=person.name,
            at=now,
        )
        after = restored(event, kind) if value is None else correct(event, done, value)
        _follow(work, person, event, after, done, office, now)
        return done


def _words(value: int | Sequence[Place] | None) -> str | None:
    if value is None:
        return None
    return f"{value}人" if isinstance(value, int) else join_places([one.name for one in value])


def _check_news(event: Event, kind: FactKind, words: str | None) -> None:
    held = standing(event).get(kind)
    if held is None and words is None:
        raise Conflict(f"{kind.word}没有人工更正，显示的就是程序汇总的结果")
    if held is not None and held.words == words and not held.dispute:
        raise Conflict(f"{kind.word}已由{held.by}更正为{words}，没有新的说法需要核定")


def _event(work: Work, event_id: str) -> Event:
    event = work.events.get(event_id)
    if event is None:
        raise NotFound(f"没有编号为 {event_id[:40]} 的事件，请核对编号")
    if event.merged_into is not None:
        raise Conflict("本事件已并入另一事件，请到那个事件中更正", about=f"event:{event.merged_into}")
    return event


def _source_of(text: str) -> str:
    source = " ".join(text.split())
    if not source:
        raise Refusal("更正事实须写明来源：是哪家医院、哪个局或哪份通报告知的")
    if len(source) > _LONGEST_SOURCE:
        raise Refusal(f"来源请控制在{_LONGEST_SOURCE}字以内，现为{len(source)}字")
    return source


def _check_value(value: int | Sequence[Place] | None) -> None:
    if value is None:
        return
    if isinstance(value, int):
        if not 0 <= value <= MOST_PEOPLE:
            raise Refusal(f"人数须在 0 至 {MOST_PEOPLE} 之间")
    elif not 1 <= len(value) <= MOST_PLACES:
        raise Refusal(f"请填写 1 至 {MOST_PLACES} 个地点；不在本省的填“省外”")


def _check_seen(event: Event, kind: FactKind, seen: str) -> None:
    held = standing(event).get(kind)
    if held is not None and held.id != seen:
        raise Conflict(f"{kind.word}刚由{held.by}更正为{held.words}（来源：{held.source}），请核对后再改")
    if held is None and seen:
        raise Conflict(f"{kind.word}的更正刚被撤回，现为程序汇总的{reported_value(event, kind)}，请核对后再改")


def _act_id(event_id: str, wanted: Wanted, person: Person, now: datetime) -> str:
    parts = (event_id, wanted.kind.value, wanted.seen, person.id, now.isoformat())
    return "f" + sha256("\x1f".join(parts).encode()).hexdigest()[:19]


def _follow(
    work: Work, person: Person, before: Event, event: Event, done: Correction, office: Office, now: datetime
) -> None:
    """Save the act and let alert, clocks and mails follow what the event tells now."""
    work.corrections.add(done)
    alert = work.alerts.of_events([event.id], hold=True).get(event.id)
    if alert is not None and (marked := _unmarked(alert, event, done.kind)) != alert:
        save_alert(work, marked, now)
    consider(work, replace(event, revision=event.revision + 1), office=office, now=now)
    detail = {
        "fact": done.kind.word,
        "from": was.words if (was := standing(before).get(done.kind)) is not None else done.reported,
        "to": done.value if done.value is not None else done.reported,
        "reported": done.reported,
        "told_by": done.source,
        "reason": done.reason,
        "correction": done.id,
    }
    action = "event.fact_corrected" if done.value is not None else "event.fact_restored"
    note(work, person, action, f"event:{event.id}", detail, now)
    _tell(work, done, event.id, office, now)


def _unmarked(alert: Alert, event: Event, kind: FactKind) -> Alert:
    """Return the alert without what it knew of numbers that a person has corrected: a later claim of as many is news."""
    extras = dict(alert.extras)
    if kind is FactKind.DEATHS and isinstance(known := extras.get("deaths"), int):
        extras["deaths"] = min(known, weighed(event, FactKind.DEATHS) or 0)
    marks = [one for one in extras.pop("disputed", ()) if not str(one).startswith(f"{kind}:")]
    if marks:
        extras["disputed"] = marks
    return replace(alert, extras=MappingProxyType(extras))


def _tell(work: Work, done: Correction, event_id: str, office: Office, now: datetime) -> None:
    """Tell whom the alert concerns now and whom it was told before; of a closed one nobody, but its reasons are those of now."""
    alert, event = work.alerts.of_event(event_id), work.events.get(event_id)
    if alert is None or event is None:
        return
    if alert.state is AlertState.CLOSED:
        facts = facts_now(work, event, office, now)
        finding = find_level(heat_of(facts.spread), facts, office.register)
        save_alert(work, replace(alert, triggers=finding.sentences, title=event.title), now)
        return
    clocks = soonest_first(work.clocks.of_alerts([alert.id]).get(alert.id, []), (), now)
    occasion, teller = f"corrected:{done.id}", Teller(work, office, now)
    just_told = {one.person_id for one in work.notices.of_alert(alert.id) if one.told and one.at == now}
    if alert.level > AlertLevel.BLUE:
        teller.tell(alert, event, clocks, occasion=occasion, besides=just_told)
    teller.tell_again(alert, event, clocks, occasion=occasion, why="收到过这条预警，事实已更正")
