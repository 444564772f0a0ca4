"""A search query as SQL over FTS5: constant text with bound values, and a MATCH expression of quoted strings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from service.domain.places import region_prefix
from service.ports.search import SearchQuery
from service.search.limits import findable

__all__ = ["COUNTS", "FOUND", "KINDS", "PAGE", "Asked", "asked_of", "microseconds", "moment"]

# Of a filter or of nothing: counted along the index of kinds, and leafed through along the index of times.
COUNTS = "SELECT l.kind, count(*) FROM listed l INDEXED BY listed_kinds WHERE {conditions} GROUP BY l.kind"
PAGE = """
    SELECT l.seq, 0.0 FROM listed l INDEXED BY listed_times WHERE {conditions}
    ORDER BY l.published DESC, l.seq DESC LIMIT :limit OFFSET :offset"""
# Of words: the kinds of all that has them, then the page. Words first, whatever the planner thinks: from the documents each
# would be looked up among the words. A list of kinds is counted outside in a third of the time that grouping takes in here.
FOUND = """
    WITH found AS {held} (
        SELECT l.seq AS seq, l.published AS published, l.kind AS kind, {score} AS score
        FROM words CROSS JOIN listed l ON l.seq = words.rowid WHERE {conditions})
    SELECT NULL, NULL, json_group_array(kind) FROM found
    UNION ALL
    SELECT * FROM (SELECT seq, score, NULL FROM found ORDER BY {order} LIMIT :limit OFFSET :offset)"""
KINDS = (
    """SELECT id, level, source_class, categories, regions FROM kinds WHERE id IN (SELECT value FROM json_each(?))"""
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ORDERS = {"newest": "published DESC, seq DESC", "score": "score DESC, published DESC, seq DESC"}


def microseconds(moment: datetime) -> int:
    """Return microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """Return the moment, in UTC, of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as the parts of a statement, each chosen from constants here, and the values bound in it, which a person wrote."""

    conditions: str
    bound: Mapping[str, Any]
    held: str | None = None
    """How what has the words is gone through twice, for the counts and for the page; `None` where no words are asked for."""
    score: str = "0.0"
    order: str = _ORDERS["newest"]


def asked_of(query: SearchQuery) -> Asked | None:
    """Return what a query asks for; `None` where nothing can match."""
    bound: dict[str, Any] = {"limit": query.limit, "offset": query.offset}
    conditions = ["1"]
    asked = [query.tokens, *query.begun, *query.phrases]
    wanted = [_quoted([token]) for token in findable(query.tokens)]
    wanted += [f"({_quoted(run)} OR {_beginning(run)})" for one in query.begun if (run := findable(one))]
    wanted += [_quoted(tokens) for phrase in query.phrases if (tokens := findable(phrase))]
    if any(asked) and not wanted:
        return None
    if wanted:
        conditions.append("words MATCH :match")
        bound["match"] = " AND ".join(wanted)
    unwanted = findable(query.excluded)
    if unwanted:
        conditions.append("l.seq NOT IN (SELECT rowid FROM words WHERE words MATCH :unwanted)")
        bound["unwanted"] = " OR ".join(f"{_quoted([one])} OR {_beginning(one.split())}" for one in unwanted)
    conditions += _filters(query, bound)
    if not wanted:
        # Without words all scores are the same.
        return Asked(" AND ".join(conditions), bound)
    by_score = query.sort == "score"
    return Asked(
        " AND ".join(conditions),
        bound,
        # To find a phrase, or to weigh words, costs more than to hold what was found; a word is found again in no time.
        held="MATERIALIZED" if query.phrases and not by_score else "NOT MATERIALIZED",
        score="-bm25(words)" if by_score else "0.0",
        order=_ORDERS[query.sort],
    )


def _filters(query: SearchQuery, bound: dict[str, Any]) -> list[str]:
    conditions: list[str] = []
    for condition, name, value in (
        ("l.published >= :since", "since", query.since),
        ("l.published < :until", "until", query.until),
    ):
        if value is not None:
            conditions.append(condition)
            bound[name] = microseconds(value)
    kinds = _kinds(query, bound)
    # Which kinds are meant is asked once, not of every document.
    if kinds:
        conditions.append(f"+l.kind IN (SELECT id FROM kinds WHERE {' AND '.join(kinds)})")  # noqa: S608 - constants
    return conditions


def _kinds(query: SearchQuery, bound: dict[str, Any]) -> list[str]:
    conditions: list[str] = []
    for condition, name, value in (
        ("level >= :level", "level", query.level_at_least),
        ("level <= :most", "most", query.level_at_most),
        ("source_class = :source_class", "source_class", query.source_class),
        ("tone = :tone", "tone", query.tone),
    ):
        if value is not None:
            conditions.append(condition)
            bound[name] = value
    if query.region is not None:
        conditions.append("EXISTS (SELECT 1 FROM json_each(regions) WHERE substr(value, 1, length(:region)) = :region)")
        bound["region"] = region_prefix(query.region)
    if query.categories:
        names = [f"category{number}" for number in range(len(query.categories))]
        bound.update(zip(names, query.categories, strict=True))
        places = ", ".join(f":{name}" for name in names)
        conditions.append(f"EXISTS (SELECT 1 FROM json_each(categories) WHERE value IN ({places}))")  # noqa: S608 - names of bound values
    return conditions


def _beginning(run: list[str]) -> str:
    """Return an FTS5 string that is found at the beginning of a word."""
    return f"{_quoted([''.join(run)])} *"


def _quoted(tokens: list[str]) -> str:
    """Return an FTS5 string; inside its quotes no sign is an operator, and words in a row are a phrase."""
    joined = " ".join(tokens).replace('"', '""')
    return f'"{joined}"'
