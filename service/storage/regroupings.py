"""What persons corrected of the grouping."""

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from service.domain.events.regrouping import Regrouping
from service.storage.among import among
from service.storage.bulk import fetch_rows
from service.storage.dialects import upsert
from service.storage.rows import one_record, records, values_of
from service.storage.schema import hand_placements, regroupings

__all__ = ["SqlRegroupings"]

_R, _P = regroupings.c, hand_placements.c
# Built once: it runs for every batch of documents.
_PLACED = select(_P.document_id, _P.event_id).where(among(_P.document_id, "document_ids"))


class SqlRegroupings:
    """`service.ports.regroupings.Regroupings` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def save(self, regrouping: Regrouping) -> None:
        """Insert or replace an act by id, and where its documents belong by it."""
        upsert(self._connection, regroupings, [values_of(regrouping, regroupings)], keys=("id",))
        event_id = regrouping.target if regrouping.undone_at is None else regrouping.source
        rows = [{"document_id": one, "event_id": event_id} for one in regrouping.document_ids]
        upsert(self._connection, hand_placements, rows, keys=("document_id",))

    def get(self, regrouping_id: str) -> Regrouping | None:
        """Return the act, or `None`."""
        return one_record(self._connection, Regrouping, select(regroupings).where(_R.id == regrouping_id))

    def of_event(self, event_id: str, *, limit: int = 50) -> list[Regrouping]:
        """Return the acts that took documents from the event or brought some there, the latest first."""
        chosen = select(regroupings).where(or_(_R.source == event_id, _R.target == event_id))
        return records(self._connection, Regrouping, chosen.order_by(_R.at.desc(), _R.id).limit(limit))

    def placed(self, document_ids: Sequence[str]) -> dict[str, str | None]:
        """Return of those of the documents that a person placed the event they belong to."""
        if not document_ids:
            return {}
        return dict(fetch_rows(self._connection, _PLACED, {"document_ids": list(document_ids)}))
