"""Topics, the documents assigned to them, and their sheets."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from service.domain.topics.assigned import AssignedDocument
from service.domain.topics.sheet import Concern, RiskSheet, SheetLevel, Weight
from service.domain.topics.topic import Phase, PhaseKind, Topic
from service.ports.following import HourlyCount
from service.storage.among import among
from service.storage.dialects import hour_of, upsert
from service.storage.rows import records, rows_of, values_of
from service.storage.schema import topic_documents, topic_sheets, topics

__all__ = ["SqlTopics"]

_D = topic_documents.c
_WITHDRAW = delete(topic_documents).where(among(_D.document_id, "document_ids"), among(_D.topic_id, "topic_ids"))

_S = topic_sheets.c
_LAST = (
    select(_S.topic_id, func.max(_S.version).label("version"))
    .where(among(_S.topic_id, "topic_ids"))
    .group_by(_S.topic_id)
    .subquery()
)
_LATEST_SHEETS = select(topic_sheets).join(_LAST, (_S.topic_id == _LAST.c.topic_id) & (_S.version == _LAST.c.version))


class SqlTopics:
    """`service.ports.store.Topics` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def get(self, topic_id: str, *, hold: bool = False) -> Topic | None:
        """Return the topic, or `None`; with `hold` its row is locked."""
        statement = select(topics).where(topics.c.id == topic_id)
        found = records(self._connection, Topic, statement.with_for_update() if hold else statement)
        return _topic(found[0]) if found else None

    def save(self, topic: Topic) -> None:
        """Insert or replace."""
        row = values_of(topic, topics) | {"phases": [_phase_values(phase) for phase in topic.phases]}
        upsert(self._connection, topics, [row], keys=("id",))

    def listing(self, *, state: str | None = None, limit: int = 200, offset: int = 0) -> list[Topic]:
        """Return topics, the last opened first."""
        statement = select(topics).order_by(topics.c.opened_at.desc(), topics.c.id).limit(limit).offset(offset)
        if state is not None:
            statement = statement.where(topics.c.state == state)
        return [_topic(topic) for topic in records(self._connection, Topic, statement)]

    def assign(self, rows: Sequence[AssignedDocument]) -> None:
        """Insert or replace documents of topics; none twice in one call."""
        values = [values_of(row, topic_documents) for row in rows]
        upsert(self._connection, topic_documents, values, keys=("topic_id", "document_id"))

    def withdraw(self, document_ids: Sequence[str], *, topic_ids: Sequence[str]) -> None:
        """Take these documents out of these topics."""
        if document_ids and topic_ids:
            self._connection.execute(_WITHDRAW, {"document_ids": list(document_ids), "topic_ids": list(topic_ids)})

    def clear(self, topic_id: str) -> None:
        """Take every document out of the topic."""
        self._connection.execute(delete(topic_documents).where(_D.topic_id == topic_id))

    def documents(
        self, topic_id: str, *, since: datetime, until: datetime, limit: int = 2000
    ) -> list[AssignedDocument]:
        """Return documents of `since` ≤ time < `until`, newest first."""
        statement = (
            select(topic_documents)
            .where(_D.topic_id == topic_id, _D.at >= since, _D.at < until)
            .order_by(_D.at.desc(), _D.document_id)
            .limit(limit)
        )
        return records(self._connection, AssignedDocument, statement)

    def hourly(self, topic_id: str, *, since: datetime, until: datetime) -> list[HourlyCount]:
        """Return all documents of the window by hour and tone, in order of time."""
        hour = hour_of(self._connection, _D.at).label("hour")
        asking = func.count().filter(_D.questions != ())
        statement = (
            select(hour, _D.tone, func.count(), asking)
            .where(_D.topic_id == topic_id, _D.at >= since, _D.at < until)
            .group_by(hour, _D.tone)
            .order_by(hour, _D.tone)
        )
        return [(at, tone, count, asks) for at, tone, count, asks in self._connection.execute(statement)]

    def totals(self, *, since: datetime | None = None) -> Mapping[str, int]:
        """Return how many documents each topic has, of that time on."""
        statement = select(_D.topic_id, func.count()).group_by(_D.topic_id)
        if since is not None:
            statement = statement.where(_D.at >= since)
        return {topic_id: count for topic_id, count in self._connection.execute(statement)}  # noqa: C416 - rows are no pairs to mypy

    def save_sheet(self, sheet: RiskSheet) -> None:
        """Insert or replace a version."""
        row = values_of(sheet, topic_sheets) | {"concerns": [asdict(one) for one in sheet.concerns]}
        upsert(self._connection, topic_sheets, [row], keys=("topic_id", "version"))

    def sheets(self, topic_id: str) -> list[RiskSheet]:
        """Return every version, the latest first."""
        statement = (
            select(topic_sheets).where(topic_sheets.c.topic_id == topic_id).order_by(topic_sheets.c.version.desc())
        )
        return [_sheet(row) for row in rows_of(self._connection, statement)]

    def latest_sheets(self, topic_ids: Sequence[str]) -> dict[str, RiskSheet]:
        """Return the latest version of each of the topics that has one."""
        if not topic_ids:
            return {}
        found = rows_of(self._connection, _LATEST_SHEETS, topic_ids=topic_ids)
        return {row["topic_id"]: _sheet(row) for row in found}


def _topic(kept: Topic) -> Topic:
    return replace(kept, phases=tuple(_phase(values) for values in kept.phases))  # type: ignore[arg-type] # read as JSON


def _phase_values(phase: Phase) -> dict[str, Any]:
    until = None if phase.until is None else phase.until.isoformat()
    return {"kind": phase.kind, "since": phase.since.isoformat(), "until": until, "note": phase.note}


def _phase(values: Mapping[str, Any]) -> Phase:
    until = values["until"]
    return Phase(
        kind=PhaseKind(values["kind"]),
        since=date.fromisoformat(values["since"]),
        until=None if until is None else date.fromisoformat(until),
        note=values["note"],
    )


def _sheet(row: Mapping[str, Any]) -> RiskSheet:
    concerns = tuple(
        Concern(**one | {"likelihood": Weight(one["likelihood"]), "impact": Weight(one["impact"])})
        for one in row["concerns"]
    )
    levels = {name: SheetLevel(row[name]) for name in ("proposed", "level")}
    return RiskSheet(**{**row, **levels, "concerns": concerns})
