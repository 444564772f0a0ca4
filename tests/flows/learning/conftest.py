"""A store with sixty judged documents, labelled by an officer, and the shipped model over it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from analysis.assess import Analyser
from service.domain.learning.label import Label, LabelGiven, LabelOrigin
from service.domain.people.person import Person, Role
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.policies.register import load_register
from service.ports.store import Store
from service.storage.sql import migrate, open_store
from tests.builders import NOW, build_person
from tests.flows.learning.made import made_documents


@pytest.fixture(scope="session")
def shipped() -> Analyser:
    return Analyser.load()


@pytest.fixture(scope="session")
def office() -> Office:
    return Office(register=load_register(), address="http://127.0.0.1:8300")


@pytest.fixture
def officer() -> Person:
    return build_person(Role.OFFICER, name="值班员甲")


@pytest.fixture
def keeper() -> Person:
    return build_person(Role.ADMINISTRATOR, name="管理员乙")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'yaowang.db'}"
    migrate(url)
    opened = open_store(url)
    with opened.write() as work:
        work.sources.describe(
            [{"id": "forum", "name": "河边论坛", "source_class": "social", "region": "360700", "weight": 3.0, "credibility": None}]
        )  # fmt: skip
    yield opened
    opened.close()


@pytest.fixture
def judged(store: Store, shipped: Analyser, office: Office) -> Store:
    """The store with the sixty documents judged by the shipped model."""
    with store.write() as work:
        work.documents.put([document for document, _ in made_documents(now=NOW)], now=NOW)
    assert assess_pending(store, shipped, office=office, now=lambda: NOW).completed == 60
    return store


@pytest.fixture
def labelled(judged: Store) -> Store:
    """The store with all of them labelled, each asked about by lot."""
    label_all(judged, [(document.id, label) for document, label in made_documents(now=NOW)])
    return judged


def label_all(store: Store, said: Sequence[tuple[str, Label]]) -> None:
    """Store labels as if every document were of an event of its own; the made ones are too alike for that."""
    with store.write() as work:
        for document_id, label in said:
            given = LabelGiven(
                document_id=document_id,
                label=label,
                group=document_id,
                origin=LabelOrigin.RANDOM,
                actor="值班员甲",
                at=NOW,
            )
            work.labels.add(given)
