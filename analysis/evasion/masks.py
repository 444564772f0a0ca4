"""Words of which one character is a picture (水痘🐛苗) or stands in letters (西布qu明)."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from analysis.evasion.tricks import Evaded, Trick

__all__ = ["MaskIndex"]

_SHORTEST = 3
_MOST_BESIDE = 6
_MASK = re.compile("(?<=[一-鿿])(?:[a-z]{1,6}|[\U0001f300-\U0001faff])(?=[一-鿿])")
_SIDES = sorted(
    ((left, right) for left in range(_MOST_BESIDE + 1) for right in range(_MOST_BESIDE + 1)),
    key=lambda side: -sum(side),
)


@dataclass(frozen=True, slots=True)
class MaskIndex:
    """Patterns of three or more characters by what stands left and right of any one of them."""

    beside: Mapping[tuple[str, str], tuple[int, ...]] = field(repr=False)

    @classmethod
    def of(cls, hidden: Mapping[int, str]) -> "MaskIndex":
        """Index the patterns by number."""
        beside: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, pattern in hidden.items():
            if len(pattern) >= _SHORTEST:
                for place in range(len(pattern)):
                    beside[pattern[:place], pattern[place + 1 :]].append(number)
        return cls(MappingProxyType({sides: tuple(found) for sides, found in beside.items()}))

    def find(self, text: str) -> Iterator[list[Evaded]]:
        """Yield for each mask the patterns that it may stand in, the longest first."""
        for mask in _MASK.finditer(text):
            found: list[Evaded] = []
            for left, right in _SIDES:
                start, end = max(0, mask.start() - left), mask.end() + right
                numbers = self.beside.get((text[start : mask.start()], text[mask.end() : end]), ())
                found.extend(Evaded(number, start, end, Trick.MASKED) for number in numbers)
            if found:
                yield found
