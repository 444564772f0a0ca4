"""Policy files that wait for a decision."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from service.ports.previews import PolicyPreview
from service.storage.schema import policy_previews

__all__ = ["SqlPreviews"]

_COLUMNS = ("id", "person_id", "file", "source", "at")


class SqlPreviews:
    """`service.ports.previews.Previews` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def put(self, preview: PolicyPreview) -> None:
        """Store what was read."""
        values = {name: getattr(preview, name) for name in _COLUMNS} | {"source": dict(preview.source)}
        self._connection.execute(insert(policy_previews), [values])

    def get(self, preview_id: str) -> PolicyPreview | None:
        """Return one, `None` where it was decided, dropped or forgotten."""
        found = select(policy_previews).where(policy_previews.c.id == preview_id)
        row = self._connection.execute(found).mappings().one_or_none()
        return None if row is None else PolicyPreview(**{name: row[name] for name in _COLUMNS})

    def waiting(self, person_id: str) -> Sequence[tuple[str, str, datetime]]:
        """Return id, name of the file and time of those that a person uploaded, the latest first."""
        table = policy_previews.c
        found = select(table.id, table.file, table.at).where(table.person_id == person_id)
        return [
            (row.id, row.file, row.at) for row in self._connection.execute(found.order_by(table.at.desc(), table.id))
        ]

    def drop(self, preview_id: str) -> None:
        """Forget one; one that is gone already is no error."""
        self._connection.execute(delete(policy_previews).where(policy_previews.c.id == preview_id))

    def drop_before(self, moment: datetime) -> None:
        """Forget those that were uploaded before a moment."""
        self._connection.execute(delete(policy_previews).where(policy_previews.c.at < moment))
