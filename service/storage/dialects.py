"""Everything in which SQLite and PostgreSQL differ: connecting, beginning, locking, replacing rows and truncating hours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    func,
    text,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql.elements import ColumnElement

from service.storage.bulk import Same, columns_of, execute_columns
from service.storage.columns import Moment
from service.turnstile import turnstile
from service.write_ahead import log_ahead

__all__ = [
    "STATEMENT_SECONDS",
    "Engines",
    "hour_of",
    "insert_new",
    "lock",
    "open_engines",
    "parse_url",
    "upsert",
    "upsert_columns",
]

_BUSY_MS = 10_000
_TURN_S = 2.0
_POOL_WAIT_S = 30
# A connection: up to seventeen are open in one process, and the machine keeps the file in memory beside them.
_CACHE_KIB = 8_192
_HOUR_US = 3_600_000_000
STATEMENT_SECONDS = 120
"""How long PostgreSQL works on one statement before it ends it."""

_POSTGRES_OPTIONS = (
    f"-c timezone=UTC -c lock_timeout=10000 -c statement_timeout={STATEMENT_SECONDS}s "
    "-c idle_in_transaction_session_timeout=300000 "
    # Whatever the server was set to: all that several transactions share is locked by name or row.
    r"-c default_transaction_isolation=read\ committed "
    # And nobody is told that something is stored that a crash of the server would take back. Measured with a server that was
    # set so: of 880 documents, 40 were gone after five crashes.
    "-c synchronous_commit=on"
)

# A server that went without a word, as in a failover or a cable pulled, is noticed after a minute: the system alone waits
# two hours where an answer is awaited, and a quarter of one where a question was on its way.
_DEAD_PEER = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}


@dataclass(frozen=True, slots=True)
class Engines:
    """Two ways into one database: transactions that write, and transactions that only read one consistent state."""

    writer: Engine
    reader: Engine

    def dispose(self) -> None:
        """Give back every connection."""
        self.writer.dispose()
        self.reader.dispose()


def parse_url(url: str) -> URL:
    """Return the store's address. Raises `ValueError` for what is neither a SQLite file nor PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError(f"数据库地址无法识别：{url!r}。应为 sqlite:///文件 或 postgresql+psycopg://…") from error
    name = parsed.get_backend_name()
    if name == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if name != "sqlite":
        raise ValueError(f"不支持的数据库 {name}。应为 sqlite:///文件 或 postgresql+psycopg://…")
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError("SQLite 存储须是一个文件：sqlite:///目录/yaowang.db")
    return parsed


def open_engines(url: str, *, durable: bool = True) -> Engines:
    """Open the database at `url`; connections are made when they are needed. No error tells what values a statement had.

    Without `durable` a SQLite file does not wait for the disk: for a store that is thrown away after a replay.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, synchronous="FULL" if durable else "OFF")
    return _open_postgres(parsed)


def sqlite_file(url: str) -> Path | None:
    """Return the file behind a SQLite address, `None` for PostgreSQL."""
    parsed = parse_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


# An error of the engine goes into the running log: without what was to be stored, which is texts of citizens and password hashes.
def _open_sqlite(url: URL, *, synchronous: str) -> Engines:
    # One writing connection per process: threads queue for it in order, instead of polling the file's lock.
    writer = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=_POOL_WAIT_S, hide_parameters=True)
    reader = create_engine(url, pool_size=8, max_overflow=8, pool_timeout=_POOL_WAIT_S, hide_parameters=True)
    folder = Path(url.database or "").absolute().parent
    _prepare_sqlite(writer, pragmas=(f"synchronous={synchronous}",), begin=lambda one: _begin_writing(one, folder))
    _prepare_sqlite(reader, pragmas=("query_only=ON",), begin=lambda one: _execute(one, "BEGIN"))
    event.listen(writer, "connect", lambda connection, _record: log_ahead(connection, _BUSY_MS / 1000))
    return Engines(writer, reader)


def _begin_writing(connection: Connection, folder: Path) -> None:
    with turnstile(folder, _TURN_S):
        _execute(connection, "BEGIN IMMEDIATE")


def _execute(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)


def _prepare_sqlite(engine: Engine, *, begin: Callable[[Connection], None], pragmas: Sequence[str]) -> None:
    def connected(connection: SqliteConnection, _record: object) -> None:
        # The driver's own implicit BEGIN is off: it would begin late and without IMMEDIATE.
        connection.isolation_level = None
        for pragma in (f"busy_timeout={_BUSY_MS}", "foreign_keys=ON", f"cache_size=-{_CACHE_KIB}", *pragmas):
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begin)


def _open_postgres(url: URL) -> Engines:
    connect = {"connect_timeout": 5, "options": _POSTGRES_OPTIONS, "application_name": "yaowang", **_DEAD_PEER}
    writer = create_engine(
        url,
        pool_size=5,
        max_overflow=5,
        pool_timeout=_POOL_WAIT_S,
        pool_pre_ping=True,
        connect_args=connect,
        hide_parameters=True,
    )
    event.listen(writer, "do_connect", _connect_watched)
    event.listen(writer, "checkin", _limit_again)
    event.listen(writer, "handle_error", _without_values)
    # The pool is shared; only the kind of transaction differs.
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(writer, reader)


def _connect_watched(_dialect: object, _record: object, arguments: Sequence[Any], options: dict[str, Any]) -> Any:
    # The driver is loaded only where PostgreSQL is used.
    from service.storage.watched import WatchedConnection

    return WatchedConnection.connect(*arguments, **options)


def _limit_again(driver: Any, _record: object) -> None:
    # What was broken off comes back without its connection.
    if driver is not None:
        driver.unlimited = False


def _without_values(failed: ExceptionContext) -> None:
    """Leave of what the server said its first line: under it, in the server's language, stand the values that it refused."""
    said = failed.original_exception
    if getattr(said, "sqlstate", None) is None:
        return
    for error in (said, failed.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


def lock(connection: Connection, name: str) -> None:
    """Let one writer at a time pass until commit. On SQLite every writing transaction already is alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"yaowang.{name}"})


def without_limits(connection: Connection) -> None:
    """Let statements last until commit: an index over years of documents takes longer than a page may wait for anything."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        driver: Any = connection.connection.driver_connection
        driver.unlimited = True


def lock_table(connection: Connection, table: Table) -> None:
    """Let nobody else write to a table until commit. On SQLite every writing transaction already is alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE"))


def hour_of(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """Return the expression of the hour that `column` falls into."""
    if connection.dialect.name == "sqlite":
        whole = type_coerce(column, BigInteger)
        return type_coerce(whole - whole.op("%")(_HOUR_US), Moment)
    return type_coerce(func.date_trunc("hour", column), Moment)


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keys: tuple[str, ...],
    add: tuple[str, ...] = (),
    keep: tuple[str, ...] = (),
) -> None:
    """Insert rows, or replace those with the same `keys`; columns of `add` are added up, those of `keep` stay as they are."""
    if rows:
        upsert_columns(connection, table, columns_of(rows), keys=keys, add=add, keep=keep)


def upsert_columns(
    connection: Connection,
    table: Table,
    columns: Mapping[str, Sequence[Any] | Same],
    *,
    keys: tuple[str, ...],
    add: tuple[str, ...] = (),
    keep: tuple[str, ...] = (),
) -> None:
    """Do as `upsert` does with the rows of `columns`."""
    execute_columns(connection, _upsert(connection.dialect.name, table, tuple(columns), keys, add, keep), columns)


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, keys: tuple[str, ...]
) -> int:
    """Insert the rows whose `keys` are not there yet; return how many that were."""
    if not rows:
        return 0
    statement = _insert_new(connection.dialect.name, table, keys)
    return sum(len(connection.execute(statement, row).all()) for row in rows)


@cache
def _insert_new(name: str, table: Table, keys: tuple[str, ...]) -> Any:
    statement = _dialect(name).insert(table).on_conflict_do_nothing(index_elements=keys)
    # What was inserted is returned, what was there is not; a row count does not tell with every driver.
    return statement.returning(table.c[keys[0]])


def _dialect(name: str) -> Any:
    return sqlite if name == "sqlite" else postgresql


# Building a statement costs more than running it, so each is built once.
@cache
def _upsert(
    name: str,
    table: Table,
    columns: tuple[str, ...],
    keys: tuple[str, ...],
    add: tuple[str, ...],
    keep: tuple[str, ...],
) -> Any:
    statement = _dialect(name).insert(table)
    fixed = {*keys, *keep}
    changes = {
        column: table.c[column] + statement.excluded[column] if column in add else statement.excluded[column]
        for column in columns
        if column not in fixed
    }
    if not changes:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)
