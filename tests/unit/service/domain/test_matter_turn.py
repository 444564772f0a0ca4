from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.calendar import WorkingCalendar
from service.domain.clock import Stage
from service.domain.matter import Duty, Matter, MatterKind, MatterState
from service.domain.matter_turn import Passed, handlers, matters_letter, passed, settled, soon, stage_of
from service.domain.people import Person, Role
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


def test_soon_reaches_to_the_end_of_the_third_working_day() -> None:
    # A Thursday: Friday, Monday and Tuesday follow.
    assert soon(datetime(2026, 11, 26, 4, 0, tzinfo=UTC), WorkingCalendar()) == datetime(2026, 12, 1, 16, tzinfo=UTC)


def test_the_mail_names_numbers_and_times_and_no_word_of_the_citizen() -> None:
    letter = matters_letter([Passed(MATTER, DUTY, Stage.SECOND)], link="/matters", drill=False, now=START + 9 * DAY)
    told = repr(letter)
    assert "投诉 TS-1：告知投诉是否受理，11月30日 10:00到期，剩余24小时00分（已过八成五）" in told
    assert "王某" not in told
    assert "过期药" not in told


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
