"""Where in a text its features come from: the other direction of `features`, to say what a linear model heard.

Kept beside `features` and equal to it feature by feature; a test compares both on any text.
"""

from collections import Counter
from dataclasses import dataclass
from typing import TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt

from analysis.reading import Reading

# The layout of the features is one thing in two modules, so that counting them stays readable.
from analysis.tiers.features import (
    _NUMBER,
    _NUMBER_MARK,
    _SHIFT,
    _TERM_KINDS,
    Codes,
    _head_hits,
    _kind_mark,
    _marks,
    _name_code,
    _pairs,
    _term_marks,
    _triangle,
    _word_grams,
    character_grams,
)

__all__ = ["PlacedFeatures", "place_features"]


@dataclass(frozen=True, slots=True)
class PlacedFeatures:
    """Where in `head` the features of one reading come from: parallel arrays, a row for each place of a feature.

    `share` is how much of the feature goes when the characters `start` to `end` go. The shares of a feature sum to 1;
    those of a pair of marks to 2, for it goes with either. Counts of form stand nowhere and are left out.
    """

    block: npt.NDArray[np.int64]
    bucket: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    share: npt.NDArray[np.float64]


_Places: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def place_features(reading: Reading) -> PlacedFeatures:
    """Return the features that `count_features` counts, with their places."""
    head, title = reading.head, reading.title.text
    marked, own = _kinds_with_places(reading)
    words, spoken = _words_with_places(reading)
    blocks = [
        _placed_grams(character_grams([head], 3, seed=1)[1], _each_character(head), 3),
        _placed_grams(character_grams([title], 3, seed=2)[1], _each_character(title), 3),
        _placed_grams(_word_grams([words])[1], spoken, 2),
        _placed_cues(reading),
        _placed_grams(character_grams([marked], 4, seed=5)[1], own, 4),
    ]
    codes, starts, ends, shares = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return PlacedFeatures(
        block=np.repeat(np.arange(len(blocks)), [len(block[0]) for block in blocks]),
        bucket=(codes >> _SHIFT).astype(np.int64),
        start=starts,
        end=ends,
        share=shares,
    )


def _each_character(text: str) -> _Places:
    starts = np.arange(len(text), dtype=np.int64)
    return starts, starts + 1


def _words_with_places(reading: Reading) -> tuple[list[str], _Places]:
    ends = np.cumsum([len(word) for word in reading.words], dtype=np.int64)
    kept = [number for number, word in enumerate(reading.words) if word not in {" ", "\n"}]
    words = [reading.words[number] for number in kept]
    ends = ends[kept]
    return words, (ends - np.array([len(word) for word in words], dtype=np.int64), ends)


_Placed: TypeAlias = tuple[Codes, npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]


def _placed_grams(codes: Codes, places: _Places, longest: int) -> _Placed:
    """Return code, start, end and share of the n-grams of one row, which come in order of length, then place."""
    starts, ends = places
    first = [starts[: max(0, len(starts) - n)] for n in range(longest)]
    last = [ends[n:] for n in range(longest)]
    _, number, count = np.unique(codes, return_inverse=True, return_counts=True)
    return codes, np.concatenate(first), np.concatenate(last), 1.0 / count[number]


def _placed_cues(reading: Reading) -> _Placed:
    rows: list[tuple[int, int, int, float]] = []
    hits = _head_hits(reading)
    for part, end in (("title", reading.boundary), ("all", len(reading.head))):
        marks = _marks(reading, part)
        places = {
            mark: [(h.start, h.end) for h in hits if h.end <= end and mark in _term_marks(h.term)] for mark in marks
        }
        codes = _pairs([marks], seed=crc32(part.encode()))[1].tolist()
        left, right = _triangle(len(marks))
        alone = zip(codes, marks, strict=False)
        both = zip(codes[len(marks) :] * 2, [marks[n] for n in (*left, *right)], strict=True)
        rows += [(code, *at, 1 / len(places[mark])) for code, mark in (*alone, *both) for at in places[mark]]
    named = [(_name_code(f"#{hit.term.canonical}"), hit) for hit in hits if hit.term.kind in _TERM_KINDS]
    often = Counter(code for code, _ in named)
    rows += [(code, hit.start, hit.end, 1 / often[code]) for code, hit in named]
    codes_, starts, ends, shares = zip(*rows, strict=True) if rows else ((), (), (), ())
    return (
        np.array(codes_, dtype=np.uint64),
        np.array(starts, dtype=np.int64),
        np.array(ends, dtype=np.int64),
        np.array(shares, dtype=np.float64),
    )


def _kinds_with_places(reading: Reading) -> tuple[str, _Places]:
    """Return what `_with_kinds` does, and where in the head each of its characters stood."""
    head = reading.head
    names = sorted(
        (hit.start, -hit.end, mark) for hit in reading.hits if hit.end <= len(head) and (mark := _kind_mark(hit.term))
    )
    spans: list[tuple[str, int, int]] = []
    position = 0
    for start, negative_end, mark in [*names, (len(head), -len(head), "")]:
        if start >= position:
            spans += [(character, at, at + 1) for at, character in enumerate(head[position:start], position)]
            spans += [(mark, start, -negative_end)] if mark else []
            position = -negative_end
    text = "".join(character for character, _, _ in spans)
    kept: list[tuple[str, int, int]] = []
    at = 0
    for number in _NUMBER.finditer(text):
        kept += spans[at : number.start()]
        kept.append((_NUMBER_MARK, spans[number.start()][1], spans[number.end() - 1][2]))
        at = number.end()
    kept += spans[at:]
    starts = np.array([start for _, start, _ in kept], dtype=np.int64)
    return "".join(character for character, _, _ in kept), (
        starts,
        np.array([end for _, _, end in kept], dtype=np.int64),
    )
