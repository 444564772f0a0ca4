"""What the policy data says beside an alert: what its level asks first, and the figures of the incident grades. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.alerts.alert import Alert, AlertState
from service.domain.rules.register import GradeRule, Register

__all__ = ["FirstActions", "GradeRow", "first_actions", "grade_rows"]

_HANDLED = frozenset({AlertState.ANSWERED, AlertState.CLOSED})


@dataclass(frozen=True, slots=True)
class FirstActions:
    """What a level asks first, and within what time (`15分钟`, `2小时`)."""

    within: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GradeRow:
    """One incident grade: its id, its name, and each figure in words with whether it is still to be verified."""

    id: str
    name: str
    figures: tuple[tuple[str, bool], ...]


def first_actions(alert: Alert | None, register: Register) -> FirstActions | None:
    """Return what the level of an alert asks first; `None` where it was answered or closed, or its level asks nothing."""
    rule = register.level(alert.level) if alert is not None and alert.state not in _HANDLED else None
    if rule is None or not rule.first_actions:
        return None
    hours, minutes = divmod(rule.first_minutes, 60)
    return FirstActions(f"{rule.first_minutes}分钟" if minutes else f"{hours}小时", rule.first_actions)


def grade_rows(register: Register) -> list[GradeRow]:
    """Return the incident grades, gravest first, for a person to hold the facts against; nothing is graded by them."""
    return [GradeRow(rule.grade.value, rule.name, tuple(_figures(rule))) for rule in register.grades]


def _figures(rule: GradeRule) -> Iterator[tuple[str, bool]]:
    yield f"同类反应{rule.persons}人以上", "persons" not in rule.verified
    yield f"特别严重{rule.serious}人以上", "serious" not in rule.verified
    if rule.deaths is not None:
        yield f"死亡{rule.deaths}人以上", "deaths" not in rule.verified
    yield f"{rule.lead}级应对", "lead" not in rule.verified
