"""Compiles a topic's report from the store, for its page, its export and the command line."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from analysis.topics.questions import group
from service.domain.figures.effect import Effect, Question, halves
from service.domain.topics.assigned import AssignedDocument
from service.domain.topics.topic import PhaseKind, PhaseWindow, Topic, begins, windows
from service.domain.topics.topic_report import (
    MOST_QUESTIONS,
    DocumentLine,
    Hourly,
    PhaseReport,
    TopicReport,
    daily,
    phase_report,
    question_of,
    window_figures,
)
from service.flows.reports.coverage import with_coverage
from service.flows.reports.effect import compare
from service.flows.topics.acts import matching_policy, topic_of
from service.ports.store import Store, Work

__all__ = ["SPANS", "report_topic"]

SPANS = (3, 7, 14, 30)
"""Days before and after that can be compared."""

_READ = 2_000
_SHOWN_DAYS = 180
_PIVOTS = (PhaseKind.ANSWERED, PhaseKind.PUBLISHED, PhaseKind.REPEALED, PhaseKind.IN_FORCE, PhaseKind.CONSULTING)


def report_topic(store: Store, topic_id: str, *, now: datetime, pivot: int | None = None, days: int = 7) -> TopicReport:
    """Return the report; before and after are compared around the start of phase number `pivot`.

    Without one, that of the latest answer, else of the publication, entry into force or consultation. Figures count
    every document; questions and arguments are those of the newest two thousand of a phase. Raises `NotFound`.
    """
    with store.read() as work:
        topic = topic_of(work, topic_id)
        if topic.stem is None:
            # The policy may have come into the library since.
            topic = replace(topic, stem=matching_policy(work, topic.title, topic.issue_number))
        phases = windows(topic, now=now)
        span = timedelta(days=days)
        chosen = _pivot(phases, pivot)
        first = min([window.since for window in phases] + ([chosen.since - span] if chosen else []), default=now)
        hourly = work.topics.hourly(topic.id, since=min(first, begins(topic, now=now)), until=now)
        reports = tuple(_phase(work, topic, window, hourly) for window in phases)
        shown = max(first, now - timedelta(days=_SHOWN_DAYS))
        return TopicReport(
            topic=topic,
            made_at=now,
            phases=tuple(report for report, _ in reports),
            daily=daily([row for row in hourly if row[0] >= shown], since=shown, until=now),
            questions=_all_questions(one for _, read in reports for one in read),
            effect=_effect(work, topic, chosen, hourly, span, now) if chosen else None,
            pivot=chosen,
            lines=_lines(work, [report for report, _ in reports]),
            outside=sum(count for _, _, count, _ in hourly) - sum(report.figures.documents for report, _ in reports),
        )


def _pivot(phases: tuple[PhaseWindow, ...], number: int | None) -> PhaseWindow | None:
    for window in phases:
        if window.number == number:
            return window
    for kind in _PIVOTS:
        for window in reversed(phases):
            if window.phase.kind is kind:
                return window
    return phases[-1] if phases else None


def _phase(work: Work, topic: Topic, window: PhaseWindow, hourly: Hourly) -> tuple[PhaseReport, list[AssignedDocument]]:
    read = work.topics.documents(topic.id, since=window.since, until=window.until, limit=_READ)
    return phase_report(window, hourly, read), read


def _all_questions(documents: Iterable[AssignedDocument]) -> tuple[Question, ...]:
    said = [(sentence, one.document_id) for one in documents for sentence in one.questions]
    return tuple(question_of(one) for one in group(said, most=MOST_QUESTIONS))


def _effect(work: Work, topic: Topic, pivot: PhaseWindow, hourly: Hourly, span: timedelta, now: datetime) -> Effect:
    before, after = halves(pivot.since, now=now, span=span)
    scope = f"“{topic.title}”全部稿件（含转载）"
    read = [work.topics.documents(topic.id, since=since, until=until, limit=_READ) for since, until in (before, after)]
    compared = compare(
        window_figures(hourly, read[0], since=before[0], until=before[1], scope=scope),
        window_figures(hourly, read[1], since=after[0], until=after[1], scope=scope),
    )
    return with_coverage(work, compared, now=now)


def _lines(work: Work, reports: list[PhaseReport]) -> dict[str, DocumentLine]:
    named: dict[str, None] = {}
    for report in reports:
        for examples in [one.documents for one in report.figures.questions] + [
            one.documents for one in report.arguments
        ]:
            named.update(dict.fromkeys(examples))
    told = work.sources.described()
    return {
        one.document_id: DocumentLine(
            id=one.document_id,
            title=one.title or one.text[:40],
            source=str(told.get(one.source_id, {}).get("name", one.source_id)),
            at=one.published_at,
            url=one.url,
        )
        for one in work.documents.search_documents_of(list(named))
    }
