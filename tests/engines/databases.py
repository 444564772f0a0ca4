"""Empty PostgreSQL databases for tests, each of its own name."""

import uuid

import psycopg
from psycopg import sql

__all__ = ["Databases"]

CONNECT_LIMIT_SECONDS = 10


class Databases:
    """Makes databases on the server of a superuser's SQLAlchemy URL, and drops them."""

    def __init__(self, superuser_url: str) -> None:
        self._base = superuser_url.rpartition("/")[0]
        self._server = superuser_url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._names: list[str] = []

    def create(self) -> str:
        """Make an empty database; return its SQLAlchemy URL."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        self._names.append(name)
        return f"{self._base}/{name}"

    def drop_all(self) -> None:
        """Drop what was made, connections to it included."""
        while self._names:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self._names.pop())))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._server, autocommit=True, connect_timeout=CONNECT_LIMIT_SECONDS) as connection:
            connection.execute(statement)
