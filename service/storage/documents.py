"""Collected documents, the queue of those that await assessment, and their assessments."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, func, null, or_, select, update

from analysis.assessment import Assessment
from crawlers.ports import PutResult
from crawlers.records import COUNTS, Document
from service.domain.events.event import EventDocument
from service.ports.search import SearchDocument
from service.ports.store import Completion, LeasedDocument
from service.storage.among import among
from service.storage.bulk import Same, fetch_rows
from service.storage.columns import Moment
from service.storage.dialects import upsert_columns
from service.storage.hidden import AuthorKey
from service.storage.leases import LEASES_AHEAD
from service.storage.putting import put_documents
from service.storage.rows import (
    categories_text,
    document_of,
    dump_assessment,
    event_document_of,
    leased_columns,
    leased_of,
    load_assessment,
    search_columns,
    search_document_of,
    searched_by,
)
from service.storage.schema import (
    assess_queue,
    assessments,
    document_looks,
    documents,
    engagements,
    source_descriptions,
)

__all__ = ["SqlDocuments", "assessed_documents"]

_COUNTED = [engagements.c.seen_at, *(engagements.c[name] for name in COUNTS)]

# SQLite takes 32,766 bound values a statement.
_ASKED_AT_ONCE = 5000

# Built once: building costs three times as much as running it, and it runs once a document.
_FINISH = (
    update(assess_queue)
    .where(
        assess_queue.c.seq == bindparam("held_seq"),
        assess_queue.c.fence == bindparam("held_fence"),
        assess_queue.c.state == "leased",
    )
    .values(state=bindparam("new_state"), ready_at=bindparam("new_ready_at"), error=bindparam("new_error"))
)


# What the search projection holds of a document; counts and names change without a new judgement and stay out of it.
_SEARCHED = (
    select(*search_columns())
    .select_from(assessments)
    # By its number, which leads straight to the row; by its id an index is asked first.
    .join(documents, documents.c.seq == assessments.c.seq)
    .outerjoin(source_descriptions, source_descriptions.c.id == documents.c.source_id)
)

# In no order: to sort them the engine copies every text.
_SEARCHED_OF = _SEARCHED.where(among(assessments.c.document_id, "document_ids"))

_QUEUED = among(assess_queue.c.seq, "seqs")
_READY = (
    select(assess_queue.c.seq)
    .where(
        assess_queue.c.ready_at.is_not(null()),
        # What awaits judgement does so since it came: where its time is ahead, the clock was set back.
        or_(
            assess_queue.c.state == "waiting",
            assess_queue.c.ready_at <= bindparam("now", type_=Moment),
            assess_queue.c.ready_at > bindparam("ahead", type_=Moment),
        ),
    )
    .order_by(assess_queue.c.seq)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(assess_queue)
    .where(_QUEUED)
    .values(
        state="leased",
        ready_at=bindparam("until", type_=Moment),
        attempts=assess_queue.c.attempts + 1,
        fence=assess_queue.c.fence + 1,
    )
)
_RENEW = update(assess_queue).where(_QUEUED).values(ready_at=bindparam("until", type_=Moment))
_LEASED = (
    select(*leased_columns())
    .join_from(documents, assess_queue, assess_queue.c.seq == documents.c.seq)
    .outerjoin(engagements, engagements.c.document_id == documents.c.id)
    .where(among(documents.c.seq, "seqs"))
    .order_by(documents.c.seq)
)
_HELD = (
    select(assess_queue.c.seq, assess_queue.c.fence)
    .where(_QUEUED, assess_queue.c.state == "leased")
    .order_by(assess_queue.c.seq)
    .with_for_update()
)
_DEAD = (
    select(documents.c.id, assess_queue.c.seq)
    .join_from(documents, assess_queue, assess_queue.c.seq == documents.c.seq)
    .where(among(documents.c.id, "ids"), assess_queue.c.state == "dead")
    .order_by(assess_queue.c.seq)
)
_DEAD_HELD = _DEAD.with_for_update(of=assess_queue)
_AWAIT_AGAIN = (
    update(assess_queue)
    .where(_QUEUED, assess_queue.c.state == "dead")
    .values(state="waiting", attempts=0, ready_at=bindparam("now", type_=Moment), error=null())
)
_COMPLETE = update(assess_queue).where(_QUEUED).values(state="done", ready_at=null(), error=null())


class SqlDocuments:
    """`service.ports.store.Documents` within one transaction."""

    def __init__(self, connection: Connection, author_key: AuthorKey | None = None) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection
        self._author_key = author_key

    def put(self, documents: Sequence[Document], *, now: datetime) -> PutResult:
        """Store, idempotent by id and content hash; what was hidden in a document is hidden in every later text of it."""
        return put_documents(self._connection, documents, now=now, key=self._author_key)

    def claim(self, *, limit: int, lease: timedelta, now: datetime) -> list[LeasedDocument]:
        """Lease pending documents; rows that another transaction is just leasing are skipped."""
        due = {"now": now, "ahead": now + LEASES_AHEAD * lease, "limit": limit}
        seqs = [seq for (seq,) in fetch_rows(self._connection, _READY, due)]
        if not seqs:
            return []
        self._connection.execute(_LEASE, {"seqs": seqs, "until": now + lease})
        return [leased_of(row) for row in fetch_rows(self._connection, _LEASED, {"seqs": seqs})]

    def renew(self, leased: Sequence[LeasedDocument], *, lease: timedelta, now: datetime) -> None:
        """Let the leases of those whose fence is not stale last until `now + lease`."""
        held = self.hold(leased)
        if held:
            self._connection.execute(_RENEW, {"seqs": list(held), "until": now + lease})

    def hold(self, leased: Sequence[LeasedDocument]) -> set[int]:
        """Return the `seq` of those whose fence is not stale, their rows of the queue locked."""
        fences = {one.seq: one.fence for one in leased}
        rows = fetch_rows(self._connection, _HELD, {"seqs": list(fences)})
        return {seq for seq, fence in rows if fences[seq] == fence}

    def complete_all(self, completions: Sequence[Completion], *, now: datetime) -> set[int]:
        """Record assessments and finish their leases; returns the `seq` of those completed."""
        held = self.hold([one.leased for one in completions])
        if held:
            self._connection.execute(_COMPLETE, {"seqs": list(held)})
            columns = _assessment_columns([one for one in completions if one.leased.seq in held], now)
            upsert_columns(self._connection, assessments, columns, keys=("document_id",))
        return held

    def release(self, leased: LeasedDocument, *, error: str, now: datetime, max_attempts: int) -> bool:
        """Give a lease back after a failure; at `max_attempts` the document is set aside and true is returned."""
        dead = leased.attempts >= max_attempts
        finished = self._finish(
            leased, state="dead" if dead else "waiting", ready_at=None if dead else now, error=error
        )
        return finished and dead

    def _finish(self, leased: LeasedDocument, *, state: str, ready_at: datetime | None, error: str | None) -> bool:
        values = {"new_state": state, "new_ready_at": ready_at, "new_error": error}
        held = {"held_seq": leased.seq, "held_fence": leased.fence}
        return self._connection.execute(_FINISH, values | held).rowcount == 1

    def set_aside(self, document_ids: Sequence[str]) -> set[str]:
        """Return those of the documents that failed to their last try and are judged no more."""
        return {document_id for document_id, _ in fetch_rows(self._connection, _DEAD, {"ids": list(document_ids)})}

    def await_again(self, document_ids: Sequence[str], *, now: datetime) -> set[str]:
        """Let those of the documents that were set aside await assessment, with all their tries; return them."""
        found = dict(fetch_rows(self._connection, _DEAD_HELD, {"ids": list(document_ids)}))
        if found:
            self._connection.execute(_AWAIT_AGAIN, {"seqs": list(found.values()), "now": now})
        return set(found)

    def get(self, document_id: str) -> Document | None:
        """Return the current version, or `None`."""
        statement = (
            select(documents, *_COUNTED)
            .outerjoin_from(documents, engagements, engagements.c.document_id == documents.c.id)
            .where(documents.c.id == document_id)
        )
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else document_of(row)

    def assessment_of(self, document_id: str) -> Assessment | None:
        """Return the latest assessment, or `None`."""
        statement = select(assessments.c.data).where(assessments.c.document_id == document_id)
        text = self._connection.scalar(statement)
        return None if text is None else load_assessment(text)

    def unseen(self, source_id: str, native_ids: Sequence[str]) -> set[str]:
        """Return those of `native_ids` of which no document is stored."""
        asked = list(dict.fromkeys(native_ids))
        unseen = set(asked)
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            some = asked[start : start + _ASKED_AT_ONCE]
            known = documents.c.source_id == source_id, documents.c.native_id.in_(some)
            unseen.difference_update(self._connection.scalars(select(documents.c.native_id).where(*known)))
        return unseen

    def pending_count(self, *, stored_before: datetime | None = None) -> int:
        """Return how many documents await assessment, leased ones included."""
        statement = select(func.count()).select_from(assess_queue).where(assess_queue.c.ready_at.is_not(null()))
        if stored_before is not None:
            statement = statement.join(documents, documents.c.seq == assess_queue.c.seq)
            statement = statement.where(documents.c.stored_at < stored_before)
        return self._connection.scalar(statement) or 0

    def count(self, *, stored_since: datetime | None = None) -> int:
        """Return how many documents are stored, or were first stored since then."""
        d = documents.c
        statement = select(func.count()).select_from(documents)
        if stored_since is not None:
            # Numbered as they came: counted from the end, of years of documents only those of the time are read.
            older = select(d.seq).where(d.stored_at < stored_since).order_by(d.seq.desc()).limit(1).scalar_subquery()
            statement = statement.where(d.seq > func.coalesce(older, 0), d.stored_at >= stored_since)
        return self._connection.scalar(statement) or 0

    def listing(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        level: int | None = None,
        source_id: str | None = None,
        category: str | None = None,
        limit: int = 100,
        before_seq: int | None = None,
    ) -> list[tuple[int, EventDocument]]:
        """Return assessed documents newest first as `(seq, row)`, of `since` ≤ time < `until`."""
        a = assessments.c
        statement = assessed_documents().order_by(a.seq.desc()).limit(limit)
        if since is not None:
            statement = statement.where(a.at >= since)
        if until is not None:
            statement = statement.where(a.at < until)
        if level is not None:
            statement = statement.where(a.level == level)
        if source_id is not None:
            statement = statement.where(a.source_id == source_id)
        if category is not None:
            statement = statement.where(a.categories.contains(f"|{category}|", autoescape=True))
        if before_seq is not None:
            statement = statement.where(a.seq < before_seq)
        return [(row["seq"], event_document_of(row)) for row in self._connection.execute(statement).mappings()]

    def search_documents_of(self, document_ids: Sequence[str]) -> list[SearchDocument]:
        """Return the assessed ones of these documents as the projection holds them, in order of `seq`."""
        if not document_ids:
            return []
        chosen = fetch_rows(self._connection, _SEARCHED_OF, {"document_ids": document_ids})
        return sorted([search_document_of(row) for row in chosen], key=attrgetter("seq"))

    def searched_by(self) -> str:
        """Return a digest of the rules by which `search_documents_of` makes documents."""
        return searched_by()

    def search_versions(self, *, after_seq: int, limit: int) -> list[tuple[int, str, int]]:
        """Return `(seq, document_id, version)` of assessed documents in order of `seq`."""
        a = assessments.c
        statement = select(a.seq, a.document_id, a.version).where(a.seq > after_seq).order_by(a.seq).limit(limit)
        return [(row.seq, row.document_id, row.version) for row in self._connection.execute(statement)]


def assessed_documents() -> Select[Any]:
    """Return the selection of assessed documents with their source's name and class and their latest counts."""
    d, a, s = documents.c, assessments.c, source_descriptions.c
    return (
        select(
            *(d.seq, d.id, d.title, d.text, d.url, d.source_id, d.kind, d.published_at, d.stored_at, d.origin),
            *(a.level, a.severity, a.tone, a.categories, a.event_id, a.duplicate_of, a.at, a.data),
            a.version.label("assessed_version"),
            *(s.name.label("source_name"), s.source_class),
            *(document_looks.c.state.label("original"), document_looks.c.since.label("original_since")),
            *_COUNTED,
        )
        .select_from(assessments)
        .join(documents, d.id == a.document_id)
        .outerjoin(source_descriptions, s.id == d.source_id)
        .outerjoin(engagements, engagements.c.document_id == d.id)
        .outerjoin(document_looks, document_looks.c.document_id == d.id)
    )


def _assessment_columns(completions: Sequence[Completion], now: datetime) -> dict[str, Sequence[Any] | Same]:
    leased = [one.leased for one in completions]
    documents_, judged = [one.document for one in leased], [one.assessment for one in completions]
    return {
        "document_id": [document.id for document in documents_],
        "seq": [one.seq for one in leased],
        # The fence grows with every lease, so it numbers the judgements of one document, gaps included.
        "version": [one.fence for one in leased],
        "event_id": [one.event_id for one in completions],
        "duplicate_of": [one.duplicate_of for one in completions],
        "at": [document.happened_at for document in documents_],
        "assessed_at": Same(now),
        "source_id": [document.source_id for document in documents_],
        "account": [document.author or f"source:{document.source_id}" for document in documents_],
        "region": [
            document.region or (_first_region(said) if said.entities else None)
            for document, said in zip(documents_, judged, strict=True)
        ],
        "level": [int(said.level) for said in judged],
        "severity": [said.severity for said in judged],
        "tone": [said.tone for said in judged],
        "categories": [categories_text(said) for said in judged],
        "model": [said.model for said in judged],
        "data": [dump_assessment(said) for said in judged],
    }


def _first_region(assessment: Assessment) -> str | None:
    return next((entity.code for entity in assessment.entities if entity.code), None)
