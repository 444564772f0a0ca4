"""Migrations, run in the process over a connection that is given: the same ones on SQLite and PostgreSQL."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from service.storage.dialects import lock, without_limits

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["await_turn", "bring_up_to_date", "current_revision", "head_revision", "knows_revision"]

_FOLDER = Path(__file__).parent


def await_turn(connection: Connection) -> None:
    """Wait until no other process upgrades; what the database is at is to be asked afterwards."""
    lock(connection, "migrations")


def bring_up_to_date(connection: Connection) -> None:
    """Run what is missing inside the connection's transaction; who comes second waits and finds nothing to do."""
    from alembic import command

    await_turn(connection)
    without_limits(connection)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def current_revision(connection: Connection) -> str | None:
    """Return the revision the database is at, `None` for an empty one."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


@cache
def head_revision() -> str | None:
    """Return the revision the program needs."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head()


def knows_revision(revision: str) -> bool:
    """Tell whether the program can bring a database of this revision up to date, or needs no more than it has."""
    from alembic.script import ScriptDirectory

    return any(one.revision == revision for one in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    # The parser of the configuration takes a per cent sign as its own.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config
