"""The labelled examples that a document is most like, to show beside a judgement; ids and labels ship, no texts.

A vector holds the decision values of the models less their mean, as 8-bit integers; likeness is the cosine. Measured
with a model that saw only months before 2024-06, on 864 labelled items of later months, the nearest example has the
item's level in 69 of 100 cases, and of risks its first category in 49 (among the nearest three: 59). Decision values
as they are reach 65 and 38, standardised ones 65 and 43, 64 random projections of the features 38 and 5, their 64
strongest directions 56 and 26.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from analysis.assessment import CATEGORY_NAMES, Neighbour
from analysis.tiers.linear import ModelRefusedError, manifest_in
from crawlers.records import Document

__all__ = ["NEIGHBOURS", "NEIGHBOURS_MANIFEST", "Labelled", "Neighbours", "build"]

NEIGHBOURS = "neighbours.npz"
NEIGHBOURS_MANIFEST = "neighbours.json"
_FORMAT = 1
_STEPS = 127
_MOST_CATEGORIES = 3
_CODES = tuple(CATEGORY_NAMES)
_NONE = 255

Array = npt.NDArray[np.float64]
Steps = npt.NDArray[np.int32]


class Labelled(Protocol):
    """What `build` reads of an example: `analysis.training.data.Example`."""

    @property
    def document(self) -> Document:
        """Return the text with its id and source."""
        ...

    @property
    def level(self) -> int:
        """Return the level, 0 to 2."""
        ...

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the categories, the leading one first."""
        ...

    @property
    def severity(self) -> int:
        """Return the severity, 0 for no risk."""
        ...

    @property
    def date(self) -> str:
        """Return the day, empty for a written example."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Labelled examples with their vectors, rows × dimensions; holds no state between calls."""

    examples: Sequence[Neighbour]
    centre: Array
    steps: Steps
    lengths: Array

    @classmethod
    def load(cls, folder: Path, model: str) -> "Neighbours | None":
        """Return the neighbours of a model folder; `None` where it has none, or has those of another model.

        Raises:
            ModelRefusedError: If the file is cut, altered or missing beside its manifest.
        """
        path, told = folder / NEIGHBOURS, folder / NEIGHBOURS_MANIFEST
        if not told.is_file():
            return None
        manifest = _read_manifest(told)
        if manifest["model"] != model:
            return None
        raw = path.read_bytes() if path.is_file() else b""
        found = hashlib.sha256(raw).hexdigest() if raw else None
        if found != manifest["sha256"]:
            raise ModelRefusedError(
                f"{path}: the manifest names sha256 {manifest['sha256']!r}, here is {found!r}: train it again (yaowang train)"
            )
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            return cls._from_arrays(arrays, manifest["sources"])

    @classmethod
    def _from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], sources: Sequence[str]) -> "Neighbours":
        labels = zip(
            arrays["ids"].tolist(), arrays["source"].tolist(), arrays["date"].tolist(), arrays["level"].tolist(),
            arrays["severity"].tolist(), arrays["categories"].tolist(), strict=True,
        )  # fmt: skip
        examples = [
            Neighbour(
                id=name,
                source=sources[source],
                date=date,
                level=level,
                categories=tuple(_CODES[code] for code in codes if code != _NONE),
                severity=severity,
                likeness=1.0,
            )
            for name, source, date, level, severity, codes in labels
        ]
        steps = arrays["vectors"].astype(np.int32)
        return cls(
            examples=examples,
            centre=arrays["centre"].astype(np.float64),
            steps=steps,
            lengths=np.sqrt((steps * steps).sum(axis=1).astype(np.float64)),
        )

    def nearest(self, vector: Array, k: int = 3) -> tuple[Neighbour, ...]:
        """Return the `k` examples most like a row of decision values, the likest first; equal ones in stored order."""
        own = _quantised((vector - self.centre)[np.newaxis])[0]
        # Integers: sums come out the same in any order, on any machine.
        cosine = (self.steps @ own) / (self.lengths * float(np.sqrt(float(own @ own)) or 1.0))
        likest = np.argsort(-cosine, kind="stable")[:k]
        return tuple(_like(self.examples[row], float(cosine[row])) for row in likest.tolist())


def build(
    examples: Sequence[Labelled], vectors: Array, *, model: str, out: Path, measured: Mapping[str, float] | None = None
) -> Mapping[str, Any]:
    """Write the neighbours of a model into its folder, return their manifest.

    Args:
        examples: What the model learned from.
        vectors: Their decision values, a row an example.
        model: Version of the model that gave the decision values.
        out: Folder of the model.
        measured: How often labels of neighbours agree, kept in the manifest.
    """
    sources = sorted({example.document.source_id for example in examples})
    centre = vectors.mean(axis=0)
    steps = _quantised(vectors - centre)
    raw = io.BytesIO()
    np.savez_compressed(
        raw,
        vectors=steps.astype(np.int8),
        centre=centre,
        ids=np.array([example.document.id for example in examples]),
        source=np.array([sources.index(example.document.source_id) for example in examples], dtype=np.uint8),
        date=np.array([example.date for example in examples]),
        level=np.array([int(example.level) for example in examples], dtype=np.uint8),
        severity=np.array([example.severity for example in examples], dtype=np.uint8),
        categories=np.array([_codes(example.categories) for example in examples], dtype=np.uint8),
    )
    (out / NEIGHBOURS).write_bytes(raw.getvalue())
    manifest: dict[str, Any] = {
        "format": _FORMAT,
        "model": model,
        "sha256": hashlib.sha256(raw.getvalue()).hexdigest(),
        "examples": len(examples),
        "dimensions": int(steps.shape[1]),
        "sources": sources,
        "measured": dict(measured or {}),
    }
    (out / NEIGHBOURS_MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return manifest


def _read_manifest(path: Path) -> Mapping[str, Any]:
    remedy = "train the model again with this version"
    manifest = manifest_in(path, called="a manifest", of_format=_FORMAT, remedy=remedy)
    if not {"model", "sha256", "sources"} <= manifest.keys():
        raise ModelRefusedError(f"{path} names no model, sha256 or sources: train it again (yaowang train)")
    return manifest


def _quantised(vectors: Array) -> Steps:
    peak = np.abs(vectors).max(axis=1, keepdims=True)
    return np.rint(vectors / np.where(peak > 0, peak, 1.0) * _STEPS).astype(np.int32)


def _codes(categories: Sequence[str]) -> list[int]:
    codes = [_CODES.index(code) for code in categories[:_MOST_CATEGORIES]]
    return codes + [_NONE] * (_MOST_CATEGORIES - len(codes))


def _like(example: Neighbour, cosine: float) -> Neighbour:
    return Neighbour(
        id=example.id,
        source=example.source,
        date=example.date,
        level=example.level,
        categories=example.categories,
        severity=example.severity,
        likeness=round(max(0.0, cosine), 3),
    )
