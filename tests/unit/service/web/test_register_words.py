from dataclasses import replace

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.rules.register import Register
from service.policies.register import load_register
from service.web.views.register_words import first_actions, grade_rows
from tests.builders import build_alert

SHIPPED: Register = load_register()


def asked(level: AlertLevel, state: AlertState = AlertState.OPEN) -> tuple[str, ...] | None:
    found = first_actions(replace(build_alert(), level=level, state=state), SHIPPED)
    return None if found is None else (found.within, *found.actions)


def test_each_level_tells_its_first_actions_and_their_time() -> None:
    red = asked(AlertLevel.RED)
    assert red is not None
    assert red[:2] == ("15分钟", "15分钟内电话报告值班领导")
    assert [(asked(level) or ("",))[0] for level in (AlertLevel.ORANGE, AlertLevel.YELLOW)] == ["30分钟", "2小时"]


def test_what_was_answered_or_closed_asks_for_no_first_action() -> None:
    assert asked(AlertLevel.RED, AlertState.ANSWERED) is None
    assert asked(AlertLevel.RED, AlertState.CLOSED) is None
    assert first_actions(None, SHIPPED) is None


def test_grades_tell_their_figures_and_which_are_not_verified() -> None:
    rows = grade_rows(SHIPPED)
    assert [(row.id, len(row.figures)) for row in rows] == [("I", 4), ("II", 4), ("III", 3), ("IV", 3)]
    assert rows[0].figures[0] == ("同类反应50人以上", False)
    assert [doubted for row in rows for _, doubted in row.figures].count(False) == 1
