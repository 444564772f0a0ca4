"""What is remembered about each source, and the switches that people set."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from crawlers.ports import SourceProgress
from service.ports.registers import SourceCheck
from service.storage.dialects import insert_new, upsert
from service.storage.hiding_sources import without_hidden_pages
from service.storage.rows import one_record, records, values_of
from service.storage.schema import answered_hours, source_checks, source_descriptions, source_progress, source_switches

__all__ = ["SqlSources"]


class SqlSources:
    """`service.ports.store.Sources` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def progress(self, source_id: str) -> SourceProgress:
        """Return what is remembered; an empty progress for a source never crawled."""
        statement = select(source_progress).where(source_progress.c.source_id == source_id)
        return one_record(self._connection, SourceProgress, statement) or SourceProgress(source_id=source_id)

    def save_progress(self, progress: SourceProgress) -> None:
        """Replace what is remembered about one source; the hour of its last success counts as one in which a source answered."""
        known = replace(progress, memory=without_hidden_pages(self._connection, progress.source_id, progress.memory))
        upsert(self._connection, source_progress, [values_of(known, source_progress)], keys=("source_id",))
        if progress.last_success_at is not None:
            self.note_answer(progress.last_success_at)

    def note_answer(self, at: datetime) -> None:
        """Remember that a source gave something at this time."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        insert_new(self._connection, answered_hours, [{"hour": hour}], keys=("hour",))

    def answered_hours(self, *, since: datetime, until: datetime) -> set[datetime]:
        """Return the whole hours of `since` ≤ hour < `until` in which a source answered."""
        hour = answered_hours.c.hour
        return set(self._connection.scalars(select(hour).where(hour >= since, hour < until)))

    def first_answer(self) -> datetime | None:
        """Return the first hour in which a source answered, or `None`."""
        first: datetime | None = self._connection.scalar(select(func.min(answered_hours.c.hour)))
        return first

    def all_progress(self) -> dict[str, SourceProgress]:
        """Return the progress of every source that ever ran, by id."""
        statement = select(source_progress).order_by(source_progress.c.source_id)
        return {progress.source_id: progress for progress in records(self._connection, SourceProgress, statement)}

    def switches(self) -> dict[str, bool]:
        """Return the sources that a person switched on or off, over the catalogue's own setting."""
        rows = self._connection.execute(select(source_switches.c.source_id, source_switches.c.enabled))
        return {row.source_id: row.enabled for row in rows}

    def switch(self, source_id: str, *, enabled: bool) -> None:
        """Set a source on or off."""
        row = {"source_id": source_id, "enabled": enabled}
        upsert(self._connection, source_switches, [row], keys=("source_id",))

    def checks(self) -> dict[str, SourceCheck]:
        """Return what is known of the live check of each source that one was asked for, by id."""
        statement = select(source_checks).order_by(source_checks.c.source_id)
        return {check.source_id: check for check in records(self._connection, SourceCheck, statement)}

    def save_check(self, check: SourceCheck) -> None:
        """Replace what is known of the live check of one source."""
        upsert(self._connection, source_checks, [values_of(check, source_checks)], keys=("source_id",))

    def describe(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Remember `id, name, source_class, region, weight, credibility` of known sources; other entries are left out."""
        columns = [column.name for column in source_descriptions.columns]
        described = [{name: row.get(name) for name in columns} for row in rows]
        upsert(self._connection, source_descriptions, described, keys=("id",))

    def described(self) -> dict[str, Mapping[str, Any]]:
        """Return what `describe` remembered, by id."""
        rows = self._connection.execute(select(source_descriptions).order_by(source_descriptions.c.id))
        return {row["id"]: dict(row) for row in rows.mappings()}
