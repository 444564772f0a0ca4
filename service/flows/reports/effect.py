"""The effect of a response: what was said of an event before and after a moment, in windows of equal length."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from analysis.topics.questions import Asked, group, questions
from service.domain.alerts.alert import Alert
from service.domain.alerts.handling import answered_last
from service.domain.cases.corrected import answered_from
from service.domain.cases.file import CaseFile
from service.domain.events.event import EventDocument
from service.domain.figures.effect import Effect, Question, WindowFigures, effect, halves
from service.domain.refusal import Conflict, NotFound
from service.flows.reports.coverage import with_coverage
from service.ports.store import Work

__all__ = ["SPAN", "compare", "effect_of_answer", "figures_of", "measure_effect"]

SPAN = timedelta(days=3)
"""How far a window reaches where nobody says otherwise."""

_READ = 5_000
_QUESTIONS = 10
_NOT_QUOTED = frozenset({"complaint", "official"})


def measure_effect(work: Work, event_id: str, moment: datetime, *, now: datetime, span: timedelta = SPAN) -> Effect:
    """Return the effect of what happened at `moment` on the event.

    Raises:
        NotFound: There is no such event.
        Conflict: The moment lies in the future.
    """
    if moment > now:
        raise Conflict("回应时间不能晚于现在，发布之后才能评估效果")
    if work.events.get(event_id) is None:
        raise NotFound("没有这个事件，可能链接已失效")
    first, second = halves(moment, now=now, span=span)
    read = [work.events.documents(event_id, since=since, until=until, limit=_READ) for since, until in (first, second)]
    counts = [
        work.events.counts([event_id], since=since, until=until).get(event_id, 0) for since, until in (first, second)
    ]
    beyond = f"；超过{_READ}篇的时段，信源、阅读量、负面和提问只看最早的{_READ}篇" if max(counts) > _READ else ""
    scope = f"本事件全部稿件（含转载；投诉件和官方稿件只计数，不摘问题{beyond}）"
    before, after = (
        replace(figures_of(documents, *window, scope=scope), documents=count, most=_READ)
        for documents, window, count in zip(read, (first, second), counts, strict=True)
    )
    return with_coverage(work, compare(before, after), now=now)


def effect_of_answer(work: Work, alert: Alert, file: CaseFile | None, *, now: datetime) -> Effect | None:
    """Return the effect of the latest answer to an alert, `None` before there is one.

    The one definition for the event's page, the evaluation and the weekly briefing: equal windows of `SPAN` around the
    moment of the answer, of one that its case published the moment at which it went out.
    """
    spoken = answered_last(alert)
    if spoken is None or spoken > now:
        return None
    out = [one.at for one in file.published if answered_from(file, one.number) == spoken] if file else []
    return measure_effect(work, alert.event_id, out[-1] if out else spoken, now=now)


def compare(before: WindowFigures, after: WindowFigures) -> Effect:
    """Return the effect; a question is asked again where one of `after` is about the same, whatever its wording."""
    said = [(one.sentence, (False, one.sentence)) for one in before.questions]
    said += [(one.sentence, (True, one.sentence)) for one in after.questions]
    again = {
        sentence
        for asked in group(said, most=len(said))
        if any(later for later, _ in asked.keys)
        for later, sentence in asked.keys
        if not later
    }
    return effect(before, after, still=[(one, one.sentence in again) for one in before.questions])


def figures_of(documents: Sequence[EventDocument], since: datetime, until: datetime, *, scope: str) -> WindowFigures:
    """Return the figures of the documents of a window, as the store finds them; a reprint counts, its questions do not.

    Only the store's instant decides: what dates itself into the future is of the time at which it was fetched. What a citizen
    wrote to an office and what an office says itself are counted too, but none of their sentences is quoted.
    """
    asked = [
        (sentence, one.document_id)
        for one in documents
        if one.duplicate_of is None and one.kind not in _NOT_QUOTED and one.source_class not in _NOT_QUOTED
        for sentence in _asked(one.text if one.text.startswith(one.title) else f"{one.title}\n{one.text}")
    ]
    views = [int(told) for one in documents if (told := one.engagement.get("views")) is not None]
    return WindowFigures(
        since=since,
        until=until,
        documents=len(documents),
        tones=dict(Counter(one.tone for one in documents)),
        asking=len({document_id for _, document_id in asked}),
        questions=tuple(_question(one) for one in group(asked, most=_QUESTIONS)),
        scope=scope,
        sources=len({one.speaker or one.source_id for one in documents if one.duplicate_of is None}),
        views=sum(views) if views else None,
    )


@lru_cache(maxsize=8_192)
def _asked(text: str) -> tuple[str, ...]:
    """Return the questions of a text; of an event with five thousand documents they take 0.7 s, which no page need pay twice."""
    return tuple(sentence.text for sentence in questions(text))


def _question(asked: Asked[str]) -> Question:
    return Question(sentence=asked.sentence, count=asked.count, documents=asked.keys[:5])
