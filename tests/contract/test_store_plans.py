"""What is asked of tables that grow for years is answered by an index: the engine's own plans, not a clock."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, UniqueConstraint, create_engine, event

from service.domain.alerts.alert import AlertState
from service.ports.store import Store, Work
from service.storage.schema.metadata import metadata
from service.storage.sql import migrate, open_store
from tests.builders import NOW
from tests.contract.stored import AUTHOR_KEY, document, judge_all, put
from tests.contract.stored import alert as build_alert
from tests.contract.stored import event as build_event

DAY = timedelta(days=1)
ASKED: dict[str, Callable[[Work], object]] = {
    "what one person did": lambda work: work.audit.rows(actor="甲", limit=50),
    "who did one thing": lambda work: work.audit.rows(action="login.succeeded", limit=50),
    "what is set aside": lambda work: work.quarantine.counts(),
    "what was not delivered": lambda work: work.outbox.troubled(),
    "what the last day brought": lambda work: work.documents.count(stored_since=NOW - DAY),
    "how the matters stand": lambda work: work.matters.counts(now=NOW),
    "what an applicant brought": lambda work: work.matters.count_of_applicant("a", since=NOW - DAY, until=NOW),
    "the latest notices": lambda work: work.attachments.find(limit=50),
    "how many alerts are closed": lambda work: work.alerts.count(state="closed"),
    "the order of an event": lambda work: work.events.order("e"),
    "events looked for by nobody any more": lambda work: work.events.unfile(["e"]),
}


IN_ORDER: dict[str, Callable[[Work], object]] = {
    "closed alerts": lambda work: work.alerts.listing(state="closed", limit=30, offset=5_000),
}


@pytest.mark.parametrize("asked", IN_ORDER.values(), ids=IN_ORDER)
def test_a_page_in_order_of_time_sorts_no_more_than_one_moment(asked: Callable[[Work], object], migrated: Path) -> None:
    steps = _steps(asked, migrated)
    assert [step for step in steps if "SCAN" in step or step == "USE TEMP B-TREE FOR ORDER BY"] == []


def test_where_the_trail_begins_at_a_moment_is_read_from_an_index_and_not_by_walking_it(migrated: Path) -> None:
    steps = _steps(lambda work: work.audit.first_since(NOW), migrated)
    assert any("ix_audit_at_seq" in step for step in steps)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_no_row_is_read_that_is_not_asked_for(asked: Callable[[Work], object], migrated: Path) -> None:
    steps = _steps(asked, migrated)
    # From the end of the documents only those of the time are passed over; an index of what is open holds nothing else.
    read = [step for step in steps if step.startswith("SCAN") and "INDEX" not in step and "json_each" not in step]
    assert [step for step in read if "anon" not in step and "documents" not in step] == []
    assert "TEMP B-TREE FOR GROUP BY" not in " ".join(steps)


def _asked_of(url: str, asked: Callable[[Work], object]) -> list[tuple[str, Any]]:
    """Return the statements that read or remove rows, with the values bound in them."""
    seen: list[tuple[str, Any]] = []
    store: Store = open_store(url)

    def executed(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        with store.write() as work:
            asked(work)
    finally:
        event.remove(Engine, "before_cursor_execute", executed)
        store.close()
    statements = [one for one in seen if one[0].startswith(("SELECT", "DELETE"))]
    assert statements
    return statements


def _steps(asked: Callable[[Work], object], migrated: Path) -> list[str]:
    """Return how SQLite goes about what is asked."""
    statements = _asked_of(f"sqlite:///{migrated}", asked)
    connection = sqlite3.connect(migrated)
    steps = [step for one in statements for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {one[0]}", one[1])]
    connection.close()
    return steps


GROWN: dict[str, Callable[[Work], object]] = {
    "closed alerts": lambda work: work.alerts.listing(state="closed", limit=30, offset=300),
    "the latest notices": lambda work: work.attachments.find(limit=50),
    "the order of an event": lambda work: work.events.order("E7"),
    "the documents of an event": lambda work: work.events.documents("E7", limit=50, offset=50),
}


@pytest.fixture(scope="module")
def grown(postgres_database: str) -> str:
    """A PostgreSQL database of some years, whose statistics are known: 20,000 documents of 100 events, 6,000 closed alerts."""
    migrate(postgres_database)
    store = open_store(postgres_database, author_key=lambda: AUTHOR_KEY)
    rows = [{"product": "甲胶囊"}]
    put(store, document("1", extras={"rows": rows}))
    with store.write() as work:
        work.events.save(build_event("e1"), [])
        work.alerts.save(build_alert("a1", state=AlertState.CLOSED))
        judge_all(work, event_id="e1")
        work.attachments.replace_rows([document("1", extras={"rows": rows})])
    store.close()
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        named = {"id": "md5(n::text)", "native_id": "n::text", "seq": "t.seq + n"}
        _multiply(connection, "documents", 20_000, named)
        _multiply(connection, "events", 100, {"id": "'E' || n"})
        judged = {"document_id": "md5(n::text)", "seq": "t.seq + n", "event_id": "'E' || (2 + mod(n, 99))"}
        _multiply(connection, "assessments", 20_000, judged)
        raised = {"id": "'A' || n", "raised_at": "t.raised_at - n * interval '1 hour'"}
        _multiply(connection, "alerts", 6_000, raised)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    return postgres_database


def _multiply(connection: Connection, name: str, number: int, changes: Mapping[str, str]) -> None:
    columns = [column.name for column in metadata.tables[name].columns]
    listed = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(changes.get(column, f't."{column}"') for column in columns)
    connection.exec_driver_sql(
        f"INSERT INTO {name} ({listed}) SELECT {values} FROM generate_series(2, {number}) n, (SELECT * FROM {name} LIMIT 1) t"
    )


@pytest.mark.parametrize("asked", GROWN.values(), ids=GROWN)
def test_postgresql_reads_a_page_of_years_by_an_index(asked: Callable[[Work], object], grown: str) -> None:
    engine = create_engine(grown)
    with engine.connect() as connection:
        steps = [
            row[0]
            for statement, bound in _asked_of(grown, asked)
            for row in connection.exec_driver_sql(f"EXPLAIN {statement}", bound)
        ]
    engine.dispose()
    whole = [step for step in steps if re.search(r"Seq Scan on (alerts|documents|assessments|events)", step)]
    assert whole == [], "\n".join(steps)


# With a reference of the transaction still open, SQLite looks for the children of every parent that is inserted.
@pytest.mark.parametrize("parent", ["events", "documents", "alerts", "cases"])
def test_whatever_refers_to_what_grows_is_found_by_an_index(parent: str) -> None:
    unfound = []
    for table in metadata.tables.values():
        whole = [index for index in table.indexes if index.dialect_options["sqlite"]["where"] is None]
        leading = {next(iter(index.columns)).name for index in whole if len(index.columns)}
        leading.update(column.name for column in list(table.primary_key.columns)[:1])
        leading |= {
            column.name for one in table.constraints if isinstance(one, UniqueConstraint) for column in one.columns
        }
        unfound += [
            f"{table.name}.{key.parent.name}"
            for key in table.foreign_keys
            if key.column.table.name == parent and key.parent.name not in leading
        ]
    assert unfound == []
