"""Copies of a running SQLite store, and what is asked of a copy before anybody relies on it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, create_engine, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from service.ports.copies import DamagedStoreError, StoreCopyError, StoreFacts
from service.storage.audit import SqlAudit
from service.storage.engine_words import engine_words
from service.storage.migrations import current_revision, head_revision, knows_revision
from service.storage.schema import alerts, audit, cases, documents

__all__ = ["copy_database", "examine_copy", "is_open"]

_WAIT_S = 10.0
# 16 MiB of pages of 4 KiB a step.
_PAGES = 4096
# What damaged values make the readers of rows raise, beside what the engine itself says.
_UNREADABLE = (SQLAlchemyError, sqlite3.Error, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def copy_database(file: Path, to: Path) -> None:
    """Copy the database as it is at one moment, while others read and write; the copy is on disk when this returns.

    A transaction that only reads is held open meanwhile: writers do not wait for it, and what they commit does not make
    the copy begin anew, as it would without.

    Raises:
        StoreCopyError: the database cannot be read or the copy cannot be written.
    """
    if not file.is_file():
        raise StoreCopyError(f"数据库文件 {file} 不存在。请用 --data 指出数据目录")
    address = f"{file.absolute().as_uri()}?mode=rw"
    try:
        with (
            closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=_WAIT_S)) as source,
            closing(sqlite3.connect(to, isolation_level=None)) as target,
        ):
            source.execute("PRAGMA query_only=ON")
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            # The copy is flushed once, below, not page by page.
            target.execute("PRAGMA synchronous=OFF")
            # Signals are obeyed where Python code runs: between two steps.
            source.backup(target, pages=_PAGES, progress=lambda *_: None)
    except sqlite3.Error as error:
        raise StoreCopyError(
            f"数据库 {file} 无法复制：{engine_words(error)}。请检查备份目录的磁盘空间和权限"
        ) from error
    descriptor = os.open(to, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def examine_copy(file: Path) -> StoreFacts:
    """Return what a copy holds, after its pages, its references and its audit chain were found whole; changes nothing.

    Raises:
        StoreCopyError: the copy is damaged, its chain is broken, or its schema is not known here.
    """
    try:
        with _only_reading(file) as connection:
            schema = current_revision(connection)
            if schema is None or not knows_revision(schema):
                raise StoreCopyError(f"数据库结构版本为 {schema or '空'}，本程序只认到 {head_revision()}。请先升级程序")
            _require_whole(connection)
            return StoreFacts(
                schema=schema,
                documents=_count(connection, documents),
                alerts=_count(connection, alerts),
                cases=_count(connection, cases),
                audit_rows=_count(connection, audit),
                audit_head=SqlAudit(connection).head(),
            )
    except _UNREADABLE as error:
        raise DamagedStoreError(f"数据库副本无法读取：{error}") from error


def is_open(file: Path) -> bool:
    """Tell whether any process has the database open: in WAL mode each keeps a shared lock for as long as it has."""
    if not file.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=0)) as connection:
            connection.isolation_level = None
            connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchone()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    except sqlite3.DatabaseError:
        # What is no database any more is nobody's.
        return False
    return False


@contextmanager
def _only_reading(file: Path) -> Iterator[Connection]:
    # `immutable`: no -wal or -shm is made beside a copy that nobody else has open.
    address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _require_whole(connection: Connection) -> None:
    found = connection.execute(text("PRAGMA integrity_check(1)")).scalar_one()
    if found != "ok":
        raise DamagedStoreError(f"数据库已损坏：{found}")
    if connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
        raise DamagedStoreError("数据库内部引用不一致")
    broken = SqlAudit(connection).verify()
    if broken is not None:
        raise DamagedStoreError(f"审计链在第 {broken} 条断裂：此条或其之前的内容被改动过")


def _count(connection: Connection, table: Table) -> int:
    """Return how many rows a table has; an older schema may lack it."""
    if not inspect(connection).has_table(table.name):
        return 0
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
