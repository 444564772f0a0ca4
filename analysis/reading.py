"""One reading of one document: normalised, cut and scanned once, shared by everything that judges it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from analysis.counts import PeopleCount, people_counts
from analysis.evasion import Trick
from analysis.lexicon import HIDDEN, Hit, Lexicon, TermKind
from analysis.segmentation import Segmenter
from analysis.text import Normalised, normalise, squeeze
from crawlers.records import Document

__all__ = ["MODEL_CHARACTERS", "Reading", "read"]

MODEL_CHARACTERS = 800
"""How much of a body the models see: what a text is about stands in front; rules and entities read all of it."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What text processing made of a document.

    `joined` is the normalised title, a line break and the normalised text; hits and word positions count in it, and
    `locate` leads back to the original fields. `evasive` are hits in another spelling: through separators, a masked
    character, a character in parts or as a variant. `sounded` are terms that the text only sounds like: they are shown as
    evidence, and the clear ones are a cue for the models, but none is a strong term or stands in a floor rule.
    """

    title: Normalised
    text: Normalised
    joined: str
    hits: tuple[Hit, ...]
    evasive: tuple[Hit, ...]
    sounded: tuple[Hit, ...]
    segmenter: Segmenter

    @property
    def boundary(self) -> int:
        """Return where the text begins in `joined`."""
        return len(self.title.text) + 1

    @property
    def head(self) -> str:
        """Return the part of `joined` that models see."""
        return self.joined[: self.boundary + MODEL_CHARACTERS]

    @property
    def truncated(self) -> bool:
        """Tell whether only the first part of a field was read."""
        return self.title.truncated or self.text.truncated

    @cached_property
    def words(self) -> list[str]:
        """Return the words of `head`."""
        return self.segmenter.cut(self.head)

    @cached_property
    def people(self) -> list[PeopleCount]:
        """Return the counts of harmed and dead people that the document claims, in order."""
        return people_counts(self.joined)

    @cached_property
    def tokens(self) -> str:
        """Return the search-mode words of title and text, joined by blanks."""
        return " ".join(word for word in self.segmenter.cut_for_search(self.joined) if not word.isspace())

    @cached_property
    def terms(self) -> frozenset[tuple[TermKind, str]]:
        """Return kind and label of everything that was hit, evasive spellings included."""
        return frozenset((hit.term.kind, hit.term.label) for hit in self.named)

    @property
    def written(self) -> tuple[Hit, ...]:
        """Return what stands in the text in any spelling, plain ones first; not what it only sounds like."""
        return (*self.hits, *self.evasive)

    @cached_property
    def named(self) -> tuple[Hit, ...]:
        """Return what is written, and what the text clearly sounds like: in letters, a strong term, or a long one."""
        if not self.sounded:
            return self.written
        return (*self.written, *(hit for hit in self.sounded if _is_clear(hit, self.joined)))

    @property
    def names_product(self) -> bool:
        """Tell whether any product, product class or firm of the field is named."""
        return any(kind in {TermKind.PRODUCT, TermKind.FIRM} for kind, _ in self.terms)

    def of_kind(self, *kinds: TermKind) -> list[Hit]:
        """Return the hits of these kinds, plain ones first."""
        return [hit for hit in self.named if hit.term.kind in kinds]

    def locate(self, start: int, end: int) -> tuple[str, int, int]:
        """Return field, start and end in the original for a span of `joined`.

        Raises:
            ValueError: If the span is empty or crosses from the title into the text.
        """
        if end <= self.boundary - 1:
            return ("title", *self.title.origin(start, end))
        return ("text", *self.text.origin(start - self.boundary, end - self.boundary))


def read(document: Document, lexicon: Lexicon, segmenter: Segmenter) -> Reading:
    """Normalise and scan a document; words are cut when first asked for."""
    title, text = normalise(document.title), normalise(document.text)
    joined, boundary = f"{title.text}\n{text.text}", len(title.text)
    hits = lexicon.scan(joined)
    evasive = tuple(_evasive(joined, boundary, hits, lexicon))
    return Reading(
        title=title,
        text=text,
        joined=joined,
        hits=tuple(hits),
        evasive=evasive,
        sounded=tuple(_sounded(joined, boundary, evasive, lexicon, segmenter)),
        segmenter=segmenter,
    )


_SHORT = 2


def _evasive(joined: str, boundary: int, hits: Iterable[Hit], lexicon: Lexicon) -> Iterator[Hit]:
    """Yield the terms that stand in the text in another spelling, sure ones only, each once."""
    yield from _squeezed(joined, boundary, hits, lexicon)
    yield from _masked(joined, lexicon)
    yield from _respelled(joined, boundary, lexicon)


def _sounded(joined: str, boundary: int, found: Iterable[Hit], lexicon: Lexicon, segmenter: Segmenter) -> Iterator[Hit]:
    """Yield the terms that the text only sounds like, each once and none that was found otherwise."""
    seen = {(hit.term, hit.start, hit.end) for hit in found}
    for number, start, end, trick in lexicon.evasions.by_sound(joined, segmenter.cut):
        for term in lexicon.meanings[number]:
            key = (term, start, end)
            if term.kind in HIDDEN and key not in seen and not start <= boundary < end:
                seen.add(key)
                yield Hit(*key, trick)


def _is_clear(hit: Hit, joined: str) -> bool:
    """Tell whether a hit by sound is hardly chance: two characters like 麝香 are mostly a name, 感冒要 is mostly grammar."""
    if hit.trick is Trick.PINYIN:
        return True
    return (hit.term.kind is TermKind.STRONG or hit.end - hit.start > _SHORT) and not joined.startswith(
        "要", hit.end - 1
    )


def _masked(joined: str, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield the longest product and the longest strong term of which one character is written in another script."""
    for candidates in lexicon.evasions.masks.find(joined):
        found: dict[TermKind, Hit] = {}
        for number, start, end, trick in candidates:
            for term in lexicon.meanings[number]:
                if term.kind in {TermKind.PRODUCT, TermKind.STRONG}:
                    found.setdefault(term.kind, Hit(term, start, end, trick))
        yield from found.values()


def _squeezed(joined: str, boundary: int, hits: Iterable[Hit], lexicon: Lexicon) -> Iterator[Hit]:
    squeezed = squeeze(joined)
    if squeezed is None:
        return
    shadow, positions = squeezed
    plain = {(hit.start, hit.end, hit.term) for hit in hits}
    for term, start, end, _ in lexicon.scan(shadow):
        first, last = positions[start], positions[end - 1] + 1
        joined_up = last - first == end - start
        if joined_up or first <= boundary < last or term.kind not in HIDDEN or (first, last, term) in plain:
            continue
        yield Hit(term, first, last, Trick.SEPARATED)


def _respelled(joined: str, boundary: int, lexicon: Lexicon) -> Iterator[Hit]:
    shadow = lexicon.evasions.spellings.restore(joined)
    if shadow is None:
        return
    for term, start, end, _ in lexicon.scan(shadow.text):
        first, last = shadow.starts[start], shadow.ends[end - 1]
        if term.kind in HIDDEN and not shadow.restored.isdisjoint(range(start, end)) and not first <= boundary < last:
            yield Hit(term, first, last, Trick.RESPELLED)
