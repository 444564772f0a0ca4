"""Words written with other characters that are read alike (贾药 for 假药), tones aside."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, product

import ahocorasick_rs
import numpy as np
import numpy.typing as npt

from analysis.evasion.tables import Readings, load_readings
from analysis.evasion.tricks import Evaded, Trick
from analysis.text import code_points, every_code_point

__all__ = ["SoundIndex"]

_FIRST_CODE = 0xE000
"""Syllables are private-use characters here; a normalised text holds none."""
_MOST_READINGS = 32
_SHORTEST = 2
_SHORT = 3
_MOST_CANDIDATES = 5000
"""Beyond so many in one text somebody wrote them to keep judgement busy: 100,000 characters held up to 33,000."""
_AROUND = 8
"""How far around a candidate words are cut: the longest word of a dictionary seldom has more characters."""
# How figures are read: 加8喷丁 for 加巴喷丁.
_FIGURES = "零一二三四五六七八九"
# Characters that stand beside every other one: 手术已 is no disguise of 手术衣. 要 is not among them: it is how 药 is
# disguised most.
_COMMON = frozenset("的一是不了在人有我他这大来上个到说们为子和你地出也时得就那下以会着去之都然没已")


@dataclass(frozen=True, slots=True)
class SoundIndex:
    """Patterns by the syllables that they are read in."""

    alike: tuple[tuple[tuple[int, str], ...], ...] = field(repr=False)
    automaton: ahocorasick_rs.AhoCorasick = field(repr=False)
    known: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, hidden: Mapping[int, str], known: frozenset[str]) -> "SoundIndex":
        """Index every pattern of which all characters have a reading, under each way to read it."""
        readings = load_readings()
        alike: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for number, pattern in hidden.items():
            if len(pattern) >= _SHORTEST:
                for heard in _heard(pattern, readings):
                    alike[heard].append((number, pattern))
        return cls(
            alike=tuple(map(tuple, alike.values())),
            automaton=ahocorasick_rs.AhoCorasick(alike),
            known=known,
        )

    def heard(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield what sounds like a pattern and is none that is known: the number of its sound, start and end."""
        sounds = _syllables()[code_points(text)].tobytes().decode("utf-32-le")
        heard = self.automaton.find_matches_as_indexes(sounds, overlapping=True)
        return (found for found in heard if self._is_other(text[found[1] : found[2]]))

    def _is_other(self, written: str) -> bool:
        # A figure is read in long names only: 14 is no 疑似.
        return written not in self.known and (len(written) > _SHORT or written.isalpha())

    def find(self, text: str, heard: Iterable[tuple[int, int, int]], cut: Callable[[str], list[str]]) -> list[Evaded]:
        """Return of what is `heard` in a text what is no ordinary word; `cut` as in `Evasions.by_sound`.

        Of the first 5,000 candidates, so that no text keeps judgement busy.
        """
        return [
            Evaded(number, start, end, _trick(text[start:end], pattern))
            for index, start, end in islice(heard, _MOST_CANDIDATES)
            for number, pattern in self.alike[index]
            if _may_stand_for(text[start:end], pattern) and _is_no_word(text, start, end, pattern, cut)
        ]


@cache
def _syllables() -> npt.NDArray[np.uint32]:
    """Return of every code point its syllable, or itself: for a batch looked up in a sixth of what `str.translate` takes."""
    numbers = load_readings().numbers
    syllables = every_code_point()
    syllables[list(map(ord, numbers))] = [_FIRST_CODE + own[0] for own in numbers.values()]
    for figure, name in enumerate(_FIGURES):
        syllables[ord(str(figure))] = syllables[ord(name)]
    return syllables


def _heard(pattern: str, readings: Readings) -> Iterator[str]:
    for numbers in islice(product(*map(readings.of, pattern)), _MOST_READINGS):
        yield "".join(chr(_FIRST_CODE + number) for number in numbers)


def _may_stand_for(written: str, pattern: str) -> bool:
    """Tell whether so much of the pattern is left, or it is so long, that this is hardly chance."""
    other = [mine for mine, meant in zip(written, pattern, strict=True) if mine != meant]
    if len(other) == len(pattern) == _SHORTEST:
        return False
    if any(mine.isdigit() for mine in other):
        return len(other) == 1
    return len(pattern) > _SHORT or _COMMON.isdisjoint(other)


def _trick(written: str, pattern: str) -> Trick:
    toned = load_readings().toned
    alike = all(
        mine.isdigit() or not toned[mine].isdisjoint(toned[meant]) for mine, meant in zip(written, pattern, strict=True)
    )
    return Trick.HOMOPHONE if alike or len(pattern) > _SHORT else Trick.OTHER_TONE


def _is_no_word(text: str, start: int, end: int, pattern: str, cut: Callable[[str], list[str]]) -> bool:
    """Tell whether no ordinary word reaches into the span from outside or explains a character that differs."""
    first, last = max(0, start - _AROUND), end + _AROUND
    position = first
    for word in cut(text[first:last]):
        stop = position + len(word)
        if len(word) > 1 and position < end and stop > start:
            inside = start <= position and stop <= end
            if not inside or word != pattern[position - start : stop - start]:
                return False
        position = stop
    return True
