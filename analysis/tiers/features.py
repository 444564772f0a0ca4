"""Readings to sparse features: hashed n-grams in numpy, without a vocabulary and without scikit-learn.

Blocks, each of unit length in every row: character 1- to 3-grams of title and text, the same of the title alone, word
1- and 2-grams, character 1- to 4-grams of the text with its names replaced by their kind (of a firm: what it is known
for), and cues (kinds of lexicon hits, their pairs, the terms themselves, counts of form). Measured on titles of 2024
held out by time, average precision of risk: characters and words alone .68, with names replaced .70, with cues .76.

A feature is the 64-bit mix of its parts; its bucket are the top `BUCKET_BITS` bits.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt

from analysis.lexicon import Hit, Term, TermKind
from analysis.reading import Reading

__all__ = ["BLOCKS", "BUCKET_BITS", "Counts", "bucket_counts", "character_grams", "count_features", "word_buckets"]

BUCKET_BITS = 22
BLOCKS = ("characters", "title", "words", "cues", "kinds")

Codes: TypeAlias = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_WORD_SEED = 3
_SHIFT = np.uint64(64 - BUCKET_BITS)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# Private-use characters stand for the kind of a name in the block "kinds".
_KIND_MARKS = {"drug": "\ue000", "vaccine": "\ue001", "device": "\ue002", "cosmetic": "\ue003"}
_REGION_MARK, _FIRM_MARK, _NUMBER_MARK = "\ue004", "\ue005", "\ue006"
# 百雀羚回应 tells cosmetics as plainly as 面霜 does.
_FIRM_MARKS = {"cosmetic": "\ue007", "device": "\ue008", "vaccine": "\ue009", "retail": "\ue00a"}
_TITLE_STEP, _TEXT_STEP, _MOST_STEPS = 6, 60, 12


@dataclass(frozen=True, slots=True)
class Counts:
    """Features of a batch as triples sorted by row, block and bucket: parallel arrays, `rows` documents."""

    row: npt.NDArray[np.int64]
    block: npt.NDArray[np.int64]
    bucket: npt.NDArray[np.int64]
    count: npt.NDArray[np.float64]
    rows: int


def count_features(readings: Sequence[Reading]) -> Counts:
    """Count the features of a batch; a row does not depend on the other rows."""
    heads = [reading.head for reading in readings]
    titles = [reading.title.text for reading in readings]
    blocks = (
        character_grams(heads, 3, seed=1),
        character_grams(titles, 3, seed=2),
        _word_grams([reading.words for reading in readings]),
        _cues(readings),
        character_grams([_with_kinds(reading) for reading in readings], 4, seed=5),
    )
    return bucket_counts(blocks, rows=len(readings))


def bucket_counts(blocks: Iterable[tuple[npt.NDArray[np.int64], Codes]], *, rows: int) -> Counts:
    """Count the buckets of at most eight blocks, each given as the row and the code of every feature."""
    keys = [
        (row << 3 | number) << BUCKET_BITS | (code >> _SHIFT).astype(np.int64)
        for number, (row, code) in enumerate(blocks)
    ]
    unique, count = np.unique(np.concatenate(keys), return_counts=True)
    return Counts(
        row=unique >> (BUCKET_BITS + 3),
        block=(unique >> BUCKET_BITS) & 7,
        bucket=unique & ((1 << BUCKET_BITS) - 1),
        count=count.astype(np.float64),
        rows=rows,
    )


def word_buckets(words: Sequence[str]) -> list[int]:
    """Return the bucket of each of these words, to read what a model makes of them."""
    _, codes = _grams(_word_codes(words), np.zeros(len(words), dtype=np.int64), 1, seed=_WORD_SEED)
    return [int(code) for code in codes >> _SHIFT]


def _grams(codes: Codes, row: npt.NDArray[np.int64], longest: int, seed: int) -> tuple[npt.NDArray[np.int64], Codes]:
    """Return row and code of every n-gram of 1 to `longest` neighbours within a row."""
    rows, grams = [], []
    rolling = _mix(np.full(len(codes), seed, dtype=np.uint64) * _GOLDEN)
    for n in range(1, longest + 1):
        if n > 1:
            keep = row[n - 1 :] == row[: len(row) - n + 1]
            rolling = rolling[: len(codes) - n + 1]
        else:
            keep = np.ones(len(codes), dtype=bool)
        rolling = _mix((rolling + codes[n - 1 :] + np.uint64(n)) * _GOLDEN)
        rows.append(row[: len(rolling)][keep])
        grams.append(rolling[keep])
    return np.concatenate(rows), np.concatenate(grams)


def _mix(codes: Codes) -> Codes:
    """Return the splitmix64 finaliser of each code (Steele, Lea, Flood 2014)."""
    codes = (codes ^ (codes >> np.uint64(30))) * _MIX_1
    codes = (codes ^ (codes >> np.uint64(27))) * _MIX_2
    return codes ^ (codes >> np.uint64(31))


def character_grams(texts: Sequence[str], longest: int, *, seed: int) -> tuple[npt.NDArray[np.int64], Codes]:
    """Return row and code of every run of 1 to `longest` characters; another `seed` gives other codes."""
    codes, lengths = _code_points(texts)
    return _grams(codes, np.repeat(np.arange(len(texts)), lengths), longest, seed)


def _code_points(texts: Iterable[str]) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Return the code points of all texts in one array, and the length of each."""
    texts = list(texts)
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    lengths = np.fromiter((len(text) for text in texts), dtype=np.int64, count=len(texts))
    return np.frombuffer(joined, dtype=np.uint32).astype(np.uint64), lengths


def _word_grams(documents: Sequence[Sequence[str]]) -> tuple[npt.NDArray[np.int64], Codes]:
    words = [word for document in documents for word in document]
    lengths = np.fromiter((len(document) for document in documents), dtype=np.int64, count=len(documents))
    row = np.repeat(np.arange(len(documents)), lengths)
    codes = _word_codes(words)
    spoken = codes != 0
    return _grams(codes[spoken], row[spoken], 2, seed=_WORD_SEED)


def _word_codes(words: Sequence[str]) -> Codes:
    """Return one code a word, 0 for white space: the sum of its characters mixed with their places."""
    characters, lengths = _code_points(words)
    if not len(characters):
        return np.zeros(len(words), dtype=np.uint64)
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    place = np.arange(len(characters)) - np.repeat(starts, lengths)
    mixed = _mix((characters + place.astype(np.uint64) * np.uint64(0x1FFFFF)) * _GOLDEN)
    codes = np.add.reduceat(mixed, starts)
    blank = (lengths == 1) & ((characters[starts] == ord(" ")) | (characters[starts] == ord("\n")))
    codes[blank] = 0
    return codes


def _cues(readings: Sequence[Reading]) -> tuple[npt.NDArray[np.int64], Codes]:
    """Return the kinds of hits in the title and anywhere, their pairs, the terms hit, and counts of form."""
    rows: list[int] = []
    codes: list[int] = []
    pairs: list[tuple[npt.NDArray[np.int64], Codes]] = []
    for part in ("title", "all"):
        marked = [_marks(reading, part) for reading in readings]
        pairs.append(_pairs(marked, seed=crc32(part.encode())))
    for number, reading in enumerate(readings):
        own = [_name_code(f"#{hit.term.canonical}") for hit in _head_hits(reading) if hit.term.kind in _TERM_KINDS]
        own.extend(_name_code(name) for name in _form(reading))
        codes.extend(own)
        rows.extend([number] * len(own))
    pairs.append((np.array(rows, dtype=np.int64), np.array(codes, dtype=np.uint64)))
    return np.concatenate([row for row, _ in pairs]), np.concatenate([code for _, code in pairs])


_TERM_KINDS = frozenset({TermKind.CUE, TermKind.STRONG, TermKind.RISK, TermKind.PRODUCT})


def _head_hits(reading: Reading) -> list[Hit]:
    end = len(reading.head)
    return [hit for hit in reading.named if hit.end <= end]


def _marks(reading: Reading, part: str) -> list[int]:
    end = reading.boundary if part == "title" else len(reading.head)
    hits = (hit for hit in reading.named if hit.end <= end)
    marks = {mark for hit in hits for mark in _term_marks(hit.term)}
    return sorted(marks)


@cache
def _term_marks(term: Term) -> tuple[int, ...]:
    """Return the codes of what a term is: its kind with its label; any strong term also counts as one of them."""
    if term.kind in {TermKind.REGION, TermKind.ABROAD}:
        return ()
    if term.kind is TermKind.FIRM:
        return _name_code("firm"), _name_code(f"firm:{term.label}")
    own = _name_code(f"{term.kind}:{term.label}")
    return (own, _name_code("strong")) if term.kind is TermKind.STRONG else (own,)


def _pairs(marked: Sequence[Sequence[int]], *, seed: int) -> tuple[npt.NDArray[np.int64], Codes]:
    """Return every mark and every unordered pair of marks of a row."""
    rows, codes = [], []
    for number, marks in enumerate(marked):
        own = np.array(marks, dtype=np.uint64)
        left, right = _triangle(len(own))
        both = np.concatenate((own, own[left] * np.uint64(3) + own[right]))
        codes.append(both)
        rows.append(np.full(len(both), number, dtype=np.int64))
    return np.concatenate(rows), _mix((np.concatenate(codes) + np.uint64(seed)) * _GOLDEN)


@cache
def _triangle(size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    left, right = np.triu_indices(size, 1)
    return left, right


@cache
def _name_code(name: str) -> int:
    return int(_word_codes([name])[0])


def _form(reading: Reading) -> tuple[str, ...]:
    title, text = reading.title.text, reading.text.text
    return (
        f"title length {min(len(title) // _TITLE_STEP, _MOST_STEPS)}",
        f"text length {min(len(text) // _TEXT_STEP, _MOST_STEPS)}",
        "asks" if "?" in title else "tells",
        "exclaims" if "!" in reading.head else "is calm",
        "has text" if text else "title only",
    )


def _with_kinds(reading: Reading) -> str:
    """Return the head with names of products, firms and regions and numbers replaced by a mark of their kind."""
    head = reading.head
    marked = sorted(
        (hit.start, -hit.end, mark) for hit in reading.hits if hit.end <= len(head) and (mark := _kind_mark(hit.term))
    )
    parts: list[str] = []
    position = 0
    for start, negative_end, mark in marked:
        if start >= position:
            parts.extend((head[position:start], mark))
            position = -negative_end
    parts.append(head[position:])
    return _NUMBER.sub(_NUMBER_MARK, "".join(parts))


@cache
def _kind_mark(term: Term) -> str | None:
    match term.kind:
        case TermKind.PRODUCT:
            return _KIND_MARKS.get(term.label)
        case TermKind.REGION:
            return _REGION_MARK
        case TermKind.FIRM:
            return _FIRM_MARKS.get(term.label, _FIRM_MARK)
        case _:
            return None
