"""Characters written in their parts (艹约 for 药) or as an uncommon variant, restored in a shadow copy."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType

import ahocorasick_rs

from analysis.evasion.tables import load_parts, load_variants

__all__ = ["Restored", "SpellingIndex"]

# Forms of one part: as it stands inside a character, as it is typed, as a table of another convention names it.
_FORMS = (
    "亻人", "冫冰", "刂刀⺈", "忄心小", "扌手才", "攵文夂攴⺙", "氵水氺", "灬火", "犭犬", "疒病", "礻示", "纟糹糸丝", "艹草艸⺾", "衤衣",
    "讠言訁", "钅金釒", "饣食飠", "辶走辵⻍", "罒四网", "⺮竹", "王玉", "月肉⺼", "牜牛", "⻊足", "阝耳邑阜", "⺌小", "覀西", "爫爪",
    "囗口", "尢尤兀", "己已巳", "戸户", "龶丰主", "彐ヨ⺕", "匚匸", "虍虎", "镸长", "⺶羊", "佥㑒", "亠点",
)  # fmt: skip
_SAME: Mapping[str, str] = MappingProxyType(
    {form: "".join(dict.fromkeys(form + forms)) for forms in _FORMS for form in forms}
)
# What is made of these alone is met by chance in every other text: 了一 is hardly 子.
_COMMON = frozenset(
    "的一是不了在人有我他这大来上个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小心多天而能好都然没日于起还发成事只作当想看"
    "文无开手十用主行方又如前所本见经头面公同三已老从动两长知被高低"
)


@dataclass(frozen=True, slots=True)
class Restored:
    """A shadow copy: `text[i]` stands for `[starts[i], ends[i])` of what it was made from; `restored` are its new places."""

    text: str
    starts: array[int]
    ends: array[int]
    restored: frozenset[int]


@dataclass(frozen=True, slots=True)
class SpellingIndex:
    """Every way to write the characters of some patterns in parts or as a variant."""

    wholes: tuple[str, ...]
    automaton: ahocorasick_rs.AhoCorasick = field(repr=False)

    @classmethod
    def of(cls, patterns: Iterable[str]) -> SpellingIndex:
        """Build the index of the characters of `patterns`; of two that are spelled alike, that of more of them counts."""
        spelled: dict[str, str] = {}
        for character, _ in Counter("".join(patterns)).most_common():
            for spelling in _spellings(character):
                if not _COMMON.issuperset(spelling):
                    spelled.setdefault(spelling, character)
        automaton = ahocorasick_rs.AhoCorasick(spelled, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
        return cls(tuple(spelled.values()), automaton)

    def places(self, text: str) -> Iterator[int]:
        """Yield where such spellings begin; without any, `restore` restores nothing."""
        return (start for _, start, _ in self.automaton.find_matches_as_indexes(text))

    def restore(self, text: str) -> Restored | None:
        """Return the copy of `text` in which each such spelling is one character; `None` where there is none."""
        found = self.automaton.find_matches_as_indexes(text)
        if not found:
            return None
        pieces: list[str] = []
        starts, ends, restored = array("I"), array("I"), []
        position = 0
        for index, start, end in found:
            pieces.extend((text[position:start], self.wholes[index]))
            starts.extend(range(position, start + 1))
            ends.extend(range(position + 1, start + 1))
            ends.append(end)
            restored.append(len(starts) - 1)
            position = end
        pieces.append(text[position:])
        starts.extend(range(position, len(text)))
        ends.extend(range(position + 1, len(text) + 1))
        return Restored("".join(pieces), starts, ends, frozenset(restored))


def _spellings(character: str) -> Iterator[str]:
    yield from load_variants().get(character, "")
    for parts in load_parts().get(character, ()):
        yield from map("".join, product(*(_SAME.get(part, part) for part in parts)))
