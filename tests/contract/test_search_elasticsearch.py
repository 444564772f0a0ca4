import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from service.ports.search import SearchQuery, SearchRefusedError, SearchUnavailableError
from service.search.elasticsearch import ElasticsearchSearch
from tests.contract.search import SearchContract, document, found


@pytest.fixture(scope="module")
def engine(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    client = Elasticsearch(elasticsearch_url, request_timeout=30)
    yield client
    client.close()


@pytest.fixture
def name(engine: Elasticsearch) -> Iterator[str]:
    """A name of this test's own; what it makes is removed."""
    chosen = f"test-{uuid.uuid4().hex[:8]}"
    yield chosen
    for index in engine.indices.get(index=f"{chosen}-documents-v*"):
        engine.indices.delete(index=index)
    engine.options(ignore_status=404).indices.delete_index_template(name=f"{chosen}-documents")


@pytest.fixture
def search(elasticsearch_url: str, name: str) -> Iterator[ElasticsearchSearch]:
    opened = ElasticsearchSearch(elasticsearch_url, name=name, refresh=True, timeout=30)
    yield opened
    opened.close()


class TestElasticsearchSearch(SearchContract):
    pass


class TestElasticsearchIndex:
    def test_documents_live_in_a_numbered_index_behind_an_alias(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str
    ) -> None:
        search.index([document(1)])
        assert list(engine.indices.get_alias(name=f"{name}-documents")) == [f"{name}-documents-v1"]
        search.clear()
        assert list(engine.indices.get_alias(name=f"{name}-documents")) == [f"{name}-documents-v2"]
        assert not engine.indices.exists(index=f"{name}-documents-v1")

    def test_the_mapping_is_strict(self, engine: Elasticsearch, search: ElasticsearchSearch, name: str) -> None:
        search.index([document(1)])
        mapping = engine.indices.get_mapping(index=f"{name}-documents")[f"{name}-documents-v1"]["mappings"]
        assert mapping["dynamic"] == "strict"
        assert mapping["properties"]["tokens"]["analyzer"] == "segmented"

    def test_a_document_that_the_mapping_refuses_is_named_and_its_neighbours_are_indexed(
        self, search: ElasticsearchSearch
    ) -> None:
        with pytest.raises(SearchRefusedError, match="d2") as caught:
            search.index([document(1), document(2, level=999), document(3)])
        assert list(caught.value.reasons) == ["d2"]
        assert found(search, "疫苗") == ["d3", "d1"]

    def test_two_processes_may_start_on_an_empty_cluster(self, elasticsearch_url: str, name: str) -> None:
        both = [ElasticsearchSearch(elasticsearch_url, name=name, refresh=True, timeout=30) for _ in range(2)]
        for number, search in enumerate(both):
            search.index([document(number + 1)])
        assert found(both[0], "疫苗") == ["d2", "d1"]
        for search in both:
            search.close()

    def test_the_same_version_after_a_lost_answer_is_success(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str
    ) -> None:
        search.index([document(1, version=7)])
        search.index([document(1, version=7), document(1, version=6)])
        stored: dict[str, Any] = dict(engine.get(index=f"{name}-documents", id="d1"))
        assert stored["_version"] == 7

    def test_a_removed_document_comes_back_in_an_older_version_at_once(self, search: ElasticsearchSearch) -> None:
        for _ in range(3):
            search.index([document(1, version=99)])
            search.remove(["d1"])
            search.index([document(1, version=1)])
            assert search.versions(after_seq=0, limit=5) == [(1, "d1", 1)]

    @pytest.mark.parametrize("block", ["read_only_allow_delete", "write", "read_only"])
    def test_an_index_that_takes_nothing_more_refuses_no_document_for_good(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str, block: str
    ) -> None:
        search.index([document(1)])
        # The first is what the engine itself sets where its disk is nearly full.
        engine.indices.put_settings(index=f"{name}-documents-v1", settings={f"index.blocks.{block}": True})
        with pytest.raises(SearchUnavailableError, match="不能写入"):
            search.index([document(2)])
        assert found(search, "疫苗") == ["d1"]
        engine.indices.put_settings(index=f"{name}-documents-v1", settings={f"index.blocks.{block}": None})
        search.index([document(2)])
        assert found(search, "疫苗") == ["d2", "d1"]

    def test_a_closed_index_refuses_no_document_for_good(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str
    ) -> None:
        search.index([document(1)])
        engine.indices.close(index=f"{name}-documents-v1")
        with pytest.raises(SearchUnavailableError):
            search.index([document(2)])
        engine.indices.open(index=f"{name}-documents-v1", wait_for_active_shards="1")
        search.index([document(2)])
        assert found(search, "疫苗") == ["d2", "d1"]

    def test_an_index_deleted_under_the_service_is_made_anew_by_the_next_write_and_said_by_a_search(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str
    ) -> None:
        search.index([document(1)])
        engine.indices.delete(index=f"{name}-documents-v1")
        for _ in range(2):
            with pytest.raises(SearchUnavailableError, match="没有索引"):
                search.find(SearchQuery())
        with pytest.raises(SearchUnavailableError):
            search.index([document(1), document(2)])
        search.index([document(1), document(2)])
        assert found(search, "疫苗") == ["d2", "d1"]
        assert search.made_by() is None

    def test_an_index_deleted_under_the_service_is_found_missing_by_who_compares(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str
    ) -> None:
        search.index([document(1)])
        engine.indices.delete(index=f"{name}-documents-v1")
        with pytest.raises(SearchUnavailableError, match="没有索引"):
            search.versions(after_seq=0, limit=1)
        assert search.versions(after_seq=0, limit=1) == []

    def test_an_engine_that_is_not_there_is_said(self) -> None:
        search = ElasticsearchSearch("http://127.0.0.1:1", timeout=1)
        sentence = search.check()
        assert sentence is not None
        assert "http://127.0.0.1:1" in sentence
        with pytest.raises(SearchUnavailableError, match="连不上"):
            search.find(SearchQuery())
        with pytest.raises(SearchUnavailableError, match="连不上"):
            search.index([document(1)])
        search.close()
