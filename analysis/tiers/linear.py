"""Tier 1: linear models over hashed features, as arrays; scores equal scikit-learn's and need none of it.

A model file is an `.npz` without objects (`allow_pickle=False`) beside a `manifest.json` that names its SHA-256, the
segmenter and lexicon it was trained with, its labels, thresholds and metrics. A model whose hashes differ from what
runs is refused, because it would answer wrongly without failing.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.tiers.features import BLOCKS, BUCKET_BITS, Counts

__all__ = [
    "ARRAYS",
    "FORMAT",
    "MANIFEST",
    "LinearModel",
    "ModelRefusedError",
    "Weighting",
    "load_model",
    "manifest_in",
    "read_manifest",
]

FORMAT = 1
MANIFEST = "manifest.json"
ARRAYS = "linear.npz"
_ABSENT = -1


class ModelRefusedError(Exception):
    """A model that does not belong to the program that loads it."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """Which buckets are features, and their inverse document frequency; turns counts into unit-length blocks."""

    buckets: npt.NDArray[np.int64]
    idf: npt.NDArray[np.float64]
    table: npt.NDArray[np.int32] = field(repr=False)

    @classmethod
    def of(cls, buckets: npt.NDArray[np.int64], idf: npt.NDArray[np.float64]) -> "Weighting":
        """Build the look-up table of sorted, distinct `buckets`."""
        table = np.full(1 << BUCKET_BITS, _ABSENT, dtype=np.int32)
        table[buckets] = np.arange(len(buckets), dtype=np.int32)
        return cls(buckets, idf, table)

    @classmethod
    def fit(cls, counts: Counts, *, least_documents: int = 2) -> "Weighting":
        """Keep the buckets of at least `least_documents` rows; idf = ln((1 + n) / (1 + df)) + 1 as scikit-learn has it."""
        buckets, frequency = np.unique(counts.bucket, return_counts=True)
        kept = frequency >= least_documents
        idf = np.log((1 + counts.rows) / (1 + frequency[kept])) + 1
        return cls.of(buckets[kept], idf)

    def transform(self, counts: Counts) -> sparse.csr_matrix:
        """Return the rows with (1 + ln count) · idf, each block of a row scaled to unit length."""
        column = self.table[counts.bucket]
        known = column != _ABSENT
        column, row, block = column[known], counts.row[known], counts.block[known]
        value = (1 + np.log(counts.count[known])) * self.idf[column]
        group = row * len(BLOCKS) + block
        length = np.sqrt(np.bincount(group, weights=value * value, minlength=counts.rows * len(BLOCKS)))
        value /= length[group]
        ends = np.searchsorted(row, np.arange(counts.rows + 1))
        return sparse.csr_matrix((value, column, ends), shape=(counts.rows, len(self.buckets)))


@dataclass(frozen=True, slots=True)
class LinearModel:
    """One weight vector and intercept per label over one weighting; `weights` is features × labels."""

    weighting: Weighting
    labels: tuple[str, ...]
    weights: npt.NDArray[np.float64]
    intercepts: npt.NDArray[np.float64]

    def decide(self, counts: Counts) -> npt.NDArray[np.float64]:
        """Return decision values, rows × labels."""
        return np.asarray(self.weighting.transform(counts) @ self.weights) + self.intercepts

    def weight_of(self, bucket: int, label: int) -> float:
        """Return idf · weight of a bucket for a label; 0 where the bucket is no feature."""
        column = int(self.weighting.table[bucket])
        return 0.0 if column == _ABSENT else float(self.weighting.idf[column] * self.weights[column, label])

    def save(self, folder: Path) -> str:
        """Write the arrays, weights as 8-bit integers per label on a square-root scale, and return their SHA-256."""
        peak = np.abs(self.weights).max(axis=0)
        peak[peak == 0] = 1
        steps = np.rint(np.sign(self.weights) * np.sqrt(np.abs(self.weights) / peak) * _MOST_STEPS).astype(np.int8)
        used = steps.any(axis=1)
        path = folder / ARRAYS
        np.savez_compressed(
            path,
            buckets=self.weighting.buckets[used].astype(np.uint32),
            idf=self.weighting.idf[used].astype(np.float32),
            steps=steps[used],
            peak=peak.astype(np.float32),
            intercepts=self.intercepts,
        )
        return hashlib.sha256(path.read_bytes()).hexdigest()


_MOST_STEPS = 127


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of a model folder.

    Raises:
        ModelRefusedError: If there is none, or it is of another format.
    """
    remedy = "train the model again with this version"
    return manifest_in(folder / MANIFEST, called="a model manifest", of_format=FORMAT, remedy=remedy)


def manifest_in(path: Path, *, called: str, of_format: int, remedy: str) -> Mapping[str, Any]:
    """Return the JSON object of a manifest file; `called` and `remedy` are words of the error.

    Raises:
        ModelRefusedError: If there is none, or it is of another format.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelRefusedError(f"{path} cannot be read as {called}: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != of_format:
        raise ModelRefusedError(f"{path} is not of format {of_format}: {remedy}")
    return manifest


def load_model(folder: Path, *, segmenter: str, lexicon: str) -> tuple[LinearModel, Mapping[str, Any]]:
    """Load the model of a folder for the running segmenter and lexicon.

    Raises:
        ModelRefusedError: If its files are not the ones its manifest names, or it was trained with another segmenter,
            lexicon or feature layout.
    """
    manifest = read_manifest(folder)
    path = folder / ARRAYS
    found = {
        "segmenter": segmenter,
        "lexicon": lexicon,
        "features": [BUCKET_BITS, *BLOCKS],
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None,
    }
    for name, value in found.items():
        if manifest.get(name) != value:
            raise ModelRefusedError(
                f"{folder}: the model names {name} {manifest.get(name)!r}, here is {value!r}: train it again (yaowang train)"
            )
    with np.load(path, allow_pickle=False) as arrays:
        model = _from_arrays(arrays, manifest["labels"])
    return model, manifest


def _from_arrays(arrays: Mapping[str, npt.NDArray[Any]], labels: Sequence[str]) -> LinearModel:
    scaled = arrays["steps"].astype(np.float32) / _MOST_STEPS
    return LinearModel(
        weighting=Weighting.of(arrays["buckets"].astype(np.int64), arrays["idf"].astype(np.float64)),
        labels=tuple(labels),
        # Doubles: with floats every product would first copy the whole matrix, a third of the time of a batch.
        weights=(np.sign(scaled) * scaled * scaled * arrays["peak"]).astype(np.float64),
        intercepts=arrays["intercepts"].astype(np.float64),
    )
