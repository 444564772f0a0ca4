"""Judging again what was judged before, because the office's words changed: bounded, after everything new, and counted once.

A document that is judged again stays in its event unless it is off topic now; its event, the roll-ups and its alert see
it once, so that nobody is alerted twice of one happening. What is new of it, a name or a count, the event takes on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from analysis.assessment import Assessment, Level
from crawlers.records import Document
from service.domain.events.speaker import Speaker
from service.domain.people.person import Act, Person
from service.domain.refusal import Refusal
from service.flows.acts import note, permit
from service.flows.judging.placing import Placing
from service.ports.store import Store, Work

__all__ = ["MOST_DAYS", "MOST_DOCUMENTS", "Again", "judge_again", "queue_again"]

MOST_DAYS = 30
MOST_DOCUMENTS = 20_000
"""Documents that one request covers at most, the latest: minutes of work beside what is new."""

_QUEUED_AT_ONCE = 256


def judge_again(store: Store, person: Person, *, days: int, now: datetime) -> int:
    """Ask in the person's name that what was published in the last days is judged again; return how many documents.

    Raises:
        Forbidden: The person's role is not granted it.
        Refusal: The number of days is not 1 to 30.
    """
    permit(person, Act.EDIT_WORDS)
    if not 1 <= days <= MOST_DAYS:
        raise Refusal(f"天数须在 1 至 {MOST_DAYS} 之间。")
    with store.write() as work:
        work.alone("rejudgements")
        asked = work.rejudgements.ask(since=now - timedelta(days=days), limit=MOST_DOCUMENTS, now=now)
        note(work, person, "word.applied", "word:", {"days": days, "count": asked}, now)
    return asked


def queue_again(store: Store, *, now: datetime) -> int:
    """Let the next few documents that are to be judged again await assessment, unless something new does; return how many.

    Costs one read where nothing is asked for.
    """
    with store.read() as work:
        if not work.rejudgements.open_count():
            return 0
    with store.write() as work:
        work.alone("rejudgements")
        return 0 if work.documents.pending_count() else work.rejudgements.queue(limit=_QUEUED_AT_ONCE, now=now)


class Again:
    """What stood of those documents of a batch that are judged again."""

    def __init__(self, work: Work, document_ids: Sequence[str]) -> None:
        """Read it; one query where there are none."""
        self._work = work
        self._stood = work.rejudgements.earlier(document_ids)
        events = {stood.event_id for stood in self._stood.values() if stood.event_id is not None}
        self._events = work.events.get_all(sorted(events)) if events else {}

    def stood(self, document_id: str) -> Assessment | None:
        """Return the earlier judgement, `None` for a document that is judged for the first time or was edited."""
        stood = self._stood.get(document_id)
        return stood.assessment if stood else None

    def place(
        self, placing: Placing, document: Document, assessment: Assessment, speaker: Speaker, *, now: datetime
    ) -> tuple[str | None, str | None] | None:
        """Return the event that the document belongs to and the document whose text it repeats; `None` where it has to wait."""
        stood = self._stood.get(document.id)
        event = self._events.get(stood.event_id or "") if stood else None
        off_topic = assessment.level is Level.OFF_TOPIC
        if stood is None or event is None:
            return (None, None) if off_topic else placing.place(document, assessment, speaker, now=now)
        if off_topic:
            placing.leave(event)
            return None, None
        repeats = stood.duplicate_of is not None
        placing.stay(event, document, _news(assessment, stood.assessment), speaker, repeats=repeats)
        return event.id, stood.duplicate_of

    def settle(self, document_ids: Iterable[str]) -> None:
        """These are judged."""
        if settled := [name for name in document_ids if name in self._stood]:
            self._work.rejudgements.settle(settled)


def _news(assessment: Assessment, stood: Assessment) -> Assessment:
    """Return the judgement without the categories for which the document has had its vote in the event already."""
    voted = stood.category_codes if stood.level is Level.RISK else ()
    return replace(assessment, categories=tuple(one for one in assessment.categories if one.code not in voted))
