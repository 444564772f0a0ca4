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
from typing import Any, Protocol

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
    "Steps",
    "Weighting",
    "Weights",
    "load_model",
    "manifest_in",
    "read_manifest",
]

FORMAT = 1
MANIFEST = "manifest.json"
ARRAYS = "linear.npz"
_ROWS_AT_ONCE = 64
_WORD_BITS = 64


class ModelRefusedError(Exception):
    """A model that does not belong to the program that loads it."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """Which buckets are features, and their inverse document frequency; turns counts into unit-length blocks.

    A bit a bucket says which are features, and a number a word of 64 bits how many came before: .8 MiB, where a table of
    all buckets takes 16.
    """

    buckets: npt.NDArray[np.integer[Any]]
    idf: npt.NDArray[np.floating[Any]]
    bits: npt.NDArray[np.uint64] = field(repr=False)
    before: npt.NDArray[np.int32] = field(repr=False)

    @classmethod
    def of(cls, buckets: npt.NDArray[np.integer[Any]], idf: npt.NDArray[np.floating[Any]]) -> "Weighting":
        """Weigh sorted, distinct `buckets`; what is multiplied with an `idf` is a double, whatever its own precision."""
        bits = np.zeros((1 << BUCKET_BITS) // _WORD_BITS, dtype=np.uint64)
        np.bitwise_or.at(bits, buckets // _WORD_BITS, _bit(buckets))
        counts = np.bitwise_count(bits).astype(np.int32)
        return cls(buckets, idf, bits, (np.cumsum(counts) - counts).astype(np.int32))

    @classmethod
    def fit(cls, counts: Counts, *, least_documents: int = 2) -> "Weighting":
        """Keep the buckets of at least `least_documents` rows; idf = ln((1 + n) / (1 + df)) + 1 as scikit-learn has it."""
        buckets, frequency = np.unique(counts.bucket, return_counts=True)
        kept = frequency >= least_documents
        idf = np.log((1 + counts.rows) / (1 + frequency[kept])) + 1
        return cls.of(buckets[kept], idf)

    def transform(self, counts: Counts) -> sparse.csr_matrix:
        """Return the rows with (1 + ln count) · idf, each block of a row scaled to unit length."""
        column, known = self.columns(counts.bucket)
        column, row, block = column[known], counts.row[known], counts.block[known]
        value = (1 + np.log(counts.count[known])) * self.idf[column]
        group = row * len(BLOCKS) + block
        length = np.sqrt(np.bincount(group, weights=value * value, minlength=counts.rows * len(BLOCKS)))
        value /= length[group]
        ends = np.searchsorted(row, np.arange(counts.rows + 1))
        return sparse.csr_matrix((value, column, ends), shape=(counts.rows, len(self.buckets)))

    def columns(self, buckets: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
        """Return where each bucket stands among the features, and whether it stands there at all."""
        at, bit = buckets // _WORD_BITS, _bit(buckets)
        word = self.bits[at]
        return self.before[at] + np.bitwise_count(word & (bit - np.uint64(1))), (word & bit) != 0


def _bit(buckets: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.uint64]:
    return np.uint64(1) << (buckets % _WORD_BITS).astype(np.uint64)


class Weights(Protocol):
    """Weights, features × labels: an array in training, the shipped steps in judging."""

    def __getitem__(self, features: Any, /) -> npt.NDArray[np.floating[Any]]:
        """Return the weights of some features, features × labels."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Weights as they ship, a byte each on a square-root scale up to the label's `peak`; those asked for are made anew each time.

    The 380,000 features of the shipped model are 8 MiB so, and 32 in single precision.
    """

    steps: npt.NDArray[np.int8]
    peak: npt.NDArray[np.float32]

    def __getitem__(self, features: Any, /) -> npt.NDArray[np.float32]:
        """Return the weights of some features, features × labels."""
        # 175 ns a feature of 22 labels; with an index in place of `take` 215, and 200 where all lie there in single precision.
        steps = self.steps[features] if isinstance(features, slice) else self.steps.take(features, axis=0)
        scaled = steps.astype(np.float32)
        scaled /= _MOST_STEPS
        weights = np.abs(scaled)
        weights *= scaled
        weights *= self.peak
        return weights


@dataclass(frozen=True, slots=True)
class LinearModel:
    """One weight vector and intercept per label over one weighting."""

    weighting: Weighting
    labels: tuple[str, ...]
    weights: Weights
    intercepts: npt.NDArray[np.float64]

    def decide(self, counts: Counts) -> npt.NDArray[np.float64]:
        """Return decision values, rows × labels."""
        return self.decide_weighted(self.weighting.transform(counts))

    def decide_weighted(self, features: sparse.csr_matrix) -> npt.NDArray[np.float64]:
        """Return decision values of what `weighting` made of a batch, rows × labels, summed in double precision."""
        # All weights as doubles would be 64 MiB; those that a few rows meet are few.
        parts = [self._product(features[at : at + _ROWS_AT_ONCE]) for at in range(0, features.shape[0], _ROWS_AT_ONCE)]
        return np.concatenate([np.empty((0, len(self.labels))), *parts]) + self.intercepts

    def _product(self, features: sparse.csr_matrix) -> npt.NDArray[np.float64]:
        met = self.weights[features.indices].astype(np.float64)
        each = np.arange(len(met), dtype=np.int32)
        among = sparse.csr_matrix((features.data, each, features.indptr), shape=(features.shape[0], len(met)))
        return np.asarray(among @ met)

    def weight_of(self, bucket: int, label: int) -> float:
        """Return idf · weight of a bucket for a label; 0 where the bucket is no feature."""
        [column], [known] = self.weighting.columns(np.array([bucket]))
        return float(self.weighting.idf[column]) * float(self.weights[[column]][0, label]) if known else 0.0

    def save(self, folder: Path) -> str:
        """Write the arrays, weights as 8-bit integers per label on a square-root scale, and return their SHA-256."""
        weights = self.weights[:]
        peak = np.abs(weights).max(axis=0)
        peak[peak == 0] = 1
        steps = np.rint(np.sign(weights) * np.sqrt(np.abs(weights) / peak) * _MOST_STEPS).astype(np.int8)
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
    return LinearModel(
        weighting=Weighting.of(arrays["buckets"], arrays["idf"]),
        labels=tuple(labels),
        weights=Steps(arrays["steps"], arrays["peak"]),
        intercepts=arrays["intercepts"].astype(np.float64),
    )
