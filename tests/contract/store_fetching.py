from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from crawlers.records import Engagement
from crawlers.schedule.looks import Look, LookState
from service.ports.fetching import HostStop
from service.ports.store import Store
from tests.contract.stored import NOW, document, event, judge_all, put, undone

HOSTS = ("a.invalid", "b.invalid")
LATER = NOW + timedelta(minutes=3)


def claim(store: Store, holder: str, *hosts: str, after: timedelta = timedelta(0)) -> dict[str, int]:
    with store.write() as work:
        return work.hosts.claim(hosts or HOSTS, holder=holder, now=NOW + after, until=LATER + after)


class HostsContract:
    """Leases on hosts and the kill switch."""

    def test_a_host_is_held_by_one_process_at_a_time(self, store: Store) -> None:
        assert claim(store, "one") == {"a.invalid": 1, "b.invalid": 1}
        assert claim(store, "two") == {}
        assert claim(store, "two", "b.invalid", "c.invalid") == {"c.invalid": 1}
        assert claim(store, "nobody") == {}

    def test_who_holds_a_host_keeps_it_under_its_fence(self, store: Store) -> None:
        claim(store, "one")
        assert claim(store, "one", after=timedelta(minutes=2)) == {"a.invalid": 1, "b.invalid": 1}
        assert claim(store, "two", after=timedelta(minutes=4)) == {}

    def test_a_lease_that_is_over_goes_to_another_under_a_new_fence(self, store: Store) -> None:
        claim(store, "one")
        assert claim(store, "two", after=timedelta(minutes=3)) == {"a.invalid": 2, "b.invalid": 2}
        with store.read() as work:
            assert not work.hosts.is_held("a.invalid", 1)
            assert work.hosts.is_held("a.invalid", 2)
            assert not work.hosts.is_held("unknown.invalid", 1)

    def test_a_host_let_go_is_free_for_others_from_the_moment_named(self, store: Store) -> None:
        fences = claim(store, "one")
        with store.write() as work:
            work.hosts.release({"a.invalid": fences["a.invalid"]}, free_at=NOW + timedelta(seconds=5))
        assert claim(store, "two", after=timedelta(seconds=4)) == {}
        assert claim(store, "two", after=timedelta(seconds=5)) == {"a.invalid": 2}

    def test_a_stale_fence_frees_nothing(self, store: Store) -> None:
        late = claim(store, "one")
        claim(store, "two", after=timedelta(minutes=3))
        with store.write() as work:
            work.hosts.release(late, free_at=NOW)
        assert claim(store, "three", after=timedelta(minutes=4)) == {}

    def test_many_processes_that_ask_at_once_share_the_hosts(self, store: Store) -> None:
        hosts = [f"h{number}.invalid" for number in range(20)]
        with ThreadPoolExecutor(6) as pool:
            shares = list(pool.map(lambda holder: claim(store, holder, *hosts), "abcdef", timeout=30))
        assert sorted(host for share in shares for host in share) == sorted(hosts)

    def test_a_claim_that_fails_holds_nothing(self, store: Store) -> None:
        with undone(store) as work:
            work.hosts.claim(HOSTS, holder="one", now=NOW, until=LATER)
        assert claim(store, "two") == {"a.invalid": 1, "b.invalid": 1}

    def test_claiming_and_releasing_nothing_is_allowed(self, store: Store) -> None:
        with store.write() as work:
            assert work.hosts.claim([], holder="one", now=NOW, until=LATER) == {}
            work.hosts.release({}, free_at=NOW)

    def test_stopped_hosts_are_listed_until_they_are_let_go(self, store: Store) -> None:
        first = HostStop(host="a.invalid", actor="管理员", reason="对方来电", at=NOW)
        second = HostStop(host="a.invalid", actor="管理员", reason="对方来函", at=LATER)
        with store.write() as work:
            assert work.hosts.stopped() == {}
            work.hosts.stop(first)
            work.hosts.stop(second)
            assert work.hosts.stopped() == {"a.invalid": second}
            assert work.hosts.resume("a.invalid")
            assert not work.hosts.resume("a.invalid")
            assert work.hosts.stopped() == {}


def look_of(native_id: str, **changes: object) -> Look:
    values = {"document_id": document(native_id).id, "source_id": "evening-news", "since": NOW, "due_at": NOW} | changes
    return Look(**values)  # type: ignore[arg-type]


def file_four(store: Store) -> None:
    """Put three documents with an address and one without, of two sources, into one event."""
    put(store, document("1"), document("2"))
    with store.write() as work:
        work.events.save(event(), [])
        judge_all(work, event_id="e1")
    put(store, document("3", url=None), document("4", source_id="other"))
    with store.write() as work:
        judge_all(work, event_id="e1")


class LooksContract:
    """Documents that are looked at again."""

    def test_documents_with_an_address_and_no_look_are_found_newest_first(self, store: Store) -> None:
        file_four(store)
        with store.write() as work:
            found = work.looks.not_begun(["e1"], ["evening-news"], limit=10)
            assert [relook.native_id for relook in found] == ["2", "1"]
            assert found[0].url == "https://news.invalid/2"
            assert found[0].published_at == NOW - timedelta(hours=1)
            assert found[0].look.due_at is None
            work.looks.save_all([look_of("2")])
            assert [one.native_id for one in work.looks.not_begun(["e1"], ["evening-news", "other"], limit=1)] == ["4"]
            assert work.looks.not_begun(["e2"], ["evening-news"], limit=10) == []
            assert work.looks.not_begun([], [], limit=10) == []

    def test_looks_read_back_equal_and_are_replaced(self, store: Store) -> None:
        file_four(store)
        gone = look_of("1", state=LookState.GONE, due_at=None, looked_at=LATER, looks=4, flat=2)
        with store.write() as work:
            work.looks.save_all([])
            work.looks.save_all([look_of("1"), look_of("2")])
            work.looks.save_all([gone])
            assert work.looks.get_all([gone.document_id, "unknown"]) == {gone.document_id: gone}

    def test_due_looks_of_running_events_come_longest_due_first(self, store: Store) -> None:
        file_four(store)
        with store.write() as work:
            due = NOW + timedelta(hours=2)
            work.looks.save_all([look_of("1", due_at=due), look_of("2", due_at=due - timedelta(hours=1))])
            assert [one.native_id for one in work.looks.due(["e1"], now=due, limit=10)] == ["2", "1"]
            assert [one.native_id for one in work.looks.due(["e1"], now=due, limit=1)] == ["2"]
            assert work.looks.due(["e1"], now=NOW, limit=10) == []
            assert work.looks.due(["e2"], now=due, limit=10) == []

    def test_the_canary_is_the_newest_document_whose_original_was_there(self, store: Store) -> None:
        file_four(store)
        first, second = document("1").id, document("2").id
        with store.write() as work:
            assert work.looks.canary("evening-news", besides=[]) == "https://news.invalid/2"
            assert work.looks.canary("evening-news", besides=[second]) == "https://news.invalid/1"
            work.looks.save_all([look_of("2", state=LookState.SUSPECT_GONE)])
            assert work.looks.canary("evening-news", besides=[]) == "https://news.invalid/1"
            assert work.looks.canary("evening-news", besides=[first]) is None

    def test_a_document_whose_original_is_gone_says_so_in_its_event(self, store: Store) -> None:
        file_four(store)
        with store.write() as work:
            work.looks.save_all([look_of("1", state=LookState.GONE)])
            rows = {row.document_id: row for row in work.events.documents("e1")}
            assert rows[document("1").id].original == "gone"
            assert rows[document("1").id].original_since == NOW
            assert rows[document("2").id].original == "live"

    def test_the_counts_before_a_moment_are_the_last_ones_seen_until_then(self, store: Store) -> None:
        file_four(store)
        one = document("1")
        for minutes, views in ((0, 10), (30, 20), (60, 30)):
            counted = Engagement(seen_at=NOW + timedelta(minutes=minutes), views=views, comments=0)
            put(store, document("1", engagement=counted))
        with store.read() as work:
            before = work.looks.counts_before(one.id, NOW + timedelta(minutes=60))
            assert before == Engagement(seen_at=NOW + timedelta(minutes=30), views=20, comments=0)
            assert work.looks.counts_before(one.id, NOW) is None
            assert work.looks.counts_before("unknown", LATER) is None
