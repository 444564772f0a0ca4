"""Rows of the alert list: what is due, how grave it is, who has it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.clocks.clock import Clock, ClockState
from service.domain.events.corrections import FactKind, standing
from service.domain.events.event import Event
from service.domain.events.toll import deaths_told, harmed_told, toll_of
from service.domain.places import region_name
from service.web.views.wording import Chip, category_word, duty_name, level_chip, remaining, word

__all__ = [
    "SPARK_HOURS",
    "AlertRow",
    "Due",
    "LevelCount",
    "alert_row",
    "due_of",
    "harm_claimed",
    "level_counts",
    "spark_hours",
]

SPARK_HOURS = 8
_ISSUE = re.compile(r"（([^（）]*号)）")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A clock as a list shows it. `due` is its ISO time for ticking in the browser, `share` the used part, 0 to 1.

    `basis` is the whole citation, `cited` the issue numbers in it, by which officials know a document.
    """

    clock_id: str
    name: str
    text: str
    due: str | None
    share: float
    state: str
    state_word: str
    overdue: bool
    running: bool
    basis: str
    cited: str
    start_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One line of the alert list."""

    id: str
    event_id: str
    title: str
    chip: Chip
    state: AlertState
    state_word: str
    categories: tuple[str, ...]
    regions: tuple[str, ...]
    products: tuple[str, ...]
    sources: str
    harm: str
    owner: str
    lead: str
    raised_at: datetime
    due: Due | None
    spark: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCount:
    """How many alerts of a level are open, how many nobody took, and how the last 24 h compare with those before."""

    chip: Chip
    open: int
    untaken: int
    note: str


def due_of(clock: Clock, now: datetime) -> Due:
    """Return how a clock is shown."""
    # What the text leaves out counts nothing: a clock that rests so is never late, however long it takes.
    running = clock.state in {ClockState.ARMED, ClockState.PAUSED} and clock.excluding is None
    left = None if clock.due_at is None else clock.due_at - now
    overdue = running and left is not None and left < timedelta()
    return Due(
        clock_id=clock.id,
        name=duty_name(clock.limit, clock.action),
        text=_left_words(clock, left, running=running),
        due=None if clock.due_at is None else clock.due_at.isoformat(),
        share=_share(clock, now),
        state=clock.state.value,
        state_word=word("clock", clock.state.value),
        overdue=overdue,
        running=running,
        basis=clock.basis,
        cited=_numbers(clock.basis),
        start_at=clock.start_at,
        due_at=clock.due_at,
    )


def _left_words(clock: Clock, left: timedelta | None, *, running: bool) -> str:
    """Return what is left while time runs; of what was done how long it took; of a proposal how long it is past.

    What was cancelled or lapsed counts nothing: a deadline that binds nobody must not look like one that is missed.
    Working days of a year whose days off are not known have a number, but no due time yet.
    """
    if left is None:
        return "到期待定" if clock.limit.endswith("wd") else "无数字时限"
    if clock.excluding is not None:
        return "暂不计时"
    if clock.met_at is not None:
        return f"用时 {remaining(clock.met_at - clock.start_at)}"
    if clock.state in {ClockState.CANCELLED, ClockState.EXPIRED}:
        return "—"
    return f"已过 {remaining(left)}" if not running and left < timedelta() else remaining(left)


def _numbers(basis: str) -> str:
    return "、".join(dict.fromkeys(_ISSUE.findall(basis))) or basis


def _share(clock: Clock, now: datetime) -> float:
    if clock.due_at is None or clock.due_at <= clock.counted_from:
        return 0.0
    used = (now - clock.counted_from) / (clock.due_at - clock.counted_from)
    return min(1.0, max(0.0, used))


def alert_row(
    alert: Alert, clock: Clock | None, event: Event | None, hourly: Sequence[tuple[datetime, int]], now: datetime
) -> AlertRow:
    """Return the line for one alert; without its event (still being written) the alert's own facts remain."""
    return AlertRow(
        id=alert.id,
        event_id=alert.event_id,
        title=alert.title,
        chip=level_chip(alert.level),
        state=alert.state,
        state_word=word("alert", alert.state.value),
        categories=tuple(category_word(code) for code in event.categories[:2]) if event else (),
        regions=tuple(place_names(event))[:2] if event else (),
        products=event.products[:1] if event else (),
        sources=_sources(event),
        harm=harm_claimed(event),
        owner=alert.owner or "",
        lead=alert.lead,
        raised_at=alert.raised_at,
        due=None if clock is None else due_of(clock, now),
        spark=spark_hours(hourly, now),
    )


def _sources(event: Event | None) -> str:
    if event is None:
        return ""
    independent = event.heat.get("independent_sources")
    return f"独立信源 {independent}" if isinstance(independent, int) else f"信源 {event.source_count}"


def harm_claimed(event: Event | None) -> str:
    """Return what documents claim, as a claim: a list has no room for who confirmed it; a refuted death is not repeated."""
    if event is None:
        return ""
    dead, harmed = toll_of(event, "deaths"), toll_of(event, "harmed")
    if dead and dead.number and (dead.by or not event.facts.get("death_refuted")):
        return deaths_told(event) if dead.by else f"称死亡 {dead.words} 人，待核实"
    if harmed and not harmed.by:
        return f"称受影响 {harmed.words} 人{'（系统读出）' if harmed.read else ''}"
    return harmed_told(event) or deaths_told(event)


def place_names(event: Event) -> list[str]:
    """Return the names of the cities of an event, marked where a person corrected them."""
    names = list(dict.fromkeys(region_name(code) for code in event.regions))
    if names and FactKind.PLACES in standing(event):
        names[0] += "（人工更正）"
    return names


def spark_hours(hourly: Sequence[tuple[datetime, int]], now: datetime) -> tuple[int, ...]:
    """Return documents per hour over the last eight hours, oldest first, the running hour last."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    counts = dict(hourly)
    return tuple(counts.get(this_hour - timedelta(hours=back), 0) for back in range(SPARK_HOURS - 1, -1, -1))


def level_counts(
    alerts: Sequence[Alert], recent: Sequence[tuple[AlertLevel, datetime]], now: datetime
) -> tuple[LevelCount, ...]:
    """Return the four level counts over the open alerts; `recent` (level and time raised, any state) gives the comparison."""
    return tuple(
        _level_count(level, alerts, recent, now)
        for level in (AlertLevel.RED, AlertLevel.ORANGE, AlertLevel.YELLOW, AlertLevel.BLUE)
    )


def _level_count(
    level: AlertLevel, alerts: Sequence[Alert], recent: Sequence[tuple[AlertLevel, datetime]], now: datetime
) -> LevelCount:
    opened = [alert for alert in alerts if alert.level is level]
    untaken = sum(alert.state is AlertState.OPEN for alert in opened)
    ages = [now - raised_at for raised, raised_at in recent if raised is level]
    today = sum(age < timedelta(hours=24) for age in ages)
    before = sum(timedelta(hours=24) <= age < timedelta(hours=48) for age in ages)
    if untaken:
        note = f"未确认 {untaken}"
    elif opened:
        note = "均已确认"
    else:
        note = f"较昨日 {today - before:+d}" if today != before else "与昨日持平"
    return LevelCount(chip=level_chip(level), open=len(opened), untaken=untaken, note=note)
