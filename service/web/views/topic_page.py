"""The topic page: its chart, its table of phases, its sheet as a form, and reading that form back. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.domain.beijing import BEIJING
from service.domain.refusal import Refusal
from service.domain.sheet import MOST_CONCERNS, Concern, RiskSheet, SheetLevel, Weight
from service.domain.topic import Phase, PhaseKind, PhaseWindow, Topic
from service.domain.topic_report import PhaseReport, TopicReport
from service.web.views.charts import ticks

__all__ = [
    "ConcernRow",
    "PhaseLine",
    "Trend",
    "concern_rows",
    "next_act",
    "phase_lines",
    "phases_of_form",
    "read_concerns",
    "read_level",
    "read_phases",
    "trend",
    "words_of",
]

WIDTH, HEIGHT, LEFT, TOP = 960, 120, 34, 18
_DAY = timedelta(days=1)
_BLANK_CONCERNS = 3
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
    partly: bool


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
        partly=phase.read < figures.documents,
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


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """One row of the form of concerns; empty rows are left out when it is read."""

    number: int
    concern: Concern


def concern_rows(sheet: RiskSheet | None) -> list[ConcernRow]:
    """Return the concerns of the latest version and three blank rows, at most twelve."""
    known = list(sheet.concerns) if sheet is not None else []
    blank = [Concern(concern="")] * min(_BLANK_CONCERNS, MOST_CONCERNS - len(known))
    return [ConcernRow(number, concern) for number, concern in enumerate([*known, *blank], 1)]


def read_concerns(columns: Mapping[str, Sequence[str]]) -> list[Concern]:
    """Return the concerns of a form whose columns are lists of equal length.

    Raises:
        Refusal: A row has something in it but no concern, or its weights are none.
    """
    found = []
    names = ("concern", "group", "likelihood", "impact", "answer", "owner")
    rows = zip(*(columns.get(name, ()) for name in names), strict=False)
    for number, (concern, group, likelihood, impact, answer, owner) in enumerate(rows, 1):
        texts = [text.strip()[:500] for text in (concern, group, answer, owner)]
        if not any(texts):
            continue
        if not texts[0]:
            raise Refusal(f"第{number}条填写了内容但没有写明顾虑，请补上或清空这一行")
        found.append(
            Concern(
                concern=texts[0],
                group=texts[1],
                likelihood=_weight(likelihood),
                impact=_weight(impact),
                answer=texts[2],
                owner=texts[3],
            )
        )
    return found


def _weight(text: str) -> Weight:
    return Weight(int(text)) if text in {"1", "2", "3"} else Weight.MIDDLE


def read_level(text: str) -> SheetLevel | None:
    """Return the level that a form names, `None` for the proposed one."""
    return SheetLevel(int(text)) if text in {"1", "2", "3"} else None


def words_of(text: str) -> list[str]:
    """Return the search words of a field: separated by commas, 顿号, semicolons or lines."""
    return [word.strip() for word in re.split(r"[,，、;；\n\r]+", text) if word.strip()]


def phases_of_form(topic: Topic | None) -> list[tuple[str, str, str]]:
    """Return (kind, since, until) of each phase and one or three blank rows, as the form shows them."""
    known = [] if topic is None else list(topic.phases)
    rows = [
        (phase.kind.value, phase.since.isoformat(), phase.until.isoformat() if phase.until else "") for phase in known
    ]
    kinds = [PhaseKind.CONSULTING, PhaseKind.PUBLISHED, PhaseKind.IN_FORCE]
    blank = [PhaseKind.ANSWERED] if known else kinds
    return rows + [(kind.value, "", "") for kind in blank]


def read_phases(kinds: Sequence[str], since: Sequence[str], until: Sequence[str]) -> list[Phase]:
    """Return the phases of a form; rows without a first day are left out.

    Raises:
        Refusal: A day cannot be read, a phase has another name, or an end stands without a beginning.
    """
    found = []
    for kind, first, last in zip(kinds, since, until, strict=False):
        if not first.strip():
            if last.strip():
                raise Refusal("有一个阶段只填了结束日期，请补上开始日期")
            continue
        try:
            named = PhaseKind(kind)
        except ValueError:
            raise Refusal(f"没有“{kind[:20]}”这个阶段") from None
        found.append(Phase(kind=named, since=_day(first), until=_day(last) if last.strip() else None))
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(f"日期“{text[:20]}”写法不对，应为 2026-11-25") from None
