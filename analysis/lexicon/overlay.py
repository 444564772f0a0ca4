"""The office's own words over the shipped lexicon: terms that are added, and terms that are not to speak.

An overlaid lexicon finds the added terms wherever the shipped one finds its own, evasive spellings included. Its
`identity` stays that of the shipped data, to which models are tied; `Words.identity` tells which words were laid over.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType

import ahocorasick_rs

from analysis.lexicon import Guard, Hit, Lexicon, Term, TermKind, evasions_of

__all__ = ["LONGEST_PHRASE", "NO_WORDS", "OwnTerm", "Silenced", "Words", "overlay", "spellings"]

LONGEST_PHRASE = 12
"""Characters of the longest phrase within which a term can be silenced, as for the shipped guards."""

_OWN_GUARD = "own:"
# What a name can stand for; a spelling that the office gives to one of these no longer stands for another of them.
_NAMING = frozenset({TermKind.PRODUCT, TermKind.FIRM})
_IDENTITY_DIGITS = 8


@dataclass(frozen=True, slots=True)
class OwnTerm:
    """A term that is added; `written` is normalised."""

    written: str
    term: Term


@dataclass(frozen=True, slots=True)
class Silenced:
    """A normalised spelling that is not to speak: nowhere, or not inside the phrase `within` where that is not empty."""

    written: str
    within: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that is laid over a lexicon."""

    terms: tuple[OwnTerm, ...] = ()
    silenced: tuple[Silenced, ...] = ()

    @property
    def identity(self) -> str:
        """Return eight digits that tell these words from others whatever their order; empty without any."""
        if not (self.terms or self.silenced):
            return ""
        added = sorted([one.written, one.term.kind.value, one.term.label, one.term.canonical] for one in self.terms)
        silent = sorted([one.written, one.within] for one in self.silenced)
        told = json.dumps([added, silent], ensure_ascii=False)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:_IDENTITY_DIGITS]


NO_WORDS = Words()


class _Overlaid(Lexicon):
    """A lexicon whose own guards hide terms without being seen: to a model they would be cues that it never met."""

    __slots__ = ()

    def hits(self, found: Iterable[tuple[int, int, int]], text: str) -> list[Hit]:
        """Return every term found in `text` that no guard hides, in order of appearance."""
        return [hit for hit in super().hits(found, text) if not hit.term.label.startswith(_OWN_GUARD)]


def spellings(lexicon: Lexicon) -> dict[str, tuple[Term, ...]]:
    """Return what each normalised spelling of a lexicon stands for."""
    return dict(zip(lexicon.patterns, lexicon.meanings, strict=True))


def overlay(lexicon: Lexicon, words: Words) -> Lexicon:
    """Return the lexicon with `words` over it; 0.1 s, 0.25 s with 2,000 of them. Without words it is the lexicon itself.

    A product or firm that is added takes a spelling over from the products and firms that it stood for. What is
    silenced everywhere has no meaning left but that of guards. A phrase of more than `LONGEST_PHRASE` characters is
    left out.
    """
    if not words.identity:
        return lexicon
    terms = {written: dict.fromkeys(meanings) for written, meanings in spellings(lexicon).items()}
    for own in words.terms:
        _add(terms, own)
    for one in words.silenced:
        if not one.within:
            _silence(terms, one.written)
    guards = {guard.name: guard for guard in _guards(terms, words.silenced)}
    for guard in guards.values():
        for phrase in guard.phrases:
            terms.setdefault(phrase, {})[Term(TermKind.GUARD, guard.name, phrase)] = None
    silenced = frozenset(one.written for one in words.silenced if not one.within)
    return _built(lexicon, {written: meanings for written, meanings in terms.items() if meanings}, guards, silenced)


def _add(terms: dict[str, dict[Term, None]], own: OwnTerm) -> None:
    if not own.written:
        return
    kept = terms.get(own.written, {})
    if own.term.kind in _NAMING:
        kept = {term: None for term in kept if term.kind not in _NAMING}
    terms[own.written] = {**kept, own.term: None}


def _silence(terms: dict[str, dict[Term, None]], written: str) -> None:
    if written in terms:
        terms[written] = {term: None for term in terms[written] if term.kind is TermKind.GUARD}


def _guards(terms: Mapping[str, Mapping[Term, None]], silenced: Sequence[Silenced]) -> list[Guard]:
    hidden: dict[str, dict[str, None]] = {}
    for one in silenced:
        names = [term.canonical for term in terms.get(one.written, ()) if term.kind is not TermKind.GUARD]
        if one.within and len(one.within) <= LONGEST_PHRASE and names:
            hidden.setdefault(one.within, {}).update(dict.fromkeys(names))
    return [
        Guard(name=f"{_OWN_GUARD}{phrase}", phrases=(phrase,), hides=tuple(names)) for phrase, names in hidden.items()
    ]


def _built(
    lexicon: Lexicon,
    terms: Mapping[str, Mapping[Term, None]],
    guards: Mapping[str, Guard],
    silenced: frozenset[str],
) -> Lexicon:
    patterns, meanings = tuple(terms), tuple(map(tuple, terms.values()))
    changed = {
        "patterns": patterns,
        "meanings": meanings,
        "guards": MappingProxyType({**lexicon.guards, **guards}),
        "automaton": ahocorasick_rs.AhoCorasick(patterns),
        "evasions": evasions_of(patterns, meanings),
        "silenced": silenced,
    }
    shipped = {one.name: getattr(lexicon, one.name) for one in fields(Lexicon)}
    return _Overlaid(**(shipped | changed))
