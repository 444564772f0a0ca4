"""The one `MetaData` of the store, and how its constraints are named and checked."""

from sqlalchemy import ForeignKey, MetaData, text

__all__ = ["DEAD", "OPEN", "UNREPLAYED", "later", "metadata"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Rows of a queue that somebody may still claim.
OPEN = text("ready_at IS NOT NULL")
# Rows that were given up; written out, as SQLite uses such an index only for a condition that it can read.
DEAD = text("state = 'dead'")
# What was set aside and nobody tried again.
UNREPLAYED = text("replayed_at IS NULL")


def later(column: str) -> ForeignKey:
    """Return a reference that is checked at commit, so that one transaction may write both sides in any order."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")
