"""Two who act on people at the same moment: neither undoes what the other did, and nobody shuts everybody out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.domain.people.password import is_live
from service.domain.people.person import Person, Role, Session
from service.flows.people import acts as people
from service.flows.people import entry
from service.flows.people.acts import (
    PasswordFaultError,
    PersonChange,
    add_person,
    change_password,
    change_person,
    reset_password,
)
from service.flows.people.entry import current, enter, leave
from service.flows.people.passwords import hash_password
from service.ports.store import Store
from service.storage.sql import migrate, open_store

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)
LATER = NOW + timedelta(minutes=2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    opened = open_store(url)
    yield opened
    opened.close()


def joined(store: Store, name: str, role: Role = Role.ADMINISTRATOR) -> tuple[Person, str]:
    password = add_person(store, name=name, role=role, by="system", now=NOW)
    return now_of(store, name), password


def now_of(store: Store, name: str) -> Person:
    with store.read() as work:
        person = work.people.by_name(name)
    assert person is not None
    return person


def shut(store: Store, person: Person, *, by: Person) -> None:
    changes = PersonChange(role=person.role, email=person.email, notify_from=None, disabled=True)
    change_person(store, person.id, by=by, now=LATER, changes=changes)


def test_two_administrators_who_shut_each_other_out_at_once_leave_one(store: Store) -> None:
    (first, _), (second, _) = joined(store, "甲"), joined(store, "乙")
    shut(store, second, by=first)
    with pytest.raises(PasswordFaultError, match="没有保存"):
        shut(store, first, by=second)
    assert not now_of(store, "甲").disabled


def test_one_whose_role_was_just_taken_gives_no_role_to_others(store: Store) -> None:
    (first, _), (second, _) = joined(store, "甲"), joined(store, "乙")
    third, _ = joined(store, "丙", Role.VIEWER)
    fewer = PersonChange(role=Role.VIEWER, email=None, notify_from=None, disabled=False)
    change_person(store, second.id, by=first, now=LATER, changes=fewer)
    with pytest.raises(PasswordFaultError, match="没有保存"):
        change_person(store, third.id, by=second, now=LATER, changes=replace(fewer, role=Role.ADMINISTRATOR))
    assert now_of(store, "丙").role is Role.VIEWER


def test_who_was_shut_out_while_changing_the_password_stays_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (first, _), (second, password) = joined(store, "甲"), joined(store, "乙")
    hash_it = hash_password

    def hash_meanwhile(new: str) -> str:
        shut(store, second, by=first)
        return hash_it(new)

    monkeypatch.setattr(people, "hash_password", hash_meanwhile)
    with pytest.raises(PasswordFaultError):
        change_password(store, person=second, old=password, new="Xin-mima-2026", now=LATER)
    assert now_of(store, "乙").disabled
    assert now_of(store, "乙").password_hash == second.password_hash


def test_what_was_changed_while_the_password_was_changed_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (first, _), (second, password) = joined(store, "甲"), joined(store, "乙")
    hash_it = hash_password

    def hash_meanwhile(new: str) -> str:
        changes = PersonChange(role=second.role, email="yi@office.invalid", notify_from=None, disabled=False)
        change_person(store, second.id, by=first, now=LATER, changes=changes)
        return hash_it(new)

    monkeypatch.setattr(people, "hash_password", hash_meanwhile)
    change_password(store, person=second, old=password, new="Xin-mima-2026", now=LATER)
    assert now_of(store, "乙").email == "yi@office.invalid"


@pytest.mark.parametrize("end", ["left", "reset"])
def test_a_session_that_ends_while_a_request_is_under_way_stays_ended(
    store: Store, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    person, password = joined(store, "甲")
    token = enter(store, name="甲", password=password, now=NOW).token
    assert token is not None
    alive = is_live

    def end_meanwhile(session: Session, now: datetime, *, pace: float) -> bool:
        if end == "left":
            leave(store, person=person, session=session, now=now)
        else:
            reset_password(store, person.id, by="admin", now=now)
        return alive(session, now, pace=pace)

    with monkeypatch.context() as patched:
        patched.setattr(entry, "is_live", end_meanwhile)
        current(store, token, now=LATER, touch=True)
    assert current(store, token, now=LATER, touch=True) is None


def test_a_session_that_is_used_is_not_idle(store: Store) -> None:
    _, password = joined(store, "甲")
    token = enter(store, name="甲", password=password, now=NOW).token
    assert token is not None
    for minutes in (10, 20, 30):
        assert current(store, token, now=NOW + timedelta(minutes=minutes), touch=True) is not None
    assert current(store, token, now=NOW + timedelta(minutes=46), touch=True) is None
