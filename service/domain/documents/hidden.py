"""A string that is taken out of what is stored: every character of it becomes `MARK`, so that everything else keeps its place.

Nothing here stores anything. What a string was is never kept: `Hidden` holds a keyed hash and the length, with which
a later text is asked whether it says the same again.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from service.domain.refusal import Refusal

__all__ = [
    "CUT",
    "LONGEST",
    "MARK",
    "SHORTEST",
    "Hidden",
    "HidingScope",
    "fit_to_hide",
    "hide",
    "hide_again",
    "hide_cut",
    "hide_in",
    "hide_in_tokens",
    "key_mark",
    "keyed_hash",
    "occurrences",
    "with_texts",
]

MARK = "＊"
CUT = "…"
"""What stands at the end of words that were too long for their place."""
SHORTEST, LONGEST = 2, 40

# Texts of these names are words of people even where they look like a word of the program.
_WORDS_OF_PEOPLE = frozenset(
    ("title", "text", "canonical", "terms", "title_terms", "names", "products", "firms", "subject", "body")
)
_TOKENS = "tokens"


class HidingScope(StrEnum):
    """Where a string is hidden: in one document, or in every document of its event."""

    DOCUMENT = "document"
    EVENT = "event"

    @property
    def word(self) -> str:
        """The scope in Chinese."""
        return {"document": "这一篇", "event": "本事件的全部稿件"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """That a string was hidden in a document: its keyed hash, its length, and which key made the hash.

    `authorless` says that the author's hash was dropped with it.
    """

    document_id: str
    digest: str
    length: int
    key_mark: str
    authorless: bool
    hidden_at: datetime


def fit_to_hide(string: str) -> str:
    """Return the string without blanks around it.

    Raises:
        Refusal: It is shorter than 2 or longer than 40 characters, runs over a line, or holds the mark itself.
    """
    fit = string.strip()
    if not SHORTEST <= len(fit) <= LONGEST:
        raise Refusal(f"要隐去的内容须为{SHORTEST}至{LONGEST}个字，现为{len(fit)}个字")
    if MARK in fit or any(not character.isprintable() for character in fit):
        raise Refusal(f"要隐去的内容须在一行之内，且不含“{MARK}”，请照稿件原文填写")
    return fit


def key_mark(key: bytes) -> str:
    """Return by what a key is known again: 16 hex digits that tell nothing of it."""
    return hmac.new(key, b"hidden.key", hashlib.sha256).hexdigest()[:16]


def keyed_hash(key: bytes, string: str) -> str:
    """Return the keyed hash of a string: 32 hex digits of HMAC-SHA-256. A name is short: an unkeyed hash could be guessed."""
    return hmac.digest(key, f"hidden\x1f{string}".encode(errors="surrogatepass"), "sha256").hex()[:32]


def occurrences(text: str, string: str) -> int:
    """Return how often the string stands in the text, occurrences that overlap included."""
    return len(_starts(text, string))


def hide(text: str, string: str) -> str:
    """Return the text, as long as it was, with `MARK` in the place of every character of every occurrence."""
    return _marked(text, _starts(text, string), len(string))


def hide_cut(text: str, string: str) -> str:
    """Return the text as `hide` does, and without what a cut left of the string: 欧阳甲… of 欧阳甲乙 in a long subject.

    Two such marks are words of a text, which may end in a character of the string by chance.
    """
    beginnings = [re.escape(string[:length]) for length in range(len(string) - 1, 0, -1)]
    cut = re.compile(f"(?:{'|'.join(beginnings)})(?={CUT}(?!{CUT}))")
    return cut.sub(lambda found: MARK * len(found[0]), hide(text, string)) if beginnings else hide(text, string)


def hide_again(text: str, hidden: Sequence[Hidden], key: bytes) -> str:
    """Return the text with what was hidden before hidden again, one after the other as they were; the hashes must be of `key`.

    Every window of the length is hashed: 10,000 characters take about 30 ms for each hidden string.
    """
    for one in hidden:
        found = [
            at
            for at in range(len(text) - one.length + 1)
            if hmac.compare_digest(keyed_hash(key, text[at : at + one.length]), one.digest)
        ]
        text = _marked(text, found, one.length)
    return text


def hide_in_tokens(tokens: str, string: str) -> str:
    """Return the words of a text, as they stand in an index with blanks between them, without the string.

    Its characters may lie in several words, and shorter words of it stand before a long one.
    """
    characters = [re.escape(character) for character in string if not character.isspace()]
    if not characters:
        return tokens
    bare = "".join(string.split())
    pieces = {bare[a:b] for a in range(len(bare)) for b in range(a + 2, len(bare) + 1)}
    before = "|".join(re.escape(piece) for piece in sorted(pieces, key=len, reverse=True))
    pattern = re.compile(rf"(?:(?<!\S)(?:{before}) )*{' ?'.join(characters)}")
    return pattern.sub(lambda found: re.sub(r"\S", MARK, found.group()), tokens)


def hide_in(value: Any, strings: Sequence[str], hiding: Callable[[str, str], str] = hide) -> tuple[Any, int]:
    """Return a JSON value without the strings, and how many occurrences it had.

    `strings` are the string and its normalised spelling. What is a word of the program (wholly ASCII without blank) stays,
    unless it stands where people's words do; names of fields stay, the words that stand as names of weights do not. `hiding`
    is `hide_cut` where the value may hold what was cut.
    """
    count = 0

    def hidden(text: str) -> str:
        nonlocal count
        for string in strings:
            count += occurrences(text, string)
            text = hiding(text, string)
        return text

    return with_texts(value, hidden, lambda tokens: _without_tokens(tokens, strings)), count


def _without_tokens(tokens: str, strings: Sequence[str]) -> str:
    for string in strings:
        tokens = hide_in_tokens(tokens, string)
    return tokens


def with_texts(value: Any, change: Callable[[str], str], tokens: Callable[[str], str], *, within: str = "") -> Any:
    """Return a JSON value with every text of it changed but words of the program; `within` is the field that holds it."""
    if isinstance(value, str):
        if within == _TOKENS:
            return tokens(value)
        machine = value.isascii() and " " not in value and within not in _WORDS_OF_PEOPLE
        return value if machine else change(value)
    if isinstance(value, Mapping):
        weights = within in _WORDS_OF_PEOPLE
        changed: dict[str, Any] = {}
        for name, inner in value.items():
            key = change(name) if weights or not name.isascii() else name
            kept = with_texts(inner, change, tokens, within=within if weights else name)
            # Two words that are hidden alike become one; the heavier stands for both.
            changed[key] = max(kept, changed[key]) if key in changed and isinstance(kept, int | float) else kept
        return changed
    if isinstance(value, list | tuple):
        return type(value)(with_texts(inner, change, tokens, within=within) for inner in value)
    return value


def _starts(text: str, string: str) -> list[int]:
    found, at = [], text.find(string)
    while at >= 0:
        found.append(at)
        at = text.find(string, at + 1)
    return found


def _marked(text: str, starts: Sequence[int], length: int) -> str:
    if not starts:
        return text
    characters = list(text)
    for start in starts:
        characters[start : start + length] = MARK * length
    return "".join(characters)
