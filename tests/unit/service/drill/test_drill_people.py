import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.domain.people.person import Person, Role
from service.drill.people import forget_passwords, read_people, write_people
from service.flows.people.entry import current, enter
from service.flows.people.passwords import hash_password
from service.storage.sql import migrate, open_store

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OFFICER = Person(
    id="p1",
    name="值班",
    role=Role.OFFICER,
    password_hash="$argon2id$",
    email="duty@office.invalid",
    notify_from="yellow",
    failures=3,
    locked_until=NOW,
    duties=frozenset({"monitor", "analyst"}),
    created_at=NOW,
)


def test_people_may_log_in_and_their_addresses_stay_behind() -> None:
    written = write_people([OFFICER])
    assert b"office.invalid" not in written
    [person] = read_people(written.decode().splitlines())
    assert (person.id, person.name, person.role) == ("p1", "值班", Role.OFFICER)
    assert (person.password_hash, person.notify_from, person.created_at) == ("$argon2id$", "yellow", NOW)
    assert person.duties == {"monitor", "analyst"}
    assert (person.email, person.failures, person.locked_until) == (None, 0, None)


def test_a_drill_that_is_over_keeps_no_password_of_anybody(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'drill.db'}"
    migrate(address)
    store = open_store(address)
    hashed = hash_password("Ganjiang-2026!")
    with store.write() as work:
        work.people.save(replace(OFFICER, password_hash=hashed))
    entered = enter(store, name="值班", password="Ganjiang-2026!", now=NOW + timedelta(hours=1))
    assert entered.token is not None
    forget_passwords(store)
    assert current(store, entered.token, now=NOW + timedelta(hours=1), touch=False) is None
    assert enter(store, name="值班", password="Ganjiang-2026!", now=NOW + timedelta(hours=1)).token is None
    store.close()
    assert not any(hashed.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_each_person_is_one_line() -> None:
    assert [json.loads(line)["id"] for line in write_people([OFFICER, OFFICER]).splitlines()] == ["p1", "p1"]
