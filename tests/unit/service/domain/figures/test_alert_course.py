"""What a briefing tells of an alert that rose, was answered, and rose again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from service.domain.alerts.alert import Alert, AlertState
from service.domain.figures.alert_course import course_of, next_of, state_of
from tests.builders import build_alert

RAISED = datetime(2026, 11, 28, 17, 52, tzinfo=UTC)
NOW = RAISED + timedelta(days=1)


def after(minutes: int) -> datetime:
    return RAISED + timedelta(minutes=minutes)


def answered(state: AlertState = AlertState.ANSWERED, *, seen: int | None = 4, **marks: object) -> Alert:
    extras: Mapping[str, Any] = MappingProxyType(
        {name: mark.isoformat() if isinstance(mark, datetime) else mark for name, mark in marks.items()}
    )
    return build_alert(
        state=state,
        raised_at=RAISED,
        acknowledged_at=None if seen is None else after(seen),
        answered_at=after(53),
        extras=extras,
    )


def test_an_answer_is_followed_by_its_effect_while_nothing_rises() -> None:
    alert = answered()
    assert course_of(alert, NOW) == "11月29日 01:52预警，01:56确认，02:45回应"
    assert (state_of(alert), next_of(alert)) == ("已回应", "监测回应效果，必要时续报")


@pytest.mark.parametrize(
    ("seen", "course", "step"),
    [
        (None, "11月29日 01:52预警，02:45回应，03:43升级", "尽快确认升级后的新情况，按时限再次回应"),
        (120, "11月29日 01:52预警，02:45回应，03:43升级，03:52确认", "核实升级后的新情况，按时限再次回应"),
    ],
)
def test_an_event_that_rose_after_its_answer_says_so_and_is_owed_another(
    seen: int | None, course: str, step: str
) -> None:
    state = AlertState.OPEN if seen is None else AlertState.ACKNOWLEDGED
    alert = answered(state, seen=seen, risen_at=after(111), round_why="escalated")
    assert (course_of(alert, NOW), next_of(alert)) == (course, step)


@pytest.mark.parametrize(
    ("marks", "word"),
    [
        # A round that began because nothing was done since says nothing of the rise.
        ({"risen_why": "escalated", "round_why": "idle"}, "升级"),
        ({"risen_why": "more_deaths", "round_why": "more_deaths"}, "所报死亡增加"),
        ({"risen_why": "raised_again", "round_why": "level_set"}, "再次预警"),
        ({"round_why": "more_deaths"}, "所报死亡增加"),
        ({"round_why": "idle"}, "再次预警"),
    ],
)
def test_course_and_next_step_have_one_word_for_how_the_event_rose(marks: dict[str, str], word: str) -> None:
    alert = answered(AlertState.OPEN, seen=None, risen_at=after(111), **marks)
    assert course_of(alert, NOW) == f"11月29日 01:52预警，02:45回应，03:43{word}"
    assert next_of(alert) == f"尽快确认{word}后的新情况，按时限再次回应"


def test_a_second_answer_stands_in_its_place_and_is_an_answer() -> None:
    alert = answered(seen=120, risen_at=after(111), round_why="raised_again", again_at=after(150))
    assert course_of(alert, NOW) == "11月29日 01:52预警，02:45回应，03:43再次预警，03:52确认，04:22再次回应"
    assert next_of(alert) == "监测回应效果，必要时续报"


def test_a_rise_before_the_answer_leaves_the_answer_as_it_is() -> None:
    alert = answered(risen_at=after(30), round_why="escalated")
    assert next_of(alert) == "监测回应效果，必要时续报"
