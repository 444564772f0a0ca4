"""What the store promises of sources that administrators add, and of the probes that come before."""

from dataclasses import replace
from datetime import timedelta

from service.ports.own_sources import OwnSource, SourceProbe
from service.ports.store import Store
from tests.contract.stored import NOW

ADDED = OwnSource(
    id="own-news",
    declaration={"id": "own-news", "name": "示例晚报", "list": {"record": "ul > li"}},
    added_by="管理员",
    added_at=NOW,
    changed_at=NOW,
)
ASKED = SourceProbe(id="p1", url="http://news.example/", name="示例晚报", asked_by="管理员", asked_at=NOW)
ENDED = replace(
    ASKED,
    tries=1,
    ended_at=NOW + timedelta(minutes=1),
    draft={"kind": "feed", "weight": 5},
    reasons=("是订阅源",),
    samples=({"title": "消息", "url": None},),
)


class OwnSourcesContract:
    """Kept for ever, removed or not; probes until they are too old."""

    def test_a_source_reads_back_equal_changed_and_removed_too(self, store: Store) -> None:
        removed = replace(ADDED, id="own-a", removed_at=NOW + timedelta(days=1))
        with store.write() as work:
            work.own_sources.save(replace(ADDED, declaration={}))
            work.own_sources.save(ADDED)
            work.own_sources.save(removed)
        with store.read() as work:
            assert work.own_sources.get("own-news") == ADDED
            assert work.own_sources.get("own-none") is None
            assert list(work.own_sources.listing()) == [removed, ADDED]

    def test_a_probe_waits_until_it_has_ended_the_longest_asked_for_first(self, store: Store) -> None:
        later = replace(ASKED, id="p0", asked_at=NOW + timedelta(minutes=1))
        with store.write() as work:
            for probe in (later, ASKED):
                work.own_sources.save_probe(probe)
            assert list(work.own_sources.waiting_probes(limit=5)) == [ASKED, later]
            assert list(work.own_sources.waiting_probes(limit=1)) == [ASKED]
            work.own_sources.save_probe(ENDED)
        with store.read() as work:
            assert list(work.own_sources.waiting_probes(limit=5)) == [later]
            assert list(work.own_sources.latest_probes(limit=5)) == [later, ENDED]
            assert work.own_sources.probe("p1") == ENDED
            assert work.own_sources.probe("none") is None

    def test_old_probes_are_forgotten(self, store: Store) -> None:
        with store.write() as work:
            work.own_sources.save_probe(ASKED)
            work.own_sources.save_probe(replace(ASKED, id="p2", asked_at=NOW + timedelta(hours=1)))
            work.own_sources.drop_probes_before(NOW + timedelta(hours=1))
            assert [one.id for one in work.own_sources.latest_probes(limit=5)] == ["p2"]
