"""What the page 词库 shows of own words. Pure."""

from collections.abc import Mapping
from typing import Any

from service.domain.words.own_words import OwnWord, WordKind, WordSort, kind_word

__all__ = ["KINDS", "SORTS", "word_row"]

SORTS = tuple((sort.value, sort.word) for sort in WordSort)
KINDS = tuple((kind.value, kind.word) for kind in WordKind)
_SORT_WORDS = dict(SORTS)


def word_row(word: OwnWord, faults: Mapping[str, str]) -> dict[str, Any]:
    """Return a word as a row of the table: what it is, what it leads to, and why it cannot be used, if so."""
    match word.sort:
        case WordSort.ALIAS:
            leads = f"即{word.canonical}"
        case WordSort.EXCLUSION:
            leads = f"仅在“{word.within}”里" if word.within else "处处"
        case _:
            leads = kind_word(word.kind, word.category) + (f"，规范名{word.canonical}" if word.canonical else "")
    return {
        "word": word,
        "sort": _SORT_WORDS.get(word.sort, word.sort),
        "leads": leads,
        "fault": faults.get(word.id, ""),
    }
