"""A search query as SQL over FTS5: constant text with bound values, and a MATCH expression of quoted strings."""

from datetime import UTC, datetime, timedelta
from typing import Any

from service.domain.places import region_prefix
from service.ports.search import SearchQuery
from service.search.limits import findable

__all__ = ["COUNTS", "PAGE", "conditions_of", "microseconds", "moment"]

COUNTS = "SELECT d.level, d.source_class, d.categories, d.regions, count(*) FROM {source} WHERE {conditions} GROUP BY 1, 2, 3, 4"
PAGE = """
    WITH page AS MATERIALIZED (
        SELECT d.seq AS found, {score} AS score FROM {source} WHERE {conditions} ORDER BY {order} LIMIT :limit OFFSET :offset)
    SELECT {found}, page.score AS score FROM page JOIN documents d ON d.seq = page.found ORDER BY {order}
"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ORDERS = {"newest": "{published} DESC, d.seq DESC", "score": "score DESC, {published} DESC, d.seq DESC"}


def microseconds(moment: datetime) -> int:
    """Return microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """Return the moment, in UTC, of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)


def conditions_of(query: SearchQuery) -> tuple[dict[str, str], dict[str, Any]] | None:
    """Return the parts of the statement and the bound values; `None` where nothing can match.

    Every part is chosen from constants here; what a person wrote is bound.
    """
    bound: dict[str, Any] = {}
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
        conditions.append("d.seq NOT IN (SELECT rowid FROM words WHERE words MATCH :unwanted)")
        bound["unwanted"] = " OR ".join(f"{_quoted([one])} OR {_beginning(one.split())}" for one in unwanted)
    filters = _filters(query, bound)
    # By time alone the first rows of the index of times are the page. What is narrowed down otherwise is found first and
    # ordered then, which the sign says: of few documents the times would be walked to their end.
    # Words left out narrow little down: walking the times ends after a page of others.
    narrowed = bool(wanted or any("d.published" not in condition for condition in filters))
    parts = {
        # Words first, whatever the planner thinks: from the documents each would be looked up among the words.
        "source": "words CROSS JOIN documents d ON d.seq = words.rowid" if wanted else "documents d",
        "score": "-bm25(words)" if wanted else "0.0",
        "conditions": " AND ".join([*conditions, *filters]),
        # Without words all scores are the same.
        "order": _ORDERS[query.sort if wanted else "newest"].format(
            published="+d.published" if narrowed else "d.published"
        ),
    }
    return parts, bound


def _filters(query: SearchQuery, bound: dict[str, Any]) -> list[str]:
    conditions: list[str] = []

    def add(condition: str, name: str, value: object) -> None:
        conditions.append(condition)
        bound[name] = value

    for condition, name, value in (
        ("d.published >= :since", "since", query.since and microseconds(query.since)),
        ("d.published < :until", "until", query.until and microseconds(query.until)),
        ("d.level >= :level", "level", query.level_at_least),
        ("d.level <= :most", "most", query.level_at_most),
        ("d.source_class = :source_class", "source_class", query.source_class),
        # Asked for together with a span of hours, which the index of times narrows down first.
        ("json_extract(d.data, '$.tone') = :tone", "tone", query.tone),
    ):
        if value is not None:
            add(condition, name, value)
    if query.region is not None:
        found = "EXISTS (SELECT 1 FROM json_each(d.regions) WHERE substr(value, 1, length(:region)) = :region)"
        add(found, "region", region_prefix(query.region))
    if query.categories:
        names = [f"category{number}" for number in range(len(query.categories))]
        bound.update(zip(names, query.categories, strict=True))
        places = ", ".join(f":{name}" for name in names)
        conditions.append(f"EXISTS (SELECT 1 FROM json_each(d.categories) WHERE value IN ({places}))")  # noqa: S608 - names of bound values
    return conditions


def _beginning(run: list[str]) -> str:
    """Return an FTS5 string that is found at the beginning of a word."""
    return f"{_quoted([''.join(run)])} *"


def _quoted(tokens: list[str]) -> str:
    """Return an FTS5 string; inside its quotes no sign is an operator, and words in a row are a phrase."""
    joined = " ".join(tokens).replace('"', '""')
    return f'"{joined}"'
