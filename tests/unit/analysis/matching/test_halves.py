"""A sparse table in half precision tells of features what the whole table in doubles would, to the last bit."""

import numpy as np
from scipy import sparse

from analysis.matching.halves import Halves, weighed
from analysis.matching.recognition import load_recogniser

_FEATURES, _OUTPUTS = 40, 7


def table() -> sparse.csr_matrix:
    drawn = np.random.default_rng(7)
    weights = drawn.standard_normal((_FEATURES, _OUTPUTS)).astype(np.float16).astype(np.float64)
    weights[drawn.random(weights.shape) < 0.6] = 0
    weights[3] = 0
    return sparse.csr_matrix(weights)


def halves_of(whole: sparse.csr_matrix) -> Halves:
    return Halves(
        whole.data.astype(np.float16), whole.indices.astype(np.uint16), whole.indptr.astype(np.uint32), whole.shape[1]
    )


def test_features_weigh_what_they_do_in_the_whole_table_to_the_last_bit() -> None:
    whole, drawn = table(), np.random.default_rng(8)
    for size in (1, 2, 17, _FEATURES):
        met = drawn.permutation(_FEATURES)[:size]
        features = sparse.csr_matrix((drawn.random(size), met, [0, size]), shape=(1, _FEATURES))
        told = np.asarray((features @ whole).todense()).ravel()
        assert (weighed(features, halves_of(whole)) == told).all()
        assert (weighed(features, whole) == told).all()


def test_features_without_a_weight_and_no_features_weigh_nothing() -> None:
    nothing = sparse.csr_matrix((1, _FEATURES))
    unweighed = sparse.csr_matrix(([1.0], [3], [0, 1]), shape=(1, _FEATURES))
    for features in (nothing, unweighed):
        assert weighed(features, halves_of(table())).tolist() == [0.0] * _OUTPUTS
    assert halves_of(table()).shape == (_FEATURES, _OUTPUTS)


def test_the_shipped_model_of_situations_is_kept_in_halves() -> None:
    recogniser = load_recogniser()
    assert isinstance(recogniser.weights, Halves)
    assert recogniser.precedents is not None
    assert isinstance(recogniser.precedents.weights, Halves)
    assert recogniser.weights.data.dtype == recogniser.precedents.weights.data.dtype == np.float16
