"""A person corrects which documents are one event: documents move out, two events become one, and either is taken back.

An event is what its documents tell, so those concerned are gathered anew and looked at as after any new document: level,
alert, clocks and mails follow in the same transaction. What a person placed stays there, whatever is judged or edited later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from analysis.assessment import Level
from analysis.events.grouping import WINDOW, EventSketch, sketch_keys
from service.domain.alerts.alert import Alert, AlertState
from service.domain.alerts.alert_states import Mover
from service.domain.alerts.handling import moved, standing
from service.domain.cases.file import Case
from service.domain.clocks.carrying import carried
from service.domain.clocks.clock import BEGUN_STATES, Clock, ClockState, arm, cancel
from service.domain.events.corrections import without_carried
from service.domain.events.event import Event
from service.domain.events.number import event_number
from service.domain.events.regrouping import (
    MOST_MEMBERS,
    Gathered,
    Member,
    Regrouping,
    ended_in,
    gather,
    keeps_from,
)
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict, NotFound, Refusal
from service.domain.rules.duties import clock_id
from service.flows.acts import EVENTS, note, permit, reason_of, save_alert
from service.flows.alerts.acts import drop_proposals
from service.flows.alerts.consider import Office, consider_all
from service.flows.judging.speakers import Speakers
from service.flows.telling.deliver import SEARCH, search_key
from service.ports.store import Store, Work

__all__ = ["Destination", "merge", "move_out", "near_events", "take_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where documents go: a new event, the event `event_id`, or out of every event (`alone`)."""

    event_id: str | None = None
    alone: bool = False


def move_out(
    store: Store,
    person: Person,
    event_id: str,
    document_ids: Sequence[str],
    to: Destination,
    *,
    reason: str,
    office: Office,
    now: datetime,
) -> Regrouping:
    """Move documents, with the reprints of their texts, out of an event in the person's name.

    Raises:
        NotFound: There is no such event, or a document is no longer of it.
        Conflict: The event or the other was merged, all of its documents were picked, or one of a risk is to stand alone.
        Refusal: Nothing was picked, there is no reason, or the events are too large.
    """
    permit(person, Act.HANDLE_ALERT)
    why = reason_of(reason, act="调整归组")
    with store.write() as work:
        work.alone(EVENTS)
        source = _event(work, event_id)
        target = _event(work, to.event_id) if to.event_id is not None else None
        if target is not None and target.id == source.id:
            raise Conflict("所选稿件已在本事件中，请填写另一事件的编号")
        _refuse_too_large(source, *([target] if target is not None else []))
        members = work.events.members([source.id])
        picked = _picked(members, document_ids, alone=to.alone)
        act_id = _act_id(source.id, person, now)
        goal = None if to.alone else to.event_id or _new_event_id(act_id)
        done = Regrouping(
            id=act_id,
            source=source.id,
            target=goal,
            whole=False,
            document_ids=tuple(one.document.id for one in picked),
            actor=person.name,
            reason=why,
            at=now,
        )
        _regroup(work, done, {source.id: source, **({target.id: target} if target else {})}, office, now)
        _note(work, person, "event.split", done, now)
        return done


def merge(
    store: Store, person: Person, event_id: str, other_id: str, *, reason: str, office: Office, now: datetime
) -> Regrouping:
    """Make two events one in the person's name: the one with a running case stays, else the one that is open, else that known first.

    The alert of the other is closed; its running clocks go on with the one that stays, so that nothing is due later.

    Raises:
        NotFound: There is no such event.
        Conflict: It is the same event, one was merged already, or both have a running case.
        Refusal: There is no reason, or the events are too large.
    """
    permit(person, Act.CLOSE_ALERT)
    why = reason_of(reason, act="归并事件")
    with store.write() as work:
        work.alone(EVENTS)
        one, other = _event(work, event_id), _event(work, other_id)
        if one.id == other.id:
            raise Conflict("不能与自身归并，请填写另一事件的编号")
        _refuse_too_large(one, other)
        kept, ended = _ranked(work, one, other, office)
        return _end(work, person, ended, kept, why=why, office=office, now=now)


def take_back(
    store: Store, person: Person, regrouping_id: str, *, reason: str, office: Office, now: datetime
) -> Regrouping:
    """Take an act of regrouping back in the person's name: its documents go back, an event that had ended is one again.

    Raises:
        NotFound: There is no such act.
        Conflict: It was taken back, or what was done since stands against it.
        Refusal: There is no reason.
    """
    why = reason_of(reason, act="撤回归组")
    with store.write() as work:
        work.alone(EVENTS)
        done = work.regroupings.get(regrouping_id)
        if done is None:
            raise NotFound("没有这次归组记录，可能链接已失效，请从事件的“归组”重新进入")
        permit(person, Act.CLOSE_ALERT if done.whole else Act.HANDLE_ALERT)
        if done.undone_at is not None:
            raise Conflict(f"这次归组已由{done.undone_by}撤回")
        events, going = _as_it_was(work, done)
        undone = replace(done, document_ids=going, undone_by=person.name, undone_at=now)
        target = events.get(done.target or "")
        if target is not None and {one.document.id for one in work.events.members([target.id])} <= set(going):
            _end_again(work, person, undone, target, events[done.source], why=why, office=office, now=now)
            return undone
        _regroup(work, undone, events, office, now, done.at)
        if done.whole:
            _open_again(work, person, done, why, now)
        _note(work, person, "event.regrouping_undone", replace(undone, reason=why), now)
        return undone


def _end_again(
    work: Work,
    person: Person,
    undone: Regrouping,
    target: Event,
    source: Event,
    *,
    why: str,
    office: Office,
    now: datetime,
) -> None:
    """Take documents back from an event that has no others: it ends in the one that they came from."""
    if undone.whole:
        raise Conflict("归并后的事件已没有别的稿件，撤回会使它落空，请改用移出")
    if work.alerts.of_event(target.id) is not None:
        permit(person, Act.CLOSE_ALERT)
    _end(work, person, target, source, why=why, office=office, now=now, back_since=undone.at)
    work.regroupings.save(undone)


def near_events(work: Work, event: Event, *, limit: int) -> list[Event]:
    """Return the events that share most with this one, which it may be one with; none of an event that was merged."""
    if event.merged_into is not None or not event.sketch:
        return []
    keys = sketch_keys(EventSketch.from_json(event.sketch))
    [found] = work.events.candidates([(keys, event.first_at - WINDOW)], limit=limit + 1)
    return [one for one in found if one.id != event.id][:limit]


def _event(work: Work, event_id: str) -> Event:
    event = work.events.get(event_id)
    if event is None:
        raise NotFound(f"没有编号为 {event_id[:40]} 的事件，请核对编号")
    if event.merged_into is not None:
        raise Conflict(
            f"事件“{event.title[:40]}”已并入另一事件，请到那个事件中办理", about=f"event:{event.merged_into}"
        )
    return event


def _refuse_too_large(*events: Event) -> None:
    count = sum(event.document_count for event in events)
    if count > MOST_MEMBERS:
        raise Refusal(f"归组一次最多涉及 {MOST_MEMBERS} 篇稿件，现为 {count} 篇；请联系系统管理员")


def _picked(members: Sequence[Member], document_ids: Sequence[str], *, alone: bool) -> list[Member]:
    """Return the members that were picked, each with the reprints of its text."""
    wanted = set(document_ids)
    if not wanted:
        raise Refusal("请先勾选要移出的稿件")
    if wanted - {one.document.id for one in members}:
        raise NotFound("所选稿件中有的已不在本事件中，请刷新页面后重新勾选")
    picked = [one for one in members if one.document.id in wanted or one.duplicate_of in wanted]
    if len(picked) == len(members):
        raise Conflict("不能移出全部稿件；与另一事件是同一件事的，请用“归并”")
    if alone and any(one.assessment.level is Level.RISK for one in picked):
        raise Conflict("其中有判为风险的稿件，须成为新事件或移入另一事件；误判的请先更正标注")
    return picked


def _act_id(event_id: str, person: Person, now: datetime) -> str:
    return "g" + sha256(f"{event_id}\x1f{person.id}\x1f{now.isoformat()}".encode()).hexdigest()[:19]


def _new_event_id(act_id: str) -> str:
    return "e" + sha256(f"regrouped\x1f{act_id}".encode()).hexdigest()[:19]


def _ranked(work: Work, one: Event, other: Event, office: Office) -> tuple[Event, Event]:
    """Return the event that stays, then the one that ends in it."""
    alerts = work.alerts.of_events([one.id, other.id], hold=True)
    cases = {event.id: _running_case(work, alerts.get(event.id), office) for event in (one, other)}
    if all(cases.values()):
        raise Conflict("两个事件都有正在办理的处置，请先办结或关闭其中一个，再归并")

    def rank(event: Event) -> tuple[bool, bool, bool, datetime, str]:
        alert = alerts.get(event.id)
        is_open = alert is not None and alert.state is not AlertState.CLOSED
        return (cases[event.id] is None, not is_open, alert is None, event.known_at, event.id)

    first, last = sorted((one, other), key=rank)
    return first, last


def _running_case(work: Work, alert: Alert | None, office: Office) -> Case | None:
    case = work.cases.of_alerts([alert.id]).get(alert.id) if alert is not None else None
    return case if case is not None and case.state not in office.register.workflow.final else None


def _end(
    work: Work,
    person: Person,
    ended: Event,
    kept: Event,
    *,
    why: str,
    office: Office,
    now: datetime,
    back_since: datetime | None = None,
) -> Regrouping:
    """Let an event end in another: its documents go there, its clocks run on there, its alert is closed."""
    alert = work.alerts.of_events([ended.id], hold=True).get(ended.id)
    case = _running_case(work, alert, office)
    if case is not None:
        sentence = f"事件“{ended.title[:40]}”有正在办理的处置，请先办结或关闭，再归并"
        raise Conflict(sentence, about=f"case:{case.id}")
    done = Regrouping(
        id=_act_id(ended.id, person, now),
        source=ended.id,
        target=kept.id,
        whole=True,
        document_ids=tuple(one.document.id for one in work.events.members([ended.id])),
        actor=person.name,
        reason=why,
        at=now,
    )
    _regroup(work, done, {ended.id: ended, kept.id: keeps_from(kept, ended)}, office, now, back_since)
    if alert is not None:
        done = _close(work, person, alert, kept, done, now)
    links = [replace(one, event_id=kept.id) for one in work.matters.links_of_event(ended.id)]
    known = {one.matter_id for one in work.matters.links_of_event(kept.id)}
    work.matters.save_links([one for one in links if one.matter_id not in known])
    work.regroupings.save(done)
    _note(work, person, "event.merged", done, now)
    return done


def _close(work: Work, person: Person, alert: Alert, kept: Event, done: Regrouping, now: datetime) -> Regrouping:
    """Close the alert of an event that ended, carry its clocks over, and return the act with what went with it."""
    goal = work.alerts.of_event(kept.id)
    clocks = work.clocks.of_alerts([alert.id, *([goal.id] if goal else [])])
    held = {clock.rule_id: clock for clock in clocks.get(goal.id, [])} if goal else {}
    why = f"事件并入“{kept.title[:60]}”（{event_number(kept.id)}）"
    ended = []
    for clock in clocks.get(alert.id, []):
        if clock.state in BEGUN_STATES:
            if goal is not None:
                _carry(work, person, clock, held.get(clock.rule_id), goal, now)
            work.clocks.save(cancel(clock, by=person.name, reason=why, now=now))
            ended.append(clock.id)
    drop_proposals(work, person, alert.id, now)
    if alert.state is AlertState.CLOSED:
        return replace(done, clocks=tuple(ended))
    closed = moved(alert, AlertState.CLOSED, by=person.name, mover=Mover.CLOSER, now=now)
    save_alert(work, replace(closed, close_reason=f"{why}：{done.reason}"), now)
    note(work, person, "alert.closed", f"alert:{alert.id}", {"reason": why, "level": alert.level.key}, now)
    return replace(done, closed=True, clocks=tuple(ended))


def _carry(work: Work, person: Person, clock: Clock, held: Clock | None, goal: Alert, now: datetime) -> None:
    carried_over = carried(clock, held, clock_id=clock_id(goal.id, clock.rule_id), alert_id=goal.id)
    if carried_over is not None:
        work.clocks.save(carried_over)
        due = carried_over.due_at.isoformat() if carried_over.due_at else None
        detail = {"alert": goal.id, "clock": clock.action, "due_at": due, "from": clock.id}
        note(work, person, "clock.armed", f"clock:{carried_over.id}", detail, now)


def _as_it_was(work: Work, done: Regrouping) -> tuple[dict[str, Event], tuple[str, ...]]:
    """Return the events between which documents go back, and which do. Raises `Conflict` where that cannot be."""
    source = work.events.get(done.source)
    target = work.events.get(done.target) if done.target is not None else None
    if source is None or (done.target is not None and target is None):
        raise NotFound("归组涉及的事件已不存在，不能撤回")
    if source.merged_into is not None and not (done.whole and source.merged_into == done.target):
        raise Conflict("原事件此后已并入另一事件，请先撤回那次归并", about=f"event:{source.id}")
    if target is not None and target.merged_into is not None:
        raise Conflict("稿件所在的事件此后已并入另一事件，请先撤回那次归并", about=f"event:{target.id}")
    held = work.events.of_documents(done.document_ids)
    if any(held.get(one, done.target) != done.target for one in done.document_ids):
        raise Conflict("其中有的稿件此后又被移到别处，请先撤回后来的归组")
    # What was judged off topic since belongs to no event any more, and stays out.
    going = tuple(one for one in done.document_ids if held.get(one) == done.target)
    if not going:
        raise Conflict("这些稿件已都不在归入的事件中，无可撤回")
    found = {source.id: replace(source, merged_into=None)}
    if target is not None:
        found[target.id] = without_carried(target, source.id) if done.whole else target
    _refuse_too_large(*found.values())
    return found, going


def _regroup(
    work: Work,
    done: Regrouping,
    events: Mapping[str, Event],
    office: Office,
    now: datetime,
    back_since: datetime | None = None,
) -> None:
    """Let the documents of an act belong where it says, and look at the events anew that lost or gained some.

    Documents that go back left their event at `back_since`: what persons corrected there before was said in knowledge of them.
    """
    goal = done.target if done.undone_at is None else done.source
    moving = set(done.document_ids)
    members = work.events.members([*events], beside=done.document_ids)
    speakers = Speakers(work.sources.described(), office.province)
    names = [*events, *([goal] if goal is not None and goal not in events else [])]
    gathered: dict[str, Gathered] = {}
    for name in names:
        own = [one for one in members if (goal == name if one.document.id in moving else one.event_id == name)]
        if own:
            back = back_since if name == goal else None
            gathered[name] = gather(name, own, speakers, standing=events.get(name), back_since=back)
    duplicates = dict.fromkeys(moving) | {k: v for each in gathered.values() for k, v in each.duplicates.items()}
    belongs = {one: name for name, each in gathered.items() for one in each.duplicates}
    work.events.move({one: belongs.get(one) for one in duplicates}, duplicates)
    work.events.unfile(names)
    left = [ended_in(events[name], goal) for name in events if goal is not None and name not in {goal, *gathered}]
    work.events.save_all([(event, ()) for event in left])
    work.regroupings.save(done)
    consider_all(work, [(each.event, each.keys) for each in gathered.values()], office=office, now=now)
    _project(work, done, now)


def _project(work: Work, done: Regrouping, now: datetime) -> None:
    """Let the search learn which events the documents belong to; their judgements are the same, so the act names the batch."""
    versions = {one.document_id: one.version for one in work.documents.search_documents_of(done.document_ids)}
    key = f"{search_key(versions)}:{done.id}{'-' if done.undone_at else ''}"
    work.outbox.add(key, SEARCH, {"documents": versions}, now=now)


def _open_again(work: Work, person: Person, done: Regrouping, why: str, now: datetime) -> None:
    """Open the alert of an event that is one again, where merging closed it, and let the clocks run that it ended."""
    alert = work.alerts.of_events([done.source], hold=True).get(done.source)
    if alert is None:
        return
    for clock in work.clocks.of_alerts([alert.id]).get(alert.id, []):
        if clock.id in done.clocks and clock.state is ClockState.CANCELLED:
            work.clocks.save(arm(clock, by=person.name, now=now, reason="撤回归并，恢复计时"))
            detail = {"alert": alert.id, "clock": clock.action, "reason": why}
            note(work, person, "clock.armed", f"clock:{clock.id}", detail, now)
    if done.closed and alert.state is AlertState.CLOSED:
        opened = replace(alert, state=standing(alert), closed_at=None, closed_by=None, close_reason=None)
        note(work, person, "alert.reopened", f"alert:{alert.id}", {"reason": why, "from": alert.close_reason}, now)
        save_alert(work, opened, now)


def _note(work: Work, person: Person, action: str, done: Regrouping, now: datetime) -> None:
    """Write the act down at each event that it concerns."""
    detail = {"regrouping": done.id, "count": len(done.document_ids), "reason": done.reason}
    for event_id, other in ((done.source, done.target), (done.target, done.source)):
        if event_id is not None:
            note(work, person, action, f"event:{event_id}", {**detail, "other": other}, now)
