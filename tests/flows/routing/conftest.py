import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.ports.store import Store
from service.storage.sql import open_store
from tests.flows.routing.office import PEOPLE, READER, Clock, Post, Running

START = datetime(2026, 9, 28, 1, 0, tzinfo=UTC)


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "yaowang.db"))


@pytest.fixture
def opened(database: Path) -> Iterator[Callable[[], Store]]:
    """Open the store, each time anew, as after a restart."""
    stores: list[Store] = []

    def again() -> Store:
        stores.append(open_store(f"sqlite:///{database}", durable=False))
        return stores[-1]

    yield again
    for one in stores:
        one.close()


@pytest.fixture
def running(opened: Callable[[], Store]) -> Running:
    """The service on a Monday morning at 09:00 in Beijing, with people and without a roster."""
    store = opened()
    with store.write() as work:
        for one in PEOPLE:
            work.people.save(one)
    clock = Clock(START)
    return Running(store, clock, Post(clock))


@pytest.fixture
def alone(running: Running) -> Running:
    """The office where one person has an address, so that every mail is theirs."""
    with running.store.write() as work:
        for one in work.people.listing():
            work.people.save(replace(one, email=READER.email if one.id == READER.id else None))
    return running
