import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.write_ahead import log_ahead


def opened(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA busy_timeout=10000")
    return connection


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "new.db"
    connection = opened(file)
    connection.execute("CREATE TABLE it (it INTEGER)")
    connection.close()
    return file


@pytest.fixture
def writing(file: Path) -> Iterator[sqlite3.Connection]:
    connection = opened(file)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


@pytest.mark.usefixtures("writing")
def test_sqlite_itself_does_not_wait_for_a_writer_when_it_switches(file: Path) -> None:
    connection = opened(file)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def test_the_switch_waits_until_another_has_written(file: Path, writing: sqlite3.Connection) -> None:
    connection = opened(file)
    with ThreadPoolExecutor(1) as pool:
        switched = pool.submit(log_ahead, connection, 10)
        writing.execute("INSERT INTO it VALUES (1)")
        writing.execute("COMMIT")
        switched.result(timeout=20)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.usefixtures("writing")
def test_a_file_that_stays_locked_is_told_after_the_time_given(file: Path) -> None:
    connection = opened(file)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        log_ahead(connection, 0.05)
    connection.close()


def test_what_is_no_database_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database" * 100, encoding="utf-8")
    connection = opened(tmp_path / "text.db")
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        log_ahead(connection, 60)
    connection.close()
