"""The index as Elasticsearch is told of it, and a search query in its words. Field names are fixed; what a person asks for is a value."""

from collections.abc import Mapping
from typing import Any

from service.domain.places import region_prefix
from service.ports.search import SearchQuery
from service.search.limits import findable

__all__ = ["AGGREGATIONS", "MAPPINGS", "SETTINGS", "body_of", "facets_of"]

_BUCKETS = 500
_STORED = {"type": "text", "index": False}
_KEYWORD = {"type": "keyword", "ignore_above": 512}

SETTINGS: Mapping[str, Any] = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    # A removed document may come back in the same version; the usual memory of a minute would refuse it.
    "gc_deletes": "0s",
    "analysis": {
        # Text arrives segmented, so blanks are the only borders; case is folded as FTS5 folds it.
        "analyzer": {"segmented": {"type": "custom", "tokenizer": "whitespace", "filter": ["lowercase"]}}
    },
}

MAPPINGS: Mapping[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "document_id": _KEYWORD,
        "version": {"type": "long"},
        "seq": {"type": "long"},
        "title": _STORED,
        "text": _STORED,
        "tokens": {"type": "text", "analyzer": "segmented"},
        "source_id": _KEYWORD,
        "source_class": _KEYWORD,
        "kind": _KEYWORD,
        "level": {"type": "byte"},
        "severity": {"type": "byte"},
        "tone": _KEYWORD,
        "categories": _KEYWORD,
        "products": _KEYWORD,
        "firms": _KEYWORD,
        "regions": _KEYWORD,
        "event_id": _KEYWORD,
        "published_at": {"type": "date_nanos"},
        "url": _STORED,
    },
}

AGGREGATIONS: Mapping[str, Any] = {
    "categories": {"terms": {"field": "categories", "size": _BUCKETS}},
    "source_class": {"terms": {"field": "source_class", "size": _BUCKETS}},
    "level": {"terms": {"field": "level", "size": _BUCKETS}},
    "region": {"terms": {"field": "regions", "size": _BUCKETS}},
}

_NEWEST = [{"published_at": "desc"}, {"seq": "desc"}]
_SORTS: Mapping[str, list[Any]] = {"newest": _NEWEST, "score": [{"_score": "desc"}, *_NEWEST]}


def body_of(query: SearchQuery) -> dict[str, Any] | None:
    """Return the arguments of a search; `None` where nothing can match."""
    wanted = [_phrase([token]) for token in findable(query.tokens)]
    wanted += [{"bool": {"should": _either(run)}} for one in query.begun if (run := findable(one))]
    wanted += [_phrase(tokens) for phrase in query.phrases if (tokens := findable(phrase))]
    if (any(query.tokens) or any(query.begun) or any(query.phrases)) and not wanted:
        return None
    found = {
        "must": wanted,
        "must_not": [found for one in findable(query.excluded) for found in _either(one.split())],
        "filter": _filters(query),
    }
    return {
        "query": {"bool": found},
        "sort": _SORTS[query.sort],
        "size": query.limit,
        "from_": query.offset,
        "timeout": "3s",
        "track_total_hits": True,
        "track_scores": True,
        "allow_partial_search_results": True,
    }


def _either(run: list[str]) -> list[dict[str, Any]]:
    """Return both ways in which a run of words is found: side by side, and as the beginning of one word."""
    beginning = {"prefix": {"tokens": {"value": "".join(run), "case_insensitive": True}}}
    return [_phrase(run), beginning]


def _phrase(tokens: list[str]) -> dict[str, Any]:
    return {"match_phrase": {"tokens": {"query": " ".join(tokens)}}}


def _filters(query: SearchQuery) -> list[dict[str, Any]]:
    filters: list[dict[str, Any]] = []
    published = {
        bound: moment.isoformat(timespec="microseconds")
        for bound, moment in (("gte", query.since), ("lt", query.until))
        if moment is not None
    }
    if published:
        filters.append({"range": {"published_at": published}})
    if query.level_at_least is not None:
        filters.append({"range": {"level": {"gte": query.level_at_least}}})
    if query.level_at_most is not None:
        filters.append({"range": {"level": {"lte": query.level_at_most}}})
    if query.categories:
        filters.append({"terms": {"categories": list(query.categories)}})
    if query.source_class is not None:
        filters.append({"term": {"source_class": query.source_class}})
    if query.tone is not None:
        filters.append({"term": {"tone": query.tone}})
    if query.region is not None:
        filters.append({"prefix": {"regions": region_prefix(query.region)}})
    return filters


def facets_of(aggregations: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return counts by value by field."""
    return {
        name: {str(bucket["key"]): bucket["doc_count"] for bucket in aggregation["buckets"]}
        for name, aggregation in aggregations.items()
    }
