"""What was said of a topic, phase by phase: volume, tone, arguments and questions, each figure with its window. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType

from analysis.topics.claims import Stance
from analysis.topics.questions import Asked, group
from service.domain.beijing import BEIJING
from service.domain.figures.effect import Effect, Question, WindowFigures
from service.domain.topics.assigned import AssignedDocument
from service.domain.topics.topic import PhaseWindow, Topic

__all__ = ["Argument", "DocumentLine", "PhaseReport", "TopicReport", "daily", "phase_report", "window_figures"]

MOST_QUESTIONS, MOST_ARGUMENTS = 12, 6
_EXAMPLES = 3
_DAY = timedelta(days=1)

Hourly = Sequence[tuple[datetime, str, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument: the most typical sentence that somebody wrote, how many documents say it, and the first of these."""

    stance: Stance
    sentence: str
    count: int
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """How an example is shown: never with its author."""

    id: str
    title: str
    source: str
    at: datetime | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseReport:
    """One phase. `figures` count all its documents; arguments, questions and `stances` are of the newest `read` of them.

    `stances` count the documents that speak for themselves with a sentence for, against, or of advice; one may do several.
    """

    window: PhaseWindow
    figures: WindowFigures
    arguments: tuple[Argument, ...]
    read: int
    stances: Mapping[Stance, int] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, stance: Stance) -> list[Argument]:
        """Return the arguments of one stance, the most said first."""
        return [one for one in self.arguments if one.stance is stance]

    def as_json(self) -> dict[str, object]:
        """Return the phase as plain JSON values, without examples."""
        return {
            "phase": self.window.phase.kind.value,
            "since": self.window.since.isoformat(),
            "until": self.window.until.isoformat(),
            "documents": self.figures.documents,
            "tones": dict(self.figures.tones),
            "asking": self.figures.asking,
            "stances": {stance.value: self.stances.get(stance, 0) for stance in Stance},
            "questions": _said(self.figures.questions),
            "arguments": [
                {"stance": one.stance.value, "sentence": one.sentence, "count": one.count} for one in self.arguments
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicReport:
    """A topic's whole report; `daily` holds (day, all, negative) over all phases, `questions` those of all of them together.

    `effect` compares before and after the start of phase `pivot`. `lines` holds every document that is named, by id.
    `outside` counts documents of the topic before its first phase and between phases.
    """

    topic: Topic
    made_at: datetime
    phases: tuple[PhaseReport, ...]
    daily: tuple[tuple[date, int, int], ...]
    questions: tuple[Question, ...]
    effect: Effect | None
    pivot: PhaseWindow | None
    lines: Mapping[str, DocumentLine] = field(default_factory=lambda: MappingProxyType({}))
    outside: int = 0

    @property
    def documents(self) -> int:
        """How many documents all phases have."""
        return sum(phase.figures.documents for phase in self.phases)

    def as_json(self) -> dict[str, object]:
        """Return the report as plain JSON values: every figure with its window, sentences without who said them."""
        return {
            "id": self.topic.id,
            "title": self.topic.title,
            "made_at": self.made_at.isoformat(),
            "documents": self.documents,
            "outside": self.outside,
            "phases": [phase.as_json() for phase in self.phases],
            "questions": _said(self.questions),
            "effect": self.effect.as_json() if self.effect else None,
        }


def _said(questions: Iterable[Question]) -> list[dict[str, object]]:
    return [{"sentence": one.sentence, "count": one.count} for one in questions]


def window_figures(
    hourly: Hourly, documents: Iterable[AssignedDocument], *, since: datetime, until: datetime, scope: str
) -> WindowFigures:
    """Return a window's figures: counts from `hourly`, questions from `documents`."""
    within = [row for row in hourly if since <= row[0] < until]
    tones: Counter[str] = Counter()
    for _, tone, count, _ in within:
        tones[tone] += count
    return WindowFigures(
        since=since,
        until=until,
        documents=sum(tones.values()),
        tones=dict(tones),
        asking=sum(asking for *_, asking in within),
        questions=_questions(one for one in documents if since <= one.at < until),
        scope=scope,
    )


def phase_report(window: PhaseWindow, hourly: Hourly, documents: Sequence[AssignedDocument]) -> PhaseReport:
    """Return the report of one phase."""
    within = [one for one in documents if window.since <= one.at < window.until]
    scope = f"“{window.word}”阶段全部稿件（含转载）"
    return PhaseReport(
        window=window,
        figures=window_figures(hourly, within, since=window.since, until=window.until, scope=scope),
        arguments=tuple(argument for stance in Stance for argument in _arguments(stance, within)),
        read=len(within),
        stances={stance: sum(bool(one.of(stance)) for one in within) for stance in Stance},
    )


def _questions(documents: Iterable[AssignedDocument]) -> tuple[Question, ...]:
    asked = group(((sentence, one.document_id) for one in documents for sentence in one.questions), most=MOST_QUESTIONS)
    return tuple(question_of(one) for one in asked)


def question_of(asked: Asked[str]) -> Question:
    """Return a group of sentences as a question with its first examples."""
    return Question(sentence=asked.sentence, count=asked.count, documents=asked.keys[:_EXAMPLES])


def _arguments(stance: Stance, documents: Sequence[AssignedDocument]) -> list[Argument]:
    said = ((sentence, one.document_id) for one in documents for sentence in one.of(stance))
    return [
        Argument(stance=stance, sentence=one.sentence, count=one.count, documents=one.keys[:_EXAMPLES])
        for one in group(said, most=MOST_ARGUMENTS)
    ]


def daily(hourly: Hourly, *, since: datetime, until: datetime) -> tuple[tuple[date, int, int], ...]:
    """Return (Beijing day, all documents, negative ones) for every day of the window, days without any included."""
    everything: Counter[date] = Counter()
    negative: Counter[date] = Counter()
    for hour, tone, count, _ in hourly:
        day = hour.astimezone(BEIJING).date()
        everything[day] += count
        negative[day] += count if tone == "neg" else 0
    first, last = since.astimezone(BEIJING).date(), (until - timedelta(microseconds=1)).astimezone(BEIJING).date()
    days = [first + index * _DAY for index in range((last - first).days + 1)]
    return tuple((day, everything[day], negative[day]) for day in days)
