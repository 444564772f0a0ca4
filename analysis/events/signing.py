"""Signatures of many texts at once: the shingles of a whole batch hashed together, as numbers.

A shingle made as a text of its own costs more than all that is done with it: of 512 titles 14 µs each. Here the
characters of the batch are one array, and `rensa` gets the hashes that it would make of the shingles: 6 µs. The
signatures are those of `analysis.events.similarity.signature`, to the last bit.
"""

import sys
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from analysis.events.similarity import LONGEST_SHINGLE, MAX_LETTERS, PERMUTATIONS, SEED, pack, plain, signature
from analysis.joined import BETWEEN, Joined, portions
from analysis.text import code_points

__all__ = ["signatures"]

_Numbers = npt.NDArray[np.uint64]

# Of fewer texts it is faster to sign each.
_MANY = 24
_BASIC = 0x10000
# Characters that stand for themselves whatever stands beside them; a text with others is signed alone. Marks that
# combine with the character before them (U+302A to U+302F) are among the others. Signs, arrows, emoji and what is
# invisible stand in one title of thirty: signed alone, those took a fifth of the time of all.
_SAFE = (
    *((0x20, 0x7F), (0xA0, 0xC0), (0xD7, 0xD8), (0x200B, 0x2028), (0x2100, 0x2800)),
    *((0x3000, 0x302A), (0x3400, 0x4DC0), (0x4E00, 0xA000)),
    *((0xFE0F, 0xFE10), (0xFEFF, 0xFF00), (0xFF01, 0xFF5F), (0x1F300, 0x1FB00)),
)
_UNCLEAR = 1
_ASCII = 0x80
# How `rensa` 0.5 hashes up to 16 bytes: as the Rust compiler's own FxHasher does.
_FIRST_SEED, _SECOND_SEED = np.uint64(0x243F6A8885A308D3), np.uint64(0x13198A2E03707344)
_FACTOR, _ROTATED = np.uint64(0xF1357AEA2E62A9C5), np.uint64(26)
_BITS = np.uint64(64)
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
_BYTE, _SECOND, _THIRD = np.uint64(8), np.uint64(16), np.uint64(24)
_LEAST_BYTE = np.uint64(0xFF)


def signatures(texts: Sequence[str]) -> list[bytes]:
    """Return the signature of each text."""
    if len(texts) < _MANY:
        return [signature(text) for text in texts]
    return [one for part in portions(map(len, texts)) for one in _portion(texts[part])]


def _portion(texts: Sequence[str]) -> list[bytes]:
    # What lies behind is cut off before a text is made plain, and again after it.
    joined = Joined.of([text if len(text) <= MAX_LETTERS else "" for text in texts])
    folded = _folded()[code_points(joined.whole)]
    stops = [*joined.starts[1:], len(joined.whole) + 1]
    unclear = joined.numbers(np.flatnonzero(folded == _UNCLEAR).tolist())
    counted = np.concatenate(([0], np.cumsum(folded > _UNCLEAR)))
    letters = counted[np.array(stops) - 1] - counted[joined.starts]
    signed: list[bytes | None] = [None] * len(texts)
    chosen = [n for n, count in enumerate(letters.tolist()) if count >= LONGEST_SHINGLE and n not in unclear]
    if chosen:
        taken = np.zeros(len(texts), dtype=bool)
        taken[chosen] = True
        mine = np.repeat(taken, np.diff([0, *stops]))[: len(folded)]
        codes = folded[mine & (folded > _UNCLEAR)]
        for n, one in zip(chosen, _signed(codes, letters[chosen]), strict=True):
            signed[n] = one
    return [one or signature(text) for one, text in zip(signed, texts, strict=True)]


def _signed(codes: npt.NDArray[np.uint32], counts: npt.NDArray[np.int64]) -> list[bytes]:
    """Return the signatures of texts whose letters stand one after the other, so many of each."""
    letters = _encoded()[codes]
    size = np.where(letters < _ASCII, _BYTE, _THIRD)
    hashes = np.empty(2 * len(letters), dtype=np.uint64)
    whole = np.ones(2 * len(letters), dtype=bool)
    two, bits = letters[:-1] | letters[1:] << size[:-1], size[:-1] + size[1:]
    hashes[: 2 * len(two) : 2] = _hashed(two, bits, two)
    # Nine bytes do not fit: of those the second to the last stand in `late`.
    late = two[:-1] >> _BYTE | letters[2:] << np.uint64(40)
    hashes[1 : 2 * len(late) : 2] = _hashed(two[:-1] | letters[2:] << bits[:-1], bits[:-1] + size[2:], late)
    # No shingle begins in one text and ends in the next.
    ends = np.cumsum(counts)
    for out in (2 * ends - 2, 2 * ends - 1, 2 * ends - 3):
        whole[out] = False
    offsets = np.array(list(accumulate((2 * counts - 3).tolist(), initial=0)), dtype=np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes[whole], offsets, PERMUTATIONS, SEED)
    return [pack(*row) for row in matrix.to_rows()]


def _hashed(text: _Numbers, bits: _Numbers, late: _Numbers) -> _Numbers:
    """Return the hashes of texts of so many bits, first byte lowest; `late` are the last eight bytes of the longest."""
    first, last = text & _LOW, text >> (np.maximum(bits, _HALF) - _HALF) & _LOW
    short, long = np.flatnonzero(bits < _HALF), np.flatnonzero(bits > _BITS)
    ends = text[short]
    first[short] = ends & _LEAST_BYTE
    last[short] = ends >> (bits[short] - _BYTE) << _BYTE | ends >> _BYTE & _LEAST_BYTE
    first[long], last[long] = text[long], late[long]
    mixed = (_mixed(first ^ _FIRST_SEED, last ^ _SECOND_SEED) ^ bits >> np.uint64(3)) * _FACTOR
    hashed: _Numbers = mixed << _ROTATED | mixed >> (_BITS - _ROTATED)
    return hashed


def _mixed(one: _Numbers, other: _Numbers) -> _Numbers:
    """Return both halves of the product, 128 bits, laid over each other."""
    low, high, other_low, other_high = one & _LOW, one >> _HALF, other & _LOW, other >> _HALF
    crossed = high * other_low + (low * other_low >> _HALF)
    middle = low * other_high + (crossed & _LOW)
    mixed: _Numbers = one * other ^ high * other_high + (crossed >> _HALF) + (middle >> _HALF)
    return mixed


@cache
def _folded() -> npt.NDArray[np.uint32]:
    """Return what `plain` makes of each character: 0 for nothing, 1 for what depends on the characters beside it."""
    folded = np.full(sys.maxunicode + 1, _UNCLEAR, dtype=np.uint32)
    for begin, end in _SAFE:
        every = [chr(code) for code in range(begin, end)]
        # Nearly all are Chinese characters and stay what they are: asked at once, in a hundredth of the time.
        letters = every if plain("".join(every)) == "".join(every) else [plain(one) for one in every]
        folded[begin:end] = [_folded_to(letter) for letter in letters]
    folded[[ord(BETWEEN), ord("\n")]] = 0
    return folded


def _folded_to(letter: str) -> int:
    if not letter:
        return 0
    return ord(letter) if len(letter) == 1 and _is_safe(ord(letter)) else _UNCLEAR


def _is_safe(code: int) -> bool:
    return any(begin <= code < end for begin, end in _SAFE)


@cache
def _encoded() -> _Numbers:
    """Return each of these characters in UTF-8, one byte or three, first byte lowest."""
    code = np.arange(_BASIC, dtype=np.uint64)
    six = np.uint64(6)
    tail = np.uint64(0x3F)
    three = (code >> np.uint64(12) | np.uint64(0xE0)) | (code >> six & tail | np.uint64(0x80)) << _BYTE
    three |= (code & tail | np.uint64(0x80)) << _SECOND
    encoded: _Numbers = np.where(code < _ASCII, code, three)
    return encoded
