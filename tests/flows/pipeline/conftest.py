from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.domain.people.person import Role
from service.flows.alerts.consider import Office
from service.flows.people.acts import add_person
from service.policies.register import load_register
from service.ports.store import Store
from service.storage.sql import migrate, open_store
from tests.flows.pipeline.judge import ScriptedJudge

START = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)


class MovingClock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    opened = open_store(url)
    add_person(
        opened, name="值班", role=Role.OFFICER, by="system", now=START, email="duty@office.invalid", notify_from="blue"
    )
    with opened.write() as work:
        work.sources.describe(
            [
                {
                    "id": source,
                    "name": source,
                    "source_class": kind,
                    "region": region,
                    "weight": 3.0,
                    "credibility": None,
                }
                for source, kind, region in (
                    ("forum", "social", "360700"),
                    ("evening", "media", "360700"),
                    ("official", "official", "360000"),
                )
            ]
        )
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def office() -> Office:
    return Office(register=load_register(), address="http://127.0.0.1:8300")


@pytest.fixture
def judge() -> ScriptedJudge:
    return ScriptedJudge()
