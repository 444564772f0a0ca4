"""Officers say what a document is: a correction on a page, or the answer to a question of the queue.

A label teaches and changes no level. Only where a person says that a risk was missed is the document judged again, and
then counts as the risk that they name (`service.domain.learning.label.raised_by`), with all that follows from one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analysis.assessment import Assessment
from crawlers.records import Document
from service.domain.learning.label import Label, LabelGiven, LabelOrigin, model_said, origin_of, weighs_anew
from service.domain.learning.label_queue import ASKED_WITHIN, Asked, queue
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict, NotFound
from service.flows.acts import note, permit
from service.flows.learning.model_versions import model_state
from service.flows.learning.opinion_labels import with_opinions
from service.ports.store import Store, Work

__all__ = [
    "MOST_CANDIDATES",
    "Question",
    "chosen_question",
    "give_label",
    "next_question",
    "skip_question",
    "undo_label",
]

MOST_CANDIDATES = 2000
"""How many judged documents a queue is made from."""

_KNOWN_FROM = 500
_OPPOSED = 100
# That of the shipped model, until the judging process has said its own.
_CUT = 0.31
_UNDO_WITHIN = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A document that is asked about, why, and what the model says of it."""

    asked: Asked
    document: Document
    assessment: Assessment
    event_id: str | None


def give_label(
    store: Store,
    person: Person,
    document_id: str,
    label: Label,
    *,
    origin: LabelOrigin,
    seen: int,
    missed: bool = False,
    now: datetime,
) -> LabelGiven:
    """Store what a person says of a document.

    Args:
        store: The store.
        person: Who says it.
        document_id: Of what.
        label: What they say.
        origin: On which occasion.
        seen: Number of the label that counted when they looked, 0 for none.
        missed: They say that this risk was missed: from now on it counts as one, unless the model calls it one itself.
        now: The present moment.

    Raises:
        Forbidden: The role may not.
        NotFound: There is no such document, or it is not judged yet.
        Conflict: Somebody said something else meanwhile.
    """
    permit(person, Act.LABEL)
    with store.write() as work:
        work.alone(f"label.{document_id}")
        assessment = work.documents.assessment_of(document_id)
        if assessment is None:
            raise NotFound("没有这篇稿件，或它还没有研判，请刷新页面")
        standing = work.labels.latest([document_id]).get(document_id)
        if standing is not None and standing.id != seen:
            if standing.label == label and standing.actor == person.name:
                return standing
            raise Conflict(f"{standing.actor}刚刚已标注这篇稿件，请看过再改")
        given = work.labels.add(
            LabelGiven(
                document_id=document_id,
                label=label,
                group=_group(work, document_id),
                origin=origin_of(origin, label, missed=missed, assessment=assessment, standing=standing),
                actor=person.name,
                at=now,
                judged=model_said(assessment),
            )
        )
        detail = {"label": label.as_json(), "judged": given.judged, "why": given.origin.value}
        note(work, person, "label.given", f"document:{document_id}", detail, now)
        if weighs_anew(assessment, standing, given):
            work.rejudgements.ask_of([document_id], now=now)
    return given


def _group(work: Work, document_id: str) -> str:
    """Return the group of the first label, else the event: it stays, so that nothing frozen is ever learned from."""
    earlier = work.labels.history(document_id)
    return earlier[0].group if earlier else work.events.of_documents([document_id]).get(document_id, document_id)


def skip_question(store: Store, person: Person, document_id: str, *, now: datetime) -> None:
    """Remember that the person does not want to be asked about the document."""
    permit(person, Act.LABEL)
    with store.write() as work:
        if work.documents.get(document_id) is None:
            raise NotFound("没有这篇稿件，请刷新页面")
        work.labels.skip(document_id, actor=person.name, now=now)


def undo_label(store: Store, person: Person, *, now: datetime) -> LabelGiven:
    """Take back the last label that this person gave, and return it.

    Raises:
        Conflict: There is none of the last twelve hours.
    """
    permit(person, Act.LABEL)
    with store.write() as work:
        last = work.labels.last_of(person.name)
        if last is None or now - last.at > _UNDO_WITHIN or not work.labels.withdraw(last.id, now=now):
            raise Conflict("近 12 小时内没有可撤销的标注")
        subject = f"document:{last.document_id}"
        note(work, person, "label.withdrawn", subject, {"label": last.label.as_json()}, now)
        assessment = work.documents.assessment_of(last.document_id)
        counts = work.labels.latest([last.document_id]).get(last.document_id)
        superseded = counts is not None and counts.id > last.id
        if assessment is not None and not superseded and weighs_anew(assessment, last, counts):
            work.rejudgements.ask_of([last.document_id], now=now)
    return last


def next_question(work: Work, person: Person, *, now: datetime) -> tuple[Question | None, int]:
    """Return what the person is asked about next, and how many questions the queue holds.

    Two people are asked in different orders, so that they seldom meet at one document.
    """
    state = model_state(work)
    cut = state.cut if state else _CUT
    candidates = work.labels.candidates(since=now - ASKED_WITHIN, limit=MOST_CANDIDATES)
    opposed = {one.document_id for one in work.opinions.proposals(limit=_OPPOSED)}
    candidates = [replace(one, opposed=True) if one.document_id in opposed else one for one in candidates]
    skipped = work.labels.skipped(person.name)
    asked = queue(candidates, skipped, now, person.id, cut=cut, known=work.labels.known_words(limit=_KNOWN_FROM))
    by_id = {one.document_id: one for one in candidates}
    asked = with_opinions(work, asked, candidates=by_id, skipped=skipped)
    for one in asked:
        group = by_id[one.document_id].group
        question = _question(work, one, None if group == one.document_id else group)
        if question is not None:
            return question, len(asked)
    return None, 0


def chosen_question(work: Work, document_id: str) -> Question:
    """Return the card of a document that a person chose, which may be in no event and no queue.

    Raises:
        NotFound: There is no such document, or it is not judged yet.
    """
    asked = Asked(document_id, LabelOrigin.CORRECTION, "由您从检索结果中选定")
    question = _question(work, asked, work.events.of_documents([document_id]).get(document_id))
    if question is None:
        raise NotFound("没有这篇稿件，或它还没有研判，请从检索页重新进入")
    return question


def _question(work: Work, asked: Asked, event_id: str | None) -> Question | None:
    document, assessment = work.documents.get(asked.document_id), work.documents.assessment_of(asked.document_id)
    if document is None or assessment is None:
        return None
    return Question(asked=asked, document=document, assessment=assessment, event_id=event_id)
