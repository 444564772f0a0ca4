import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from service.ports.search import SearchQuery, SearchRefusedError, SearchUnavailableError
from service.search.elasticsearch import ElasticsearchSearch
from service.search.elasticsearch_query import MAPPINGS, SETTINGS
from tests.contract.search import SearchContract, document, found

_FEWER = {name: kind for name, kind in MAPPINGS["properties"].items() if name not in {"tone", "version"}}
_CASED = {"analyzer": {"segmented": {"type": "custom", "tokenizer": "whitespace"}}}
# As an engine makes it that was written to without the template; as an earlier program would; as one with other analysis.
OTHERS: list[dict[str, Any]] = [
    {"mappings": {"properties": {"tokens": {"type": "keyword"}}}, "settings": {}},
    {"mappings": {**MAPPINGS, "properties": _FEWER}, "settings": SETTINGS},
    {"mappings": MAPPINGS, "settings": {**SETTINGS, "analysis": _CASED}},
]


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
    for index in engine.indices.get(index=f"{chosen}-*"):
        engine.indices.delete(index=index)
    engine.options(ignore_status=404).indices.delete_index_template(name=f"{chosen}-documents")


@pytest.fixture
def search(elasticsearch_url: str, name: str) -> Iterator[ElasticsearchSearch]:
    opened = ElasticsearchSearch(elasticsearch_url, name=name, refresh=True, timeout=30)
    yield opened
    opened.close()


def exchange(engine: Elasticsearch, alias: str, other: dict[str, Any]) -> None:
    """Let the alias lead to an index of another shape, as one that somebody restored under a name of his own."""
    restored = alias.replace("-documents", "-restored")
    engine.indices.create(index=restored, **other)
    leads = [{"remove_index": {"index": f"{alias}-v1"}}, {"add": {"index": restored, "alias": alias}}]
    engine.indices.update_aliases(actions=leads)


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

    @pytest.mark.parametrize("other", OTHERS, ids=["guessed fields", "fewer fields", "other words"])
    def test_an_index_of_another_shape_is_named_and_made_anew_by_who_starts(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str, other: dict[str, Any]
    ) -> None:
        alias = f"{name}-documents"
        engine.indices.create(index=f"{alias}-v1", aliases={alias: {}}, **other)
        sentence = search.check()
        assert sentence is not None
        assert f"{alias}-v1" in sentence
        assert "自动重建" in sentence
        search.index([document(1)])
        assert found(search, "疫苗") == ["d1"]
        assert search.check() is None
        assert search.made_by() is None
        assert list(engine.indices.get(index=f"{alias}*")) == [f"{alias}-v2"]

    def test_an_index_that_has_more_than_the_program_knows_is_used_as_it_is(
        self, engine: Elasticsearch, search: ElasticsearchSearch, elasticsearch_url: str, name: str
    ) -> None:
        search.index([document(1)])
        engine.indices.put_mapping(index=f"{name}-documents", properties={"later": {"type": "keyword"}})
        later = ElasticsearchSearch(elasticsearch_url, name=name, refresh=True, timeout=30)
        assert later.check() is None
        assert found(later, "疫苗") == ["d1"]
        later.close()

    @pytest.mark.parametrize("other", OTHERS, ids=["guessed fields", "fewer fields", "other words"])
    def test_an_index_that_was_exchanged_under_the_service_refuses_no_document_for_good(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str, other: dict[str, Any]
    ) -> None:
        alias = f"{name}-documents"
        search.index([document(1)])
        exchange(engine, alias, other)
        # What the role that delivers does every minute.
        assert search.made_by() is None
        search.index([document(2)])
        assert found(search, "疫苗") == ["d2"]
        assert list(engine.indices.get_alias(name=alias)) == [f"{alias}-v1"]

    def test_documents_that_an_index_of_fewer_fields_refuses_are_tried_again(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str
    ) -> None:
        alias = f"{name}-documents"
        search.index([document(1)])
        exchange(engine, alias, OTHERS[1])
        with pytest.raises(SearchUnavailableError, match="不符"):
            search.index([document(2)])
        search.index([document(2)])
        assert found(search, "疫苗") == ["d2"]

    def test_an_alias_that_leads_to_two_indices_refuses_no_document_for_good(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str
    ) -> None:
        alias = f"{name}-documents"
        search.index([document(1)])
        engine.indices.create(index=f"{alias}-v2", aliases={alias: {}})
        with pytest.raises(SearchUnavailableError, match="2 个索引"):
            search.index([document(2)])
        search.index([document(2)])
        assert found(search, "疫苗") == ["d2"]
        assert list(engine.indices.get(index=f"{alias}-v*")) == [f"{alias}-v3"]

    def test_an_alias_that_was_taken_away_or_shows_a_part_is_made_anew(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str
    ) -> None:
        alias = f"{name}-documents"
        search.index([document(1)])
        engine.indices.delete_alias(index=f"{alias}-v1", name=alias)
        with pytest.raises(SearchUnavailableError):
            search.index([document(2)])
        search.index([document(2)])
        assert found(search, "疫苗") == ["d2"]
        engine.indices.put_alias(index=f"{alias}-v2", name=alias, filter={"term": {"seq": 1}})
        assert "一部分" in str(search.check())
        assert search.made_by() is None
        search.index([document(3)])
        assert found(search, "疫苗") == ["d3"]

    def test_an_alias_that_leads_to_an_index_of_somebody_else_is_taken_from_it_and_that_stays(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str
    ) -> None:
        alias, foreign = f"{name}-documents", f"{name}-of-others"
        engine.indices.create(index=foreign, aliases={alias: {}})
        try:
            search.index([document(1)])
            assert found(search, "疫苗") == ["d1"]
            assert list(engine.indices.get_alias(name=alias)) == [f"{alias}-v1"]
            assert engine.indices.exists(index=foreign)
        finally:
            engine.indices.delete(index=foreign)

    def test_an_index_that_has_the_name_of_the_alias_is_named_with_what_to_do_and_left(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str
    ) -> None:
        alias = f"{name}-documents"
        engine.indices.create(index=alias)
        try:
            for act in (lambda: search.index([document(1)]), lambda: search.find(SearchQuery())):
                with pytest.raises(SearchUnavailableError, match="请删除它或改名"):
                    act()
            assert "请删除它或改名" in str(search.check())
        finally:
            engine.indices.delete(index=alias)
        search.index([document(1)])
        assert found(search, "疫苗") == ["d1"]

    def test_what_a_kill_left_while_the_index_was_made_anew_goes_with_the_next_one(
        self, engine: Elasticsearch, search: ElasticsearchSearch, name: str
    ) -> None:
        alias = f"{name}-documents"
        search.index([document(1)])
        engine.indices.create(index=f"{alias}-v2")
        search.clear()
        assert list(engine.indices.get(index=f"{alias}-v*")) == [f"{alias}-v3"]
        assert list(engine.indices.get_alias(name=alias)) == [f"{alias}-v3"]

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
