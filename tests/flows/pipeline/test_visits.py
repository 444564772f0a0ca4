import time
from dataclasses import replace
from datetime import timedelta

import pytest

from crawlers.ports import SourceProgress
from crawlers.records import Source, SourceClass
from service.domain.refusal import Conflict
from service.flows.crawl.sources import (
    VISIT_LEASE,
    Claim,
    claim_visits,
    due_sources,
    end_visits,
    resume_host,
    stop_host,
    switch,
)
from service.ports.fetching import HostStop
from service.ports.store import Store
from service.storage.crawl import StoreCrawlState
from tests.flows.pipeline.conftest import START


def declared(name: str, host: str, *, delay: str = "5s") -> Source:
    return Source(
        id=name,
        name=name,
        kind="feed",
        source_class=SourceClass.MEDIA,
        url=f"https://{host}/feed.xml",
        declaration={"politeness": {"delay": delay}},
    )


SOURCES = [declared("a", "one.test"), declared("b", "two.test")]


def claim(store: Store, holder: str, *, after: timedelta = timedelta(0)) -> Claim:
    return claim_visits(store, SOURCES, holder=holder, now=START + after)


def ids(claimed: Claim) -> list[str]:
    return [source.id for source in claimed.sources]


def test_a_source_is_visited_by_one_process_at_a_time(store: Store) -> None:
    assert ids(claim(store, "one")) == ["a", "b"]
    assert ids(claim(store, "two")) == []


def test_all_sources_of_a_host_are_visited_by_one_process(store: Store) -> None:
    claim(store, "one")
    neighbour = declared("c", "one.test")
    assert ids(claim_visits(store, [neighbour], holder="two", now=START)) == []
    assert ids(claim_visits(store, [neighbour], holder="one", now=START)) == ["c"]


def test_a_host_let_go_is_visited_by_another_once_its_delay_has_passed(store: Store) -> None:
    slow = declared("slow", "one.test", delay="60s")
    held = claim_visits(store, [*SOURCES, slow], holder="one", now=START)
    end_visits(store, held, now=START + timedelta(seconds=10))
    assert ids(claim(store, "two", after=timedelta(seconds=14))) == []
    assert ids(claim(store, "two", after=timedelta(seconds=15))) == ["b"]
    assert ids(claim(store, "two", after=timedelta(seconds=70))) == ["a", "b"]


def test_a_process_that_died_loses_its_visits_when_the_lease_is_over(store: Store) -> None:
    claim(store, "one")
    assert ids(claim(store, "two", after=VISIT_LEASE)) == ["a", "b"]


def test_a_late_process_can_neither_end_the_visit_of_its_successor_nor_write_over_what_it_knows(store: Store) -> None:
    late = claim(store, "one")
    now = claim(store, "two", after=VISIT_LEASE)

    def state_under(held: Claim) -> StoreCrawlState:
        return StoreCrawlState(store, lambda work, _: work.hosts.is_held("one.test", held.fences["one.test"]))

    state_under(now).save_progress(SourceProgress(source_id="a", etag="new"))
    state_under(late).save_progress(SourceProgress(source_id="a", etag="old"))
    assert state_under(late).progress("a").etag == "new"
    end_visits(store, late, now=START + VISIT_LEASE)
    assert ids(claim(store, "three", after=VISIT_LEASE + timedelta(seconds=30))) == []


def due(*sources: Source, **state: object) -> list[str]:
    values = {"progress": {}, "switches": {}, "stops": {}, "now": START} | state
    return [source.id for source in due_sources(sources, **values)]  # type: ignore[arg-type]


def test_what_is_due_longest_comes_first_and_what_waits_does_not() -> None:
    later, earlier = START - timedelta(minutes=1), START - timedelta(hours=1)
    progress = {
        "a": SourceProgress(source_id="a", next_due_at=later),
        "b": SourceProgress(source_id="b", next_due_at=earlier),
    }
    assert due(*SOURCES, progress=progress) == ["b", "a"]
    progress["b"] = replace(progress["b"], next_due_at=START + timedelta(seconds=1))
    assert due(*SOURCES, progress=progress) == ["a"]
    assert due(*SOURCES, switches={"a": False}) == ["b"]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=400)])
def test_a_clock_set_back_keeps_no_source_from_its_visit(back: timedelta) -> None:
    visited = SourceProgress(source_id="a", last_run_at=START, next_due_at=START + timedelta(minutes=10))
    assert due(SOURCES[0], progress={"a": visited}) == []
    assert due(SOURCES[0], progress={"a": visited}, now=START - back) == ["a"]


def test_a_machine_whose_clock_is_a_little_behind_visits_nothing_again() -> None:
    visited = SourceProgress(source_id="a", last_run_at=START, next_due_at=START + timedelta(minutes=10))
    assert due(SOURCES[0], progress={"a": visited}, now=START - timedelta(minutes=4)) == []


def test_stopped_hosts_and_what_is_below_them_are_not_due() -> None:
    stop = HostStop(host="one.test", actor="甲", reason="来函", at=START)
    below, beside = declared("c", "www.one.test"), declared("d", "someone.test")
    assert due(*SOURCES, below, beside, stops={"one.test": stop}) == ["b", "d"]


def test_a_thousand_declared_sources_are_scheduled_within_a_second(store: Store) -> None:
    sources = [declared(f"s{number}", f"h{number}.test") for number in range(1000)]
    with store.write() as work:
        for source in sources:
            work.sources.save_progress(SourceProgress(source_id=source.id, next_due_at=START, memory={"x": [0.5] * 96}))
    started = time.process_time()
    with store.read() as work:
        progress, switches, stops = work.sources.all_progress(), work.sources.switches(), work.hosts.stopped()
    chosen = due_sources(sources, progress=progress, switches=switches, stops=stops, now=START)
    held = claim_visits(store, chosen, holder="one", now=START)
    assert time.process_time() - started < 1.0
    assert len(held.sources) == 256


def test_a_stop_is_audited_and_can_be_taken_back(store: Store) -> None:
    stop_host(store, " WWW.One.Test. ", actor="甲", reason="对方来函", now=START)
    with store.read() as work:
        assert work.hosts.stopped()["www.one.test"].reason == "对方来函"
    resume_host(store, "www.one.test", actor="甲", now=START)
    with store.read() as work:
        assert work.hosts.stopped() == {}
        assert [row.action for row in work.audit.rows(limit=2)] == ["host.resumed", "host.stopped"]


@pytest.mark.parametrize("written", ["", "https://one.test/x", "one.test:80", "two words"])
def test_what_is_no_host_name_is_refused(store: Store, written: str) -> None:
    with pytest.raises(Conflict, match="不是主机名"):
        stop_host(store, written, actor="甲", reason="", now=START)


def test_a_host_that_was_not_stopped_cannot_be_resumed(store: Store) -> None:
    with pytest.raises(Conflict, match="没有被停止"):
        resume_host(store, "one.test", actor="甲", now=START)


@pytest.mark.parametrize("access", ["login", "anon_cookie", "import_only"])
def test_what_may_only_be_imported_is_neither_switched_on_nor_due(store: Store, access: str) -> None:
    closed = replace(SOURCES[0], access=access)
    with pytest.raises(Conflict, match="只能导入"):
        switch(store, closed, enabled=True, actor="甲", now=START)
    due = due_sources([closed], progress={}, switches={closed.id: True}, stops={}, now=START)
    assert due == []


def test_template_is_not_switched_on_before_it_is_filled_in(store: Store) -> None:
    template = replace(SOURCES[0], url="https://{site}.test/{date:%Y}/f.xml")
    with pytest.raises(Conflict, match=r"模板.*site"):
        switch(store, template, enabled=True, actor="甲", now=START)
    switch(store, replace(template, declaration={"params": {"site": "one"}}), enabled=True, actor="甲", now=START)


def test_push_source_is_switched_off_and_on_again(store: Store) -> None:
    partner = replace(SOURCES[0], kind="push", access="import_only", url=None)
    for enabled in (False, True):
        switch(store, partner, enabled=enabled, actor="甲", now=START)
    with store.read() as work:
        assert work.sources.switches() == {"a": True}
