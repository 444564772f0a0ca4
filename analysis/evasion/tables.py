"""The tables of this folder: how characters are read, of which parts they are made, which variants they have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

__all__ = ["Readings", "load_parts", "load_readings", "load_variants"]


@dataclass(frozen=True, slots=True)
class Readings:
    """Syllables without tone in order, ü written v; of each character the numbers of its readings, the usual one first.

    `toned` are the same readings with the digit of their tone, 0 where they have none.
    """

    syllables: tuple[str, ...]
    numbers: Mapping[str, tuple[int, ...]]
    toned: Mapping[str, frozenset[str]]

    def of(self, character: str) -> tuple[int, ...]:
        """Return the numbers of all readings of a character, the usual one first; none for one that is not listed."""
        return self.numbers.get(character, ())


@cache
def load_readings() -> Readings:
    """Read `sounds.tsv`; about 5 ms, once a process."""
    usual: dict[str, str] = {}
    others: dict[str, list[str]] = {}
    for toned, characters, *rare in _rows("sounds.tsv"):
        usual.update(dict.fromkeys(characters, toned))
        for character in "".join(rare):
            others.setdefault(character, []).append(toned)
    syllables = tuple(dict.fromkeys(toned[:-1] for toned, *_ in _rows("sounds.tsv")))
    number = {syllable: place for place, syllable in enumerate(syllables)}
    toned_of = {character: (first, *others.get(character, ())) for character, first in usual.items()}
    return Readings(
        syllables,
        MappingProxyType({c: tuple(dict.fromkeys(number[t[:-1]] for t in every)) for c, every in toned_of.items()}),
        MappingProxyType({c: frozenset(every) for c, every in toned_of.items()}),
    )


@cache
def load_parts() -> Mapping[str, tuple[str, ...]]:
    """Return the ways to write each character in two or three parts, in writing order."""
    return MappingProxyType({row[0]: tuple(row[1:]) for row in _rows("parts.tsv")})


@cache
def load_variants() -> Mapping[str, str]:
    """Return the uncommon variants of each character that has any."""
    return MappingProxyType({row[0]: row[1] for row in _rows("variants.tsv")})


def _rows(filename: str) -> Iterator[list[str]]:
    text = resources.files("analysis.evasion").joinpath(filename).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")
