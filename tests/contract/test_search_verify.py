"""`verify` over a real store and both engines."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from service.ports.search import Search, SearchDocument, SearchQuery, SearchUnavailableError
from service.search import verify as verify_module
from service.search.elasticsearch import ElasticsearchSearch
from service.search.fts import FtsSearch
from service.search.refill import ask_for_refill, rebuilding, refill
from service.search.verify import note_rules, verify
from service.storage import rows
from service.storage.sql import SqlStore
from tests.contract.stored import document, judge_all, put, searched


def fill(store: SqlStore, count: int) -> None:
    put(store, *(document(str(number)) for number in range(count)))
    with store.write() as work:
        judge_all(work)


def project(store: SqlStore, search: Search) -> None:
    after = 0
    while True:
        with store.read() as work:
            documents = searched(work, after_seq=after, limit=500)
        if not documents:
            note_rules(store, search)
            return
        search.index(documents)
        after = documents[-1].seq


class VerifyContract:
    """Subclasses hand in an empty engine as the fixture `search`."""

    def test_equal_sides_are_found_equal(self, store: SqlStore, search: Search) -> None:
        fill(store, 30)
        project(store, search)
        report = verify(store, search, repair=False)
        assert report.equal
        assert report.compared == 30

    def test_two_empty_sides_are_equal(self, store: SqlStore, search: Search) -> None:
        assert verify(store, search, repair=True).equal

    def test_an_empty_projection_is_rebuilt(self, store: SqlStore, search: Search) -> None:
        fill(store, 1_300)
        seen: list[int] = []
        found = verify(store, search, repair=False)
        assert (found.missing, found.repaired) == (1_300, 0)
        assert verify(store, search, repair=True, progress=seen.append).repaired == 1_300
        assert seen[-1] == 1_300
        assert verify(store, search, repair=False).equal
        assert search.find(SearchQuery(tokens=("清云", "寒战"))).total == 1_300

    def test_every_kind_of_difference_is_named_and_put_right(self, store: SqlStore, search: Search) -> None:
        fill(store, 10)
        project(store, search)
        with store.read() as work:
            documents = searched(work, limit=10)
        search.remove([documents[0].document_id, documents[9].document_id])
        put(store, document("3", text="更正。"))
        with store.write() as work:
            judge_all(work)
        ahead = replace(documents[5], version=99, title="来自别处")
        orphan = replace(documents[6], document_id="gone", seq=7_000)
        search.index([ahead, orphan])
        report = verify(store, search, repair=False)
        assert (report.missing, report.stale, report.orphaned) == (2, 2, 1)
        assert verify(store, search, repair=True).repaired == 5
        assert verify(store, search, repair=False).equal
        titles = [hit.document.title for hit in search.find(SearchQuery(limit=50)).hits]
        assert sorted(titles) == sorted(document(str(number)).title for number in range(10))

    def test_orphans_alone_fill_several_ranges(self, store: SqlStore, search: Search) -> None:
        fill(store, 1)
        with store.read() as work:
            [one] = searched(work, limit=1)
        search.index([replace(one, document_id=f"o{seq}", seq=seq) for seq in range(2, 1_500)])
        assert verify(store, search, repair=True).orphaned == 1_498
        project(store, search)
        assert verify(store, search, repair=False).equal

    def test_a_start_fills_an_empty_projection_and_leaves_a_filled_one_alone(
        self, store: SqlStore, search: Search
    ) -> None:
        assert refill(store, search) is None
        fill(store, 10)
        report = refill(store, search)
        assert report is not None
        assert report.repaired == 10
        assert verify(store, search, repair=False).equal
        assert refill(store, search) is None

    def test_a_projection_that_is_ahead_of_a_restored_store_is_put_right_when_it_was_asked_for(
        self, store: SqlStore, search: Search
    ) -> None:
        fill(store, 10)
        project(store, search)
        with store.read() as work:
            one, *_ = searched(work, limit=1)
        search.index([replace(one, document_id="later", seq=7_000), replace(one, version=9)])
        with store.write() as work:
            ask_for_refill(work)
        assert refill(store, search) is not None
        assert verify(store, search, repair=False).equal

    def test_a_projection_that_older_rules_made_is_named_and_made_anew_once(
        self, store: SqlStore, search: Search, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(store, 30)
        refill(store, search)
        assert not verify(store, search, repair=False).older
        monkeypatch.setattr(rows, "places_of", lambda *_: ("360900",))
        report = verify(store, search, repair=False)
        assert (report.older, report.equal) == (True, True)
        assert search.find(SearchQuery(region="360900")).total == 0
        again = refill(store, search)
        assert again is not None
        assert again.repaired == 30
        assert search.find(SearchQuery(region="360900")).total == 30
        assert not verify(store, search, repair=False).older
        assert refill(store, search) is None

    def test_a_filling_that_was_broken_off_is_done_by_the_next_start(
        self, store: SqlStore, search: Search, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(store, 300)
        index, calls = search.index, list[int]()

        def away_after_one(documents: Sequence[SearchDocument]) -> None:
            calls.append(len(documents))
            if len(calls) == 2:
                raise SearchUnavailableError("检索引擎没有应答")
            index(documents)

        monkeypatch.setattr(search, "index", away_after_one)
        with pytest.raises(SearchUnavailableError):
            refill(store, search)
        assert "正在重建" in (rebuilding(store, search) or "")
        assert not verify(store, search, repair=False).equal
        assert refill(store, search) is not None
        assert verify(store, search, repair=False).equal

    def test_a_projection_that_is_not_whole_is_told_with_how_far_its_filling_is(
        self, store: SqlStore, search: Search, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert rebuilding(store, search) is None
        note_rules(store, search)
        fill(store, 30)
        project(store, search)
        assert rebuilding(store, search) is None
        with store.read() as work:
            kept = searched(work, limit=1)
        search.clear()
        assert "不完整" in (rebuilding(store, search) or "")
        # What is judged meanwhile does not hide that the rest is missing.
        search.index(kept)
        assert "不完整" in (rebuilding(store, search) or "")
        monkeypatch.setattr(verify_module, "_RANGE", 10)
        index, told = search.index, list[str | None]()

        def telling(documents: Sequence[SearchDocument]) -> None:
            told.append(rebuilding(store, search))
            index(documents)

        monkeypatch.setattr(search, "index", telling)
        refill(store, search)
        assert [sentence and sentence.partition("：")[2] for sentence in told] == [
            "已核对 0 篇，共 30 篇",
            "已核对 10 篇，共 30 篇",
            "已核对 20 篇，共 30 篇",
        ]
        assert rebuilding(store, search) is None


class TestFts(VerifyContract):
    @pytest.fixture
    def search(self, tmp_path: Path) -> Iterator[Search]:
        opened = FtsSearch(tmp_path / "search.db")
        yield opened
        opened.close()


class TestElasticsearch(VerifyContract):
    @pytest.fixture
    def search(self, elasticsearch_url: str) -> Iterator[Search]:
        opened = ElasticsearchSearch(elasticsearch_url, name=f"test-{uuid.uuid4().hex[:8]}", refresh=True, timeout=30)
        yield opened
        opened.clear()
        opened.close()
