"""Labels that officers give, and the judged documents that they may be asked about."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Connection, Select, case, exists, func, insert, select, update

from analysis.assessment import Level
from crawlers.records import COUNTS, Document
from service.domain.learning.label import Label, LabelGiven
from service.domain.learning.label_queue import Candidate
from service.storage.among import among
from service.storage.dialects import insert_new
from service.storage.rows import document_of
from service.storage.schema import assessments, documents, engagements, label_skips, labels

__all__ = ["SqlLabels"]

_MOST_WORDS = 200
_SHORTEST_WORD = 2
# What rule the evidence of a risk has that nothing but the model's own weights explains.
_UNEXPLAINED = "model:word"

_later = labels.alias("later")
# Of a document the last label that was not taken back.
_COUNTS = labels.c.withdrawn_at.is_(None) & ~exists().where(
    _later.c.document_id == labels.c.document_id, _later.c.withdrawn_at.is_(None), _later.c.id > labels.c.id
)
_LATEST_OF = select(labels).where(_COUNTS, among(labels.c.document_id, "document_ids"))
_DATA_OF = select(
    assessments.c.document_id, assessments.c.event_id, assessments.c.at, assessments.c.data
).where(among(assessments.c.document_id, "document_ids"))  # fmt: skip


class SqlLabels:
    """`service.ports.learning.Labels` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def add(self, given: LabelGiven) -> LabelGiven:
        """Store a label and return it with its number."""
        values = given.label.as_json() | {
            "document_id": given.document_id,
            "group_key": given.group,
            "origin": given.origin,
            "judged": given.judged,
            "actor": given.actor,
            "at": given.at,
        }
        number = self._connection.scalar(insert(labels).values(**values).returning(labels.c.id))
        stored = self._connection.execute(select(labels).where(labels.c.id == number)).mappings().one()
        return _label_of(stored)

    def withdraw(self, label_id: int, *, now: datetime) -> bool:
        """Take a label back; false where it is taken back already or is none."""
        open_ = update(labels).where(labels.c.id == label_id, labels.c.withdrawn_at.is_(None))
        return self._connection.execute(open_.values(withdrawn_at=now)).rowcount == 1

    def latest(self, document_ids: Sequence[str]) -> dict[str, LabelGiven]:
        """Return the label that counts of those of the documents that have one, by document."""
        rows = self._connection.execute(_LATEST_OF, {"document_ids": list(document_ids)}).mappings()
        return {row["document_id"]: _label_of(row) for row in rows}

    def history(self, document_id: str) -> list[LabelGiven]:
        """Return every label of a document in order, those taken back too."""
        return self._labels(select(labels).where(labels.c.document_id == document_id).order_by(labels.c.id))

    def recent(self, *, limit: int) -> list[LabelGiven]:
        """Return labels that count, newest first."""
        return self._labels(select(labels).where(_COUNTS).order_by(labels.c.id.desc()).limit(limit))

    def last_of(self, actor: str) -> LabelGiven | None:
        """Return the last label that this person gave and did not take back, on whatever document."""
        own = labels.c.actor == actor, labels.c.withdrawn_at.is_(None)
        return next(iter(self._labels(select(labels).where(*own).order_by(labels.c.id.desc()).limit(1))), None)

    def _labels(self, statement: Select[Any]) -> list[LabelGiven]:
        return [_label_of(row) for row in self._connection.execute(statement).mappings()]

    def skip(self, document_id: str, *, actor: str, now: datetime) -> None:
        """Remember that this person does not want to be asked about the document."""
        row = {"actor": actor, "document_id": document_id, "at": now}
        insert_new(self._connection, label_skips, [row], keys=("actor", "document_id"))

    def skipped(self, actor: str) -> set[str]:
        """Return the documents that this person skipped."""
        own = select(label_skips.c.document_id).where(label_skips.c.actor == actor)
        return set(self._connection.scalars(own))

    def by_group(self) -> list[tuple[str, int, int]]:
        """Return, of each group of labels that count, its name, how many documents are labelled, and how many of these as risks."""
        risky = func.sum(case((labels.c.level == int(Level.RISK), 1), else_=0))
        grouped = select(labels.c.group_key, func.count(), risky).where(_COUNTS).group_by(labels.c.group_key)
        grouped = grouped.order_by(labels.c.group_key)
        return [(name, int(found), int(risks)) for name, found, risks in self._connection.execute(grouped)]

    def labelled(self, *, limit: int) -> list[tuple[Document, LabelGiven]]:
        """Return the labelled documents as they stand now with the label that counts, the latest `limit`, in order of labels."""
        counted = [engagements.c.seen_at, *(engagements.c[name] for name in COUNTS)]
        given = {row.document_id: row for row in self.recent(limit=limit)}
        found = (
            select(documents, *counted)
            .outerjoin_from(documents, engagements, engagements.c.document_id == documents.c.id)
            .where(among(documents.c.id, "document_ids"))
        )
        rows = self._connection.execute(found, {"document_ids": list(given)}).mappings()
        pairs = [(document_of(row), given[row["id"]]) for row in rows]
        return sorted(pairs, key=lambda pair: pair[1].id)

    def known_words(self, *, limit: int) -> set[str]:
        """Return the words of the `limit` documents labelled last."""
        chosen = [one.document_id for one in self.recent(limit=limit)]
        rows = self._connection.execute(_DATA_OF, {"document_ids": chosen})
        return {word for row in rows for word in _words(from_json(row.data)["tokens"])}

    def candidates(self, *, since: datetime, limit: int) -> list[Candidate]:
        """Return judged, unlabelled documents published since then that repeat no other, at most `limit`."""
        concerned = self._newest(since, limit, assessments.c.level >= int(Level.IN_REMIT))
        others = self._newest(since, limit, assessments.c.level < int(Level.IN_REMIT))
        half = limit // 2
        of_others = others[: max(half, limit - len(concerned))]
        chosen = [*concerned[: limit - len(of_others)], *of_others]
        return [_candidate_of(row) for row in self._connection.execute(_DATA_OF, {"document_ids": chosen}).mappings()]

    def _newest(self, since: datetime, limit: int, which: ColumnElement[bool]) -> list[str]:
        a = assessments.c
        taken = exists().where(labels.c.document_id == a.document_id, labels.c.withdrawn_at.is_(None))
        statement = select(a.document_id).where(which, a.at >= since, a.duplicate_of.is_(None), ~taken)
        return list(self._connection.scalars(statement.order_by(a.seq.desc()).limit(limit)))


def _label_of(row: Mapping[Any, Any]) -> LabelGiven:
    said = Label(level=Level(row["level"]), categories=row["categories"], severity=row["severity"], tone=row["tone"])
    return LabelGiven(
        id=row["id"],
        document_id=row["document_id"],
        label=said,
        group=row["group_key"],
        origin=row["origin"],
        judged=row["judged"],
        actor=row["actor"],
        at=row["at"],
        withdrawn_at=row["withdrawn_at"],
    )


def _candidate_of(row: Mapping[Any, Any]) -> Candidate:
    # Read as it is written: making an `Assessment` of it would take three times as long.
    judged = from_json(row["data"])
    rules = [evidence["rule"] for evidence in judged["evidence"]]
    return Candidate(
        document_id=row["document_id"],
        group=row["event_id"] or row["document_id"],
        at=row["at"],
        p_risk=judged["p_risk"],
        floor=judged["floor"] is not None,
        terms=sum(rule.startswith("term:") for rule in rules),
        explained=any(rule != _UNEXPLAINED for rule in rules),
        words=frozenset(_words(judged["tokens"])),
    )


def _words(tokens: str) -> list[str]:
    return [word for word in tokens.split(" ", _MOST_WORDS)[:_MOST_WORDS] if len(word) >= _SHORTEST_WORD]
