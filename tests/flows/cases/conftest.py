"""A store with the whole office in it, and an alert."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.ports.store import Store
from service.storage.sql import open_store
from tests.flows.acts.scene import happens
from tests.flows.cases.scene import PEOPLE, SECOND_OFFICER, Way


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Store]:
    # Nothing of it has to survive a power cut, and a case takes some twenty transactions.
    opened = open_store(f"sqlite:///{shutil.copy(migrated, tmp_path / 'yaowang.db')}", durable=False)
    with opened.write() as work:
        for one in (*PEOPLE.values(), SECOND_OFFICER):
            work.people.save(one)
    yield opened
    opened.close()


@pytest.fixture
def way(store: Store) -> Way:
    """The way of the case of an orange alert about twelve harmed persons, not yet opened."""
    return Way(store, happens(store).id)
