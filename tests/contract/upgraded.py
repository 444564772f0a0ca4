"""A database of an earlier revision with something in it, to be brought up to date."""

from datetime import datetime

from alembic import command
from sqlalchemy import create_engine, insert, select

from service.storage import migrations
from service.storage.rows import document_values
from service.storage.schema import answered_hours, documents
from service.storage.sql import migrate
from tests.contract.stored import document

__all__ = ["answered_after_upgrade"]


def answered_after_upgrade(url: str, revision: str, *stored_at: datetime) -> list[datetime]:
    """Return the answered hours of a database of `revision`, with documents stored at these times, after its upgrade."""
    engine = create_engine(url)
    with engine.begin() as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for number, at in enumerate(stored_at):
            made = document(str(number))
            values = document_values(made) | {"content_hash": made.content_hash, "version": 1, "stored_at": at}
            connection.execute(insert(documents).values(**values))
    migrate(url)
    with engine.connect() as connection:
        found = list(connection.scalars(select(answered_hours.c.hour).order_by(answered_hours.c.hour)))
    engine.dispose()
    return found
