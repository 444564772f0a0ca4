"""What people do to alerts and clocks, on a real store: who may, what is written, what is told."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.domain.alert import Alert, AlertLevel, AlertState
from service.domain.clock import Clock, ClockState
from service.domain.event import Event, IncidentGrade
from service.domain.people import Person, Role
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.flows.alerts import (
    acknowledge,
    answer,
    arm_clock,
    assign,
    cancel_clock,
    close,
    meet_clock,
    pause_clock,
    reopen,
    set_grade,
    set_level,
    start_clock,
)
from service.flows.consider import Office, consider
from service.policies.register import load_register
from service.ports.store import OutboxRow, Store
from service.storage.sql import migrate, open_store

NOW = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = Office(register=load_register(), address="http://127.0.0.1:8300")


def person(name: str, role: Role, **given: Any) -> Person:
    known = Person(id=f"p-{name}", name=name, role=role, password_hash="", created_at=NOW)
    return replace(known, **given)


OFFICER = person("甲", Role.OFFICER, email="officer@office.invalid")
APPROVER = person("乙", Role.APPROVER, email="approver@office.invalid", notify_from="orange")
VIEWER = person("丙", Role.VIEWER)
GONE = person("丁", Role.ADMINISTRATOR, disabled=True)

EVENT = Event(
    id="e1",
    title="多人输注清云注射液后寒战",
    first_at=NOW - HOUR,
    last_at=NOW,
    known_at=NOW - HOUR / 2,
    document_count=3,
    source_count=2,
    severity=4,
    level="none",
    score=0.0,
    categories=("R01",),
    products=("清云注射液",),
    firms=(),
    regions=("360700",),
    harmed=12,
    facts={"cluster": True, "jiangxi": True},
)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("acts") / "empty.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{shutil.copy(migrated, tmp_path / 'yaowang.db')}")
    with opened.write() as work:
        for one in (OFFICER, APPROVER, VIEWER, GONE):
            work.people.save(one)
    yield opened
    opened.close()


def happens(store: Store, event: Event = EVENT) -> Alert:
    """Let the event raise its alert."""
    with store.write() as work:
        consider(work, event, office=OFFICE, now=NOW)
        raised = work.alerts.of_event(event.id)
    assert raised is not None
    return raised


@pytest.fixture
def alert(store: Store) -> Alert:
    """An orange alert about twelve harmed persons, its 48 hours running."""
    raised = happens(store)
    assert raised.level is AlertLevel.ORANGE
    return raised


def clocks_of(store: Store, alert: Alert) -> dict[str, Clock]:
    with store.read() as work:
        return {clock.rule_id: clock for clock in work.clocks.of_alerts([alert.id])[alert.id]}


def acts_on(store: Store, subject: str) -> list[tuple[str, str]]:
    with store.read() as work:
        return [(row.actor, row.action) for row in reversed(work.audit.rows(subject=subject))]


def mails(store: Store) -> list[OutboxRow]:
    with store.write() as work:
        return work.outbox.claim(kinds=["mail"], limit=50, lease=HOUR, now=NOW + 99 * HOUR)


class TestAcknowledge:
    def test_it_names_who_and_when_and_is_written_down(self, store: Store, alert: Alert) -> None:
        seen = acknowledge(store, OFFICER, alert.id, now=NOW)
        assert (seen.state, seen.acknowledged_by, seen.acknowledged_at) == (AlertState.ACKNOWLEDGED, "甲", NOW)
        assert seen.revision == alert.revision + 1
        with store.read() as work:
            assert work.alerts.get(alert.id) == seen
            assert work.audit.verify() is None
        assert acts_on(store, f"alert:{alert.id}")[-1] == ("甲", "alert.acknowledged")

    def test_a_second_person_is_told_who_was_first(self, store: Store, alert: Alert) -> None:
        acknowledge(store, OFFICER, alert.id, now=NOW)
        with pytest.raises(Conflict, match="甲已于11月25日 14:32确认"):
            acknowledge(store, APPROVER, alert.id, now=NOW + HOUR)

    def test_a_closed_alert_is_not_acknowledged(self, store: Store) -> None:
        closed = close(
            store, APPROVER, happens(store, replace(EVENT, harmed=1, facts={}, severity=3)).id, "误报", now=NOW
        )
        with pytest.raises(Conflict, match="已关闭"):
            acknowledge(store, OFFICER, closed.id, now=NOW)


ACTS: list[tuple[str, Callable[[Store, Person, Alert], object], frozenset[str]]] = [
    ("acknowledge", lambda s, p, a: acknowledge(s, p, a.id, now=NOW), frozenset({"甲", "乙"})),
    ("assign", lambda s, p, a: assign(s, p, a.id, "甲", office=OFFICE, now=NOW), frozenset({"甲", "乙"})),
    ("answer", lambda s, p, a: answer(s, p, a.id, office=OFFICE, now=NOW), frozenset({"甲", "乙"})),
    ("meet", lambda s, p, a: meet_clock(s, p, f"{a.id}-C-48H", office=OFFICE, now=NOW), frozenset({"甲", "乙"})),
    (
        "grade",
        lambda s, p, a: set_grade(s, p, a.id, IncidentGrade.III, reason="核实", office=OFFICE, now=NOW),
        frozenset({"乙"}),
    ),
    (
        "level",
        lambda s, p, a: set_level(s, p, a.id, AlertLevel.RED, reason="核实", office=OFFICE, now=NOW),
        frozenset({"乙"}),
    ),
    ("arm", lambda s, p, a: arm_clock(s, p, f"{a.id}-C-GRP", office=OFFICE, now=NOW), frozenset({"乙"})),
    ("start", lambda s, p, a: start_clock(s, p, a.id, "C-APP", office=OFFICE, now=NOW), frozenset({"乙"})),
    ("cancel", lambda s, p, a: cancel_clock(s, p, f"{a.id}-C-48H", "重复", now=NOW), frozenset({"乙"})),
    ("pause", lambda s, p, a: pause_clock(s, p, f"{a.id}-C-48H", "等待", now=NOW), frozenset({"乙"})),
]


@pytest.mark.parametrize(("name", "act", "allowed"), ACTS, ids=[row[0] for row in ACTS])
@pytest.mark.parametrize("who", [OFFICER, APPROVER, VIEWER, GONE], ids=["officer", "approver", "viewer", "disabled"])
def test_only_the_roles_that_are_granted_an_act_do_it(
    store: Store,
    alert: Alert,
    name: str,
    act: Callable[[Store, Person, Alert], object],
    allowed: frozenset[str],
    who: Person,
) -> None:
    with store.read() as work:
        before = (work.alerts.get(alert.id), len(work.audit.rows()))
    if who.name in allowed:
        act(store, who, alert)
        with store.read() as work:
            assert len(work.audit.rows()) > before[1], name
        return
    with pytest.raises(Forbidden, match="没有这项权限"):
        act(store, who, alert)
    with store.read() as work:
        assert (work.alerts.get(alert.id), len(work.audit.rows())) == before


def test_what_does_not_exist_is_said_so(store: Store) -> None:
    with pytest.raises(NotFound, match="预警"):
        acknowledge(store, OFFICER, "none", now=NOW)
    with pytest.raises(NotFound, match="时限"):
        cancel_clock(store, APPROVER, "none", "重复", now=NOW)


class TestAssign:
    def test_the_owner_is_mailed_once_whatever_their_threshold(self, store: Store, alert: Alert) -> None:
        mails(store)
        given = assign(store, APPROVER, alert.id, " 甲 ", office=OFFICE, now=NOW)
        assert given.owner == "甲"
        [mail] = mails(store)
        assert mail.payload["to"] == "officer@office.invalid"
        assert mail.payload["letter"]["subject"].startswith("[橙色·待确认]")

    def test_who_takes_it_themselves_needs_no_mail(self, store: Store, alert: Alert) -> None:
        mails(store)
        assert assign(store, OFFICER, alert.id, "甲", office=OFFICE, now=NOW).owner == "甲"
        assert mails(store) == []
        with pytest.raises(Conflict, match="已由甲承办"):
            assign(store, APPROVER, alert.id, "甲", office=OFFICE, now=NOW)

    @pytest.mark.parametrize(("owner", "refusal"), [("无此人", NotFound), ("丁", NotFound), ("丙", Conflict)])
    def test_only_somebody_who_may_handle_it_is_given_it(
        self, store: Store, alert: Alert, owner: str, refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            assign(store, APPROVER, alert.id, owner, office=OFFICE, now=NOW)

    def test_an_owner_without_an_address_is_still_the_owner(self, store: Store, alert: Alert) -> None:
        with store.write() as work:
            work.people.save(person("戊", Role.OFFICER))
        mails(store)
        assert assign(store, APPROVER, alert.id, "戊", office=OFFICE, now=NOW).owner == "戊"
        assert mails(store) == []


class TestGrade:
    def test_grade_two_starts_five_and_twenty_four_hours_in_the_confirmer_s_name(
        self, store: Store, alert: Alert
    ) -> None:
        mails(store)
        graded = set_grade(
            store, APPROVER, alert.id, IncidentGrade.II, reason="县局确认32人", office=OFFICE, now=NOW + HOUR
        )
        clocks = clocks_of(store, alert)
        for rule, hours in (("C-5H", 5), ("C-24H", 24)):
            assert clocks[rule].state is ClockState.ARMED
            assert clocks[rule].armed_by == "乙"
            # From first confirmed knowledge, not from the confirmation: being slow to confirm wins no time.
            assert clocks[rule].due_at == EVENT.known_at + hours * HOUR
        assert clocks["C-48H"].state is ClockState.CANCELLED
        assert clocks["C-48H"].reason == "乙：事件登记为Ⅱ级，改按5小时和24小时时限"
        assert "GOV-06" in {entry["policy_id"] for entry in graded.basis}
        with store.read() as work:
            event = work.events.get("e1")
        assert event is not None
        assert (event.grade, event.grade_by) == (IncidentGrade.II, "乙")
        [mail] = mails(store)
        assert "5小时时限" in mail.payload["letter"]["subject"]
        assert ("乙", "event.graded") in acts_on(store, "event:e1")
        assert acts_on(store, f"clock:{alert.id}-C-5H") == [("乙", "clock.armed")]

    def test_a_lower_grade_later_brings_48_hours_back_and_stops_nothing(self, store: Store, alert: Alert) -> None:
        set_grade(store, APPROVER, alert.id, IncidentGrade.I, reason="初报", office=OFFICE, now=NOW)
        set_grade(store, APPROVER, alert.id, IncidentGrade.III, reason="核减", office=OFFICE, now=NOW + HOUR)
        clocks = clocks_of(store, alert)
        assert clocks["C-48H"].state is ClockState.ARMED
        assert clocks["C-48H"].due_at == EVENT.known_at + 48 * HOUR
        assert clocks["C-5H"].state is ClockState.ARMED

    def test_from_one_grave_grade_to_the_other_nothing_starts_twice(self, store: Store, alert: Alert) -> None:
        set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="初报", office=OFFICE, now=NOW)
        before = clocks_of(store, alert)
        set_grade(store, APPROVER, alert.id, IncidentGrade.I, reason="新增", office=OFFICE, now=NOW + HOUR)
        assert clocks_of(store, alert) == before

    def test_the_same_grade_and_a_closed_alert_are_refused(self, store: Store, alert: Alert) -> None:
        set_grade(store, APPROVER, alert.id, IncidentGrade.III, reason="核实", office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="已由乙登记为Ⅲ级"):
            set_grade(store, APPROVER, alert.id, IncidentGrade.III, reason="核实", office=OFFICE, now=NOW)
        cancel_clock(store, APPROVER, f"{alert.id}-C-48H", "不需要回应", now=NOW)
        close(store, APPROVER, alert.id, "误报", now=NOW)
        with pytest.raises(Conflict, match="重新打开"):
            set_grade(store, APPROVER, alert.id, IncidentGrade.I, reason="核实", office=OFFICE, now=NOW)

    @pytest.mark.parametrize("reason", ["", "  ", "长" * 1001])
    def test_a_reason_is_needed_and_bounded(self, store: Store, alert: Alert, reason: str) -> None:
        with pytest.raises(Refusal):
            set_grade(store, APPROVER, alert.id, IncidentGrade.I, reason=reason, office=OFFICE, now=NOW)


class TestLevel:
    def test_a_person_lowers_red_to_orange_and_the_system_leaves_it_there(self, store: Store) -> None:
        dead = replace(EVENT, deaths=1)
        red = happens(store, dead)
        assert red.level is AlertLevel.RED
        with pytest.raises(Conflict, match="最低只能调整为橙色"):
            set_level(store, APPROVER, red.id, AlertLevel.YELLOW, reason="家属说法不一", office=OFFICE, now=NOW)
        set_level(store, APPROVER, red.id, AlertLevel.ORANGE, reason="家属说法不一", office=OFFICE, now=NOW)
        with store.write() as work:
            again = work.events.get("e1")
            assert again is not None
            consider(work, again, office=OFFICE, now=NOW + 9 * HOUR)
            held = work.alerts.get(red.id)
        assert held is not None
        assert held.level is AlertLevel.ORANGE

    def test_once_refuted_it_may_go_further(self, store: Store) -> None:
        red = happens(store, replace(EVENT, deaths=1))
        lowered = set_level(
            store, APPROVER, red.id, AlertLevel.YELLOW, reason="已核实无死亡", office=OFFICE, now=NOW, refuted=True
        )
        assert lowered.level is AlertLevel.YELLOW
        with store.read() as work:
            event = work.events.get("e1")
        assert event is not None
        assert (event.level, event.facts["death_refuted"]) == ("yellow", True)

    def test_raising_tells_people_and_lowering_does_not(self, store: Store, alert: Alert) -> None:
        mails(store)
        set_level(store, APPROVER, alert.id, AlertLevel.RED, reason="上级要求", office=OFFICE, now=NOW)
        assert len(mails(store)) == 1
        set_level(store, APPROVER, alert.id, AlertLevel.YELLOW, reason="已核减", office=OFFICE, now=NOW)
        assert mails(store) == []
        assert [act for _, act in acts_on(store, f"alert:{alert.id}")][-2:] == ["alert.level_set", "alert.level_set"]

    @pytest.mark.parametrize(("level", "sentence"), [(AlertLevel.NONE, "请关闭预警"), (AlertLevel.ORANGE, "已是橙色")])
    def test_a_level_that_is_none_or_the_same_is_refused(
        self, store: Store, alert: Alert, level: AlertLevel, sentence: str
    ) -> None:
        with pytest.raises(Conflict, match=sentence):
            set_level(store, APPROVER, alert.id, level, reason="核实", office=OFFICE, now=NOW)


class TestClocks:
    def test_five_hours_start_only_with_a_grave_grade(self, store: Store) -> None:
        red = happens(store, replace(EVENT, harmed=60))
        assert clocks_of(store, red)["C-5H"].state is ClockState.PROPOSED
        with pytest.raises(Conflict, match="先由审批人登记事件等级"):
            arm_clock(store, APPROVER, f"{red.id}-C-5H", office=OFFICE, now=NOW)

    def test_what_was_cancelled_by_mistake_runs_again_with_its_old_due_time(self, store: Store, alert: Alert) -> None:
        before = clocks_of(store, alert)["C-48H"]
        cancel_clock(store, APPROVER, before.id, "误点", now=NOW)
        assert arm_clock(store, APPROVER, before.id, office=OFFICE, now=NOW + HOUR).due_at == before.due_at

    def test_paused_and_resumed_keeps_its_due_time(self, store: Store, alert: Alert) -> None:
        before = clocks_of(store, alert)["C-48H"]
        assert pause_clock(store, APPROVER, before.id, "等待会商", now=NOW).state is ClockState.PAUSED
        assert arm_clock(store, APPROVER, before.id, office=OFFICE, now=NOW + HOUR).due_at == before.due_at

    def test_an_application_runs_from_the_day_it_came(self, store: Store, alert: Alert) -> None:
        begun = start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW, since=NOW - timedelta(days=2))
        assert begun.start_at == NOW - timedelta(days=2)
        assert begun.armed_at == NOW
        with pytest.raises(Conflict, match="已在本预警下"):
            start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW)

    def test_only_clocks_for_people_are_started_and_not_from_the_future(self, store: Store, alert: Alert) -> None:
        for rule in ("C-5H", "none"):
            with pytest.raises(NotFound):
                start_clock(store, APPROVER, alert.id, rule, office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="不能晚于现在"):
            start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW, since=NOW + HOUR)

    def test_meeting_the_response_late_stays_late_and_marks_the_alert_answered(
        self, store: Store, alert: Alert
    ) -> None:
        late = EVENT.known_at + 49 * HOUR
        done = meet_clock(store, OFFICER, f"{alert.id}-C-48H", office=OFFICE, now=late, remark=" 官网发布 ")
        assert (done.state, done.met_at, done.reason) == (ClockState.MET_LATE, late, "官网发布")
        with store.read() as work:
            answered = work.alerts.get(alert.id)
        assert answered is not None
        assert answered.answered_at == late

    def test_meeting_another_duty_is_no_answer(self, store: Store, alert: Alert) -> None:
        meet_clock(store, OFFICER, f"{alert.id}-W-GRP7", office=OFFICE, now=NOW)
        with store.read() as work:
            held = work.alerts.get(alert.id)
        assert held is not None
        assert held.answered_at is None


class TestAnswer:
    def test_a_statement_meets_what_asks_for_one_and_not_the_conference(self, store: Store, alert: Alert) -> None:
        set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="确认", office=OFFICE, now=NOW)
        answered = answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR, remark="官网首次通报")
        clocks = clocks_of(store, alert)
        assert answered.answered_at == NOW + HOUR
        assert clocks["C-5H"].state is ClockState.MET
        assert clocks["C-24H"].state is ClockState.ARMED
        with pytest.raises(Conflict, match="已于"):
            answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR)


class TestClose:
    def test_a_running_clock_of_the_office_keeps_it_open(self, store: Store, alert: Alert) -> None:
        with pytest.raises(Conflict, match="“回应社会关切”仍在计时"):
            close(store, APPROVER, alert.id, "已回应", now=NOW)

    def test_closing_ends_the_proposals_and_says_who_and_why(self, store: Store, alert: Alert) -> None:
        answer(store, OFFICER, alert.id, office=OFFICE, now=NOW)
        ended = close(store, APPROVER, alert.id, " 已回应 ", now=NOW + HOUR)
        assert (ended.state, ended.closed_by, ended.close_reason) == (AlertState.CLOSED, "乙", "已回应")
        assert {clock.state for clock in clocks_of(store, alert).values()} == {ClockState.MET, ClockState.CANCELLED}
        with pytest.raises(Conflict, match="已关闭"):
            close(store, APPROVER, alert.id, "再次", now=NOW)
        with pytest.raises(Conflict, match="已关闭"):
            assign(store, APPROVER, alert.id, "甲", office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="已关闭"):
            answer(store, OFFICER, alert.id, office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="已关闭"):
            set_level(store, APPROVER, alert.id, AlertLevel.RED, reason="核实", office=OFFICE, now=NOW)

    def test_only_an_approver_closes_and_reopens(self, store: Store, alert: Alert) -> None:
        with pytest.raises(Forbidden):
            close(store, OFFICER, alert.id, "误报", now=NOW)
        with pytest.raises(Forbidden):
            reopen(store, OFFICER, alert.id, now=NOW)

    @pytest.mark.parametrize(("seen", "state"), [(False, AlertState.OPEN), (True, AlertState.ACKNOWLEDGED)])
    def test_reopened_it_is_as_before(self, store: Store, alert: Alert, state: AlertState, *, seen: bool) -> None:
        if seen:
            acknowledge(store, OFFICER, alert.id, now=NOW)
        with pytest.raises(Conflict, match="没有关闭"):
            reopen(store, APPROVER, alert.id, now=NOW)
        answer(store, OFFICER, alert.id, office=OFFICE, now=NOW)
        close(store, APPROVER, alert.id, "已回应", now=NOW)
        opened = reopen(store, APPROVER, alert.id, "出现新情况", now=NOW + HOUR)
        assert (opened.state, opened.closed_at, opened.close_reason) == (state, None, None)
        assert acts_on(store, f"alert:{alert.id}")[-1] == ("乙", "alert.reopened")
