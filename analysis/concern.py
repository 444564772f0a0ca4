"""Which documents are worth scoring at all: most of what a hot list brings names nothing of the field."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from analysis.lexicon import TermKind
from analysis.reading import Reading

__all__ = ["may_concern"]

_WORDS = "loose_words.tsv"
_CONCERNING = frozenset({TermKind.PRODUCT, TermKind.FIRM, TermKind.STRONG, TermKind.FIELD})


def may_concern(reading: Reading) -> bool:
    """Tell whether a document is worth scoring: it names a product, a firm, a strong term or another word of the field."""
    # Half of the titles hold nothing at all, and most others nothing but what stands there plainly.
    for hit in reading.named if reading.evasive or reading.sounded else reading.hits:
        if hit.term.kind in _CONCERNING:
            return True
    # The character first: most texts hold none, and looking for one costs a tenth of looking for the words.
    sign, words = _loose()
    return bool(sign.search(reading.joined)) and bool(words.search(reading.joined))


@cache
def _loose() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds one character of each loose word, and what finds the words."""
    rows = list(_rows())
    signs = "".join(dict.fromkeys(sign for _, sign, _, _ in rows))
    words = [_pattern(word, barred.split(), after_chinese=after_chinese) for word, _, barred, after_chinese in rows]
    return re.compile(f"[{signs}]"), re.compile("|".join(words))


def _rows() -> Iterator[tuple[str, str, str, bool]]:
    text = resources.files("analysis").joinpath(_WORDS).read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            word, sign, *others = line.split("\t")
            barred, before = (*others, "", "")[:2]
            yield word, sign, barred, bool(before)


def _pattern(word: str, barred: list[str], *, after_chinese: bool) -> str:
    before = f"(?<=[一-鿿]{word})" if after_chinese else ""
    return word + before + (f"(?!{'|'.join(barred)})" if barred else "")
