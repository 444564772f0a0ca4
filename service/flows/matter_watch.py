"""Warns of the clocks of matters, once for each stage, and counts what waits for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from service.domain.disclosure import settled as settled_disclosure
from service.domain.matter import OPEN_STATES, Matter
from service.domain.matter_turn import Passed, handlers, matters_letter, passed, settled, soon
from service.domain.people import Person
from service.domain.register import Register
from service.domain.roster import problem_of
from service.flows.deliver import MAIL
from service.flows.office import Office
from service.flows.taking_turns import take_turn
from service.ports.store import Store, Work

__all__ = ["EVERY", "tend_matters", "waiting_matters"]

EVERY = timedelta(minutes=10)
"""How often they are looked at: their limits are days."""

_TURN = "matters.turn"
_MOST = 5_000


def tend_matters(store: Store, *, office: Office, now: datetime) -> int:
    """Mail what came to 60 %, 85 % or past its due time to whoever handles it, one mail a person; return how many mails.

    A due time that could not be told before the days off of a year were known is set as soon as they are, that of a
    decided disclosure too. That a clock was told of is kept with it in the same transaction, so that no restart and no
    second process tells it again.
    """
    if not take_turn(store, _TURN, every=EVERY, now=now):
        return 0
    _settle_disclosures(store, office.register)
    rules, calendar = _warn_at(office.register), office.register.calendar
    with store.read() as work:
        matters = work.matters.listing(states=OPEN_STATES, limit=_MOST)
        moved = [
            one.id for one in matters if passed(settled(one, calendar) or one, now, rules) or settled(one, calendar)
        ]
    if not moved:
        return 0
    with store.write() as work:
        held = [matter for one in moved if (matter := work.matters.get(one, hold=True)) is not None]
        held = [settled(matter, calendar) or matter for matter in held]
        found = [one for matter in held for one in passed(matter, now, rules)]
        work.matters.save_all([_told(matter, found) for matter in held])
        return _tell(work, found, office, now)


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
    stages = {one.duty.rule_id: int(one.stage) for one in found if one.matter.id == matter.id}
    duties = tuple(replace(duty, warned=stages.get(duty.rule_id, duty.warned)) for duty in matter.duties)
    return replace(matter, duties=duties)


def _tell(work: Work, found: Sequence[Passed], office: Office, now: datetime) -> int:
    people, units = work.people.listing(), _units(work, office.register)
    mine: dict[str, list[Passed]] = {}
    reached: dict[str, Person] = {}
    for one in found:
        able = handlers(one.matter.handler, one.matter.state_by, one.matter.state, people, units)
        told = [person for person in able if problem_of(person) is None]
        for person in told:
            reached[person.id] = person
            mine.setdefault(person.id, []).append(one)
        detail = {"clock": one.duty.action, "stage": one.stage.name, "recipient": [person.name for person in told]}
        if not told:
            detail["reason"] = "没有任何人可以收到，请检查承办人和用户邮箱"
        work.audit.append(
            actor="system", action="matter.warned", subject=f"matter:{one.matter.id}", detail=detail, now=now
        )
    return sum(_queue(work, reached[person_id], some, office, now) for person_id, some in mine.items())


def _queue(work: Work, person: Person, some: Sequence[Passed], office: Office, now: datetime) -> bool:
    name = "matters:" + sha256("\n".join(sorted(one.key for one in some)).encode()).hexdigest()[:24]
    letter = matters_letter(some, link=f"{office.address}/matters", drill=office.drill, now=now)
    payload = {"to": person.email, "alert_id": name, "letter": letter.to_json()}
    return work.outbox.add(f"mail:{name}:{person.id}", MAIL, payload, now=now)


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
