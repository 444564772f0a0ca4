"""One normalisation for everything that reads text, with offsets back to what was written.

Matching, segmentation and models all see `Normalised.text`; what is shown to a person is always the original, found
through `Normalised.origin`. Evasive spellings are undone in two steps: invisible characters, marks, widths and
traditional forms here; separators between Chinese characters only in the shadow copy that `squeeze` makes, because
squeezing joins words that were never neighbours and must not feed a model.
"""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt
import opencc

from analysis.joined import Joined, portions
from crawlers.records import filled_at_once, in_order

__all__ = [
    "MAX_CHARACTERS",
    "Normalised",
    "code_points",
    "every_code_point",
    "normalise",
    "normalise_all",
    "separated_places",
    "squeeze",
]

MAX_CHARACTERS = 100_000
"""Longest text that is analysed: 10 M characters in one call cost a segmenter 56 s and 3.4 GB, measured."""

_REPLACEMENT = "\ufffd"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
# 1:1 folds that are ordinary in Chinese typing; everything else that is not plain takes the slow path.
_WIDTH: dict[int, str] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    0x3000: " ",
    0xA0: " ",
    0x2028: "\n",
    0x2029: "\n",
}
_WIDE = re.compile("[！-～\u3000\xa0\u2028\u2029]")
_ODD = re.compile(f"[^\\n\\x20-\\x7e{_HAN}、。〈-】〔-〕〇—‘’“”·…°×→★●■▲\ufffd]")
_ENTITY = re.compile(r"&#(?:x[0-9a-fA-F]{2,6}|[0-9]{2,7});")
_MINIMUM_ENTITIES = 2
_CLAUSE_MARKS = ",。!?;:、…—“”‘’\"'()<>《》「」『』【】〔〕\\[\\]"
# Begins with a class, not with a look behind: so the engine skips to the next separator, four times as fast.
# Nor does it look ahead: from each place of a long run it would go to the end and back.
_SEPARATORS = re.compile(f"[^{_HAN}0-9a-z{_CLAUSE_MARKS}]+")
_CHINESE = re.compile(f"[{_HAN}]")
# Of many texts at once, with U+0000 between them and where their titles end.
_SEPARATED = re.compile(f"[{_HAN}][^{_HAN}0-9a-z{_CLAUSE_MARKS}\x00]+[{_HAN}]")
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_IGNORED_CATEGORIES = frozenset({"Cf", "Mn", "Me"})
# Characters that are converted in some phrases only (沈重, 瞭解), all of the dictionary's.
_IN_PHRASES = "哩坏沈甦瞭藉衹覆"
_RADICALS = ("\u2e80", "\u2fff")
# Characters written as their parts, where the whole is a word of this field.
_PARTS = {
    "艹约": "药",
    "艹勺": "药",
    "疒苗": "苗",
    "亻叚": "假",
    "亻段": "假",
    "疒丙": "病",
    "酉亥": "酸",
    "月太": "肽",
}
_REWRITTEN_PARTS = (*_PARTS, "&#")
_REWRITTEN = re.compile("|".join(_REWRITTEN_PARTS))
_BASIC = 0x10000
# Of fewer texts it is faster to ask each.
_MANY = 8
# Even if each of so many characters became eighteen, none would be cut off.
_FEW = 5000
_RIGHT_TO_LEFT = "\u202e"
_LATIN_END = "\u0250"
_LATIN_ADDITIONAL = ("\u1e00", "\u1eff")


@filled_at_once
@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised text that remembers where each of its characters came from.

    `starts[i]`, `ends[i]` bound the original characters that made `text[i]`; both are `None` where every character
    stands where it stood. `truncated` says that the original was longer than `MAX_CHARACTERS`.
    """

    text: str
    starts: array[int] | None = field(default=None, repr=False)
    ends: array[int] | None = field(default=None, repr=False)
    truncated: bool = False

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open span of the original that `text[start:end]` stands for.

        Raises:
            ValueError: If the span is empty or lies outside the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"span {start}:{end} lies outside a text of {len(self.text)} characters")
        if self.starts is None or self.ends is None:
            return start, end
        return min(self.starts[start:end]), max(self.ends[start:end])


_NOTHING = Normalised("")
_unmoved = in_order(Normalised, ("text",))


def normalise(text: str) -> Normalised:
    """Fold width, case, marks, invisible characters and traditional forms; never raises on any string.

    Control characters, non-characters and lone surrogates become blanks or U+FFFD, so the result is always encodable.
    """
    truncated = len(text) > MAX_CHARACTERS
    if truncated:
        text = text[:MAX_CHARACTERS]
    folded = (text.translate(_WIDTH) if _WIDE.search(text) else text).lower()
    if len(folded) == len(text) and not _ODD.search(folded) and not _needs_rewriting(folded):
        simplified = _simplify(folded)
        return Normalised(simplified, truncated=truncated)
    return _fold_slowly(text, truncated=truncated)


def normalise_all(texts: Sequence[str]) -> list[Normalised]:
    """Return what `normalise` makes of each text; of many short plain ones in a third of the time."""
    if len(texts) < _MANY:
        return [normalise(text) for text in texts]
    return [one for part in portions(map(len, texts)) for one in _normalise_portion(texts[part])]


def _normalise_portion(texts: Sequence[str]) -> Iterator[Normalised]:
    """Fold all plain characters at once, and take a second look at the texts that hold others."""
    joined = Joined.of(texts, "\n")
    codes = _folded()[code_points(joined.whole)]
    folded = codes.tobytes().decode("utf-32-le")
    unclear = joined.numbers(np.flatnonzero(codes == 0).tolist())
    if any(part in folded for part in _REWRITTEN_PARTS):
        unclear |= joined.numbers(found.start() for found in _REWRITTEN.finditer(folded))
    for number, (text, start) in enumerate(zip(texts, joined.starts, strict=True)):
        if not text:
            yield _NOTHING
        elif number in unclear or len(text) > MAX_CHARACTERS:
            yield normalise(text)
        else:
            yield _unmoved(folded[start : start + len(text)])


@cache
def _folded() -> npt.NDArray[np.uint32]:
    """Return what each plain character becomes, by code point; 0 for what `normalise` has to look at. About 60 ms."""
    characters = "".join(map(chr, range(_BASIC))).translate(_WIDTH)
    plain = "".join([lower if len(lower := character.lower()) == 1 else "\0" for character in characters])
    folded = np.zeros(sys.maxunicode + 1, dtype=np.uint32)
    folded[:_BASIC] = code_points(plain)
    for unclear in (_ODD, _convertible()):
        folded[[found.start() for found in unclear.finditer(plain)]] = 0
    return folded


def squeeze(text: str, boundary: int = -1) -> tuple[str, Sequence[int]] | None:
    """Return the shadow copy without separators inside Chinese words, with the position of each of its characters.

    Blanks, dots, stars, slashes, emoji and line breaks between two Chinese characters go. Letters and digits stay:
    there they are words and counts; so do the marks that end a clause, and what stands at `boundary`, where a title
    ends. `None` where nothing goes. For lexicon matching only.
    """
    parts: list[str] = []
    kept = array("I")
    position = 0
    for gap in _SEPARATORS.finditer(text):
        start, end = gap.span()
        if start <= boundary < end:
            continue
        if start and _CHINESE.match(text, start - 1) and _CHINESE.match(text, end):
            parts.append(text[position:start])
            kept.extend(range(position, start))
            position = end
    if not position:
        return None
    parts.append(text[position:])
    kept.extend(range(position, len(text)))
    return "".join(parts), kept


def separated_places(text: str) -> Iterator[int]:
    """Yield a place for everything that `squeeze` brings together; U+0000 stands between titles and texts here."""
    return (found.start() for found in _SEPARATED.finditer(text))


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a text, which may hold lone surrogates."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def every_code_point() -> npt.NDArray[np.uint32]:
    """Return all code points in order, as a table to be changed into one of what each becomes."""
    return np.arange(sys.maxunicode + 1, dtype=np.uint32)


def _needs_rewriting(text: str) -> bool:
    found = _REWRITTEN.search(text)
    if found is None:
        return False
    return any(part in text for part in _PARTS) or len(_ENTITY.findall(text)) >= _MINIMUM_ENTITIES


@cache
def _convertible() -> re.Pattern[str]:
    """Return what finds a character that simplifying may change: most texts hold none, and converting costs five times as much."""
    basic = [chr(code) for code in (*range(0x80, 0xD800), *range(0xE000, 0x10000))]
    converted = str(_converter().convert("\n".join(basic))).split("\n")
    changed = [character for character, other in zip(basic, converted, strict=True) if character != other]
    return re.compile(f"[{re.escape(''.join(changed))}{_IN_PHRASES}\U00010000-\U0010ffff]")


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _simplify(text: str) -> str:
    """Return `text` in simplified characters with its length kept (a phrase that would change it goes by character)."""
    if not _convertible().search(text):
        return text
    simplified = str(_converter().convert(text))
    if len(simplified) == len(text):
        return simplified
    return "".join(_simplify_character(character) for character in text)


@cache
def _simplify_character(character: str) -> str:
    simplified = str(_converter().convert(character))
    return simplified if len(simplified) == 1 else character


def _fold_slowly(text: str, *, truncated: bool) -> Normalised:
    if len(text) < _FEW and _is_in_characters(text):
        # Nearly all are titles with a sign or two: in a third of the time.
        units = list(map(_fold, text))
        places = [place for place, unit in enumerate(units) for _ in unit]
        starts = array("I", places)
        return Normalised(_simplify("".join(units)), starts, array("I", [place + 1 for place in places]), truncated)
    folded: list[str] = []
    starts, ends = array("I"), array("I")
    for unit, start, end in _units(text):
        if len(folded) >= MAX_CHARACTERS:
            # One character may become eighteen (U+FDFA).
            truncated = True
            break
        for character in _fold(unit):
            folded.append(character)
            starts.append(start)
            ends.append(end)
    return Normalised(_simplify("".join(folded)), starts, ends, truncated)


def _is_in_characters(text: str) -> bool:
    """Tell whether each character is folded by itself: none stands for another, in parts, as an entity or turned."""
    return _RIGHT_TO_LEFT not in text and not _REWRITTEN.search(text)


def _units(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what is folded as one, with its span: a character, a written-out entity, a character in parts."""
    units = list(_pieces(text))
    if _RIGHT_TO_LEFT not in text:
        yield from units
        return
    position = 0
    while position < len(units):
        if units[position][0] != _RIGHT_TO_LEFT:
            yield units[position]
            position += 1
            continue
        stop = position + 1
        while stop < len(units) and units[stop][0] not in {"\u202c", "\u2069", "\n"}:
            stop += 1
        yield from reversed(units[position + 1 : stop])
        position = stop


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    decode = "&#" in text and len(_ENTITY.findall(text)) >= _MINIMUM_ENTITIES
    position = 0
    while position < len(text):
        if decode and text[position] == "&" and (entity := _ENTITY.match(text, position)):
            yield html.unescape(entity.group()), position, entity.end()
            position = entity.end()
        elif whole := _PARTS.get(text[position : position + 2]):
            yield whole, position, position + 2
            position += 2
        else:
            yield text[position], position, position + 1
            position += 1


@cache
def _fold(unit: str) -> str:
    """Return what one unit becomes: nothing, a character, or the few characters of a ligature."""
    return "".join(_fold_character(character) for character in unit)


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if character == "…":
        return character
    if character == "\n" or category in {"Zl", "Zp"}:
        return "\n"
    if category in _IGNORED_CATEGORIES or character in _BLANKS:
        return ""
    if category in {"Cc", "Zs"}:
        return " "
    if category in {"Cs", "Cn", "Co"}:
        return _REPLACEMENT
    if character < _LATIN_END or _LATIN_ADDITIONAL[0] <= character <= _LATIN_ADDITIONAL[1]:
        form = unicodedata.normalize("NFKD", character)
    elif _RADICALS[0] <= character <= _RADICALS[1]:
        form = character
    else:
        form = unicodedata.normalize("NFKC", character)
    lowered = form.lower().translate(_WIDTH)
    return "".join(c for c in lowered if unicodedata.category(c) not in {"Mn", "Me", "Cf", "Cc", "Cn", "Cs"})
