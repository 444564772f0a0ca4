from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.clocks.calendar import WorkingCalendar
from service.domain.clocks.clock import Stage
from service.domain.matters.disclosure import DisclosureDecision, DisclosureState
from service.domain.matters.matter import Matter, MatterKind, MatterState
from service.domain.matters.matter_duty import Duty
from service.domain.matters.matter_turn import (
    Passed,
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
from service.domain.people.person import Person, Role
from tests.builders import build_person

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DUE = START + 10 * DAY
DUTY = Duty(
    rule_id="C-TS7",
    action="告知投诉是否受理",
    limit="7wd",
    basis="某办法第十四条",
    verified=True,
    armed=True,
    start_at=START,
    due_at=DUE,
)
MATTER = Matter(
    id="m1",
    kind=MatterKind.COMPLAINT,
    number="TS-1",
    source_id="drop",
    title="王某反映药店售出过期药",
    received_at=START,
    taken_at=START,
    state_at=START,
    duties=(DUTY,),
)


@pytest.mark.parametrize(
    ("after", "stage"),
    [
        (5.9 * DAY, Stage.QUIET),
        (6 * DAY, Stage.FIRST),
        (8.5 * DAY, Stage.SECOND),
        (10 * DAY, Stage.SECOND),
        (10.1 * DAY, Stage.OVERDUE),
    ],
)
def test_a_clock_is_warned_of_at_sixty_and_eighty_five_percent_and_past_its_time(
    after: timedelta, stage: Stage
) -> None:
    assert stage_of(DUTY, START + after) is stage


@pytest.mark.parametrize("duty", [replace(DUTY, armed=False), replace(DUTY, met_at=START), replace(DUTY, due_at=None)])
def test_a_clock_that_does_not_run_is_quiet(duty: Duty) -> None:
    assert stage_of(duty, DUE + DAY) is Stage.QUIET


def test_only_what_went_further_than_was_told_passes_and_nothing_of_a_matter_that_is_over() -> None:
    told = replace(MATTER, duties=(replace(DUTY, warned=int(Stage.FIRST)),))
    assert passed(told, START + 7 * DAY, {}) == []
    assert [one.stage for one in passed(told, START + 9 * DAY, {})] == [Stage.SECOND]
    assert passed(replace(MATTER, state=MatterState.CLOSED), DUE + DAY, {}) == []


FIRST = build_person(Role.OFFICER, name="值班员甲", id="p1")
SECOND = build_person(Role.OFFICER, name="值班员乙", id="p2")
CHIEF = build_person(Role.APPROVER, name="审批员丙", id="p3")
READER = build_person(Role.VIEWER, name="只读员丁", id="p4")


@pytest.mark.parametrize(
    ("handler", "by", "state", "units", "found"),
    [
        ("值班员乙", "值班员甲", MatterState.ACCEPTED, {}, [SECOND]),
        ("投诉处", "值班员甲", MatterState.ACCEPTED, {"投诉处": {"p3", "p4"}}, [CHIEF]),
        ("投诉处", "值班员甲", MatterState.ACCEPTED, {}, [FIRST]),
        ("", "值班员甲", MatterState.RECEIVED, {}, [FIRST, SECOND]),
        ("只读员丁", "", MatterState.RECEIVED, {}, [FIRST, SECOND]),
    ],
)
def test_a_matter_is_its_handlers_or_that_units_or_who_acted_last_or_every_officers(
    handler: str, by: str, state: MatterState, units: Mapping[str, Collection[str]], found: list[Person]
) -> None:
    assert handlers(handler, by, state, [FIRST, SECOND, CHIEF, READER], units) == found


@pytest.mark.parametrize(
    ("handler", "state", "people", "found"),
    [
        ("值班员乙", MatterState.ACCEPTED, {"乙": "b@x.invalid"}, {"值班员乙": "承办人"}),
        (
            "值班员乙",
            MatterState.ACCEPTED,
            {"甲": "a@x.invalid", "丙": "c@x.invalid"},
            {"审批员丙": "承办人没有邮箱，由负责人代收"},
        ),
        ("", MatterState.RECEIVED, {"甲": "a@x.invalid"}, {"值班员甲": "尚未指定承办人，由研判员办理"}),
        ("某县局", MatterState.ACCEPTED, {"甲": "a@x.invalid"}, {"值班员甲": "上一步办理人"}),
        (
            "某县局",
            MatterState.ACCEPTED,
            {"丙": "c@x.invalid"},
            {"审批员丙": "上一步办理人没有邮箱，由负责人代收"},
        ),
        (
            "某县局",
            MatterState.RECEIVED,
            {"甲": "a@x.invalid"},
            {"值班员甲": "“某县局”不在用户和处室名单中，由研判员办理"},
        ),
        ("值班员乙", MatterState.ACCEPTED, {"甲": "a@x.invalid"}, {}),
    ],
)
def test_who_answers_is_reminded_and_who_leads_where_none_of_them_has_an_address(
    handler: str, state: MatterState, people: Mapping[str, str], found: Mapping[str, str]
) -> None:
    staff = [replace(one, email=people.get(one.name[-1])) for one in (FIRST, SECOND, CHIEF, READER)]
    about = about_matter(replace(MATTER, handler=handler, state=state, state_by="值班员甲"))
    assert {one.person.name: one.why for one in reached(about, staff, {})} == found


DECIDED = DisclosureDecision(
    id="m1",
    subject="某药店售出过期药",
    matters=("m1", "m2"),
    state=DisclosureState.ACCEPTED,
    decided_by="审批员丙",
    decided_at=START,
    reason="反复申请",
    due_at=DUE,
)


def test_a_decided_disclosure_is_reminded_of_without_a_word_of_what_was_asked_to_whoever_decided_it() -> None:
    about = about_disclosure(DECIDED)
    found = [Passed(about, replace(DUTY, rule_id="C-PUB", action="公开并登记"), Stage.OVERDUE)]
    letter = matters_letter(found, address="", why="作出公开决定的人", drill=False, now=DUE + DAY)
    assert letter.subject == "[办件时限] 1项主动公开时限已逾期"
    assert "主动公开决定（11月20日由审批员丙作出，涉及办件2件）：公开并登记，" in letter.listed[0]
    assert "过期药" not in repr(letter)
    staff = [replace(one, email="x@x.invalid") for one in (FIRST, CHIEF)]
    assert [(one.person.name, one.why) for one in reached(about, staff, {})] == [("审批员丙", "作出公开决定的人")]


@pytest.mark.parametrize(
    ("duty", "after", "shares"),
    [
        (DUTY, 1 * DAY, [(6 * DAY, 60), (8.5 * DAY, 85), (10 * DAY, 100)]),
        (DUTY, 7 * DAY, [(7 * DAY, 60), (8.5 * DAY, 85), (10 * DAY, 100)]),
        (replace(DUTY, warned=1), 7 * DAY, [(8.5 * DAY, 85), (10 * DAY, 100)]),
        (replace(DUTY, warned=3), 11 * DAY, []),
        (DUTY, 11 * DAY, [(11 * DAY, 100)]),
        (replace(DUTY, armed=False), 1 * DAY, []),
        (replace(DUTY, met_at=START), 1 * DAY, []),
    ],
)
def test_what_is_ahead_is_every_stage_not_told_yet_and_what_is_owed_comes_now(
    duty: Duty, after: timedelta, shares: list[tuple[timedelta, int]]
) -> None:
    assert [(one.at - START, one.share) for one in ahead(duty, (), START + after)] == shares


def test_soon_reaches_to_the_end_of_the_third_working_day() -> None:
    # A Thursday: Friday, Monday and Tuesday follow.
    assert soon(datetime(2026, 11, 26, 4, 0, tzinfo=UTC), WorkingCalendar()) == datetime(2026, 12, 1, 16, tzinfo=UTC)


def test_where_next_years_days_off_are_missing_soon_is_the_fifth_day() -> None:
    late = datetime(2026, 12, 30, 4, 0, tzinfo=UTC)
    assert soon(late, WorkingCalendar()) == datetime(2027, 1, 4, 16, tzinfo=UTC)


def test_the_mail_names_numbers_and_times_and_no_word_of_the_citizen() -> None:
    found = [Passed(about_matter(MATTER), DUTY, Stage.SECOND)]
    letter = matters_letter(found, address="", why="承办人", drill=False, now=START + 9 * DAY)
    told = repr(letter)
    assert "投诉 TS-1：告知投诉是否受理，11月30日 10:00到期，剩余24小时00分（已过八成五）" in told
    assert "王某" not in told
    assert "过期药" not in told
    assert (letter.link, letter.receives) == ("/matters/m1", "承办人")


def test_the_mail_says_of_each_how_far_it_is_the_soonest_due_first_and_how_many_it_does_not_list() -> None:
    def one(number: int, stage: Stage) -> Passed:
        matter = replace(MATTER, id=f"m{number:02}", number=f"TS-{number}")
        return Passed(about_matter(matter), replace(DUTY, due_at=DUE + number * DAY), stage)

    found = [one(2, Stage.FIRST), one(1, Stage.SECOND), one(0, Stage.OVERDUE)]
    found[0] = replace(found[0], about=replace(found[0].about, id="a"))
    letter = matters_letter(found, address="http://x", why="承办人", drill=False, now=DUE + DAY / 2)
    assert [line.partition("：")[0] for line in letter.listed] == ["● 投诉 TS-0", "● 投诉 TS-1", "● 投诉 TS-2"]
    assert [line.rpartition("（")[2] for line in letter.listed[1:]] == ["已过八成五）", "已过六成）"]
    assert letter.listed[0].endswith("已超时12小时00分")
    assert letter.subject == "[办件时限] 3项办件时限临近到期或逾期（逾期1项）"
    assert letter.link == "http://x/matters"
    many = matters_letter([one(n, Stage.FIRST) for n in range(43)], address="", why="", drill=True, now=START)
    assert (len(many.listed), many.listed[-1]) == (41, "另有3项，见办件页面")
    assert many.subject == "【演练】[办件时限] 43项办件时限临近到期"


def test_who_is_switched_off_is_reminded_of_nothing() -> None:
    gone = replace(FIRST, disabled=True)
    assert handlers("值班员甲", "", MatterState.RECEIVED, [gone, SECOND, CHIEF], {}) == [SECOND]


def test_without_an_officer_everybody_who_may_handle_matters_is_asked_and_called_so() -> None:
    assert handlers("", "", MatterState.RECEIVED, [CHIEF, READER], {}) == [CHIEF]
    keeper = build_person(Role.ADMINISTRATOR, name="管理员戊", id="p5")
    staff = [replace(CHIEF, email=None), replace(keeper, email="e@x.invalid")]
    assert [(one.person.name, one.why) for one in reached(about_matter(MATTER), staff, {})] == [
        ("管理员戊", "尚未指定承办人")
    ]


def test_a_due_time_that_could_not_be_told_is_set_once_the_days_off_are_known() -> None:
    late = datetime(2026, 12, 24, 2, 0, tzinfo=UTC)
    open_end = replace(DUTY, start_at=late, due_at=None, note="2027年的节假日安排尚未收录")
    matter = replace(MATTER, duties=(open_end,))
    assert settled(matter, WorkingCalendar()) is None
    found = settled(matter, WorkingCalendar(years=(2027,)))
    assert found is not None
    assert found.due_at == found.duties[0].due_at == datetime(2027, 1, 4, 15, 59, 59, tzinfo=UTC)
    assert found.duties[0].note == ""
    assert settled(found, WorkingCalendar(years=(2027,))) is None
    assert settled(replace(matter, state=MatterState.REFUSED), WorkingCalendar(years=(2027,))) is None
