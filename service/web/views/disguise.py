"""What a writer disguised, in the words of the press office: how it is written and what it stands for. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from analysis.text import normalise

__all__ = ["disguises"]

_MOST = 3
_WRITTEN = "term"
_SOUNDING = frozenset({"sound", "hint"})


def disguises(evidence: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return a sentence for each term of the evidence that stands in the text in another spelling, at most three."""
    return tuple(dict.fromkeys(_sentences(evidence)))[:_MOST]


def _sentences(evidence: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for item in evidence:
        kind, _, term = str(item.get("rule", "")).partition(":")
        written = str(item.get("text", ""))
        if kind in _SOUNDING:
            yield f"写作“{_shown(written)}”，疑指“{term}”（读音相同）"
        elif kind == _WRITTEN and _is_respelled(written, term):
            yield f"写作“{_shown(written)}”，即“{term}”"
        elif kind == _WRITTEN and not written.isprintable():
            yield f"“{term}”中夹有不可见字符"


def _is_respelled(written: str, term: str) -> bool:
    """Tell whether the words differ to the eye; traditional characters and capitals are no disguise."""
    if normalise(written).text != normalise(term).text:
        return True
    return written.isprintable() and len(written) != len(term)


def _shown(written: str) -> str:
    return "".join(character if character.isprintable() else " " for character in written)
