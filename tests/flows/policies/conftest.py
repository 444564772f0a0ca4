"""A store with an administrator and an approver, and a folder for texts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.people.person import Person, Role
from service.domain.rules.register import Register
from service.policies.register import load_register
from service.ports.store import Store
from service.storage.sql import open_store
from tests.flows.acts.scene import APPROVER, person

ADMINISTRATOR = person("管", Role.ADMINISTRATOR)


@pytest.fixture(scope="session")
def register() -> Register:
    return load_register()


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{shutil.copy(migrated, tmp_path / 'yaowang.db')}")
    with opened.write() as work:
        for one in (ADMINISTRATOR, APPROVER):
            work.people.save(one)
    yield opened
    opened.close()


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    return folder


@pytest.fixture
def administrator() -> Person:
    return ADMINISTRATOR
