"""A store with people in it, and an alert."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.alerts.alert import Alert, AlertLevel
from service.ports.store import Store
from service.storage.sql import open_store
from tests.flows.acts.scene import APPROVER, GONE, OFFICER, VIEWER, happens


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{shutil.copy(migrated, tmp_path / 'yaowang.db')}")
    with opened.write() as work:
        for one in (OFFICER, APPROVER, VIEWER, GONE):
            work.people.save(one)
    yield opened
    opened.close()


@pytest.fixture
def alert(store: Store) -> Alert:
    """An orange alert about twelve harmed persons, its 48 hours running."""
    raised = happens(store)
    assert raised.level is AlertLevel.ORANGE
    return raised
