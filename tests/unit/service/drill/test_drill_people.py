import json
from datetime import UTC, datetime

from service.domain.people.person import Person, Role
from service.drill.people import read_people, write_people

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


def test_each_person_is_one_line() -> None:
    assert [json.loads(line)["id"] for line in write_people([OFFICER, OFFICER]).splitlines()] == ["p1", "p1"]
