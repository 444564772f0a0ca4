"""Hands the people of an installation over to a drill, so that it need not open the real store to know them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from service.domain.people.person import Person, Role
from service.flows.people.passwords import NOBODY
from service.ports.store import Store

__all__ = ["forget_passwords", "read_people", "write_people"]


def write_people(people: Sequence[Person]) -> bytes:
    """Return who may log in as JSON lines; addresses and the state of accounts stay behind."""
    return b"".join(json.dumps(_row(person), ensure_ascii=False).encode() + b"\n" for person in people)


def read_people(lines: Iterable[str]) -> list[Person]:
    """Return what `write_people` wrote."""
    return [_person(json.loads(line)) for line in lines if line.strip()]


def forget_passwords(store: Store) -> None:
    """Leave no password of a real person in the folder of a drill that is over: it stays, and is handed around.

    A hash of nothing, as long as theirs, takes their place and is written over their bytes.
    """
    with store.write() as work:
        for person in work.people.listing():
            work.people.save(replace(person, password_hash=NOBODY))
            work.people.end_sessions_of(person.id)


def _row(person: Person) -> dict[str, str | bool | list[str] | None]:
    return {
        "id": person.id,
        "name": person.name,
        "role": str(person.role),
        "password_hash": person.password_hash,
        "notify_from": person.notify_from,
        "must_change_password": person.must_change_password,
        "created_at": person.created_at.isoformat(),
        "duties": sorted(person.duties),
    }


def _person(row: dict[str, object]) -> Person:
    duties = row.get("duties")
    told = row | {
        "role": Role(str(row["role"])),
        "created_at": datetime.fromisoformat(str(row["created_at"])),
        "duties": frozenset(map(str, duties)) if isinstance(duties, list) else frozenset(),
    }
    return Person(**told)  # type: ignore[arg-type]
