"""A store with people and the sources that these tests hear from."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.people.person import Person, Role
from service.domain.rules.register import Register
from service.policies.register import load_register
from service.ports.store import Store
from service.storage.sql import open_store
from tests.builders import build_person, enrol_everyone
from tests.seeding import SOURCES


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{shutil.copy(migrated, tmp_path / 'yaowang.db')}")
    enrol_everyone(opened)
    with opened.write() as work:
        names = ("id", "name", "source_class", "region", "weight", "credibility")
        work.sources.describe([{name: getattr(source, name) for name in names} for source in SOURCES])
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def register() -> Register:
    return load_register()


@pytest.fixture
def officer() -> Person:
    return build_person(Role.OFFICER)


@pytest.fixture
def approver() -> Person:
    return build_person(Role.APPROVER)


@pytest.fixture
def viewer() -> Person:
    return build_person(Role.VIEWER)
