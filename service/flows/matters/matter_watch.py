"""Warns of the clocks of matters and of decided disclosures, once for each stage, and counts what waits for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from service.domain.clocks.clock import WARN_AT
from service.domain.matters.disclosure import DisclosureDecision, duty_of
from service.domain.matters.disclosure import settled as settled_disclosure
from service.domain.matters.matter import OPEN_STATES, Matter
from service.domain.matters.matter_turn import (
    Ahead,
    Passed,
    Reached,
    about_disclosure,
    about_matter,
    ahead,
    handlers,
    matters_letter,
    passed,
    reached,
    settled,
    soon,
    stage_of,
)
from service.domain.people.person import Person
from service.domain.rules.register import Register
from service.flows.matters.undated import tell_undated
from service.flows.office import Office
from service.flows.taking_turns import take_turn
from service.flows.telling.merging import MAIL
from service.ports.store import Store, Work

__all__ = ["EVERY", "coming_of_disclosures", "coming_of_matter", "tend_matters", "waiting_matters"]

EVERY = timedelta(minutes=10)
"""How often they are looked at: their limits are days."""

_TURN = "matters.turn"
_TOLD_DISCLOSURES = "disclosures.told"
_MOST = 5_000


def tend_matters(store: Store, *, office: Office, now: datetime) -> int:
    """Mail what came to 60 %, 85 % or past its due time to whoever answers for it, one mail a person; return how many mails.

    A due time that could not be told before the days off of a year were known is set as soon as they are, that of a
    decided disclosure too; that there are such is mailed to administrators. That a clock was told of is kept in the same transaction, so that no restart and no second
    process tells it again.
    """
    if not take_turn(store, _TURN, every=EVERY, now=now):
        return 0
    _settle_disclosures(store, office.register)
    told = tell_undated(store, office=office, now=now)
    rules, calendar = _warn_at(office.register), office.register.calendar
    with store.read() as work:
        matters = work.matters.listing(states=OPEN_STATES, limit=_MOST)
        moved = [
            one.id for one in matters if passed(settled(one, calendar) or one, now, rules) or settled(one, calendar)
        ]
        published = _disclosures_passed(work, office.register, now)
    if not moved and not published:
        return told
    with store.write() as work:
        held = [matter for one in moved if (matter := work.matters.get(one, hold=True)) is not None]
        held = [settled(matter, calendar) or matter for matter in held]
        found = [one for matter in held for one in passed(matter, now, rules)]
        work.matters.save_all([_told(matter, found) for matter in held])
        if published:
            found += _take_disclosures(work, office.register, now)
        return told + _tell(work, found, office, now)


def _settle_disclosures(store: Store, register: Register) -> None:
    with store.read() as work:
        if not any(settled_disclosure(one, register) for one in work.matters.disclosures()):
            return
    with store.write() as work:
        work.alone("disclosures")
        for one in work.matters.disclosures():
            if due := settled_disclosure(one, register):
                work.matters.save_disclosure(due)


def _warn_at(register: Register) -> dict[str, tuple[int, int]]:
    return {name: rule.warn_at for name, rule in register.clocks.items()}


def _told(matter: Matter, found: Sequence[Passed]) -> Matter:
    stages = {one.duty.rule_id: int(one.stage) for one in found if one.about.id == matter.id}
    duties = tuple(replace(duty, warned=stages.get(duty.rule_id, duty.warned)) for duty in matter.duties)
    return replace(matter, duties=duties)


def _disclosures_passed(work: Work, register: Register, now: datetime) -> list[Passed]:
    told, warn_at = work.value(_TOLD_DISCLOSURES, {}), _warn_at(register)
    found = []
    for one in work.matters.disclosures():
        duty = duty_of(one, register, warned=int(told.get(one.id, 0)))
        stage = stage_of(duty, now, warn_at=warn_at[duty.rule_id]) if duty is not None else None
        if duty is not None and stage is not None and stage > duty.warned:
            found.append(Passed(about_disclosure(one), duty, stage))
    return found


def _take_disclosures(work: Work, register: Register, now: datetime) -> list[Passed]:
    """Return what came further, and keep that it is told of; what is published is forgotten."""
    work.alone("disclosures")
    found, told = _disclosures_passed(work, register, now), work.value(_TOLD_DISCLOSURES, {})
    waiting = {one.id for one in work.matters.disclosures() if duty_of(one, register) is not None}
    kept = {name: stage for name, stage in told.items() if name in waiting}
    work.set_value(_TOLD_DISCLOSURES, kept | {one.about.id: int(one.stage) for one in found})
    return found


def _tell(work: Work, found: Sequence[Passed], office: Office, now: datetime) -> int:
    people, units = work.people.listing(), _units(work, office.register)
    mine: dict[str, list[tuple[Passed, Reached]]] = {}
    for one in found:
        told = reached(one.about, people, units)
        for reader in told:
            mine.setdefault(reader.person.id, []).append((one, reader))
        detail = {"clock": one.duty.action, "stage": one.stage.name, "recipient": [each.person.name for each in told]}
        if not told:
            detail["reason"] = "没有任何人可以收到，请检查承办人和用户邮箱"
        work.audit.append(actor="system", action="matter.warned", subject=one.about.subject, detail=detail, now=now)
    return sum(_queue(work, some, office, now) for some in mine.values())


def _queue(work: Work, some: Sequence[tuple[Passed, Reached]], office: Office, now: datetime) -> bool:
    person, found = some[0][1].person, [one for one, _ in some]
    name = "matters:" + sha256("\n".join(sorted(one.key for one in found)).encode()).hexdigest()[:24]
    why = "、".join(dict.fromkeys(reader.why for _, reader in some))
    letter = matters_letter(found, address=office.address, why=why, drill=office.drill, now=now)
    payload = {"to": person.email, "alert_id": name, "letter": letter.to_json()}
    return work.outbox.add(f"mail:{name}:{person.id}", MAIL, payload, now=now)


def coming_of_matter(work: Work, matter: Matter, register: Register, now: datetime) -> list[Ahead]:
    """Return the reminders of a matter that are still to come, to whom as things stand; nothing is written."""
    if matter.state.over:
        return []
    told, warn_at = reached(about_matter(matter), work.people.listing(), _units(work, register)), _warn_at(register)
    return [one for duty in matter.duties for one in ahead(duty, told, now, warn_at=warn_at.get(duty.rule_id, WARN_AT))]


def coming_of_disclosures(
    work: Work, some: Sequence[DisclosureDecision], register: Register, now: datetime
) -> dict[str, tuple[Ahead, ...]]:
    """Return the reminders that are still to come of each decided disclosure that has any, by its id; nothing is written."""
    people, units, warn_at = work.people.listing(), _units(work, register), _warn_at(register)
    past = work.value(_TOLD_DISCLOSURES, {})
    found = {}
    for one in some:
        duty = duty_of(one, register, warned=int(past.get(one.id, 0)))
        if duty is not None:
            told = reached(about_disclosure(one), people, units)
            found[one.id] = ahead(duty, told, now, warn_at=warn_at[duty.rule_id])
    return found


def _units(work: Work, register: Register) -> Mapping[str, frozenset[str]]:
    """Return the ids of people by the name of their unit."""
    members = work.roster.members()
    named = ((unit.name, members.get(unit.id, frozenset())) for unit in register.units.values())
    return {name: frozenset(ids) for name, ids in named if name}


def waiting_matters(work: Work, person: Person, register: Register, now: datetime) -> int:
    """Return how many open matters that this person handles are overdue or due within three working days."""
    rows = work.matters.waiting(before=soon(now, register.calendar))
    if not rows:
        return 0
    people, units = work.people.listing(), _units(work, register)
    return sum(
        count
        for handler, state_by, state, count in rows
        if any(one.id == person.id for one in handlers(handler, state_by, state, people, units))
    )
