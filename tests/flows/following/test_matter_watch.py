from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.domain.matter import MatterAct
from service.domain.people import Person, Role
from service.domain.register import Register
from service.flows.matter_watch import EVERY, tend_matters, waiting_matters
from service.flows.matters import act_on_matter, extend_matter
from service.flows.office import Office
from service.ports.store import OutboxRow, Store
from tests.builders import NOW, build_person
from tests.following import import_records, records_file

DAY = timedelta(days=1)
# Received on a Friday: fifteen working days later is the eleventh of December.
REPORT = ("JB-1", "举报", "反映某网店无证销售处方药。", "2026-11-20 15:30", "李雷", "13900139000", "", "")
COMPLAINT = ("TS-1", "投诉", "药店售出过期药。", "2026-11-20 15:30", "王某", "13800138000", "", "")


@pytest.fixture
def office(register: Register) -> Office:
    return Office(register=register, address="https://yaowang.invalid")


@pytest.fixture
def taken(store: Store, tmp_path: Path, register: Register, officer: Person, approver: Person) -> Store:
    import_records(store, records_file(tmp_path / "a.csv", [REPORT, COMPLAINT]), register)
    with store.write() as work:
        work.people.save(replace(officer, email="officer@office.invalid"))
        work.people.save(replace(approver, email="approver@office.invalid"))
    return store


def mails(store: Store) -> list[OutboxRow]:
    with store.write() as work:
        return list(work.outbox.claim(kinds=["mail"], limit=50, lease=timedelta(0), now=NOW + 90 * DAY))


def matter_id(store: Store, number: str) -> str:
    with store.read() as work:
        return next(one.id for one in work.matters.listing() if one.number == number)


def test_each_stage_is_mailed_once_to_whoever_handles_it_even_after_a_restart(taken: Store, office: Office) -> None:
    assert tend_matters(taken, office=office, now=NOW + 6 * DAY) == 1
    [mail] = mails(taken)
    assert mail.payload["to"] == "officer@office.invalid"
    listed = "".join(mail.payload["letter"]["listed"])
    assert "投诉 TS-1" in listed
    assert "过期药" not in repr(mail.payload)
    for later in (6 * DAY + EVERY, 6 * DAY + 2 * EVERY):
        assert tend_matters(taken, office=office, now=NOW + later) == 0
    assert tend_matters(taken, office=office, now=NOW + 30 * DAY) == 1
    assert tend_matters(taken, office=office, now=NOW + 60 * DAY) == 0
    with taken.read() as work:
        rows = work.audit.rows(subject=f"matter:{matter_id(taken, 'TS-1')}")
    assert [row.action for row in rows].count("matter.warned") == 2


def test_two_processes_do_not_look_within_one_turn(taken: Store, office: Office) -> None:
    assert tend_matters(taken, office=office, now=NOW) == 0
    assert tend_matters(taken, office=office, now=NOW + EVERY / 2) == 0
    assert tend_matters(taken, office=office, now=NOW + 30 * DAY) == 1


def test_what_was_given_to_somebody_is_theirs_alone(
    taken: Store, register: Register, officer: Person, approver: Person
) -> None:
    one = matter_id(taken, "TS-1")
    with taken.read() as work:
        assert waiting_matters(work, officer, register, NOW + 8 * DAY) == 1
    act_on_matter(
        taken, officer, matter_id(taken, "JB-1"), MatterAct.ACCEPT, register=register, now=NOW, handler=approver.name
    )
    with taken.read() as work:
        later = NOW + 14 * DAY
        assert waiting_matters(work, approver, register, later) == 1
        assert waiting_matters(work, officer, register, later) == 1
    act_on_matter(taken, officer, one, MatterAct.ACCEPT, register=register, now=NOW)
    with taken.read() as work:
        assert waiting_matters(work, officer, register, NOW + 14 * DAY) == 0


def test_an_extended_clock_is_warned_of_anew(
    store: Store, tmp_path: Path, office: Office, register: Register, approver: Person
) -> None:
    early = (*REPORT[:3], "2026-11-10 09:00", *REPORT[4:])
    import_records(store, records_file(tmp_path / "a.csv", [early]), register)
    with store.write() as work:
        work.people.save(replace(approver, email="approver@office.invalid"))
        work.people.save(build_person(Role.OFFICER, email="officer@office.invalid"))
    assert tend_matters(store, office=office, now=NOW + 5 * DAY) == 1
    extend_matter(store, approver, matter_id(store, "JB-1"), "C-JB15", "案情复杂", register=register, now=NOW + 5 * DAY)
    assert tend_matters(store, office=office, now=NOW + 6 * DAY) == 0
    assert tend_matters(store, office=office, now=NOW + 16 * DAY) == 1
    assert len(mails(store)) == 2


def test_where_nobody_can_be_reached_the_trail_says_so(
    store: Store, tmp_path: Path, register: Register, office: Office
) -> None:
    import_records(store, records_file(tmp_path / "a.csv", [COMPLAINT]), register)
    assert tend_matters(store, office=office, now=NOW + 30 * DAY) == 0
    with store.read() as work:
        [row] = [
            row
            for row in work.audit.rows(subject=f"matter:{matter_id(store, 'TS-1')}")
            if row.action == "matter.warned"
        ]
    assert "没有任何人可以收到" in row.detail["reason"]
