"""The topic page: its chart, its table of phases and the next step. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analysis.topics.claims import Stance
from service.domain.beijing import BEIJING
from service.domain.topics.sheet import RiskSheet
from service.domain.topics.topic import PhaseKind, PhaseWindow, Topic
from service.domain.topics.topic_report import PhaseReport, TopicReport
from service.web.views.charts import ticks

__all__ = ["FRAMES", "Mark", "PhaseLine", "Trend", "next_act", "phase_lines", "span_words", "trends"]

HEIGHT = 120
_LABEL_WIDTH = 30
_SIGN, _ROW, _HEAD = 11.0, 13, 18
"""Width of a sign of a label, height of a row of labels, room above the first row."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A size of the chart: its width, and how many labelled days have room in it. One unit is one pixel where it is shown."""

    name: str
    width: int
    labels: int


FRAMES = (Frame("wide", 960, 8), Frame("slim", 290, 4))
"""A chart is drawn for a desk and for a telephone: shrunk to a third, its signs could not be read."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a phase begins: `x` of its line, its word with place and side. Words that would meet stand in rows of their own."""

    x: float
    word: str
    text_x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The geometry of the daily chart: points of both lines, axis values with their heights, phase marks, day labels."""

    frame: Frame
    top: float
    everything: str
    negative: str
    axis: tuple[tuple[int, float], ...]
    marks: tuple[Mark, ...]
    days: tuple[tuple[float, str], ...]


def trends(report: TopicReport) -> tuple[Trend, ...]:
    """Return the chart of documents a day with the phases that begin within it, once a frame; none with fewer than two days."""
    return tuple(_trend(report, frame) for frame in FRAMES) if len(report.daily) > 1 else ()


def _trend(report: TopicReport, frame: Frame) -> Trend:
    days = report.daily
    highest = max(count for _, count, _ in days) or 1
    axis = ticks(highest)
    top = max(*axis, highest)
    step = frame.width / (len(days) - 1)

    def points(counts: Sequence[int]) -> str:
        return " ".join(f"{index * step:.1f},{HEIGHT - count / top * HEIGHT:.1f}" for index, count in enumerate(counts))

    first = days[0][0]
    begun = [
        (((phase.window.since.astimezone(BEIJING).date() - first).days), phase.window.word) for phase in report.phases
    ]
    marks = _marks([(index * step, word) for index, word in begun if 0 <= index < len(days)], frame.width)
    every = -(-len(days) // frame.labels)
    labels = [
        (i * step, f"{day.month}/{day.day}")
        for i, (day, *_) in enumerate(days)
        if i % every == 0 and i * step <= frame.width - _LABEL_WIDTH
    ]
    return Trend(
        frame=frame,
        top=_HEAD - min((mark.y + 8 for mark in marks), default=0),
        everything=points([count for _, count, _ in days]),
        negative=points([count for *_, count in days]),
        axis=tuple((value, HEIGHT - value / top * HEIGHT) for value in axis),
        marks=marks,
        days=tuple(labels),
    )


def _marks(begun: Sequence[tuple[float, str]], width: float) -> tuple[Mark, ...]:
    """Place the words of phases: in the lowest row that is free, and left of their line where the right has no room."""
    ends: list[float] = []
    marks = []
    for x, word in begun:
        room = len(word) * _SIGN + 6
        left = x + room > width + _SIGN
        begins = x - room if left else x
        row = next((number for number, end in enumerate(ends) if end <= begins), len(ends))
        ends[row : row + 1] = [begins + room]
        text_x, anchor = (x - 3, "end") if left else (x + 3, "start")
        marks.append(Mark(x=x, word=word, text_x=text_x, y=-8.0 - row * _ROW, anchor=anchor))
    return tuple(marks)


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """One row of the table of phases; `tones` are (word, count, share of 100, style key), `stances` (word, count)."""

    report: PhaseReport
    span: str
    per_day: str
    negative: str
    tones: tuple[tuple[str, int, float, str], ...]
    stances: tuple[tuple[str, int], ...] = ()


_STANCES = (Stance.CON, Stance.PRO, Stance.ADVICE)
_TONES = (("neg", "负面", "red"), ("neu", "中性", "none"), ("pos", "正面", "accent"))


def phase_lines(report: TopicReport) -> list[PhaseLine]:
    """Return the phases as rows, in order of time."""
    days = [day for phase in report.phases for day in (phase.window.since, phase.window.until)]
    dated = len({day.astimezone(BEIJING).year for day in (*days, report.made_at)}) > 1
    return [_line(phase, dated=dated) for phase in report.phases]


def _line(phase: PhaseReport, *, dated: bool) -> PhaseLine:
    figures = phase.figures
    share = figures.negative_share
    return PhaseLine(
        report=phase,
        span=span_words(phase.window, dated=dated),
        per_day=f"{figures.per_day:.1f}",
        negative="—" if share is None else f"{share:.0%}",
        tones=tuple(
            (word, figures.tones.get(key, 0), 100 * figures.tones.get(key, 0) / (figures.documents or 1), style)
            for key, word, style in _TONES
        ),
        stances=tuple((stance.word, phase.stances.get(stance, 0)) for stance in _STANCES),
    )


def span_words(window: PhaseWindow, *, dated: bool = False) -> str:
    """Return the Beijing days of a phase: `11月1日—11月15日`, or `11月18日起`; with their years where it is `dated`."""

    def word(day: date) -> str:
        return f"{f'{day.year}年' if dated else ''}{day.month}月{day.day}日"

    first = window.since.astimezone(BEIJING).date()
    if window.phase.until is None and window.until.astimezone(BEIJING).time() != datetime.min.time():
        return f"{word(first)}起"
    last = (window.until - timedelta(microseconds=1)).astimezone(BEIJING).date()
    return f"{word(first)}—{word(last)}"


_PUBLIC = frozenset({PhaseKind.PUBLISHED, PhaseKind.IN_FORCE, PhaseKind.REPEALED})


def next_act(topic: Topic, sheets: Sequence[RiskSheet], *, now: datetime) -> str:
    """Return the next step: `sheet` or `sign` before the publication, else `export`."""
    published = any(phase.kind in _PUBLIC and phase.since <= now.astimezone(BEIJING).date() for phase in topic.phases)
    if published or (sheets and sheets[0].signed_by is not None):
        return "export"
    if not sheets or sheets[0].missing:
        return "sheet"
    return "sign"
