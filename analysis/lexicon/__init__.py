"""The words of the field, as data, behind one Aho-Corasick automaton.

`load_lexicon` reads the files of this folder once; `Lexicon.scan` finds every term in a normalised text in one pass.
Sources and licences of the data: `CARD.md` beside the files.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, NamedTuple

import ahocorasick_rs
import yaml

from analysis.evasion import Evasions, Trick
from analysis.lexicon.regions import Region, inner_names, load_regions, region_names
from analysis.text import normalise

__all__ = [
    "HIDDEN",
    "Guard",
    "Hit",
    "Lexicon",
    "Term",
    "TermKind",
    "evasions_of",
    "load_lexicon",
]

DATA_FILES = (
    "abroad.txt",
    "cues.yaml",
    "drugs.txt",
    "field.txt",
    "firms.txt",
    "guards.yaml",
    "jiangxi_divisions.tsv",
    "names.yaml",
    "products.txt",
    "regions.tsv",
    "risk_terms.yaml",
)
_LEAST_WORD = 2
_LONGEST_GUARD = 12
_CHINESE = re.compile("[一-鿿]+")


class TermKind(StrEnum):
    """What a term is to those who read hits."""

    STRONG = "strong"
    RISK = "risk"
    CUE = "cue"
    PRODUCT = "product"
    REGION = "region"
    FIRM = "firm"
    ABROAD = "abroad"
    GUARD = "guard"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Term:
    """One meaning of one written form: `label` is its category, cue class, product type, guard name or region key."""

    kind: TermKind
    label: str
    canonical: str

    def __hash__(self) -> int:
        """Return the hash of the two texts: an enumeration computes its own anew each time, in Python."""
        return hash((self.label, self.canonical))


_GUARD, _FIELD = TermKind.GUARD, TermKind.FIELD
HIDDEN = frozenset({TermKind.STRONG, TermKind.RISK, TermKind.PRODUCT})
"""What somebody would hide; a cue or a place in another spelling is an accident."""


class Hit(NamedTuple):
    """Where in a normalised text a term stands; if it is disguised, by which trick, and the spelling that is `meant`."""

    term: Term
    start: int
    end: int
    trick: Trick | None = None
    meant: str = ""


_new = tuple.__new__


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A spelling that looks like a product or risk word and is not.

    Its phrases hide the terms inside them (those of `hides`, all where it is empty), unless a word of `unless` stands
    in the text; where `context` is not empty, one of its words has to stand in the text as well.
    """

    name: str
    phrases: tuple[str, ...]
    context: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()

    def holds(self, text: str) -> bool:
        """Tell whether the guard applies in a text that holds one of its phrases."""
        if any(word in text for word in self.unless):
            return False
        return not self.context or any(word in text for word in self.context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All terms with their automaton; `identity` is the hash of the data files.

    `silenced` are normalised spellings that are not to be told as a name, however a name was found.
    """

    patterns: tuple[str, ...]
    meanings: tuple[tuple[Term, ...], ...]
    guards: Mapping[str, Guard]
    regions: Mapping[str, tuple[Region, ...]]
    inner: Mapping[tuple[str, ...], Mapping[str, Region]] = field(repr=False)
    words: tuple[str, ...]
    names: Mapping[str, frozenset[str]]
    identity: str
    automaton: ahocorasick_rs.AhoCorasick = field(repr=False)
    evasions: Evasions = field(repr=False)
    silenced: frozenset[str] = frozenset()

    def scan(self, text: str) -> list[Hit]:
        """Return every term of `text` that no guard hides, overlapping ones too, in order of appearance."""
        return self.hits(self.automaton.find_matches_as_indexes(text, overlapping=True), text)

    def hits(self, found: Iterable[tuple[int, int, int]], text: str) -> list[Hit]:
        """Return the same of what the automaton found in `text`: of each pattern its number, start and end."""
        meanings = self.meanings
        # Past the constructor of named tuples, which takes twice as long.
        hits = [_new(Hit, (term, start, end, None, "")) for index, start, end in found for term in meanings[index]]
        spoken = {hit.term.label for hit in hits if hit.term.kind is _GUARD}
        return self._unhidden(hits, spoken, text) if spoken else hits

    def _unhidden(self, hits: list[Hit], spoken: set[str], text: str) -> list[Hit]:
        holding = {name for name in spoken if self.guards[name].holds(text)}
        guarding: dict[int, list[tuple[int, tuple[str, ...]]]] = {}
        for hit in hits:
            if hit.term.kind is TermKind.GUARD and hit.term.label in holding:
                guarding.setdefault(hit.start, []).append((hit.end, self.guards[hit.term.label].hides))
        if not guarding:
            return hits
        return [hit for hit in hits if hit.term.kind is TermKind.GUARD or not _is_hidden(hit, guarding)]


def evasions_of(patterns: Sequence[str], meanings: Sequence[Sequence[Term]]) -> Evasions:
    """Return what finds the products and risk terms among `patterns` in other spellings; about 90 ms."""
    hidden = {
        number: patterns[number]
        for number, terms in enumerate(meanings)
        if _CHINESE.fullmatch(patterns[number]) and any(term.kind in HIDDEN for term in terms)
    }
    # A word that only says what a text is about may be how another is disguised: 治癌 sounds like 致癌.
    own = {pattern for pattern, terms in zip(patterns, meanings, strict=True) if {t.kind for t in terms} != {_FIELD}}
    return Evasions.of(hidden, frozenset(own))


def _is_hidden(hit: Hit, guarding: Mapping[int, Sequence[tuple[int, tuple[str, ...]]]]) -> bool:
    """Tell whether a guard's phrase covers the hit; phrases are short, so only few places can hold one that does."""
    return any(
        hit.end <= end and (not hides or hit.term.canonical in hides)
        for start in range(max(0, hit.end - _LONGEST_GUARD), hit.start + 1)
        for end, hides in guarding.get(start, ())
    )


@cache
def load_lexicon() -> Lexicon:
    """Read the shipped data files and build the automaton and what sees through disguises; about 200 ms, once a process."""
    guards = tuple(_guards(_yaml("guards.yaml")["guards"]))
    regions = load_regions(_text("regions.tsv"), _text("jiangxi_divisions.tsv"))
    terms: dict[str, dict[Term, None]] = {}
    for written, term in _all_terms(guards, regions):
        terms.setdefault(normalise(written).text, {})[term] = None
    patterns, meanings = tuple(terms), tuple(map(tuple, terms.values()))
    return Lexicon(
        patterns=patterns,
        meanings=meanings,
        guards=MappingProxyType({guard.name: guard for guard in guards}),
        regions=MappingProxyType(regions),
        inner=MappingProxyType(inner_names(regions)),
        words=tuple(_segmenter_words(terms)),
        names={
            "herbs": frozenset(term.canonical for term in _group("drugs.txt", "herb")),
            **{name: frozenset(map(str, words)) for name, words in _yaml("names.yaml").items()},
        },
        identity=_identity(),
        automaton=ahocorasick_rs.AhoCorasick(patterns),
        evasions=evasions_of(patterns, meanings),
    )


def _all_terms(guards: Iterable[Guard], regions: Mapping[str, tuple[Region, ...]]) -> Iterator[tuple[str, Term]]:
    yield from _risk_terms()
    for name, words in _yaml("cues.yaml")["classes"].items():
        for written in words:
            yield str(written), Term(TermKind.CUE, name, str(written))
    yield from _named("drugs.txt", lambda _group: ("drug", TermKind.PRODUCT))
    yield from _named("products.txt", lambda group: (group, TermKind.PRODUCT))
    yield from _named("firms.txt", lambda group: (group, TermKind.FIRM))
    yield from _named("abroad.txt", lambda group: (group, TermKind.ABROAD))
    yield from _named("field.txt", lambda group: (group, TermKind.FIELD))
    for name in region_names(regions):
        yield name, Term(TermKind.REGION, name, name)
    for guard in guards:
        for written in guard.phrases:
            yield written, Term(TermKind.GUARD, guard.name, written)


def _risk_terms() -> Iterator[tuple[str, Term]]:
    for code, lists in _yaml("risk_terms.yaml")["categories"].items():
        # What speaks alone for good news is no risk that speaks alone.
        kind = TermKind.RISK if code == "R14" else TermKind.STRONG
        for written in lists["strong"]:
            yield str(written), Term(kind, code, str(written))
        for written in lists["terms"]:
            yield str(written), Term(TermKind.RISK, code, str(written))


def _named(filename: str, meaning: Any) -> Iterator[tuple[str, Term]]:
    for line in _text(filename).splitlines():
        if not line or line.startswith("#"):
            continue
        group, _, names = line.partition("\t")
        label, kind = meaning(group)
        for entry in names.split():
            written, _, canonical = entry.partition("=")
            yield written, Term(kind, label, canonical or written)


def _group(filename: str, group: str) -> Iterator[Term]:
    return (term for _, term in _named(filename, lambda of: (of, TermKind.PRODUCT)) if term.label == group)


def _guards(rows: Iterable[Mapping[str, Any]]) -> Iterator[Guard]:
    for row in rows:
        lists = {
            key: tuple(normalise(word).text for word in row.get(key, ()))
            for key in ("phrases", "context", "unless", "hides")
        }
        yield Guard(name=row["name"], **lists)


def _segmenter_words(terms: Mapping[str, Mapping[Term, None]]) -> Iterator[str]:
    """Yield the words that segmentation has to keep whole: products, firms and short risk terms of Chinese characters."""
    for written, meanings in terms.items():
        named = any(t.kind in {TermKind.PRODUCT, TermKind.FIRM, TermKind.STRONG} for t in meanings)
        if named and len(written) >= _LEAST_WORD and _CHINESE.fullmatch(written):
            yield written


def _identity() -> str:
    digest = hashlib.sha256()
    for filename in DATA_FILES:
        digest.update(filename.encode() + b"\0" + _text(filename).encode() + b"\0")
    return digest.hexdigest()


def _text(filename: str) -> str:
    return resources.files(__name__).joinpath(filename).read_text(encoding="utf-8")


# The C parser where there is one: these four files take it 0.03 s, the other 0.25 s.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _yaml(filename: str) -> Any:
    loader = _LOADER(_text(filename))
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
