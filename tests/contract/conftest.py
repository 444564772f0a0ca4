"""The store on a SQLite file; a suite of another engine has a `store` of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.storage.sql import SqlStore, open_store
from tests.contract.stored import AUTHOR_KEY


@pytest.fixture
def file(migrated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "yaowang.db"))


@pytest.fixture
def store(file: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{file}", author_key=lambda: AUTHOR_KEY)
    yield opened
    opened.close()
