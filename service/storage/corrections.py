"""What persons corrected of events."""

from dataclasses import replace

from sqlalchemy import Connection, insert, select

from service.domain.events.corrections import Correction, FactKind
from service.storage.rows import records, values_of
from service.storage.schema import corrections

__all__ = ["SqlCorrections"]

_C = corrections.c


class SqlCorrections:
    """`service.ports.corrections.Corrections` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def add(self, correction: Correction) -> None:
        """Insert an act; none is ever changed."""
        self._connection.execute(insert(corrections).values(**values_of(correction, corrections)))

    def of_event(self, event_id: str, *, limit: int = 50) -> list[Correction]:
        """Return the acts on the event, the latest first."""
        chosen = select(corrections).where(_C.event_id == event_id).order_by(_C.at.desc(), _C.id).limit(limit)
        found = records(self._connection, Correction, chosen)
        return [replace(one, kind=FactKind(one.kind)) for one in found]
