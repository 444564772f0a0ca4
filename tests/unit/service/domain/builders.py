"""Values that the tests of the domain start from; every field can be given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from analysis.events.heat import EventFacts, Heat, HeatPart
from service.domain.alerts.alert import Alert, AlertLevel, AlertState, LevelFinding
from service.domain.clocks.clock import Clock, ClockRole, ClockState
from service.domain.events.event import Event
from service.domain.events.facts import IncidentFacts
from service.domain.rules.register import Register
from service.policies.register import load_register

NOW = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
"""14:32 in Beijing, a Wednesday."""

HOUR = timedelta(hours=1)


@lru_cache(maxsize=1)
def register() -> Register:
    return load_register()


def event(**given: Any) -> Event:
    known = Event(
        id="E1",
        title="多人输液后寒战",
        first_at=NOW - HOUR,
        last_at=NOW,
        known_at=NOW - HOUR / 2,
        document_count=3,
        source_count=2,
        severity=3,
        level="none",
        score=0.0,
        categories=("R01",),
        products=("甲乙注射液",),
        firms=(),
        regions=("360700",),
    )
    return replace(known, **given)


def alert(level: AlertLevel = AlertLevel.YELLOW, **given: Any) -> Alert:
    raised = Alert(
        id="A1",
        event_id="E1",
        level=level,
        peak_level=level,
        state=AlertState.OPEN,
        title="多人输液后寒战",
        reason="first_raise",
        triggers=(),
        score=45.0,
        basis=(),
        publication={},
        lead="法规处",
        raised_at=NOW - HOUR,
        changed_at=NOW - HOUR,
    )
    return replace(raised, **given)


def finding(level: AlertLevel, **given: Any) -> LevelFinding:
    return replace(LevelFinding(level=level, score=45.0, by_score=level), **given)


def clock(**given: Any) -> Clock:
    proposed = Clock(
        id="A1-C-5H",
        alert_id="A1",
        rule_id="C-5H",
        role=ClockRole.OWN,
        action="发布权威信息",
        limit="5h",
        state=ClockState.PROPOSED,
        start_at=NOW,
        post_at=NOW - HOUR,
        due_at=NOW + 5 * HOUR,
        basis="某文件",
        verified=True,
        proposed_at=NOW,
    )
    return replace(proposed, **given)


def facts(*categories: str, spread: dict[str, Any] | None = None, **given: Any) -> IncidentFacts:
    return IncidentFacts(spread=EventFacts(categories=categories, **(spread or {})), **given)


def heat(score: float, *, severity: int = 1) -> Heat:
    def part(name: str, share: float = 0.0) -> HeatPart:
        return HeatPart(name=name, share=share, points=0.0, words="")

    return Heat(
        score=score,
        severity=part("severity", severity / 5),
        spread=part("spread"),
        velocity=part("velocity"),
        authority=part("authority"),
        relevance=part("relevance"),
        freeze_evidence=False,
    )
