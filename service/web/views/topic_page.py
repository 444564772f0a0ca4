"""The topic page: its chart, its table of phases and the next step. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.beijing import BEIJING
from service.domain.sheet import RiskSheet
from service.domain.topic import PhaseKind, PhaseWindow, Topic
from service.domain.topic_report import PhaseReport, TopicReport
from service.web.views.charts import ticks

__all__ = ["PhaseLine", "Trend", "next_act", "phase_lines", "span_words", "trend"]

WIDTH, HEIGHT, LEFT, TOP = 960, 120, 34, 18
_LABEL_DAYS = 8
_LABEL_WIDTH = 30


@dataclass(frozen=True, slots=True)
class Trend:
    """The geometry of the daily chart: points of both lines, axis values with their heights, phase marks, day labels."""

    everything: str
    negative: str
    axis: tuple[tuple[int, float], ...]
    marks: tuple[tuple[float, str], ...]
    days: tuple[tuple[float, str], ...]


def trend(report: TopicReport) -> Trend | None:
    """Return the chart of documents a day with the phases that begin within it; `None` with fewer than two days."""
    days = report.daily
    if len(days) <= 1:
        return None
    highest = max(count for _, count, _ in days) or 1
    axis = ticks(highest)
    top = max(*axis, highest)
    step = WIDTH / (len(days) - 1)

    def points(counts: Sequence[int]) -> str:
        return " ".join(f"{index * step:.1f},{HEIGHT - count / top * HEIGHT:.1f}" for index, count in enumerate(counts))

    first = days[0][0]
    marks = []
    for phase in report.phases:
        index = (phase.window.since.astimezone(BEIJING).date() - first).days
        if 0 <= index < len(days):
            marks.append((index * step, phase.window.word))
    every = max(1, len(days) // _LABEL_DAYS)
    labels = [
        (i * step, f"{day.month}/{day.day}")
        for i, (day, *_) in enumerate(days)
        if i % every == 0 and i * step <= WIDTH - _LABEL_WIDTH
    ]
    return Trend(
        everything=points([count for _, count, _ in days]),
        negative=points([count for *_, count in days]),
        axis=tuple((value, HEIGHT - value / top * HEIGHT) for value in axis),
        marks=tuple(marks),
        days=tuple(labels),
    )


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """One row of the table of phases; `tones` are (word, count, share of 100, style key)."""

    report: PhaseReport
    span: str
    per_day: str
    negative: str
    tones: tuple[tuple[str, int, float, str], ...]


_TONES = (("neg", "负面", "red"), ("neu", "中性", "none"), ("pos", "正面", "accent"))


def phase_lines(report: TopicReport) -> list[PhaseLine]:
    """Return the phases as rows, in order of time."""
    return [_line(phase) for phase in report.phases]


def _line(phase: PhaseReport) -> PhaseLine:
    figures = phase.figures
    share = figures.negative_share
    return PhaseLine(
        report=phase,
        span=span_words(phase.window),
        per_day=f"{figures.per_day:.1f}",
        negative="—" if share is None else f"{share:.0%}",
        tones=tuple(
            (word, figures.tones.get(key, 0), 100 * figures.tones.get(key, 0) / (figures.documents or 1), style)
            for key, word, style in _TONES
        ),
    )


def span_words(window: PhaseWindow) -> str:
    """Return the Beijing days of a phase: `11月1日—11月15日`, or `11月18日起`."""
    first = window.since.astimezone(BEIJING).date()
    if window.phase.until is None and window.until.astimezone(BEIJING).time() != datetime.min.time():
        return f"{first.month}月{first.day}日起"
    last = (window.until - timedelta(microseconds=1)).astimezone(BEIJING).date()
    return f"{first.month}月{first.day}日—{last.month}月{last.day}日"


def next_act(topic: Topic, sheets: Sequence[RiskSheet], *, now: datetime) -> str:
    """Return the next step: `sheet` or `sign` before the publication, else `export`."""
    published = any(
        phase.kind in {PhaseKind.PUBLISHED, PhaseKind.IN_FORCE} and phase.since <= now.astimezone(BEIJING).date()
        for phase in topic.phases
    )
    if published or (sheets and sheets[0].signed_by is not None):
        return "export"
    if not sheets or sheets[0].missing:
        return "sheet"
    return "sign"
