"""From collected to consequences: claim documents by lease, judge them, and in one transaction record the judgement and all that follows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from analysis.assessment import Assessment, EntityType, Level
from crawlers.ports import QuarantineEntry
from crawlers.records import Document
from service.domain.alerts.alert import AlertReason, Decision
from service.domain.documents.set_aside import ASSESS, sentence_of
from service.domain.events.speaker import Speaker
from service.domain.figures.counting import cells_of
from service.domain.learning.label import raised_by
from service.domain.places import places_of
from service.flows.acts import EVENTS
from service.flows.alerts.asked_outside import write_asked_outside
from service.flows.alerts.consider import Office, consider_all
from service.flows.holding import LEASE, holding
from service.flows.judging.placing import Placing
from service.flows.judging.rejudging import Again
from service.flows.judging.speakers import Speakers
from service.flows.learning.opinions import QueueOpinions
from service.flows.telling.deliver import SEARCH, search_key
from service.flows.topics.acts import follow_documents
from service.ports.store import Completion, LeasedDocument, Store, Work

__all__ = ["AssessReport", "Judge", "assess_pending"]

_MAX_ATTEMPTS = 3
# A worker that is killed from outside loses its batch too, and one by one takes ten times as long.
_LOSSES_IN_COMPANY = 2
_LOSSES_ALONE = 2
# What shares one time of holding: at most ten minutes, which is nine seconds a document.
_HELD_AT_ONCE = 64
# Whoever acknowledges an alert waits for the transaction; a table of 250 complaints, 180 events of their own, held
# everybody up for 10 s. An event takes 15 ms; its alert's articles, 60 ms, are looked up outside.
_OPENED_AT_ONCE = 24


class Judge(Protocol):
    """What judges documents: `analysis.assess.Analyser`."""

    def assess(self, documents: Sequence[Document]) -> list[Assessment]:
        """Return one assessment per document, in order."""
        ...


@dataclass(slots=True)
class AssessReport:
    """Counts of one pass; `decisions` holds the alert decision of every touched event as (event id, reason, level)."""

    claimed: int = 0
    completed: int = 0
    risks: int = 0
    quarantined: int = 0
    decisions: list[tuple[str, AlertReason, str]] = field(default_factory=list)

    def note(self, completions: Sequence[Completion], decisions: Iterable[tuple[str, Decision]]) -> None:
        """Count what one transaction completed and decided."""
        self.completed += len(completions)
        self.risks += sum(one.assessment.level is Level.RISK for one in completions)
        self.decisions += [(event_id, decision.reason, decision.level.key) for event_id, decision in decisions]

    def counts(self) -> dict[str, int]:
        """Return the counts for a log line."""
        raised = sum(reason is AlertReason.FIRST_RAISE for _, reason, _ in self.decisions)
        return {"claimed": self.claimed, "completed": self.completed, "risks": self.risks, "raised": raised}


def assess_pending(
    store: Store,
    judge: Judge,
    *,
    office: Office,
    now: Callable[[], datetime],
    limit: int = 256,
    opinions: QueueOpinions | None = None,
) -> AssessReport:
    """Judge up to `limit` waiting documents.

    A batch that cannot be judged is tried one by one, so that a single bad document costs only itself: after three
    tries it is quarantined. So is one that ended its worker twice alone. `opinions` queues what another model is to be
    asked about; that changes nothing else.
    """
    with store.write() as work:
        leased = work.documents.claim(limit=limit, lease=LEASE, now=now())
    report = AssessReport(claimed=len(leased))
    if not leased:
        return report
    for batch in _batches(store, leased, now(), report):
        # A second for most; through the encoder on a busy machine 256 took two minutes. One by one each has its own time:
        # where all had to share it, what was left of a slow round counted as lost, and a sound document was set aside.
        # So has each part of a whole batch, which otherwise two slow workers took from each other again and again.
        judged = []
        for at in range(0, len(batch), _HELD_AT_ONCE):
            with holding(lambda: _renew(store, leased, now())):
                judged += _judge(store, judge, batch[at : at + _HELD_AT_ONCE], now(), report)
        with holding(lambda: _renew(store, leased, now())):
            while judged:
                record = partial(_record, judged=judged, clock=now, report=report, opinions=opinions)
                judged = write_asked_outside(store, office, record)
    return report


def _renew(store: Store, leased: Sequence[LeasedDocument], now: datetime) -> None:
    with store.write() as work:
        work.documents.renew(leased, lease=LEASE, now=now)


def _batches(
    store: Store, leased: Sequence[LeasedDocument], now: datetime, report: AssessReport
) -> list[Sequence[LeasedDocument]]:
    """Return everything at once, unless workers were lost over it twice: then one by one, in order.

    One by one, the first that is not completed is the one that the worker was lost over; at the second such loss it
    is set aside.
    """
    if all(one.attempts <= _LOSSES_IN_COMPANY for one in leased):
        return [leased]
    first, *others = leased
    if first.attempts <= _LOSSES_IN_COMPANY + _LOSSES_ALONE:
        return [[one] for one in leased]
    _set_aside(store, first, ChildProcessError("研判进程屡次在它身上中断"), now, report)
    return [[one] for one in others]


def _judge(
    store: Store, judge: Judge, leased: Sequence[LeasedDocument], now: datetime, report: AssessReport
) -> list[tuple[LeasedDocument, Assessment]]:
    try:
        return list(zip(leased, judge.assess([one.document for one in leased]), strict=True))
    except (ValueError, ArithmeticError, LookupError, MemoryError, RecursionError) as error:
        if len(leased) == 1:
            _set_aside(store, leased[0], error, now, report)
            return []
    return [pair for one in leased for pair in _judge(store, judge, [one], now, report)]


def _set_aside(store: Store, one: LeasedDocument, error: Exception, now: datetime, report: AssessReport) -> None:
    reason = f"{type(error).__name__}: {error}"
    with store.write() as work:
        if work.documents.release(one, error=reason, now=now, max_attempts=_MAX_ATTEMPTS):
            entry = QuarantineEntry(
                stage=ASSESS,
                reason="研判失败",
                detail=sentence_of(one.document.id, one.document.title, reason),
                source_id=one.document.source_id,
                sample=one.document.text.encode()[:65536],
                at=now,
            )
            work.quarantine.add([entry])
            report.quarantined += 1


def _record(
    work: Work,
    office: Office,
    *,
    judged: Sequence[tuple[LeasedDocument, Assessment]],
    clock: Callable[[], datetime],
    report: AssessReport,
    opinions: QueueOpinions | None,
) -> list[tuple[LeasedDocument, Assessment]]:
    """Record what was judged; return what is left for the next transaction."""
    # Judging was done before this transaction; what is left is short, and the next batch has to see its events.
    work.alone(EVENTS)
    now = clock()
    speakers = Speakers(work.sources.described(), office.province)
    kept = _held(work, judged)
    concerning = [(one.document, said) for one, said in kept if said.level is not Level.OFF_TOPIC]
    placing = Placing(work, concerning, most_opened=_OPENED_AT_ONCE)
    again = Again(work, [one.document.id for one, _ in kept])
    completions, later = list[Completion](), list[tuple[LeasedDocument, Assessment]]()
    for leased, assessment in kept:
        speaker = speakers[leased.document.source_id]
        placed = again.place(placing, leased.document, assessment, speaker, now=now)
        if placed is None:
            later.append((leased, assessment))
            continue
        one = Completion(leased=leased, assessment=assessment, event_id=placed[0], duplicate_of=placed[1])
        completions.append(one)
        _count(work, leased, assessment, speaker)
        if (stood := again.stood(leased.document.id)) is not None:
            _count(work, leased, stood, speaker, count=-1)
    work.documents.complete_all(completions, now=now)
    again.settle(one.leased.document.id for one in completions)
    _follow(work, completions, speakers, now)
    _project(work, completions, now)
    touched = placing.touched()
    decisions = consider_all(work, touched, office=office, now=now)
    if opinions is not None:
        opinions(work, completions, now)
    # Only now: until the library has answered, all this may be taken back and done anew.
    report.note(completions, zip([event.id for event, _ in touched], decisions, strict=True))
    return later


def _held(work: Work, judged: Sequence[tuple[LeasedDocument, Assessment]]) -> list[tuple[LeasedDocument, Assessment]]:
    """Return those whose lease still holds, raised where an officer said so."""
    held = work.documents.hold([leased for leased, _ in judged])
    labels = work.labels.latest([leased.document.id for leased, _ in judged if leased.seq in held])
    return [(one, raised_by(said, labels.get(one.document.id))) for one, said in judged if one.seq in held]


def _follow(work: Work, completions: Sequence[Completion], speakers: Speakers, now: datetime) -> None:
    judged = [
        (
            one.leased.document,
            one.assessment,
            speakers[one.leased.document.source_id].source_class.value,
            one.duplicate_of is not None,
        )
        for one in completions
    ]
    follow_documents(work, judged, now=now)


def _count(work: Work, leased: LeasedDocument, assessment: Assessment, speaker: Speaker, *, count: int = 1) -> None:
    named = [entity.code for entity in assessment.entities if entity.type is EntityType.REGION]
    cells = cells_of(
        at=leased.document.happened_at,
        source_class=str(speaker.source_class),
        categories=assessment.category_codes,
        places=places_of(named, leased.document.region),
        level=int(assessment.level),
        tone=str(assessment.tone),
    )
    for cell in cells:
        work.rollups.add(**cell._asdict(), count=count)


def _project(work: Work, completions: Sequence[Completion], now: datetime) -> None:
    """Queue the batch for the search projection as one row, which is read from the store when it is delivered."""
    if completions:
        versions = {one.leased.document.id: one.leased.fence for one in completions}
        work.outbox.add(search_key(versions), SEARCH, {"documents": versions}, now=now)
