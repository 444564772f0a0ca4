"""A migrated PostgreSQL database as it was before anything was stored: far quicker than a new one for each test."""

from sqlalchemy import Engine, text

from service.storage.schema import metadata

__all__ = ["empty"]

_TABLES = ", ".join(f'"{name}"' for name in metadata.tables)


def empty(superuser: Engine) -> None:
    """Remove every row, and put in those that the migrations put in."""
    with superuser.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        connection.execute(text(f"TRUNCATE {_TABLES} RESTART IDENTITY"))
        connection.execute(text("ALTER TABLE audit ENABLE TRIGGER USER"))
        connection.execute(text("INSERT INTO audit_head VALUES (1, 0, repeat('0', 64))"))
        connection.execute(text("INSERT INTO counters VALUES ('alerts', 0)"))
