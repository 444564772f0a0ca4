"""Search in Elasticsearch 8: a versioned index behind an alias, filled by explicit id and external version."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from service.ports.search import (
    SearchDocument,
    SearchHit,
    SearchQuery,
    SearchRefusedError,
    SearchResult,
    SearchUnavailableError,
)
from service.search.documents import from_values, to_values
from service.search.elasticsearch_query import AGGREGATIONS, MAPPINGS, SETTINGS, body_of, facets_of
from service.search.limits import require_page, separate

__all__ = ["ElasticsearchSearch"]

_CONFLICT = 409
_BUSY = frozenset({429, 500, 502, 503, 504})
_VERSIONS_PAGE = 10_000


class ElasticsearchSearch:
    """`service.ports.search.Search` on an Elasticsearch 8 cluster.

    `name` separates installations that share a cluster. The index is made with the first write. Every answer of the
    engine is checked item by item; a version conflict means that this or a newer version is there, which is success.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str = "yaowang",
        api_key: str | None = None,
        basic_auth: tuple[str, str] | None = None,
        ca_certs: str | None = None,
        timeout: float = 10.0,
        refresh: bool = False,
    ) -> None:
        """Reach the cluster at `url`; `refresh` makes each write visible at once (tests), else within about a second."""
        self._alias = f"{name}-documents"
        self._url = url
        self._refresh = refresh
        self._ready = False
        options: dict[str, Any] = {"ca_certs": ca_certs} if ca_certs else {}
        self._client = Elasticsearch(
            url, api_key=api_key, basic_auth=basic_auth, request_timeout=timeout, max_retries=2, **options
        )

    def index(self, documents: Sequence[SearchDocument]) -> None:
        """Insert or replace by id; an older version than the stored one is ignored."""
        good, refused = separate(documents)
        if good:
            operations: list[dict[str, Any]] = []
            for document in good:
                head = {"_id": document.document_id, "version": document.version, "version_type": "external_gte"}
                operations += [{"index": head}, to_values(document)]
            refused |= self._bulk(operations)
        if refused:
            raise SearchRefusedError(refused)

    def remove(self, document_ids: Sequence[str]) -> None:
        """Forget documents."""
        if document_ids:
            self._bulk([{"delete": {"_id": document_id}} for document_id in document_ids])

    def _bulk(self, operations: list[dict[str, Any]]) -> dict[str, str]:
        """Send the operations; return why items can never be taken, by id. Raises where trying again can help."""
        with self._answers():
            self._prepare()
            answer = self._client.bulk(
                index=self._alias, operations=operations, refresh=self._refresh, require_alias=True
            )
        refused: dict[str, str] = {}
        for item in answer["items"]:
            (result,) = item.values()
            error = result.get("error")
            if error is None or result["status"] == _CONFLICT:
                continue
            if result["status"] in _BUSY:
                raise SearchUnavailableError(f"检索引擎 {self._url} 繁忙，未能写入：{error.get('reason')}")
            refused[result["_id"]] = f"{error.get('type')}: {error.get('reason')}"
        return refused

    def find(self, query: SearchQuery) -> SearchResult:
        """Return what matches all tokens and filters; a partial answer says so in `degraded`."""
        require_page(query)
        body = body_of(query)
        if body is None:
            return SearchResult(hits=(), total=0)
        with self._answers():
            self._prepare()
            answer = self._client.search(index=self._alias, **body, aggs=AGGREGATIONS)
        hits = tuple(
            SearchHit(document=from_values(hit["_source"]), score=hit["_score"] or 0.0)
            for hit in answer["hits"]["hits"]
        )
        return SearchResult(
            hits=hits,
            total=answer["hits"]["total"]["value"],
            facets=facets_of(answer["aggregations"]),
            degraded=_degraded(answer.body),
        )

    def versions(self, *, after_seq: int, limit: int) -> list[tuple[int, str, int]]:
        """Return `(seq, document_id, version)` in order of `seq`; only what a refresh has made visible."""
        with self._answers():
            self._prepare()
            self._client.indices.refresh(index=self._alias)
            answer = self._client.search(
                index=self._alias,
                query={"range": {"seq": {"gt": after_seq}}},
                sort=[{"seq": "asc"}],
                size=min(limit, _VERSIONS_PAGE),
                source_includes=["seq", "document_id", "version"],
                allow_partial_search_results=False,
            )
        sources = [hit["_source"] for hit in answer["hits"]["hits"]]
        return [(source["seq"], source["document_id"], source["version"]) for source in sources]

    def clear(self) -> None:
        """Empty the projection: a new index takes the alias, the old one goes.

        Deleting documents one by one would leave their versions behind, which refuse the same versions for a while.
        """
        with self._answers():
            self._prepare()
            old = sorted(self._client.indices.get_alias(name=self._alias).body)
            new = f"{self._alias}-v{max(_number(index) for index in old) + 1}"
            self._client.indices.create(index=new)
            moves: list[dict[str, Any]] = [{"remove": {"index": index, "alias": self._alias}} for index in old]
            self._client.indices.update_aliases(actions=[*moves, {"add": {"index": new, "alias": self._alias}}])
            self._client.indices.delete(index=",".join(old))

    def check(self) -> str | None:
        """Return `None` where the cluster answers and can serve every document, else one sentence."""
        try:
            with self._answers():
                health = self._client.cluster.health(timeout="2s")
        except SearchUnavailableError as error:
            return str(error)
        if health["status"] == "red":
            return f"检索引擎 {self._url} 状态为 red：部分数据暂不可用"
        return None

    def close(self) -> None:
        """Give back every connection."""
        self._client.close()

    def _prepare(self) -> None:
        """Make the index template, and the first index where the alias leads nowhere."""
        if self._ready:
            return
        self._client.indices.put_index_template(
            name=self._alias,
            index_patterns=[f"{self._alias}-v*"],
            template={"settings": SETTINGS, "mappings": MAPPINGS},
        )
        if not self._client.indices.exists_alias(name=self._alias):
            try:
                self._client.indices.create(index=f"{self._alias}-v1", aliases={self._alias: {}})
            except ApiError as error:
                # Another process made it in the meantime.
                if error.error != "resource_already_exists_exception":
                    raise
        self._ready = True

    @contextmanager
    def _answers(self) -> Iterator[None]:
        try:
            yield
        except TransportError as error:
            raise SearchUnavailableError(f"连不上检索引擎 {self._url}：{error.message}") from error
        except ApiError as error:
            raise SearchUnavailableError(
                f"检索引擎 {self._url} 拒绝请求（{error.status_code}）：{error.message}"
            ) from error


def _number(index: str) -> int:
    tail = index.rpartition("-v")[2]
    return int(tail) if tail.isdecimal() else 0


def _degraded(answer: dict[str, Any]) -> str | None:
    if answer.get("timed_out"):
        return "检索引擎超时，结果可能不全"
    failed = answer.get("_shards", {}).get("failed", 0)
    return f"检索引擎有 {failed} 个分片未应答，结果可能不全" if failed else None
