"""Sources that administrators add, and the probes that come before."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from service.ports.own_sources import OwnSource, SourceProbe
from service.storage.dialects import upsert
from service.storage.rows import one_record, records, values_of
from service.storage.schema import own_sources, source_probes

__all__ = ["SqlOwnSources"]


class SqlOwnSources:
    """`service.ports.own_sources.OwnSources` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def get(self, source_id: str) -> OwnSource | None:
        """Return one, removed or not."""
        return one_record(self._connection, OwnSource, select(own_sources).where(own_sources.c.id == source_id))

    def listing(self) -> Sequence[OwnSource]:
        """Return all in the order of their ids, those that were removed too."""
        return list(records(self._connection, OwnSource, select(own_sources).order_by(own_sources.c.id)))

    def save(self, source: OwnSource) -> None:
        """Insert or replace one."""
        upsert(self._connection, own_sources, [values_of(source, own_sources)], keys=("id",))

    def probe(self, probe_id: str) -> SourceProbe | None:
        """Return one; `None` where it was forgotten."""
        return one_record(self._connection, SourceProbe, select(source_probes).where(source_probes.c.id == probe_id))

    def save_probe(self, probe: SourceProbe) -> None:
        """Insert or replace one."""
        upsert(self._connection, source_probes, [values_of(probe, source_probes)], keys=("id",))

    def waiting_probes(self, *, limit: int) -> Sequence[SourceProbe]:
        """Return those that have not ended, the longest asked for first."""
        table = source_probes.c
        found = select(source_probes).where(table.ended_at.is_(None)).order_by(table.asked_at, table.id).limit(limit)
        return list(records(self._connection, SourceProbe, found))

    def latest_probes(self, *, limit: int) -> Sequence[SourceProbe]:
        """Return the probes asked for last, the latest first."""
        table = source_probes.c
        found = select(source_probes).order_by(table.asked_at.desc(), table.id).limit(limit)
        return list(records(self._connection, SourceProbe, found))

    def drop_probes_before(self, moment: datetime) -> None:
        """Forget the probes that were asked for before a moment."""
        self._connection.execute(delete(source_probes).where(source_probes.c.asked_at < moment))
