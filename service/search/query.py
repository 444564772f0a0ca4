"""What a person types, as a query: words, "phrases in order" and -excluded words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from service.ports.search import SearchQuery
from service.search.limits import findable

__all__ = ["QueryError", "parse_query", "terms_of"]

MAX_CHARACTERS = 200
MAX_TOKENS = 64

# Of words this long documents hold the parts, not the word, where it stands inside a longer one.
_SHORTEST_IN_PARTS = 4

# A quoted phrase or a run without blanks, either with a minus sign before it.
_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_SAME = str.maketrans({"“": '"', "”": '"', "„": '"', "＂": '"', "「": '"', "」": '"', "－": "-", "—": "-"})


class QueryError(ValueError):
    """The query cannot be understood; the sentence (Chinese) says what and what to do."""


def parse_query(text: str, cut: Callable[[str], Sequence[str]], *, within: SearchQuery | None = None) -> SearchQuery:
    """Return the query for `text`; filters, order and page are those of `within`.

    Words are joined by AND. `"…"` asks for its words in order, `-word` leaves out. `cut` must be what documents were
    segmented with. An empty text asks for everything within the filters.

    A name that no dictionary holds falls into single characters (于都, of which documents say 于都县): these are asked
    for side by side, or as the beginning of a word. Of a long word its parts are asked for, where they cover it: inside a
    longer one (阿莫西林胶囊) documents hold the parts alone.

    Raises:
        QueryError: an open quotation mark, nothing but signs, or too long a text.
    """
    plain = _plain(text)
    tokens: list[str] = []
    begun: list[tuple[str, ...]] = []
    phrases: list[tuple[str, ...]] = []
    excluded: list[str] = []
    for term in _TERM.finditer(plain):
        content = term["word"] if term["phrase"] is None else term["phrase"]
        words = findable(word for token in cut(content) for word in token.split())
        if term["minus"] or content == "-":
            excluded.append(_excluded(content, words))
        elif term["phrase"] is None:
            whole, runs = _apart(words)
            tokens.extend(whole)
            begun.extend(runs)
        elif words:
            phrases.append(tuple(words[:-1] if _in_parts(words[-1], words) else words))
    if plain.strip() and not (tokens or begun or phrases or excluded):
        raise QueryError(f"“{text.strip()}”中没有可检索的字词，请输入汉字、字母或数字")
    if len(tokens) + len(excluded) + sum(map(len, (*begun, *phrases))) > MAX_TOKENS:
        raise QueryError(f"检索式最多 {MAX_TOKENS} 个词，请减少条件")
    base = within or SearchQuery()
    return replace(
        base,
        tokens=tuple(dict.fromkeys(tokens)),
        begun=tuple(dict.fromkeys(begun)),
        phrases=tuple(phrases),
        excluded=tuple(excluded),
    )


def terms_of(text: str) -> list[str]:
    """Return the terms of a query that are to be found, as they were typed, without those left out."""
    plain = text.translate(_SAME)
    return [term[0] for term in _TERM.finditer(plain) if not term["minus"] and term[0] != "-"]


def _apart(words: Sequence[str]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the words to find and the runs of single characters among those of one term."""
    if len(words) == 1 and _is_single(words[0]):
        return [], [(words[0],)]
    whole: list[str] = []
    runs: list[tuple[str, ...]] = []
    for single, group in groupby(words, key=_is_single):
        found = tuple(group)
        if single and len(found) > 1:
            runs.append(found)
        else:
            whole.extend(word for word in found if not _in_parts(word, words))
    return whole, runs


def _is_single(word: str) -> bool:
    return len(word) == 1 and not word.isascii()


def _in_parts(word: str, words: Sequence[str]) -> bool:
    """Tell whether the other words cover every character of this one; shorter ones stand in longer words themselves."""
    if len(word) < _SHORTEST_IN_PARTS:
        return False
    covered: set[int] = set()
    for part in words:
        place = word.find(part) if part != word else -1
        while place >= 0:
            covered.update(range(place, place + len(part)))
            place = word.find(part, place + 1)
    return len(covered) == len(word)


def _plain(text: str) -> str:
    """Return the text with half-width signs. Raises `QueryError` for a long text and an open quotation mark."""
    if len(text) > MAX_CHARACTERS:
        raise QueryError(f"检索式最多 {MAX_CHARACTERS} 个字，现有 {len(text)} 个字，请缩短")
    plain = text.translate(_SAME)
    if plain.count('"') % 2:
        raise QueryError("引号没有成对，请补上另一半引号，或去掉引号")
    return plain


def _excluded(content: str, words: list[str]) -> str:
    """Return what to leave out, its words in order with blanks between; of a long word the whole, not the parts beside it."""
    whole = content.strip()
    if whole in words:
        return whole
    if not words:
        raise QueryError("减号后面要紧跟一个词，例如：疫苗 -流感")
    return " ".join(words)
