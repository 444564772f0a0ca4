from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.domain.matters.matter import MatterAct, MatterKind, MatterState
from service.domain.people.person import Person, Role
from service.domain.rules.register import Register
from service.flows.matters.acts import (
    act_on_matter,
    decide_disclosure,
    extend_matter,
    frequent_subjects,
    register_publication,
)
from service.flows.matters.matter_watch import (
    EVERY,
    coming_of_disclosures,
    coming_of_matter,
    tend_matters,
    waiting_matters,
)
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


APPLICATION = ("SQ-1", "申请公开抽检名单", "2026-11-10", "甲某")
ASKED = ("申请编号", "所需信息描述", "收到日期", "申请人")


def test_an_application_is_reminded_of_at_both_marks_and_when_late_each_once(
    store: Store, tmp_path: Path, register: Register, office: Office, officer: Person
) -> None:
    path = records_file(tmp_path / "a.csv", [APPLICATION], ASKED)
    import_records(store, path, register, kind=MatterKind.APPLICATION)
    with store.write() as work:
        work.people.save(replace(officer, email="officer@office.invalid"))
    # Twenty working days from the tenth of November end on the eighth of December: 60 % on the 27th, 85 % late on the fourth.
    sent = {day: tend_matters(store, office=office, now=NOW + day * DAY) for day in range(1, 20)}
    assert {day: count for day, count in sent.items() if count} == {2: 1, 10: 1, 14: 1}
    subjects = [mail.payload["letter"]["listed"][0] for mail in mails(store)]
    told = ["（已过六成）", "（已过八成五）", "已超时14小时32分"]
    assert all(line.endswith(words) for line, words in zip(subjects, told, strict=True))
    assert all("依申请公开 SQ-1：答复公开申请" in line for line in subjects)


def test_who_leads_is_told_where_the_handler_has_no_address(taken: Store, office: Office, officer: Person) -> None:
    with taken.write() as work:
        work.people.save(replace(officer, email=None))
    tend_matters(taken, office=office, now=NOW + 30 * DAY)
    [mail] = mails(taken)
    assert mail.payload["to"] == "approver@office.invalid"
    assert mail.payload["letter"]["receives"] == "研判员没有邮箱，由负责人代收"


@pytest.fixture
def decided(store: Store, tmp_path: Path, register: Register, approver: Person) -> Store:
    """A store in which the approver decided to disclose what three applications ask for."""
    rows = [(f"SQ-{number}", *APPLICATION[1:3], f"{name}某") for number, name in enumerate("甲乙丙")]
    import_records(store, records_file(tmp_path / "a.csv", rows, ASKED), register, kind=MatterKind.APPLICATION)
    with store.write() as work:
        for matter in work.matters.listing():
            work.matters.save_all([replace(matter, state=MatterState.CLOSED)])
        work.people.save(replace(approver, email="approver@office.invalid"))
    with store.read() as work:
        [subject] = frequent_subjects(work, days=90, now=NOW).subjects
    decide_disclosure(
        store, approver, subject.id, disclose=True, reason="反复申请", days=90, register=register, now=NOW
    )
    return store


def test_a_decided_disclosure_is_reminded_of_at_both_marks_and_when_late_each_once(
    decided: Store, office: Office
) -> None:
    # Twenty working days from the twenty-fifth of November end on the twenty-third of December.
    sent = {day: tend_matters(decided, office=office, now=NOW + day * DAY) for day in range(1, 40)}
    assert {day: count for day, count in sent.items() if count} == {18: 1, 25: 1, 29: 1}
    assert {mail.payload["to"] for mail in mails(decided)} == {"approver@office.invalid"}


def test_the_reminders_that_are_said_to_come_are_those_that_are_sent_and_none_comes_once_it_is_published(
    decided: Store, office: Office, register: Register, approver: Person
) -> None:
    def coming(now: datetime) -> list[tuple[datetime, list[str]]]:
        with decided.read() as work:
            found = coming_of_disclosures(work, work.matters.disclosures(), register, now)
        return [(one.at, [each.person.name for each in one.told]) for some in found.values() for one in some]

    first, *later = coming(NOW)
    assert first[1] == [approver.name]
    assert tend_matters(decided, office=office, now=first[0] - EVERY) == 0
    assert tend_matters(decided, office=office, now=first[0]) == 1
    assert coming(first[0] + EVERY) == later
    with decided.read() as work:
        [one] = work.matters.disclosures()
    register_publication(decided, approver, one.id, "网站政务公开栏", now=first[0] + DAY)
    assert coming(first[0] + DAY) == []
    assert tend_matters(decided, office=office, now=later[-1][0] + DAY) == 0


def test_the_reminders_of_a_matter_that_are_said_to_come_are_those_that_are_sent(
    taken: Store, office: Office, register: Register, officer: Person
) -> None:
    with taken.read() as work:
        [matter] = [one for one in work.matters.listing() if one.number == "TS-1"]
        first, second, last = coming_of_matter(work, matter, register, NOW)
    assert (first.share, second.share, last.share) == (60, 85, 100)
    assert [each.person.name for each in first.told] == [officer.name]
    assert tend_matters(taken, office=office, now=first.at) == 1
    with taken.read() as work:
        matter = work.matters.get_all([matter.id])[matter.id]
        assert [one.share for one in coming_of_matter(work, matter, register, first.at)] == [85, 100]


def test_limits_without_a_due_time_are_told_to_administrators_once_and_to_those_who_lead_before_the_first_may_be_due(
    taken: Store, office: Office, register: Register
) -> None:
    with taken.write() as work:
        work.people.save(build_person(Role.ADMINISTRATOR, email="keeper@office.invalid"))
    # Mediation ends within forty-five working days.
    act_on_matter(
        taken, build_person(Role.OFFICER), matter_id(taken, "TS-1"), MatterAct.ACCEPT, register=register, now=NOW
    )
    moments = [NOW + timedelta(days=day) for day in (1, 2, 20, 50, 51, 60)]
    for moment in moments:
        tend_matters(taken, office=office, now=moment)
    undated = [mail for mail in mails(taken) if mail.payload["alert_id"] == "undated"]
    assert [mail.payload["to"] for mail in undated] == [
        "keeper@office.invalid",
        "keeper@office.invalid",
        "approver@office.invalid",
    ]
    listed = "".join(undated[0].payload["letter"]["listed"])
    assert "投诉 TS-1：达成调解协议或终止调解，暂定不早于 2027年1月" in listed
    assert "过期药" not in repr(undated[0].payload)


def test_a_year_that_is_known_tells_nobody_of_limits_without_a_due_time(taken: Store, office: Office) -> None:
    with taken.write() as work:
        work.people.save(build_person(Role.ADMINISTRATOR, email="keeper@office.invalid"))
    tend_matters(taken, office=office, now=NOW + 4 * DAY)
    assert all(mail.payload["alert_id"] != "undated" for mail in mails(taken))
