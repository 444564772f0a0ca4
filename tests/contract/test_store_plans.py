"""What is asked of tables that grow for years is answered by an index: the engine's own plans, not a clock."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, UniqueConstraint, event

from service.ports.store import Store, Work
from service.storage.schema.metadata import metadata
from service.storage.sql import open_store
from tests.builders import NOW

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


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_no_row_is_read_that_is_not_asked_for(asked: Callable[[Work], object], migrated: Path) -> None:
    steps = _steps(asked, migrated)
    # From the end of the documents only those of the time are passed over; an index of what is open holds nothing else.
    read = [step for step in steps if step.startswith("SCAN") and "INDEX" not in step and "json_each" not in step]
    assert [step for step in read if "anon" not in step and "documents" not in step] == []
    assert "TEMP B-TREE FOR GROUP BY" not in " ".join(steps)


def _steps(asked: Callable[[Work], object], migrated: Path) -> list[str]:
    """Return how SQLite goes about what is asked."""
    seen: list[tuple[str, Any]] = []
    store: Store = open_store(f"sqlite:///{migrated}")

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
    connection = sqlite3.connect(migrated)
    steps = [step for one in statements for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {one[0]}", one[1])]
    connection.close()
    return steps


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
