"""One reading of one document: normalised, cut and scanned once, shared by everything that judges it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from analysis.counts import PeopleCount, people_counts
from analysis.lexicon import Hit, Lexicon, Term, TermKind
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
    `locate` leads back to the original fields. `evasive` are hits that only the shadow copy without separators shows.
    """

    title: Normalised
    text: Normalised
    joined: str
    hits: tuple[Hit, ...]
    evasive: tuple[Hit, ...]
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
        return frozenset((hit.term.kind, hit.term.label) for hit in (*self.hits, *self.evasive))

    @property
    def names_product(self) -> bool:
        """Tell whether any product, product class or firm of the field is named."""
        return any(kind in {TermKind.PRODUCT, TermKind.FIRM} for kind, _ in self.terms)

    def of_kind(self, *kinds: TermKind) -> list[Hit]:
        """Return the hits of these kinds, plain ones first."""
        return [hit for hit in (*self.hits, *self.evasive) if hit.term.kind in kinds]

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
    joined = f"{title.text}\n{text.text}"
    hits = lexicon.scan(joined)
    return Reading(
        title=title,
        text=text,
        joined=joined,
        hits=tuple(hits),
        evasive=tuple(_evasive(joined, len(title.text), hits, lexicon)),
        segmenter=segmenter,
    )


# One character written in Latin letters (西布qu明) or as a picture (水痘🐛苗).
_GAP = re.compile("(?<=[一-鿿])(?:[a-z]{1,6}|[\U0001f300-\U0001faff])(?=[一-鿿])")
_SIDES = sorted(((left, right) for left in range(7) for right in range(7)), key=lambda side: -sum(side))


def _evasive(joined: str, boundary: int, hits: Iterable[Hit], lexicon: Lexicon) -> list[Hit]:
    return [*_squeezed(joined, boundary, hits, lexicon), *_gapped(joined, lexicon)]


def _gapped(joined: str, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield the longest product and the longest strong term of which one character is written in another script."""
    for gap in _GAP.finditer(joined):
        found: dict[TermKind, Hit] = {}
        for left, right in _SIDES:
            start, end = max(0, gap.start() - left), gap.end() + right
            for term in lexicon.gapped.get((joined[start : gap.start()], joined[gap.end() : end]), ()):
                found.setdefault(term.kind, Hit(term, start, end))
        yield from found.values()


def _squeezed(joined: str, boundary: int, hits: Iterable[Hit], lexicon: Lexicon) -> list[Hit]:
    squeezed = squeeze(joined)
    if squeezed is None:
        return []
    shadow, positions = squeezed
    plain = {(hit.start, hit.end, hit.term) for hit in hits}
    found: list[Hit] = []
    for term, start, end in lexicon.scan(shadow):
        first, last = positions[start], positions[end - 1] + 1
        joined_up = last - first == end - start
        if not joined_up and not first <= boundary < last and _may_be_evaded(term, (first, last), plain):
            found.append(Hit(term, first, last))
    return found


def _may_be_evaded(term: Term, span: tuple[int, int], plain: set[tuple[int, int, Term]]) -> bool:
    """Only words that somebody would hide; a cue or a place across a blank is two neighbours."""
    hidden = {TermKind.STRONG, TermKind.RISK, TermKind.PRODUCT}
    return term.kind in hidden and (*span, term) not in plain
