"""Questions to another model: the queue, what came back, and what a day has cost."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, or_, select, update

from service.domain.learning.opinion import Leaning, OpinionState, OpinionTotals, SecondOpinion, Spent, Unfit
from service.storage.among import among
from service.storage.dialects import insert_new, upsert
from service.storage.leases import SET_BACK
from service.storage.rows import one_record, records, values_of
from service.storage.schema import documents, labels, opinion_days, opinions
from service.storage.schema.asked import PROPOSED

__all__ = ["SqlOpinions"]

_O, _D = opinions.c, documents.c
_KEYS = ("document_id", "content_hash")
_MOST_OVERDUE = 100
_AS_IT_IS = and_(_D.id == _O.document_id, _D.content_hash == _O.content_hash)
_OF_DOCUMENTS = select(opinions).join(documents, _AS_IT_IS).where(among(_O.document_id, "document_ids"))
_LABELLED = exists().where(labels.c.document_id == _O.document_id, labels.c.withdrawn_at.is_(None))
_PROPOSED = (
    select(opinions)
    .join(documents, _AS_IT_IS)
    .where(PROPOSED, ~_LABELLED)
    .order_by(_O.settled_at.desc(), _O.document_id)
)


class SqlOpinions:
    """`service.ports.opinions.Opinions` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def add(self, opinions_: Sequence[SecondOpinion]) -> int:
        """Queue those whose document and content hash are not there yet; return how many."""
        return insert_new(self._connection, opinions, [values_of(one, opinions) for one in opinions_], keys=_KEYS)

    def waiting_count(self) -> int:
        """Return how many are waiting or on their way."""
        return int(self._connection.scalar(select(func.count()).where(_O.ready_at.is_not(None))) or 0)

    def due(self, *, now: datetime, limit: int = 1) -> list[SecondOpinion]:
        """Return those that wait and are ready, oldest first; also what was ready before the clock was set back."""
        # Nothing is ever ready later than when it was queued or came back.
        ready = or_(_O.ready_at <= now, _O.ready_at > now + SET_BACK)
        statement = (
            select(opinions)
            .where(ready, _O.state == OpinionState.WAITING)
            .order_by(_O.queued_at, _O.document_id)
            .limit(limit)
        )
        return self._records(statement)

    def overdue(self, *, now: datetime, since: datetime) -> list[SecondOpinion]:
        """Return those on their way whose lease is over, and those that wait since before `since`; at most 100.

        A lease that was taken before the clock was set back is over: nothing else would end it.
        """
        lost = and_(_O.state == OpinionState.ASKED, or_(_O.ready_at <= now, _O.asked_at > now + SET_BACK))
        stale = and_(_O.state == OpinionState.WAITING, _O.queued_at < since)
        statement = select(opinions).where(_O.ready_at.is_not(None), or_(lost, stale)).limit(_MOST_OVERDUE)
        return self._records(statement)

    def save(self, opinion: SecondOpinion) -> None:
        """Replace what is kept of the opinion's question."""
        values = values_of(opinion, opinions)
        same = (_O.document_id == values.pop("document_id"), _O.content_hash == values.pop("content_hash"))
        self._connection.execute(update(opinions).where(*same).values(values))

    def get(self, document_id: str, content_hash: str) -> SecondOpinion | None:
        """Return the question about this version of a document, or `None`."""
        statement = select(opinions).where(_O.document_id == document_id, _O.content_hash == content_hash)
        return one_record(self._connection, SecondOpinion, statement)

    def answered_before(self, question: str) -> SecondOpinion | None:
        """Return an opinion that answers exactly this question, the latest; `None` where it was never answered."""
        answered = (_O.question == question, _O.state == OpinionState.ANSWERED)
        statement = select(opinions).where(*answered).order_by(_O.settled_at.desc(), _O.document_id).limit(1)
        return one_record(self._connection, SecondOpinion, statement)

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, SecondOpinion]:
        """Return by document what was asked about the text as it is now."""
        found = records(self._connection, SecondOpinion, _OF_DOCUMENTS, document_ids=list(document_ids))
        return {one.document_id: one for one in found}

    def proposals(self, *, limit: int = 100) -> list[SecondOpinion]:
        """Return opinions above the judgement that nobody has looked at or labelled, of texts as they are now, latest first."""
        return self._records(_PROPOSED.limit(limit))

    def spent(self, day: date) -> Spent:
        """Return what a day has cost."""
        columns = (opinion_days.c.calls, opinion_days.c.tokens, opinion_days.c.turned_away)
        return one_record(self._connection, Spent, select(*columns).where(opinion_days.c.day == day)) or Spent()

    def charge(self, day: date, *, calls: int = 0, tokens: int = 0, turned_away: int = 0) -> None:
        """Add to what a day has cost; tokens may be negative: what was set aside and not used."""
        row = {"day": day, "calls": calls, "tokens": tokens, "turned_away": turned_away}
        upsert(self._connection, opinion_days, [row], keys=("day",), add=("calls", "tokens", "turned_away"))

    def totals(self, *, since: datetime) -> OpinionTotals:
        """Return how questions stand; answered and refused ones are those settled at or after `since`."""
        settled = (
            select(_O.unfit, _O.leaning, func.count().label("count"))
            .where(_O.settled_at >= since)
            .group_by(_O.unfit, _O.leaning)
        )
        rows = self._connection.execute(settled).all()
        refused: dict[Unfit, int] = {row.unfit: row[2] for row in rows if row.unfit is not None}
        return OpinionTotals(
            waiting=self.waiting_count(),
            answered=sum(row[2] for row in rows if row.leaning is not None),
            higher=sum(row[2] for row in rows if row.leaning is Leaning.HIGHER),
            refused=refused,
        )

    def _records(self, statement: Select[Any]) -> list[SecondOpinion]:
        return records(self._connection, SecondOpinion, statement)
