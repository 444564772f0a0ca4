"""The duty roster and the members of units: entered, looked at for gaps, changed; each change with its audit row."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from service.domain.people.person import Act, Person, may
from service.domain.people.roster import LONGEST_SHIFT, Shift, check_shift, rotation, shift_name
from service.domain.refusal import NotFound, Refusal
from service.domain.rules.register import Register
from service.flows.acts import note, permit
from service.ports.store import Store, Work

__all__ = ["Turns", "add_shift", "plan_turns", "remove_shift", "set_members"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """A rotation as a person asks for it: people by id in the order of their turns, each with a deputy or none beside them."""

    first: date
    days: int
    changes: tuple[time, ...]
    people: tuple[str, ...]
    deputies: tuple[str | None, ...] = ()


def add_shift(
    store: Store,
    person: Person,
    *,
    begins_at: datetime,
    ends_at: datetime,
    person_id: str,
    deputy_id: str | None,
    now: datetime,
) -> Shift:
    """Enter one shift.

    Raises:
        Refusal: It makes no sense, the person has another at that time, or may not acknowledge alerts.
        NotFound: Nobody active has that id.
    """
    permit(person, Act.MANAGE_ROSTER)
    with store.write() as work:
        work.alone("roster")
        _known(work, [person_id, *([deputy_id] if deputy_id else [])])
        shift = Shift(
            id=secrets.token_hex(6),
            name=shift_name(begins_at, ends_at),
            begins_at=begins_at,
            ends_at=ends_at,
            person_id=person_id,
            deputy_id=deputy_id,
            made_by=person.name,
            made_at=now,
        )
        check_shift(shift, work.roster.between(begins_at, ends_at))
        work.roster.save_all([shift])
        _note_made(work, person, [shift], now)
        return shift


def plan_turns(store: Store, person: Person, turns: Turns, *, now: datetime) -> tuple[Shift, ...]:
    """Enter the shifts of a rotation, all or none.

    Raises:
        Refusal: Nobody, no time or no day is given, there would be too many, or one overlaps what is there.
        NotFound: Nobody active has one of the ids.
    """
    permit(person, Act.MANAGE_ROSTER)
    with store.write() as work:
        work.alone("roster")
        _known(work, [*turns.people, *(one for one in turns.deputies if one)])
        made = rotation(
            first=turns.first,
            days=turns.days,
            changes=turns.changes,
            people=turns.people,
            deputies=turns.deputies,
            new_id=lambda _: secrets.token_hex(6),
            by=person.name,
            now=now,
        )
        there = work.roster.between(made[0].begins_at - LONGEST_SHIFT, made[-1].ends_at)
        for shift in made:
            check_shift(shift, there)
        work.roster.save_all(made)
        _note_made(work, person, made, now)
        return made


def _known(work: Work, ids: Sequence[str]) -> None:
    for person_id in ids:
        found = work.people.get(person_id)
        if found is None or found.disabled:
            raise NotFound("排班人员不在在用名单中，请从名单里选择")
        if not found.email:
            raise Refusal(f"{found.name}没有邮箱，值班时收不到预警，请先补上邮箱")
        if not may(found.role, Act.HANDLE_ALERT):
            raise Refusal(f"{found.name}是{found.role.word}，值班时不能确认预警，请改选，或由系统管理员调整角色")


def _note_made(work: Work, person: Person, made: Sequence[Shift], now: datetime) -> None:
    names = {one.id: one.name for one in work.people.listing()}
    detail = {
        "count": len(made),
        "people": list(dict.fromkeys(names.get(shift.person_id, shift.person_id) for shift in made)),
        "ends_at": max(shift.ends_at for shift in made).isoformat(),
    }
    note(work, person, "shifts.made", "duty", detail, now)


def remove_shift(store: Store, person: Person, shift_id: str, *, now: datetime) -> bool:
    """Forget a shift that is to come; one that runs ends now and stays on record, as when it is handed over early.

    Returns:
        Whether it ran and was ended.

    Raises:
        NotFound: There is none of that id.
        Refusal: It is over: what was is not rewritten.
    """
    permit(person, Act.MANAGE_ROSTER)
    with store.write() as work:
        work.alone("roster")
        shift = work.roster.get(shift_id)
        if shift is None:
            raise NotFound("没有这个班次，可能已被删除")
        if shift.ends_at <= now:
            raise Refusal("班次已经结束，不能删除")
        runs = shift.begins_at < now
        if runs:
            work.roster.save_all([replace(shift, ends_at=now)])
        else:
            work.roster.remove(shift_id)
        holder = work.people.get(shift.person_id)
        detail = {"people": [holder.name if holder else shift.person_id], "ends_at": shift.ends_at.isoformat()}
        note(work, person, "shift.ended" if runs else "shift.removed", "duty", detail, now)
        return runs


def set_members(
    store: Store, person: Person, unit_id: str, person_ids: Sequence[str], *, register: Register, now: datetime
) -> None:
    """Say who belongs to a unit of the office. Raises `NotFound` for an unknown unit or person."""
    permit(person, Act.MANAGE_ROSTER)
    unit = register.units.get(unit_id)
    if unit is None or unit.external:
        raise NotFound("没有这个处室，请检查 departments.yaml")
    with store.write() as work:
        work.alone(f"members.{unit_id}")
        names = {one.id: one.name for one in work.people.listing() if not one.disabled}
        if not set(person_ids) <= set(names):
            raise NotFound("名单中有不在用的人员，请刷新后重选")
        members = list(dict.fromkeys(person_ids))
        work.roster.set_members(unit_id, members)
        detail = {"name": unit.label, "people": [names[one] for one in members]}
        note(work, person, "members.set", f"unit:{unit_id}", detail, now)
