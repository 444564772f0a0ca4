"""Fitting what joins the two tiers, on documents that neither tier had seen when it judged them.

The linear tier's forward predictions and the encoder's meet on the titles of the last folds: some thousand, a quarter
of them risks. So everything fitted here has few numbers: one weight a source, one bias a class.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.assessment import RISK_CATEGORIES, Tone
from analysis.judgement.second_tier import (
    CATEGORY_SOURCES,
    SEVERITIES,
    TONES,
    Blend,
    category_sources,
    second_inputs,
    severity_sources,
    tone_sources,
)
from analysis.tiers.encoder import FORWARD, read_encoder_manifest, require_shipped
from analysis.training.data import WRITTEN_SOURCE, Example

__all__ = ["Seen", "fit_second", "forward_logits", "written_share"]

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# A weight of one standard deviation costs as much as one document in a hundred and fifty; a bias as much as one in thirty.
_WEIGHT_COST, _BIAS_COST = 0.003, 0.015
_RARE = 0.005
# Of 0.003 to 1, titles from June 2024 on, five times five folds by event: average precision of risk .847 at 0.01 and
# 0.03, .834 at 1; best Brier score at 0.1.
_CERTAINTY = 0.05
_BETA_RISK = 1.5
"""To miss a risk costs more than to look at one too many. Chosen looking at the development file: with 1.2 a quarter of
its risks was missed and one of eight that were raised was none, with 2 one of eight was missed and more than a quarter
of the raised was none."""
# Written titles and entries are tidier than what is published, and many. Of weights .05 to 1 for them: leading category
# right in .73 of forward titles and in .90 to .91 of documents of other genres under all, severity in .61 to .62 and in
# .65 to .69.
_SHORT_SHARE = 0.3
_ENCODER, _ENCODER_FIRST = CATEGORY_SOURCES.index("encoder"), CATEGORY_SOURCES.index("encoder first")
_TAKEN_BACK = 0.5


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What both tiers said of the same documents, row by row.

    `inputs` are tier 1's stack inputs, `p_remit` its chance of the remit, `decisions` its named decision values,
    `severity` its chances of the five severities, `leading` the signs, `encoded` the encoder's logits, `weight` how
    much a row counts for the chances of risk and remit, `later` whether it is a document of later months rather than a
    written one: these alone tell those chances.
    """

    examples: Sequence[Example]
    inputs: Array
    p_remit: Array
    decisions: Sequence[Mapping[str, float]]
    severity: Sequence[Sequence[float]]
    leading: Sequence[Mapping[str, float]]
    encoded: Array
    weight: Array
    later: Mask


def written_share(example: Example) -> float:
    """Return how much a risk counts where categories and severity are weighed: written titles and entries less than what is published."""
    return _SHORT_SHARE if example.document.source_id == WRITTEN_SOURCE else 1.0


def forward_logits(folder: Path) -> dict[str, Array]:
    """Return what encoders that had not seen them said of documents, by id.

    Raises:
        ModelRefusedError: If the file is not the one that the encoder's manifest names.
    """
    path = folder / FORWARD
    require_shipped(path, read_encoder_manifest(folder)["files"][FORWARD])
    with np.load(path, allow_pickle=False) as arrays:
        return dict(zip(arrays["ids"].tolist(), arrays["logits"].astype(np.float64), strict=True))


def fit_second(seen: Seen, learned: Sequence[Example], best_cut: Any, seed: int) -> dict[str, Any]:
    """Return the section `second` of a manifest, without the encoder's name.

    `learned` are the examples that the encoder learned from; `best_cut(chances, truth, beta)` chooses a cut.
    """
    level = np.array([int(example.level) for example in seen.examples])
    risky, remit = level == 2, level >= 1  # noqa: PLR2004 (levels as the guide numbers them)
    later = seen.later
    least = _least_remit(seen.p_remit[later], risky[later])
    read = later & (seen.p_remit >= least)
    joined = np.column_stack((seen.inputs, second_inputs(seen.encoded)))[read]
    stored: dict[str, Any] = {"least_remit": least}
    for name, truth, beta in (("risk", risky[read], _BETA_RISK), ("remit", remit[read], 1.0)):
        blend, chances = _logistic(joined, truth, seen.weight[read], seed)
        stored[name] = _stored(blend)
        whole = np.array(seen.p_remit) * 0
        whole[read] = chances
        stored[f"{name}_threshold"] = best_cut(whole[later], (risky if name == "risk" else remit)[later], beta)
    risks = np.flatnonzero(risky).tolist()
    sources = np.array([category_sources(seen.decisions[n], seen.encoded[n], seen.leading[n]) for n in risks])
    commonness = _commonness(learned)
    share = np.array([written_share(seen.examples[n]) for n in risks])
    firsts = np.array([RISK_CATEGORIES.index(seen.examples[n].categories[0]) for n in risks])
    first = _first(sources, firsts, commonness, share)
    truth = np.array([[code in seen.examples[n].categories for code in RISK_CATEGORIES] for n in risks])
    category = _pooled(sources, truth, commonness, (share, seed))
    stored["first"], stored["category"] = _stored(first), _stored(category)
    stored["category_threshold"] = _category_cut(category, first, sources, truth)
    grave = np.array([severity_sources(seen.severity[n], seen.encoded[n]) for n in risks])
    steps = np.array([seen.examples[n].severity - 1 for n in risks])
    # The fourth root of a balanced weight: of later months' risks .65 exact (.64 under the square root, .67 under
    # none), of documents .70 (.69, .65), of the grave .73 and .87 found (.73 and .88, .70 and .81).
    evened = np.sqrt(_balanced(steps, share, len(SEVERITIES)))
    stored["severity"] = _stored(fit_blend(grave, steps, weight=share * evened))
    stored["tone"] = _tone(seen)
    return stored


def _stored(blend: Blend) -> dict[str, list[float]]:
    return {"weights": [round(w, 6) for w in blend.weights], "biases": [round(b, 6) for b in blend.biases]}


def _least_remit(p_remit: Array, risky: Mask) -> float:
    """Return the highest cut below which at most one risk in two hundred lies."""
    ranked = np.sort(p_remit[risky])
    return round(float(ranked[int(_RARE * len(ranked))]) * 0.9, 6)


def _logistic(inputs: Array, truth: Mask, weight: Array, seed: int) -> tuple[Blend, Array]:
    from sklearn.linear_model import LogisticRegression

    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    fitted = LogisticRegression(C=_CERTAINTY, random_state=seed, max_iter=2000)
    fitted.fit((inputs - mean) / spread, truth, sample_weight=weight)
    weights = fitted.coef_[0] / spread
    bias = float(fitted.intercept_[0] - (weights * mean).sum())
    blend = Blend(tuple(weights.tolist()), (bias,))
    return blend, 1 / (1 + np.exp(-(inputs @ weights + bias)))


def fit_blend(
    sources: Array, truth: npt.NDArray[np.int64], *, weight: Array | None = None, biased: bool = True
) -> Blend:
    """Fit weights of sources and biases of classes by conditional likelihood (rows × sources × classes)."""
    from scipy.optimize import minimize
    from scipy.special import logsumexp

    rows, count, classes = sources.shape
    share = np.full(rows, 1 / rows) if weight is None else weight / weight.sum()

    def loss(parameters: Array) -> tuple[float, Array]:
        weights, biases = parameters[:count], parameters[count:]
        scores = np.einsum("rsc,s->rc", sources, weights) + biases
        logs = scores - logsumexp(scores, axis=1, keepdims=True)
        rest = np.exp(logs) * share[:, None]
        rest[np.arange(rows), truth] -= share
        value = -(share * logs[np.arange(rows), truth]).sum()
        value += _WEIGHT_COST * (weights**2).sum() + _BIAS_COST * (biases**2).sum()
        slope = np.concatenate(
            (np.einsum("rsc,rc->s", sources, rest) + 2 * _WEIGHT_COST * weights, rest.sum(0) + 2 * _BIAS_COST * biases)
        )
        if not biased:
            slope[count:] = 0
        return float(value), slope

    fitted = minimize(loss, np.concatenate((np.full(count, 0.5), np.zeros(classes))), jac=True, method="L-BFGS-B")
    return Blend(tuple(fitted.x[:count].tolist()), tuple(fitted.x[count:].tolist()))


def _commonness(learned: Sequence[Example]) -> Array:
    """Return two rows: the logarithm of each category's share of the risks as the leading one, and its log odds as any."""
    risks = [example.categories for example in learned if example.categories]
    leads = np.array([sum(codes[0] == code for codes in risks) for code in RISK_CATEGORIES]) + 1.0
    share = (np.array([sum(code in codes for codes in risks) for code in RISK_CATEGORIES]) + 1.0) / (len(risks) + 2.0)
    return np.array([np.log(leads / leads.sum()), np.log(share / (1 - share))])


def _first(sources: Array, firsts: npt.NDArray[np.int64], commonness: Array, share: Array) -> Blend:
    """Return the blend that says which category leads.

    Years differ in what they bring: the encoder's sense of how common a category is, is half taken back (logit
    adjustment: Menon and others 2021). On forward predictions that costs nothing and finds the rare ones oftener.
    """
    plain = sources.copy()
    plain[:, _ENCODER_FIRST] -= _TAKEN_BACK * commonness[0]
    blend = fit_blend(plain, firsts, weight=share, biased=False)
    biases = -blend.weights[_ENCODER_FIRST] * _TAKEN_BACK * commonness[0]
    return Blend(blend.weights, tuple(biases.tolist()))


def _pooled(sources: Array, truth: Mask, commonness: Array, fitting: tuple[Array, int]) -> Blend:
    """Return one logistic regression for every (document, category) pair: the rare categories borrow from the others."""
    from sklearn.linear_model import LogisticRegression

    plain = sources.copy()
    plain[:, _ENCODER] -= _TAKEN_BACK * commonness[1]
    pairs = plain.transpose(0, 2, 1).reshape(-1, sources.shape[1])
    share, seed = fitting
    fitted = LogisticRegression(C=1.0, random_state=seed, max_iter=2000)
    fitted.fit(pairs, truth.reshape(-1), sample_weight=np.repeat(share, truth.shape[1]))
    weights = fitted.coef_[0].tolist()
    biases = float(fitted.intercept_[0]) - weights[_ENCODER] * _TAKEN_BACK * commonness[1]
    return Blend(tuple(weights), tuple(biases.tolist()))


def _category_cut(category: Blend, first: Blend, sources: Array, truth: Mask) -> float:
    """Return the cut with the best mean F1 over categories; the leading one stands in any case."""
    values = np.einsum("rsc,s->rc", sources, np.array(category.weights)) + np.array(category.biases)
    chances = 1 / (1 + np.exp(-values))
    leads = np.array([first.scores(one) for one in sources]).argmax(axis=1)
    leading = np.eye(truth.shape[1], dtype=bool)[leads]
    scores = {}
    for cut in np.arange(0.2, 0.7, 0.02):
        shown = (chances >= cut) | leading
        hits = (shown & truth).sum(axis=0)
        f1 = 2 * hits / np.maximum(1, shown.sum(axis=0) + truth.sum(axis=0))
        scores[round(float(cut), 2)] = float(f1[truth.sum(axis=0) > 0].mean())
    return max(scores, key=lambda cut: scores[cut])


def _balanced(truth: npt.NDArray[np.int64], share: Array, classes: int) -> Array:
    """Return the square root of a balanced weight a row."""
    common = np.bincount(truth, weights=share, minlength=classes)
    return np.asarray(np.sqrt(share.sum() / np.maximum(1, common)[truth]))


def _tone(seen: Seen) -> dict[str, list[float]]:
    known = [n for n, example in enumerate(seen.examples) if example.tone is not None and seen.later[n]]
    sources = np.array([tone_sources(seen.decisions[n], seen.encoded[n]) for n in known])
    tones: list[Tone] = [tone for n in known if (tone := seen.examples[n].tone) is not None]
    truth = np.array([TONES.index(tone) for tone in tones])
    return _stored(fit_blend(sources, truth, weight=_balanced(truth, np.ones(len(known)), len(TONES))))
