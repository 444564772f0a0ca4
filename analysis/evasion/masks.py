"""Words of which one character is a picture (水痘🐛苗) or the letters that it is read in or begins with (西布qu明)."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from analysis.evasion.tables import load_readings
from analysis.evasion.tricks import Evaded, Trick

__all__ = ["MaskIndex"]

_SHORTEST = 3
_MOST_BESIDE = 6
_LONGEST_MASK = 6
_CHINESE = re.compile("[一-鿿]")
# Begins with a class, not with a look behind, so that the engine skips plain text; does not look ahead, because from
# each place of a long run it would go to the end and back.
_MASK = re.compile("[a-z]+|[\U0001f300-\U0001faff]")


@dataclass(frozen=True, slots=True)
class MaskIndex:
    """Patterns of three or more characters by what stands left and right of any one of them, with that one."""

    beside: Mapping[tuple[str, str], tuple[tuple[int, str], ...]] = field(repr=False)
    lefts: frozenset[str] = field(repr=False)
    rights: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, hidden: Mapping[int, str]) -> "MaskIndex":
        """Index the patterns by number."""
        beside: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        for number, pattern in hidden.items():
            if len(pattern) >= _SHORTEST:
                for place, character in enumerate(pattern):
                    beside[pattern[:place], pattern[place + 1 :]].append((number, character))
        return cls(
            beside=MappingProxyType({sides: tuple(found) for sides, found in beside.items()}),
            lefts=frozenset(left for left, _ in beside),
            rights=frozenset(right for _, right in beside),
        )

    def places(self, text: str) -> Iterator[int]:
        """Yield where what may be a mask begins; without any, `find` finds nothing."""
        return (mask.start() for mask in _masks(text))

    def find(self, text: str) -> Iterator[list[Evaded]]:
        """Yield for each mask the patterns that it may stand in, the longest first."""
        for mask in _masks(text):
            start, end = mask.span()
            lefts = [
                first for first in range(max(0, start - _MOST_BESIDE), start + 1) if text[first:start] in self.lefts
            ]
            rights = [
                last for last in range(end, min(len(text), end + _MOST_BESIDE) + 1) if text[end:last] in self.rights
            ]
            found = [
                Evaded(number, first, last, Trick.MASKED)
                for first in reversed(lefts)
                for last in rights
                for number, character in self.beside.get((text[first:start], text[end:last]), ())
                if _may_mask(mask.group(), character)
            ]
            if found:
                yield sorted(found, key=lambda one: one.start - one.end)


def _masks(text: str) -> Iterator[re.Match[str]]:
    """Yield what stands between two Chinese characters and is short enough for a mask of one."""
    for mask in _MASK.finditer(text):
        start, end = mask.span()
        between = start and _CHINESE.match(text, end) and _CHINESE.match(text, start - 1)
        if between and end - start <= _LONGEST_MASK:
            yield mask


def _may_mask(mask: str, character: str) -> bool:
    """Tell whether a mask is a picture, or letters that a reading of the character begins with: hpv hides no 假."""
    if not mask.isascii():
        return True
    readings = load_readings()
    return any(readings.syllables[number].startswith(mask) for number in readings.of(character))
