"""Which articles readers named for texts like this one: a sparse linear model in numpy beside the table of situations.

The table says what governs a kind of matter; readers who name the articles of single texts agree with one another more
than with it, since what is asked of a text hangs on more than its kind. What an article is worth for a text, 1 where it
governs and 0.4 where it is related, is told here from the characters of the text and from the rows of the table that it
meets. How the model was made and what it is worth stands in `models/situations.md`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.matching.halves import Halves, SparseRows, weighed
from analysis.matching.situations import Situation

__all__ = ["Precedents", "fingerprint_of_row"]

Floats = npt.NDArray[np.floating[Any]]


def fingerprint_of_row(row: Situation) -> int:
    """Return a checksum of the articles that a row names, by which a changed row is known."""
    return crc32("\n".join((*row.governs, "", *row.related)).encode())


@dataclass(frozen=True, slots=True)
class Precedents:
    """What each article is worth: `usual` for any text, `weights` a feature (features × articles), `by_row` a row of the table.

    `learned` holds each row's fingerprint when the model was made.
    """

    articles: tuple[str, ...]
    usual: Floats
    weights: SparseRows
    rows: tuple[str, ...]
    by_row: Floats
    learned: tuple[int, ...]

    def worths(
        self, features: sparse.csr_matrix, shares: Iterable[tuple[Situation, float]], likely: Mapping[str, float]
    ) -> Mapping[str, float]:
        """Return what each article is worth for a text, given its features and the share of each row that it meets.

        `likely` is the share that an encoder gives each article, added to what is told here; empty where none has read
        the text.

        A row that the model never saw, or whose articles were changed since, speaks for itself: everything learned
        counts less by its share.
        """
        at = {row: number for number, row in enumerate(self.rows)}
        worths = weighed(features, self.weights).astype(np.float32) + self.usual
        known = 0.0
        for row, share in shares:
            number = at.get(row.id)
            if number is not None and self.learned[number] == fingerprint_of_row(row):
                worths += np.float32(share) * self.by_row[number].astype(np.float32)
                known += share
        told = zip(self.articles, worths.tolist(), strict=True)
        return {article: known * (worth + likely.get(article, 0.0)) for article, worth in told}

    def arrays(self) -> dict[str, Any]:
        """Return the model as arrays to be saved; `of` reads them."""
        return {
            "worth_usual": self.usual.astype(np.float32),
            "worth_data": self.weights.data.astype(np.float16),
            "worth_indices": self.weights.indices.astype(np.uint16),
            "worth_indptr": self.weights.indptr.astype(np.uint32),
            "worth_by_row": self.by_row.astype(np.float16),
            "worth_learned": np.array(self.learned, dtype=np.uint32),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, Any], articles: Iterable[str], rows: Iterable[str]) -> Self:
        """Return the model that `arrays` made."""
        names = tuple(articles)
        return cls(
            articles=names,
            usual=arrays["worth_usual"],
            weights=Halves.of(arrays, len(names), prefix="worth_"),
            rows=tuple(rows),
            by_row=arrays["worth_by_row"],
            learned=tuple(arrays["worth_learned"].tolist()),
        )
