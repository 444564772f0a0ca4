"""A database of every earlier revision, with a row in each of its tables, is brought up to date and loses none of them."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine

from service.storage import migrations
from service.storage.sql import migrate, open_store
from tests.contract.stored import NOW

REVISIONS = sorted(one.revision for one in ScriptDirectory.from_config(migrations._config()).walk_revisions())
# Installations that have taken a step never take it again: what is added to it later, they lack for good.
PUBLISHED = {
    "0001": "2331775f1775",
    "0002": "ea032962ef73",
    "0003": "c78112d3662a",
    "0004": "5f6c5d2a05f7",
    "0005": "91cb1c676f72",
    "0006": "de5b109d05be",
    "0007": "bef54260dd88",
    "0008": "6840a9c1dbdc",
    "0009": "7cf94dea16a3",
    "0010": "992d22d68a22",
    "0011": "5e42641af535",
    "0012": "7faa7d564d12",
    "0013": "c63bb506a8b9",
    "0014": "591d45e04d26",
    "0015": "839dab0d9e86",
    "0016": "81114167d877",
    "0017": "9d5db28d52f3",
    "0018": "0da93edc5c07",
    "0019": "2c8458341b52",
    "0020": "7e49b462a14b",
    "0021": "48c6bc278add",
    "0022": "ddd7e5b882b4",
    "0023": "f104ccebb276",
    "0024": "54607d2e2c14",
    "0025": "c1ab8b34e1a4",
    "0026": "e9d7b573afc7",
    "0027": "9dfb6638a6fc",
    "0028": "4c86c4328f49",
    "0029": "f0a05dd34c6f",
    "0030": "8ad51c0e3f7e",
    "0031": "3410086ab1a0",
}
# Of a server, where each takes seconds: the first, and those before a step that changes rows.
FEW_REVISIONS = ("0001", "0003", "0015", "0026")
GIVEN: dict[type, object] = {str: "x", int: 1, float: 1.0, bool: True, datetime: NOW, date: NOW.date(), bytes: b"x"}
Rows = dict[str, list[dict[str, object]]]


def made(file: Path, revision: str) -> sqlite3.Connection:
    """Make an empty database of `revision`."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    return sqlite3.connect(file)


def shape_of(connection: sqlite3.Connection) -> str:
    """Return a hash of tables, columns, indices and triggers, whatever words the engine was given for them."""
    columns = [(table, connection.execute(f"PRAGMA table_info({table})").fetchall()) for table in tables_of(connection)]
    others = "SELECT type, name, tbl_name FROM sqlite_master WHERE type IN ('index', 'trigger') ORDER BY name"
    return hashlib.sha256(repr((columns, connection.execute(others).fetchall())).encode()).hexdigest()[:12]


def filled(file: Path, revision: str) -> Rows:
    """Make a database of `revision` with one row in each table, all of which refer to each other; return the rows."""
    connection = made(file, revision)
    for table in tables_of(connection):
        if connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:
            continue
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        given = [(name, "x" if kind == "TEXT" else 1) for _, name, kind, *_ in columns]
        names, marks = ", ".join(f'"{name}"' for name, _ in given), ", ".join("?" for _ in given)
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [value for _, value in given])
    connection.commit()
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    rows = rows_of(connection)
    connection.close()
    return rows


def tables_of(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for (name,) in found if name != "alembic_version")


def rows_of(connection: sqlite3.Connection) -> Rows:
    connection.row_factory = sqlite3.Row
    tables = tables_of(connection)
    return {table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")] for table in tables}


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_older_database_keeps_every_row_and_value_when_it_is_brought_up_to_date(
    tmp_path: Path, revision: str
) -> None:
    file = tmp_path / "old.db"
    before = filled(file, revision)
    migrate(f"sqlite:///{file}")
    connection = sqlite3.connect(file)
    after = rows_of(connection)
    damaged = connection.execute("PRAGMA foreign_key_check").fetchall()
    connection.close()
    assert before
    for table, rows in before.items():
        assert [{name: row[name] for name in rows[0]} for row in after[table]] == rows, table
    assert damaged == []
    store = open_store(f"sqlite:///{file}")
    assert store.check() is None
    store.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_step_of_the_schema_stays_as_it_was_published(tmp_path: Path, revision: str) -> None:
    connection = made(tmp_path / "old.db", revision)
    shape = shape_of(connection)
    connection.close()
    told = f"a new step is entered as {shape!r}; what is to be added to an older one goes into a step of its own"
    assert shape == PUBLISHED.get(revision), told


def test_a_one_time_password_of_before_ends_three_days_after_its_account_was_made(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    filled(file, "0024")
    migrate(f"sqlite:///{file}")
    connection = sqlite3.connect(file)
    [(made_at, until)] = connection.execute("SELECT created_at, password_until FROM people").fetchall()
    connection.close()
    assert until - made_at == timedelta(hours=72) // timedelta(microseconds=1)


def upgraded_to(connection: Connection, revision: str) -> None:
    config = migrations._config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def fill_all(connection: Connection) -> Rows:
    """Put one row into each empty table, all of which refer to each other; return the rows of all."""
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if table.name != "alembic_version" and connection.execute(table.select()).first() is None:
            connection.execute(table.insert(), {one.name: GIVEN[one.type.python_type] for one in table.columns})
    return all_rows(connection)


def all_rows(connection: Connection) -> Rows:
    found = MetaData()
    found.reflect(connection)
    tables = {name: table for name, table in found.tables.items() if name != "alembic_version"}
    return {
        name: [dict(row) for row in connection.execute(table.select()).mappings()] for name, table in tables.items()
    }


@pytest.mark.parametrize("revision", FEW_REVISIONS)
def test_an_older_database_of_a_server_keeps_every_row_and_value_when_it_is_brought_up_to_date(
    new_postgres_database: Callable[[], str], revision: str
) -> None:
    url = new_postgres_database()
    engine = create_engine(url)
    with engine.begin() as connection:
        upgraded_to(connection, revision)
        before = fill_all(connection)
    migrate(url)
    with engine.begin() as connection:
        after = all_rows(connection)
    engine.dispose()
    assert before
    assert {table for table, rows in before.items() if not rows} == set()
    for table, rows in before.items():
        assert [{name: row[name] for name in rows[0]} for row in after[table]] == rows, table
    with closing(open_store(url)) as store:
        assert store.check() is None
