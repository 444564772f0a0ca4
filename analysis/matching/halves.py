"""A sparse table of weights as it ships, in half precision: of it a text is told what its few hundred features weigh."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["Halves", "SparseRows", "weighed"]


class SparseRows(Protocol):
    """Weights, features × outputs: a `csr_matrix` in training, the shipped halves elsewhere. Its arrays are those that are saved."""

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many features and outputs there are."""

    @property
    def data(self) -> npt.NDArray[Any]:
        """Return the weights, feature by feature."""

    @property
    def indices(self) -> npt.NDArray[Any]:
        """Return the output of each weight."""

    @property
    def indptr(self) -> npt.NDArray[Any]:
        """Return where the weights of each feature begin, and behind the last where they end."""

    def __getitem__(self, features: Any, /) -> sparse.csr_matrix:
        """Return the weights of some features, in the order asked for."""


@dataclass(frozen=True, slots=True)
class Halves:
    """The arrays of a `csr_matrix` in as few bytes as they ship in: a third of what it would hold."""

    data: npt.NDArray[np.float16]
    indices: npt.NDArray[np.uint16]
    indptr: npt.NDArray[np.uint32]
    outputs: int

    @classmethod
    def of(cls, arrays: Mapping[str, Any], outputs: int, *, prefix: str = "") -> Self:
        """Return the table of a model file, in which the names of its arrays begin with `prefix`."""
        data, indices, indptr = (arrays[f"{prefix}{name}"] for name in ("data", "indices", "indptr"))
        return cls(data, indices, indptr, outputs)

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many features and outputs there are."""
        return len(self.indptr) - 1, self.outputs

    def __getitem__(self, features: npt.NDArray[np.integer[Any]], /) -> sparse.csr_matrix:
        """Return the weights of some features as doubles, in the order asked for."""
        begins = self.indptr[features].astype(np.int64)
        sizes = self.indptr[features + 1] - begins
        ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
        places = np.arange(ends[-1]) + np.repeat(begins - ends[:-1], sizes)
        parts = self.data[places].astype(np.float64), self.indices[places].astype(np.int32), ends
        return sparse.csr_matrix(parts, shape=(len(features), self.outputs))


def weighed(features: sparse.csr_matrix, weights: SparseRows) -> npt.NDArray[np.float64]:
    """Return what one row of features weighs for each output, summed in the order of its features."""
    met = sparse.csr_matrix((features.data, np.arange(features.nnz), features.indptr), shape=(1, features.nnz))
    return np.asarray((met @ weights[features.indices]).todense()).ravel()
