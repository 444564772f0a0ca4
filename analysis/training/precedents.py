"""Fit what articles are worth to what readers named for labelled texts (`article_labels.tsv`); see `models/situations.md`."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.kernel_ridge import KernelRidge

from analysis.matching.grounds import grounds
from analysis.matching.precedents import Precedents, fingerprint_of_row
from analysis.matching.recognition import Query, Recogniser, count_query
from analysis.matching.situations import Situation, Situations

__all__ = ["FOLDS", "Read", "fit_precedents", "fold_of"]

FOLDS = 4
"""Recognisers that each leave a part of the events out: the rows of a text are told as they would be of one that nobody has seen."""

_LEAST_READ = 3
_PENALTY = 1.5
_ROWS_WORTH = 2.0
"""Of the rows beside the characters; 1 to 3, and penalties of 0.7 to 3, do equally well on held-out events."""

_WEIGHTS_KEPT = 700
_READ_CHARACTERS = 400

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Read:
    """A text with the event that it belongs to and what its readers found each article worth."""

    query: Query
    event: str
    articles: Mapping[str, float]


def fold_of(event: str) -> int:
    """Return which recogniser has not seen the texts of an event."""
    return crc32(event.encode()) % FOLDS


def fit_precedents(
    read: Sequence[Read], table: Situations, recogniser: Recogniser, unseen: Callable[[int], Recogniser]
) -> Precedents:
    """Return one ridge regression an article that three texts name, on what it is worth there.

    Args:
        read: The texts; those of which nothing in the library governs name no article.
        table: Whose rows tell an article's worth beside the characters.
        recogniser: Whose features are weighed.
        unseen: Gives the recogniser of each fold, one that has not seen the fold's texts.
    """
    counted = Counter(article for one in read for article in one.articles)
    articles = sorted(article for article, count in counted.items() if count >= _LEAST_READ)
    features = recogniser.weighting.transform(count_query([_opening(one.query) for one in read]))
    shares = _shares(read, table, [unseen(fold) for fold in range(FOLDS)])
    worths = np.array([[one.articles.get(article, 0.0) for article in articles] for one in read])
    usual = worths.mean(axis=0)
    likeness = np.asarray((features @ features.T).todense()) + _ROWS_WORTH * (shares @ shares.T)
    dual = np.asarray(KernelRidge(alpha=_PENALTY, kernel="precomputed").fit(likeness, worths - usual).dual_coef_)
    return Precedents(
        articles=tuple(articles),
        usual=usual.astype(np.float32),
        weights=_weights(features, dual),
        rows=tuple(row.id for row in table.rows),
        by_row=(_ROWS_WORTH * shares.T @ dual).astype(np.float32),
        learned=tuple(map(fingerprint_of_row, table.rows)),
    )


def _opening(query: Query) -> Query:
    return query[0], query[1][:_READ_CHARACTERS]


def _shares(read: Sequence[Read], table: Situations, unseen: Sequence[Recogniser]) -> Matrix:
    """Return texts × rows: the share of each row that a text meets, by a recogniser that has not seen it."""
    column = {row.id: number for number, row in enumerate(table.rows)}
    shares = np.zeros((len(read), len(column)))
    for number, one in enumerate(read):
        for row, share in _met(one, table, unseen[fold_of(one.event)]):
            shares[number, column[row.id]] = share
    return shares


def _met(one: Read, table: Situations, recogniser: Recogniser) -> Sequence[tuple[Situation, float]]:
    title, text = _opening(one.query)
    return grounds(table, title, text, None, recogniser.margins(recogniser.features(title, text))).met


def _weights(features: sparse.csr_matrix, dual: Matrix) -> sparse.csr_matrix:
    """Return features × articles, of each article the heaviest."""
    weights = np.asarray(features.T @ dual).T
    least = np.sort(np.abs(weights), axis=1)[:, -min(_WEIGHTS_KEPT, weights.shape[1])]
    weights[np.abs(weights) < least[:, None]] = 0
    return sparse.csr_matrix(weights.T.astype(np.float32))
