"""Search in Elasticsearch 8: a versioned index behind an alias, filled by explicit id and external version."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError

from service.ports.search import (
    SearchDocument,
    SearchHit,
    SearchQuery,
    SearchRefusedError,
    SearchResult,
    SearchUnavailableError,
)
from service.search.documents import from_values, to_values
from service.search.elasticsearch_index import behind, make_anew, make_ready, misfit
from service.search.elasticsearch_query import AGGREGATIONS, body_of, facets_of
from service.search.hanging import REST_SECONDS, HangingEngine
from service.search.limits import require_page, separate

__all__ = ["ElasticsearchSearch"]

_CONFLICT = 409
_UNFIT = 400
_NO_INDEX = "index_not_found_exception"
_OF_THE_INDEX = frozenset({_NO_INDEX, "index_closed_exception"})
_MADE_BY = "made_by"
_VERSIONS_PAGE = 10_000
_TOMBSTONE_TRIES = 12
_TOMBSTONE_WAIT_S = 0.25
# The engine itself ends a search after three seconds, and somebody waits.
_FIND_S = 5.0


class ElasticsearchSearch:
    """`service.ports.search.Search` on an Elasticsearch 8 cluster.

    `name` separates installations that share a cluster. The index is made with the first write. Every answer of the
    engine is checked item by item; a version conflict where this or a newer version is there is success.
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
        self._hanging = HangingEngine()
        options: dict[str, Any] = {"ca_certs": ca_certs} if ca_certs else {}
        self._client = Elasticsearch(
            url, api_key=api_key, basic_auth=basic_auth, request_timeout=timeout, max_retries=2, **options
        )
        self._asked_by_people = self._client.options(request_timeout=min(timeout, _FIND_S))

    def index(self, documents: Sequence[SearchDocument]) -> None:
        """Insert or replace by id; an older version than the stored one is ignored."""
        good, refused = separate(documents)
        waiting = {document.document_id: document for document in good}
        for _ in range(_TOMBSTONE_TRIES):
            conflicts, unfit = self._bulk([part for document in waiting.values() for part in _index(document)])
            refused |= unfit
            waiting = {document_id: waiting[document_id] for document_id in self._absent(conflicts)}
            if not waiting:
                break
            Event().wait(_TOMBSTONE_WAIT_S)
        if waiting:
            raise SearchUnavailableError(f"检索引擎 {self._url} 尚记得刚删除的 {len(waiting)} 篇稿件，请稍后重试")
        if refused:
            raise SearchRefusedError(refused)

    def remove(self, document_ids: Sequence[str]) -> None:
        """Forget documents."""
        self._bulk([{"delete": {"_id": document_id}} for document_id in document_ids])

    def _bulk(self, operations: list[dict[str, Any]]) -> tuple[list[str], dict[str, str]]:
        """Send the operations; return the ids in conflict, and why items can never be taken, by id.

        Raises `SearchUnavailableError` where trying again can help.
        """
        if not operations:
            return [], {}
        with self._keeping():
            answer = self._client.bulk(
                index=self._alias, operations=operations, refresh=self._refresh, require_alias=True
            )
        conflicts: list[str] = []
        refused: dict[str, str] = {}
        for item in answer["items"]:
            (result,) = item.values()
            error = result.get("error")
            if error is None:
                continue
            if result["status"] == _CONFLICT:
                conflicts.append(result["_id"])
            elif result["status"] == _UNFIT and error.get("type") not in _OF_THE_INDEX:
                refused[result["_id"]] = f"{error.get('type')}: {error.get('reason')}"
            else:
                # Of the index or the cluster: busy, full, read-only, closed, gone. Any other document would fare the same.
                self._ready = self._ready and error.get("type") != _NO_INDEX
                raise SearchUnavailableError(f"检索引擎 {self._url} 现在不能写入：{error.get('reason')}")
        if refused:
            # Of an index that was exchanged any document would be refused, and none of them for good.
            with self._answers():
                wrong = self._misfit()
            if wrong is not None:
                raise SearchUnavailableError(self._unusable(wrong))
        return conflicts, refused

    def _absent(self, document_ids: list[str]) -> list[str]:
        """Return those in conflict that are not there: the engine still remembers the version of a removed document.

        A refresh makes it forget, as `gc_deletes` is zero, once its coarse clock (200 ms) has moved on.
        """
        if not document_ids:
            return []
        with self._answers():
            answer = self._client.mget(index=self._alias, ids=document_ids, source=False)
            absent = [found["_id"] for found in answer["docs"] if not found.get("found")]
            if absent:
                self._client.indices.refresh(index=self._alias)
        return absent

    def find(self, query: SearchQuery) -> SearchResult:
        """Return what matches all tokens and filters; a partial answer says so in `degraded`.

        An engine that hung just now is not asked: forty who wait for it are all that the web process can serve.
        """
        require_page(query)
        body = body_of(query)
        if body is None:
            return SearchResult(hits=(), total=0)
        if not self._hanging.asks():
            raise SearchUnavailableError(f"检索引擎 {self._url} 没有应答，每 {REST_SECONDS:.0f} 秒再试一次")
        with self._answers():
            self._prepare()
            answer = self._asked_by_people.search(index=self._alias, **body, aggs=AGGREGATIONS)
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
        with self._keeping():
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

    def made_by(self) -> str | None:
        """Return by which rules everything in the index was made, `None` where nobody noted it: it stands in the mapping."""
        with self._keeping():
            found = behind(self._client, self._alias)
        if misfit(found, self._alias) is not None:
            self._ready = False
            return None
        noted = {index["mappings"].get("_meta", {}).get(_MADE_BY) for index in found.values()}
        return str(noted.pop()) if None not in noted else None

    def note_made_by(self, rules: str) -> None:
        """Keep by which rules everything in the index was made."""
        with self._keeping():
            self._client.indices.put_mapping(index=self._alias, meta={_MADE_BY: rules})

    def clear(self) -> None:
        """Empty the projection: a new index takes the alias, the old one goes.

        Deleting documents one by one would leave their versions behind, which refuse the same versions for a while.
        """
        with self._keeping():
            make_anew(self._client, self._alias, behind(self._client, self._alias))

    def check(self) -> str | None:
        """Return `None` where the cluster answers and can serve every document, else one sentence."""
        try:
            with self._answers():
                health = self._client.cluster.health(timeout="2s")
                found = behind(self._client, self._alias)
        except SearchUnavailableError as error:
            return str(error)
        if health["status"] == "red":
            return f"检索引擎 {self._url} 状态为 red：部分数据暂不可用"
        # Where there is none, it is said by who looks how far the filling is.
        wrong = misfit(found, self._alias) if found else None
        return None if wrong is None else self._unusable(wrong)

    def close(self) -> None:
        """Give back every connection."""
        self._client.close()

    def _prepare(self) -> None:
        """Make the index template, and an index where the alias leads to none, or to one that the program cannot use.

        The projection is made of the store, so what cannot be used is made anew, and filled by the role that delivers.
        """
        if self._ready:
            return
        wrong = make_ready(self._client, self._alias)
        if wrong is not None:
            raise SearchUnavailableError(self._unusable(wrong))
        self._ready = True

    def _misfit(self) -> str | None:
        """Say why what the alias leads to now cannot be used: then it is looked after by the next use. `None` where it can."""
        wrong = misfit(behind(self._client, self._alias), self._alias)
        self._ready = self._ready and wrong is None
        return wrong

    def _unusable(self, wrong: str) -> str:
        return f"检索引擎 {self._url} 的索引不能用：{wrong}"

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """Do as `_answers`, over an index that is there; one that was deleted or exchanged meanwhile is made anew by the next use.

        Not by a search: that would find nothing and not say why.
        """
        try:
            with self._answers():
                self._prepare()
                yield
        except SearchUnavailableError as error:
            self._ready = self._ready and not isinstance(error.__cause__, NotFoundError | BadRequestError)
            raise

    @contextmanager
    def _answers(self) -> Iterator[None]:
        try:
            yield
            self._hanging.end()
        except TransportError as error:
            if isinstance(error, ConnectionTimeout):
                self._hanging.begin()
            raise SearchUnavailableError(f"连不上检索引擎 {self._url}：{error.message}") from error
        except NotFoundError as error:
            raise SearchUnavailableError(f"检索引擎 {self._url} 里没有索引，重建并补齐后恢复") from error
        except ApiError as error:
            raise SearchUnavailableError(
                f"检索引擎 {self._url} 拒绝请求（{error.status_code}）：{error.message}"
            ) from error


def _index(document: SearchDocument) -> list[dict[str, Any]]:
    head = {"_id": document.document_id, "version": document.version, "version_type": "external_gte"}
    return [{"index": head}, to_values(document)]


def _degraded(answer: dict[str, Any]) -> str | None:
    if answer.get("timed_out"):
        return "检索引擎超时，结果可能不全"
    failed = answer.get("_shards", {}).get("failed", 0)
    return f"检索引擎有 {failed} 个分片未应答，结果可能不全" if failed else None
