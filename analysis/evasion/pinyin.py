"""Words written as they are read, in Latin letters, whole (jiayao, jia yao, jia3yao4) or in part (jia药)."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import accumulate, islice, product
from string import ascii_letters

import ahocorasick_rs

from analysis.evasion.tables import Readings, load_readings
from analysis.evasion.tricks import Evaded, Trick

__all__ = ["PinyinIndex"]

_MOST_READINGS = 32
_SHORTEST = 2
_SIDE = 7
"""How many characters beside letters may belong to the same word."""
_LONGEST_RUN = 60
_LONGEST_SYLLABLE = 6
_RUN = re.compile("[a-z]+")
# Letters, and more letters so near that one word may hold both.
_CLUSTER = re.compile("[a-z]+(?:[^a-z\n]{1,4}[a-z]+)*")
_UNIT = re.compile("[a-z]+|[^a-z]")
_VOWEL = re.compile("[aeiouv]")
# What stands between syllables, tone digits among them.
_BETWEEN = frozenset(" '’·*_.-01234")
_BREAK = "|"


@dataclass(frozen=True, slots=True)
class _Meant:
    """A pattern and, for one way to read it, where its syllables end."""

    number: int
    pattern: str
    ends: tuple[int, ...]


@dataclass(slots=True)
class _Spoken:
    """A text as letters: the place of each, which characters were read where, where syllables and runs of letters meet."""

    letters: str = ""
    places: list[int] = field(default_factory=list)
    characters: dict[int, tuple[str, int]] = field(default_factory=dict)
    joints: set[int] = field(default_factory=set)
    edges: set[int] = field(default_factory=set)

    def say_letters(self, run: str, at: int, joints: frozenset[int]) -> None:
        self.joints.update(len(self.letters) + joint for joint in joints)
        self.edges.update((len(self.letters), len(self.letters) + len(run)))
        self.places.extend(range(at, at + len(run)))
        self.letters += run

    def say_character(self, character: str, at: int, syllable: str) -> None:
        begin, stop = len(self.letters), len(self.letters) + len(syllable)
        self.characters[begin] = character, stop
        self.joints.update((begin, stop))
        self.places.extend([at] * len(syllable))
        self.letters += syllable

    def pause(self, at: int) -> None:
        self.places.append(at)
        self.letters += _BREAK


@dataclass(frozen=True, slots=True)
class PinyinIndex:
    """Patterns by the letters that they are read in."""

    meant: tuple[tuple[_Meant, ...], ...] = field(repr=False)
    automaton: ahocorasick_rs.AhoCorasick = field(repr=False)
    syllables: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, hidden: Mapping[int, str]) -> "PinyinIndex":
        """Index every pattern of which all characters have a reading, under each way to read it."""
        readings = load_readings()
        meant: dict[str, list[_Meant]] = defaultdict(list)
        for number, pattern in hidden.items():
            if len(pattern) >= _SHORTEST:
                for syllables in islice(_read(pattern, readings), _MOST_READINGS):
                    ends = tuple(accumulate(map(len, syllables)))
                    meant["".join(syllables)].append(_Meant(number, pattern, ends))
        return cls(
            meant=tuple(map(tuple, meant.values())),
            automaton=ahocorasick_rs.AhoCorasick(meant),
            syllables=frozenset(form for s in readings.syllables if _VOWEL.search(s) for form in _typed(s)),
        )

    def places(self, text: str) -> Iterator[int]:
        """Yield where letters begin that can be read; without any, `find` finds nothing."""
        return (run.start() for run in _RUN.finditer(text) if _may_be_read(run.group(), self.syllables))

    def find(self, text: str) -> list[Evaded]:
        """Return the patterns of which at least one character stands in letters; the other ones have to be its own."""
        found: list[Evaded] = []
        done = 0
        for run in _RUN.finditer(text):
            if run.start() >= done and _may_be_read(run.group(), self.syllables):
                done = _CLUSTER.match(text, run.start()).end()  # type: ignore[union-attr]
                first, last = max(0, run.start() - _SIDE), done + _SIDE
                # Asked first what it sounds like at all: most letters are no word, and to say where each syllable
                # ends takes twenty times as long.
                if self._sounds_in_letters(text[first:last].translate(_said())):
                    found.extend(self._in_letters(self._speak(text[first:last]), first))
        return found

    def _sounds_in_letters(self, said: str) -> bool:
        """Tell whether a pattern is heard of which something stands in letters, which are capital ones in `said`."""
        heard = self.automaton.find_matches_as_indexes(said.lower(), overlapping=True)
        return any(not said[start:end].islower() for _, start, end in heard)

    def _in_letters(self, spoken: _Spoken, first: int) -> Iterator[Evaded]:
        """Yield what is meant, without what is only the beginning of something longer: jiaya in jiayao."""
        found = [
            (start, -end, meant.number)
            for index, start, end in self.automaton.find_matches_as_indexes(spoken.letters, overlapping=True)
            for meant in self.meant[index]
            if _is_meant(spoken, start, meant)
        ]
        reached = (-1, 0)
        for start, negative_end, number in sorted(found):
            if reached[0] != start or reached[1] == -negative_end:
                reached = start, -negative_end
                span = first + spoken.places[start], first + spoken.places[-negative_end - 1] + 1
                yield Evaded(number, *span, Trick.PINYIN)

    def _speak(self, text: str) -> _Spoken:
        readings = load_readings()
        spoken = _Spoken()
        for unit in _UNIT.finditer(text):
            written, at = unit.group(), unit.start()
            if written[0].isascii() and written[0].isalpha():
                spoken.say_letters(written, at, _joints(written, self.syllables))
            elif numbers := readings.of(written):
                spoken.say_character(written, at, readings.syllables[numbers[0]])
            elif written not in _BETWEEN:
                spoken.pause(at)
        return spoken


class _Said(dict[int, str]):
    """What each character is in the letters of `_Spoken`; one without a reading is a break, and a letter a capital one."""

    def __missing__(self, code: int) -> str:
        return chr(code).upper() if chr(code) in ascii_letters else _BREAK


@cache
def _said() -> _Said:
    readings = load_readings()
    read = {ord(character): readings.syllables[own[0]] for character, own in readings.numbers.items()}
    return _Said(dict.fromkeys(map(ord, _BETWEEN), "") | read)


def _read(pattern: str, readings: Readings) -> Iterator[tuple[str, ...]]:
    """Yield the syllables of a pattern for each way to read and to type them; nothing where a character has none."""
    typed = ([form for n in readings.of(character) for form in _typed(readings.syllables[n])] for character in pattern)
    return product(*typed)


def _typed(syllable: str) -> tuple[str, ...]:
    """Return how a syllable is typed: ü is v or, without its marks, u."""
    return (syllable, syllable.replace("v", "u")) if "v" in syllable else (syllable,)


@lru_cache(maxsize=4096)
def _may_be_read(run: str, syllables: frozenset[str]) -> bool:
    """Tell whether a run is made of syllables; foreign words mostly are not, and come again and again."""
    return bool(_joints(run, syllables))


def _joints(run: str, syllables: frozenset[str]) -> frozenset[int]:
    """Return where syllables may meet if the whole run is made of such; nothing if it is not. One syllable is one."""
    if len(run) > _LONGEST_RUN:
        return frozenset()
    if run in syllables:
        return frozenset({0, len(run)})
    reached: set[int] = {0}
    steps: list[tuple[int, int]] = []
    for start in range(len(run)):
        stops = range(start + 1, min(len(run), start + _LONGEST_SYLLABLE) + 1) if start in reached else ()
        found = [(start, stop) for stop in stops if run[start:stop] in syllables]
        steps.extend(found)
        reached.update(stop for _, stop in found)
    leading = reached & {len(run)}
    for start, stop in reversed(steps):
        if stop in leading:
            leading.add(start)
    return frozenset(leading)


def _is_meant(spoken: _Spoken, start: int, meant: _Meant) -> bool:
    """Tell whether every syllable of the pattern is its own character or letters that may be cut there.

    Two syllables in letters have to be all that stands there: kabo is by chance in kabosu.
    """
    in_letters, begin = 0, start
    for character, end in zip(meant.pattern, meant.ends, strict=True):
        stop = start + end
        if begin not in spoken.joints or stop not in spoken.joints:
            return False
        if begin in spoken.characters:
            if spoken.characters[begin] != (character, stop):
                return False
        elif any(place in spoken.characters for place in range(begin + 1, stop)):
            return False
        else:
            in_letters += 1
        begin = stop
    if in_letters == _SHORTEST == len(meant.ends):
        return start in spoken.edges and begin in spoken.edges
    return in_letters > 0
