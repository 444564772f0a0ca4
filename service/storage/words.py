"""The office's own words, and the documents that are judged again because of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, and_, delete, exists, func, insert, literal, null, or_, select, update

from service.domain.words.own_words import OwnWord, WordSort
from service.ports.words import EarlierJudgement
from service.storage.among import among
from service.storage.dialects import upsert
from service.storage.rows import load_assessment, one_record, records, rows_of, values_of
from service.storage.schema import assess_queue, assessments, document_versions, documents, own_words, rejudgements

__all__ = ["SqlRejudgements", "SqlWords"]

_W, _R, _A, _Q = own_words.c, rejudgements.c, assessments.c, assess_queue.c
_DONE = select(_Q.seq).where(_Q.state == "done")


class SqlWords:
    """`service.ports.words.Words` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def save(self, words: Sequence[OwnWord]) -> None:
        """Insert or replace words by id."""
        upsert(self._connection, own_words, [values_of(word, own_words) for word in words], keys=("id",))

    def get(self, word_id: str) -> OwnWord | None:
        """Return the word, or `None`."""
        return one_record(self._connection, OwnWord, select(own_words).where(_W.id == word_id))

    def in_force(self) -> list[OwnWord]:
        """Return the words that are not removed, in the order in which they were added."""
        chosen = select(own_words).where(_W.removed_at.is_(null())).order_by(_W.created_at, _W.id)
        return records(self._connection, OwnWord, chosen)

    def listing(
        self,
        *,
        sort: WordSort | None = None,
        query: str = "",
        removed: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> list[OwnWord]:
        """Return words in force, or removed ones, the latest first."""
        chosen = select(own_words).where(_W.removed_at.is_not(null()) if removed else _W.removed_at.is_(null()))
        if sort is not None:
            chosen = chosen.where(_W.sort == sort)
        if query:
            told = (_W.text, _W.canonical, _W.within, _W.note)
            chosen = chosen.where(or_(*(column.icontains(query, autoescape=True) for column in told)))
        latest = _W.removed_at if removed else _W.created_at
        return records(
            self._connection, OwnWord, chosen.order_by(latest.desc(), _W.id.desc()).limit(limit).offset(offset)
        )

    def counts(self) -> dict[str, int]:
        """Return how many words of each sort are in force."""
        chosen = select(_W.sort, func.count().label("words")).where(_W.removed_at.is_(null())).group_by(_W.sort)
        return {row.sort: int(row.words) for row in self._connection.execute(chosen)}


class SqlRejudgements:
    """`service.ports.words.Rejudgements` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def ask(self, *, since: datetime, limit: int, now: datetime) -> int:
        """Ask for judged documents of `since` or later that are not asked for yet."""
        self._forget_ended()
        chosen = _judged(since).order_by(_A.at.desc(), _A.seq.desc()).limit(limit).subquery()
        rows = select(chosen.c.seq, literal(now, _R.asked_at.type))
        asked = insert(rejudgements).from_select(["seq", "asked_at"], rows)
        # Without it PostgreSQL's driver does not tell how many rows an insert wrote.
        return self._connection.execute(asked, execution_options={"preserve_rowcount": True}).rowcount

    def ask_of(self, document_ids: Sequence[str], *, now: datetime) -> None:
        """Let those of the documents that are judged await assessment at once, before what `queue` lets wait."""
        # Held, so that a worker which judges one of them at this moment has settled it, or reads what changed.
        judged = select(_A.seq).where(among(_A.document_id, "document_ids"))
        held = select(_Q.seq).where(_Q.seq.in_(judged)).order_by(_Q.seq).with_for_update()
        self._connection.execute(held, {"document_ids": list(document_ids)})
        self._forget_ended()
        rows = judged.add_columns(literal(now, _R.asked_at.type)).where(~exists().where(_R.seq == _A.seq))
        asked = {"document_ids": list(document_ids)}
        self._connection.execute(insert(rejudgements).from_select(["seq", "asked_at"], rows), asked)
        self._let_wait(list(self._connection.scalars(judged.where(_A.seq.in_(_DONE)), asked)), now)

    def countable(self, *, since: datetime, limit: int) -> int:
        """Return how many `ask` would cover."""
        return self._connection.scalar(select(func.count()).select_from(_judged(since).limit(limit).subquery())) or 0

    def open_count(self) -> int:
        """Return how many are asked for and not judged yet."""
        open_rows = (
            select(func.count())
            .select_from(rejudgements)
            .join(assess_queue, _Q.seq == _R.seq)
            .where(
                or_(_Q.state == "done", _Q.ready_at.is_not(null())), or_(_R.queued_at.is_(null()), _Q.state != "done")
            )
        )
        return self._connection.scalar(open_rows) or 0

    def queue(self, *, limit: int, now: datetime) -> int:
        """Let some of those asked for await assessment; those that were set aside are not waited for any more."""
        self._forget_ended()
        chosen = (
            select(_R.seq)
            .join(assess_queue, _Q.seq == _R.seq)
            .where(_R.queued_at.is_(null()), _Q.state == "done")
            .order_by(_R.seq)
            .limit(limit)
        )
        seqs = list(self._connection.scalars(chosen))
        self._let_wait(seqs, now)
        return len(seqs)

    def _let_wait(self, seqs: Sequence[int], now: datetime) -> None:
        if seqs:
            waiting = {"state": "waiting", "attempts": 0, "ready_at": now, "error": null()}
            change = update(assess_queue).where(among(_Q.seq, "seqs"), _Q.state == "done").values(**waiting)
            self._connection.execute(change, {"seqs": seqs})
            queued = update(rejudgements).where(among(_R.seq, "seqs")).values(queued_at=now)
            self._connection.execute(queued, {"seqs": seqs})

    def _forget_ended(self) -> None:
        """Forget those that were set aside, or were edited and judged as a new text."""
        ended = or_(_Q.state == "dead", and_(_R.queued_at.is_not(null()), _Q.state == "done"))
        self._connection.execute(delete(rejudgements).where(exists().where(_Q.seq == _R.seq, ended)))

    def resume(self, document_ids: Sequence[str], *, now: datetime) -> None:
        """Take those of the documents for judged again whose present text was judged before."""
        edited = exists().where(
            document_versions.c.document_id == _A.document_id, document_versions.c.replaced_at >= _A.assessed_at
        )
        judged = select(_A.seq).where(among(_A.document_id, "document_ids"), ~edited)
        asked = {"document_ids": list(document_ids)}
        # Whoever asked for all of a time meanwhile asked for these too.
        queued = update(rejudgements).where(_R.seq.in_(judged), _R.queued_at.is_(null())).values(queued_at=now)
        self._connection.execute(queued, asked)
        moment = literal(now, _R.asked_at.type)
        others = judged.add_columns(moment, moment).where(~exists().where(_R.seq == _A.seq))
        self._connection.execute(insert(rejudgements).from_select(["seq", "asked_at", "queued_at"], others), asked)

    def earlier(self, document_ids: Sequence[str]) -> dict[str, EarlierJudgement]:
        """Return what stood of those of the documents that were queued here and not edited since."""
        edited = exists().where(
            document_versions.c.document_id == _A.document_id, document_versions.c.replaced_at >= _R.asked_at
        )
        chosen = (
            select(_A.document_id, _A.event_id, _A.duplicate_of, _A.data)
            .join(rejudgements, _R.seq == _A.seq)
            .where(among(_A.document_id, "document_ids"), _R.queued_at.is_not(null()), ~edited)
        )
        return {
            row["document_id"]: EarlierJudgement(
                assessment=load_assessment(row["data"]), event_id=row["event_id"], duplicate_of=row["duplicate_of"]
            )
            for row in rows_of(self._connection, chosen, document_ids=list(document_ids))
        }

    def settle(self, document_ids: Sequence[str]) -> None:
        """Forget these: they are judged."""
        seqs = select(documents.c.seq).where(among(documents.c.id, "document_ids"))
        done = delete(rejudgements).where(_R.seq.in_(seqs), _R.queued_at.is_not(null()))
        self._connection.execute(done, {"document_ids": list(document_ids)})


def _judged(since: datetime) -> Select[tuple[int]]:
    """Select the judged documents that are not asked for yet."""
    asked = exists().where(_R.seq == _A.seq)
    return select(_A.seq).where(_A.at >= since, ~asked)
