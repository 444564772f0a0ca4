"""One reading of one document: normalised, cut and scanned once, shared by everything that judges it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from analysis.evasion import Trick
from analysis.harm.counts import people_counts
from analysis.harm.people import PeopleCount
from analysis.joined import BETWEEN, Joined, portions
from analysis.lexicon import HIDDEN, Hit, Lexicon, Term, TermKind
from analysis.segmentation import Segmenter
from analysis.text import Normalised, normalise_all, separated_places, squeeze
from crawlers.records import Document, filled_at_once, in_order

__all__ = ["MODEL_CHARACTERS", "Reading", "read", "read_all"]

MODEL_CHARACTERS = 800
"""How much of a body the models see: what a text is about stands in front; rules and entities read all of it."""


@filled_at_once
@dataclass(frozen=True)
class Reading:
    """What text processing made of a document.

    `joined` is the normalised title, a line break and the normalised text; hits and word positions count in it, and
    `locate` leads back to the original fields. `evasive` are hits in another spelling: through separators, a masked
    character, a character in parts or as a variant. `sounded` are terms that the text only sounds like: they are shown
    as evidence, and the clear ones are a cue for the models, but none is a strong term or stands in a floor rule.
    """

    title: Normalised
    text: Normalised
    joined: str
    hits: tuple[Hit, ...]
    evasive: tuple[Hit, ...]
    sounded: tuple[Hit, ...]
    segmenter: Segmenter
    undone: "Reading | None" = None

    @property
    def restored(self) -> "Reading":
        """Return the reading of the text with its clear disguises undone, for models: itself where there are none."""
        return self.undone or self

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


_reading = in_order(Reading, ("title", "text", "joined", "hits", "evasive", "sounded", "segmenter"))


def read(document: Document, lexicon: Lexicon, segmenter: Segmenter) -> Reading:
    """Normalise and scan a document; words are cut when first asked for."""
    return read_all([document], lexicon, segmenter)[0]


def read_all(documents: Sequence[Document], lexicon: Lexicon, segmenter: Segmenter) -> list[Reading]:
    """Read documents one step after the other, each as `read` reads it alone.

    A step keeps its tables in the processor's cache for the whole batch, and passes over what holds nothing of its
    kind.
    """
    normalised = normalise_all([field for one in documents for field in (one.title, one.text)])
    readings = _read(list(zip(normalised[::2], normalised[1::2], strict=True)), lexicon, segmenter)
    disguised = {n: fields for n, reading in enumerate(readings) if (fields := _restored(reading)) is not None}
    if disguised:
        undone = _read(list(disguised.values()), lexicon, segmenter)
        for n, reading in zip(disguised, undone, strict=True):
            readings[n] = replace(readings[n], undone=reading)
    return readings


def _read(fields: Sequence[tuple[Normalised, Normalised]], lexicon: Lexicon, segmenter: Segmenter) -> list[Reading]:
    sizes = [len(title.text) + len(text.text) for title, text in fields]
    return [one for part in portions(sizes) for one in _read_portion(fields[part], lexicon, segmenter)]


def _read_portion(
    fields: Sequence[tuple[Normalised, Normalised]], lexicon: Lexicon, segmenter: Segmenter
) -> list[Reading]:
    """Look for everything in all texts at once, then once more in those few that hold something."""
    texts = [f"{title.text}\n{text.text}" for title, text in fields]
    joined = Joined.of(texts)
    found = joined.parted(lexicon.automaton.find_matches_as_indexes(joined.whole, overlapping=True))
    hits = {n: lexicon.hits(own, texts[n]) for n, own in found.items()}
    evasive = _evasive(joined, texts, fields, hits, lexicon)
    heard = joined.parted(lexicon.evasions.sounds.heard(joined.whole))
    lettered = joined.numbers(lexicon.evasions.letters.places(joined.whole))
    sounded = {
        n: _sounded(texts[n], len(fields[n][0].text), heard.get(n, ()), evasive.get(n, ()), lexicon, segmenter)
        for n in {*heard, *lettered}
    }
    return [
        _reading(
            title, text, texts[n], tuple(hits.get(n, ())), tuple(evasive.get(n, ())), sounded.get(n, ()), segmenter
        )
        for n, (title, text) in enumerate(fields)
    ]


def _evasive(
    joined: Joined,
    texts: Sequence[str],
    fields: Sequence[tuple[Normalised, Normalised]],
    hits: Mapping[int, Sequence[Hit]],
    lexicon: Lexicon,
) -> dict[int, list[Hit]]:
    """Return by the number of their text the hits in another spelling: separated, then masked, then respelled ones."""
    # The same with a title apart from its text: nothing is brought together across its end.
    apart = BETWEEN.join([part.text for both in fields for part in both])
    evasive: dict[int, list[Hit]] = {}
    for n in joined.numbers(separated_places(apart)):
        evasive.setdefault(n, []).extend(_squeezed(texts[n], len(fields[n][0].text), hits.get(n, ()), lexicon))
    for n in joined.numbers(lexicon.evasions.masks.places(joined.whole)):
        evasive.setdefault(n, []).extend(_masked(texts[n], lexicon))
    for n in joined.numbers(lexicon.evasions.spellings.places(joined.whole)):
        evasive.setdefault(n, []).extend(_respelled(texts[n], len(fields[n][0].text), lexicon))
    return evasive


def _restored(reading: Reading) -> tuple[Normalised, Normalised] | None:
    """Return title and text with what stands in other characters or letters replaced by what is meant.

    What is separated or masked stays as it is: models met such texts, and a mask may hide another character.
    """
    if not (reading.evasive or reading.sounded):
        return None
    hits = [hit for hit in reading.named if hit.trick in _UNDONE]
    if not hits:
        return None
    title = [hit for hit in hits if hit.end < reading.boundary]
    text = [hit for hit in hits if hit.start >= reading.boundary]
    return _undo(reading.title.text, 0, title), _undo(reading.text.text, reading.boundary, text)


def _undo(text: str, offset: int, hits: Iterable[Hit]) -> Normalised:
    pieces: list[str] = []
    position = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.start - offset >= position:
            pieces.extend((text[position : hit.start - offset], hit.meant))
            position = hit.end - offset
    return Normalised("".join((*pieces, text[position:])))


_MOST_SEPARATED = 5000
"""Of 假·药 over and over, 100,000 characters hold 33,000: the first few thousand say the same in a sixth of the time."""
_UNDONE = frozenset({Trick.RESPELLED, Trick.PINYIN, Trick.HOMOPHONE})
_SHORT = 2


def _sounded(
    joined: str,
    boundary: int,
    heard: Iterable[tuple[int, int, int]],
    found: Iterable[Hit],
    lexicon: Lexicon,
    segmenter: Segmenter,
) -> tuple[Hit, ...]:
    """Return the terms that the text only sounds like, each once and none that was found otherwise."""
    alike = lexicon.evasions.by_sound(joined, heard, segmenter.cut)
    if not alike:
        return ()
    hits: dict[tuple[Term, int, int], Hit] = {}
    seen = {(hit.term, hit.start, hit.end) for hit in found}
    for number, start, end, trick in alike:
        for term in lexicon.meanings[number]:
            if term.kind in HIDDEN and (term, start, end) not in seen and not start <= boundary < end:
                hits.setdefault((term, start, end), Hit(term, start, end, trick, lexicon.patterns[number]))
    return tuple(hits.values())


def _is_clear(hit: Hit, joined: str) -> bool:
    """Tell whether a hit by sound is hardly chance: two characters like 麝香 are mostly a name, 感冒要 is mostly grammar."""
    if hit.trick is Trick.HOMOPHONE:
        long = hit.term.kind is TermKind.STRONG or hit.end - hit.start > _SHORT
        return long and not joined.startswith("要", hit.end - 1)
    return hit.trick is Trick.PINYIN


def _masked(joined: str, lexicon: Lexicon) -> list[Hit]:
    """Return the longest product and the longest strong term of which one character is written in another script."""
    hits: list[Hit] = []
    for candidates in lexicon.evasions.masks.find(joined):
        found: dict[TermKind, Hit] = {}
        for number, start, end, trick in candidates:
            for term in lexicon.meanings[number]:
                if term.kind in {TermKind.PRODUCT, TermKind.STRONG}:
                    found.setdefault(term.kind, Hit(term, start, end, trick, lexicon.patterns[number]))
        hits.extend(found.values())
    return hits


def _squeezed(joined: str, boundary: int, hits: Iterable[Hit], lexicon: Lexicon) -> Sequence[Hit]:
    squeezed = squeeze(joined, boundary)
    if squeezed is None:
        return ()
    shadow, positions = squeezed
    found = lexicon.automaton.find_matches_as_indexes(shadow, overlapping=True)
    if all(positions[end - 1] - positions[start] < end - start for _, start, end in found):
        return ()
    plain = {(hit.start, hit.end, hit.term) for hit in hits}
    apart: list[Hit] = []
    for term, start, end, *_ in lexicon.scan(shadow):
        first, last = positions[start], positions[end - 1] + 1
        joined_up = last - first == end - start
        if joined_up or first <= boundary < last or term.kind not in HIDDEN or (first, last, term) in plain:
            continue
        apart.append(Hit(term, first, last, Trick.SEPARATED, shadow[start:end]))
        if len(apart) == _MOST_SEPARATED:
            break
    return apart


def _respelled(joined: str, boundary: int, lexicon: Lexicon) -> Sequence[Hit]:
    shadow = lexicon.evasions.spellings.restore(joined)
    if shadow is None:
        return ()
    found = lexicon.automaton.find_matches_as_indexes(shadow.text, overlapping=True)
    if all(shadow.restored.isdisjoint(range(start, end)) for _, start, end in found):
        return ()
    hits = [
        (
            Hit(term, shadow.starts[start], shadow.ends[end - 1], Trick.RESPELLED, shadow.text[start:end]),
            range(start, end),
        )
        for term, start, end, *_ in lexicon.scan(shadow.text)
        if term.kind in HIDDEN
    ]
    return [
        hit for hit, places in hits if not shadow.restored.isdisjoint(places) and not hit.start <= boundary < hit.end
    ]
