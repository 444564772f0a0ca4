from datetime import timedelta

from crawlers.records import Source, SourceClass
from service.flows.sources import VISIT_LEASE, claim_visits, end_visits
from service.ports.store import Store
from tests.flows.pipeline.conftest import START


def declared(name: str, host: str) -> Source:
    return Source(id=name, name=name, kind="feed", source_class=SourceClass.MEDIA, url=f"https://{host}/feed.xml")


SOURCES = [declared("a", "one.test"), declared("b", "two.test")]


def claim(store: Store, holder: str, *, after: timedelta = timedelta(0)) -> list[str]:
    return [source.id for source in claim_visits(store, SOURCES, holder=holder, now=START + after)]


def test_a_source_is_visited_by_one_process_at_a_time(store: Store) -> None:
    assert claim(store, "one") == ["a", "b"]
    assert claim(store, "two") == []


def test_all_sources_of_a_host_are_visited_by_one_process(store: Store) -> None:
    claim(store, "one")
    neighbour = declared("c", "one.test")
    assert claim_visits(store, [neighbour], holder="two", now=START) == []
    assert claim_visits(store, [neighbour], holder="one", now=START) == [neighbour]


def test_a_visit_that_is_over_frees_its_source(store: Store) -> None:
    claim(store, "one")
    end_visits(store, SOURCES[:1], holder="one")
    assert claim(store, "two") == ["a"]


def test_a_process_that_died_loses_its_visits_when_the_lease_is_over(store: Store) -> None:
    claim(store, "one")
    assert claim(store, "two", after=VISIT_LEASE) == ["a", "b"]


def test_another_process_cannot_end_a_visit(store: Store) -> None:
    claim(store, "one")
    end_visits(store, SOURCES, holder="two")
    assert claim(store, "two") == []
