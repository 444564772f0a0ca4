"""What a person types, as a query: words, "phrases in order" and -excluded words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from service.ports.search import SearchQuery
from service.search.limits import findable

__all__ = ["QueryError", "parse_query"]

MAX_CHARACTERS = 200
MAX_TOKENS = 64

# A quoted phrase or a run without blanks, either with a minus sign before it.
_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_SAME = str.maketrans({"“": '"', "”": '"', "„": '"', "＂": '"', "「": '"', "」": '"', "－": "-", "—": "-"})


class QueryError(ValueError):
    """The query cannot be understood; the sentence (Chinese) says what and what to do."""


def parse_query(text: str, cut: Callable[[str], Sequence[str]], *, within: SearchQuery | None = None) -> SearchQuery:
    """Return the query for `text`; filters, order and page are those of `within`.

    Words are joined by AND. `"…"` asks for its words in order, `-word` leaves out. `cut` must be what documents were
    segmented with. An empty text asks for everything within the filters.

    Raises:
        QueryError: an open quotation mark, nothing but signs, an excluded term of several words, or too long a text.
    """
    plain = _plain(text)
    tokens: list[str] = []
    phrases: list[tuple[str, ...]] = []
    excluded: list[str] = []
    for term in _TERM.finditer(plain):
        content = term["word"] if term["phrase"] is None else term["phrase"]
        words = findable(word for token in cut(content) for word in token.split())
        if term["minus"] or content == "-":
            excluded.append(_excluded(content, words))
        elif term["phrase"] is None:
            tokens.extend(words)
        elif words:
            phrases.append(tuple(words))
    if plain.strip() and not (tokens or phrases or excluded):
        raise QueryError(f"“{text.strip()}”中没有可检索的字词，请输入汉字、字母或数字")
    if len(tokens) + len(excluded) + sum(map(len, phrases)) > MAX_TOKENS:
        raise QueryError(f"检索式最多 {MAX_TOKENS} 个词，请减少条件")
    base = within or SearchQuery()
    return replace(base, tokens=tuple(dict.fromkeys(tokens)), phrases=tuple(phrases), excluded=tuple(excluded))


def _plain(text: str) -> str:
    """Return the text with half-width signs. Raises `QueryError` for a long text and an open quotation mark."""
    if len(text) > MAX_CHARACTERS:
        raise QueryError(f"检索式最多 {MAX_CHARACTERS} 个字，现有 {len(text)} 个字，请缩短")
    plain = text.translate(_SAME)
    if plain.count('"') % 2:
        raise QueryError("引号没有成对，请补上另一半引号，或去掉引号")
    return plain


def _excluded(content: str, words: list[str]) -> str:
    """Return the one word to leave out: search mode also yields the parts of a long word, of which the whole counts."""
    whole = content.strip()
    if whole in words:
        return whole
    if len(words) == 1:
        return words[0]
    if not words:
        raise QueryError("减号后面要紧跟一个词，例如：疫苗 -流感")
    raise QueryError(f"要排除的“{whole}”不是一个词（会被切成 {'、'.join(words)}），请分别写成 -{words[0]} 这样的单个词")
