"""Alerts: an event raised to a person, with level, reasons, policy basis, clocks and owner.

`decide` looks at an event, what its level was found to be and the alert it has, and returns what to do with a named
reason; `service/domain/alerts/following.py` carries the decision out on the value. Nothing here stores or sends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

from service.domain.alerts.alert_states import AlertState
from service.domain.alerts.rounds import marked_moment, next_round
from service.domain.events.event import Event

__all__ = [
    "WINDOW",
    "WINDOWS_BELOW",
    "Alert",
    "AlertLevel",
    "AlertReason",
    "AlertState",
    "Decision",
    "LevelFinding",
    "Trigger",
    "decide",
    "set_by_person",
]

WINDOW = timedelta(hours=2)
"""How long a lower level must last to count as one window below."""
WINDOWS_BELOW = 2
"""How many windows below in a row lower an alert (a product default)."""


class AlertLevel(IntEnum):
    """Opinion level of the product's own scale 内部舆情预警 (policies.md §5.1); higher is graver."""

    NONE = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4

    @property
    def word(self) -> str:
        """The level's name in the interface."""
        return {0: "未达预警", 1: "蓝色", 2: "黄色", 3: "橙色", 4: "红色"}[int(self)]

    @property
    def mark(self) -> str:
        """The level's shape, so that colour never carries it alone."""
        return {0: "—", 1: "●", 2: "■", 3: "◆", 4: "▲"}[int(self)]

    @property
    def key(self) -> str:
        """The lower-case name that storage and style sheets use."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One raised event.

    `id` is deterministic from the event and the policy basis. `reason` is the named reason of the decision that raised
    it, `triggers` the sentences (Chinese) that say why this level; `basis` the policy articles as JSON
    (`policy_id, title, issue_number, article, gist, verified, why`); `publication` the publication-authority finding as JSON
    (`verdict, sentence, basis, alternative`); `lead` the department that must answer (name, or 待指定).

    `extras` holds the marks below, each only where it applies; moments are ISO texts (`rounds.marked_moment` reads them).
    What is known: `deaths`, the most that a decision knew of; `disputed`, the claims against a person's correction. A level that a person set: `set_level`. A lower level that
    has to last: `window_at`, when it began. Rises and answers: `risen_at` and `risen_why`; `answering_at`, a draft was begun; `again_at`,
    the last answer after the first; `answered_level`, the level that the last answer was given at. The round, which
    `rounds` begins anew: `round`, its number; `round_at` and `round_why`; `tier`, the last step told; `shift`, the shifts
    that were told; `muted`, whether its mail is still owed.
    """

    id: str
    event_id: str
    level: AlertLevel
    peak_level: AlertLevel
    state: AlertState
    title: str
    reason: str
    triggers: tuple[str, ...]
    score: float
    basis: tuple[Mapping[str, Any], ...]
    publication: Mapping[str, Any]
    lead: str
    raised_at: datetime
    changed_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    owner: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    close_reason: str | None = None
    answered_at: datetime | None = None
    extras: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    revision: int = 1

    @property
    def set_by(self) -> str:
        """Who set the level that stands, and why, as a Chinese sentence; "" where it is the computed one."""
        seen = self.extras.get("set_level")
        if not isinstance(seen, Mapping) or seen.get("level") != self.level.key:
            return ""
        return f"{seen.get('by')}人工调为{self.level.word}：{seen.get('reason')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One thing that speaks for a level on its own: its name in the shipped data, and a Chinese sentence with the facts."""

    id: str
    level: AlertLevel
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFinding:
    """The opinion level of an event and everything that made it so.

    `by_score` is the level that the score alone gives; `applied` are the sentences of the floors and ceilings that
    moved it; `death` says that a suspected death holds it up, `deaths` how many are told of. `disputed` are the marks of what
    later reports claim against a fact that a person corrected.
    """

    level: AlertLevel
    score: float
    by_score: AlertLevel
    triggers: tuple[Trigger, ...] = ()
    applied: tuple[str, ...] = ()
    death: bool = False
    deaths: int = 0
    disputed: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every reason as a Chinese sentence, the one that counts first: the score, unless it alone gives a lower level."""
        others = (*(trigger.sentence for trigger in self.triggers), *self.applied)
        if others and self.by_score < self.level:
            return (*others, f"热度{self.score:.0f}分，只按分值为{self.by_score.word}")
        return (f"热度{self.score:.0f}分，按分值为{self.by_score.word}", *others)


class AlertReason(StrEnum):
    """Why an alert was raised, changed or left alone."""

    BELOW_THRESHOLD = "below_threshold"
    FIRST_RAISE = "first_raise"
    ESCALATED = "escalated"
    MORE_DEATHS = "more_deaths"
    ATTACHED = "attached"
    BELOW_ONE_WINDOW = "below_one_window"
    LOWERED = "lowered"
    HELD_FOR_DEATH = "held_for_death"
    HELD_BY_PERSON = "held_by_person"
    AT_LOWEST = "at_lowest"
    RAISED_AGAIN = "raised_again"
    STAYS_CLOSED = "stays_closed"

    @property
    def word(self) -> str:
        """The reason in the interface."""
        return _REASON_WORDS[self]


_REASON_WORDS: Mapping[AlertReason, str] = MappingProxyType(
    {
        AlertReason.BELOW_THRESHOLD: "未达预警线",
        AlertReason.FIRST_RAISE: "首次预警",
        AlertReason.ESCALATED: "级别上升",
        AlertReason.MORE_DEATHS: "死亡人数增加，重新预警",
        AlertReason.ATTACHED: "新稿件并入，级别不变",
        AlertReason.BELOW_ONE_WINDOW: "热度回落，观察一个窗口",
        AlertReason.LOWERED: "连续两个窗口回落，级别下降",
        AlertReason.HELD_FOR_DEATH: "疑似死亡未排除，不自动下调至橙色以下",
        AlertReason.HELD_BY_PERSON: "人工定级，维持不变",
        AlertReason.AT_LOWEST: "已低于预警线，待人工关闭",
        AlertReason.RAISED_AGAIN: "关闭后级别上升或新说法超过人工更正，重新预警",
        AlertReason.STAYS_CLOSED: "已关闭，未超过曾达到的级别",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do with an event's alert, and why.

    `level` is the level the alert is to have (`NONE`: no alert). `notify` says that people are told now; of blue nobody
    is told, it stands on the dashboard. `below_windows` belongs into the event; `window_at` is when the first of them
    began.
    """

    reason: AlertReason
    level: AlertLevel
    notify: bool = False
    below_windows: int = 0
    window_at: datetime | None = None

    @property
    def changes(self) -> bool:
        """Whether the alert must be made or its level set."""
        return self.reason in {
            AlertReason.FIRST_RAISE,
            AlertReason.ESCALATED,
            AlertReason.MORE_DEATHS,
            AlertReason.LOWERED,
            AlertReason.RAISED_AGAIN,
        }


def decide(
    *,
    event: Event,
    finding: LevelFinding,
    alert: Alert | None,
    now: datetime,
    window: timedelta = WINDOW,
    windows_below: int = WINDOWS_BELOW,
) -> Decision:
    """Say what becomes of an event's alert.

    An alert is raised at once and lowered only after `windows_below` windows in a row below its level. A closed alert wakes
    only above its peak, when more is newly claimed than a person's correction says, or when more dead are told of than it
    knew, which is told anew at any level. While a death is
    suspected nothing automatic goes below orange. A level that a person set stands until a new trigger, or a higher level
    than the person saw, appears.
    """
    if alert is None:
        if finding.level is AlertLevel.NONE:
            return Decision(reason=AlertReason.BELOW_THRESHOLD, level=AlertLevel.NONE)
        return _rise(AlertReason.FIRST_RAISE, finding.level)
    if alert.state is AlertState.CLOSED:
        return _wake(finding, alert)
    if finding.level > alert.level:
        return _climb(finding, alert)
    if _more_dead(finding, alert):
        return _rise(AlertReason.MORE_DEATHS, alert.level)
    return _stay_or_sink(event, finding, alert, now, window, windows_below)


def _wake(finding: LevelFinding, alert: Alert) -> Decision:
    if finding.level > alert.peak_level:
        return _rise(AlertReason.RAISED_AGAIN, finding.level)
    if _more_dead(finding, alert):
        return _rise(AlertReason.MORE_DEATHS, finding.level)
    if finding.level > AlertLevel.NONE and _newly_disputed(finding, alert):
        return _rise(AlertReason.RAISED_AGAIN, finding.level)
    return Decision(reason=AlertReason.STAYS_CLOSED, level=alert.level)


def _climb(finding: LevelFinding, alert: Alert) -> Decision:
    if _person_knew(alert, finding) and not _more_dead(finding, alert):
        return Decision(reason=AlertReason.HELD_BY_PERSON, level=alert.level)
    return _rise(AlertReason.ESCALATED, finding.level)


def _more_dead(finding: LevelFinding, alert: Alert) -> bool:
    known = alert.extras.get("deaths")
    return isinstance(known, int) and finding.deaths > known


def _newly_disputed(finding: LevelFinding, alert: Alert) -> bool:
    # The peak of an alert may be that of a number which a person has corrected since: it says nothing of a new claim.
    return not set(finding.disputed) <= set(alert.extras.get("disputed", ()))


def _rise(reason: AlertReason, level: AlertLevel) -> Decision:
    return Decision(reason=reason, level=level, notify=level > AlertLevel.BLUE)


def _person_knew(alert: Alert, finding: LevelFinding) -> bool:
    seen = alert.extras.get("set_level")
    if not isinstance(seen, Mapping) or finding.level > AlertLevel(int(seen.get("over", 0))):
        return False
    return {trigger.id for trigger in finding.triggers if trigger.level > alert.level} <= set(seen.get("triggers", ()))


def _stay_or_sink(
    event: Event, finding: LevelFinding, alert: Alert, now: datetime, window: timedelta, windows_below: int
) -> Decision:
    if finding.level == alert.level:
        return Decision(reason=AlertReason.ATTACHED, level=alert.level)
    if _person_raised(alert):
        return Decision(reason=AlertReason.HELD_BY_PERSON, level=alert.level)
    target = max(finding.level, AlertLevel.ORANGE if finding.death else AlertLevel.BLUE)
    if target >= alert.level:
        reason = AlertReason.HELD_FOR_DEATH if finding.death else AlertReason.AT_LOWEST
        return Decision(reason=reason, level=alert.level)
    began = (marked_moment(alert.extras, "window_at") if event.below_windows else None) or now
    windows = 1 + max(timedelta(0), now - began) // window
    if windows < windows_below:
        return Decision(reason=AlertReason.BELOW_ONE_WINDOW, level=alert.level, below_windows=windows, window_at=began)
    return Decision(reason=AlertReason.LOWERED, level=target)


def _person_raised(alert: Alert) -> bool:
    seen = alert.extras.get("set_level")
    return isinstance(seen, Mapping) and int(seen.get("over", 0)) < alert.level


def set_by_person(
    alert: Alert, level: AlertLevel, *, by: str, reason: str, finding: LevelFinding, now: datetime
) -> Alert:
    """Return the alert at a level that a named person set; what the person saw is kept, so that only news moves it.

    A rise of what nobody took begins a new round: it asks at this level since now, whenever it was raised.
    """
    seen = {
        "level": level.key,
        "by": by,
        "reason": reason,
        "at": now.isoformat(),
        "over": int(finding.level),
        "triggers": [trigger.id for trigger in finding.triggers],
    }
    kept = {name: value for name, value in alert.extras.items() if name != "window_at"}
    if level > alert.level and alert.state is AlertState.OPEN:
        kept = next_round(kept, why="level_set", now=now)
    return replace(
        alert,
        level=level,
        peak_level=max(alert.peak_level, level),
        extras=MappingProxyType({**kept, "set_level": seen}),
        changed_at=now,
        revision=alert.revision + 1,
    )
