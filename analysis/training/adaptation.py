"""Adapting the shipped model to officers' labels, where the texts it was trained on are not at hand.

Of every label (risk, remit, categories, severities, tones) the shipped log-odds are kept as an offset, and a change of
the weights is fitted over the same features under a strong pull to nothing: what few labels do not speak of stays as
shipped. The stack keeps its weights but for one factor and one shift, which are fitted on predictions for events that
the fitted change had not seen and are pulled to 1 and 0. No library but scipy is needed, and it takes seconds.
"""

import json
import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize, sparse

from analysis.assess import Analyser, document_fields, stack_facts
from analysis.assessment import RISK_CATEGORIES, Level
from analysis.concern import may_concern
from analysis.entities.named_things import find_entities
from analysis.judgement.neighbours import NEIGHBOURS, NEIGHBOURS_MANIFEST
from analysis.judgement.risk import STACK_INPUTS, sigmoid, stack_inputs
from analysis.judgement.rules import apply_rules
from analysis.judgement.second_tier import CATEGORY_SOURCES, category_sources
from analysis.judgement.severity import SEVERITY_LABELS
from analysis.judgement.tone import TONE_LABELS
from analysis.reading import Reading, read
from analysis.tiers.features import count_features
from analysis.tiers.linear import MANIFEST, LinearModel, read_manifest
from analysis.training.data import Example
from analysis.training.officers import labels_hash, measures_chance
from crawlers.records import Document

__all__ = ["adapt"]

PULL = 1.0
"""Strength of the pull of every change of a weight to nothing, five times that of the shipped weights.

Of 1, 3 and 8 the first did best: adapted to 80 and to 157 titles of one half of the development file and measured on
the other half (321 titles, 90 risks), average precision of risk went from .862 to .878 and .886, risks found from 74 to
83 and 84.
"""

_PULL_SHIFT = 0.1
_LEAST_OF_BOTH = 5
_FOLDS = 5
# Standard deviations of the stack's factor around 1 and of its shift around 0 before any label is seen.
_FACTOR_SPREAD, _SHIFT_SPREAD = 0.15, 0.5
_LEAST_CHANCE = 1e-6
_BATCH = 512
_JITTER = 1e-6
MOST_EXAMPLES = 2500
"""The latest labels; their products take 50 MB."""

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class _Learned:
    """The examples that a tier scores: features, decision values, and what these count for in what is said.

    `factor` times its transpose are the products of the examples' features. `odds` are the log-odds of risk, remit and
    every category as shipped; `gains` by how much they grow with the decision value of tier 1. `read` says which
    documents the encoder reads.
    """

    examples: Sequence[Example]
    matrix: sparse.csr_matrix
    factor: Array
    decisions: Array
    odds: Mapping[str, Array]
    gains: Mapping[str, Array]
    read: Mask


@dataclass(frozen=True, slots=True)
class _Task:
    """One label to learn: the examples that tell of it, which have it, its log-odds as shipped, and their gains.

    The log-odds are `offset + gain · change of the decision value`.
    """

    usable: Mask
    truth: Mask
    offset: Array
    gain: Array


def adapt(
    examples: Sequence[Example], parent: Path, out: Path, progress: Callable[[str], None] = lambda _: None
) -> Mapping[str, Any]:
    """Adapt the model in `parent` to the last `MOST_EXAMPLES` of the examples, write it as a model folder into `out`, return its manifest.

    Labels of which fewer than five examples say yes, or fewer than five no, stay as they are. The same examples give
    the same model.

    Raises:
        ModelRefusedError: If the parent does not fit the running lexicon or segmenter.
    """
    analyser, manifest = Analyser.load(parent), dict(read_manifest(parent))
    progress("读取标注的稿件")
    learned = _learn_from(examples[-MOST_EXAMPLES:], analyser)
    model = analyser.model
    weights, adapted = model.weights[:].astype(np.float64), []
    for column, label in enumerate(model.labels):
        task = _task(label, learned, analyser)
        if task is not None:
            progress(f"调整 {label}")
            adapted.append(label)
            weights[:, column] += _change(learned, _fit(learned, task))
    rescaled = _rescaled(manifest, learned, analyser)
    out.mkdir(parents=True, exist_ok=True)
    sha256 = LinearModel(model.weighting, model.labels, weights, model.intercepts).save(out)
    manifest |= {
        "sha256": sha256,
        **rescaled,
        "parent": {"version": manifest["version"], "sha256": manifest["sha256"]},
        "trained_on": {**manifest["trained_on"], "officers": labels_hash(examples)},
        "adapted": {"examples": len(examples), "scored": len(learned.examples), "labels": adapted, "pull": PULL},
        "metrics": {},
        "version": f"officers-{sha256[:8]}",
    }
    manifest.pop("measured_on", None)
    (out / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _keep_neighbours(parent, out, manifest["version"])
    return manifest


def _keep_neighbours(parent: Path, out: Path, version: str) -> None:
    """Let the labelled examples that a document is compared with stand beside the adapted model too."""
    told = parent / NEIGHBOURS_MANIFEST
    if told.is_file():
        shutil.copyfile(parent / NEIGHBOURS, out / NEIGHBOURS)
        kept = json.loads(told.read_text(encoding="utf-8")) | {"model": version}
        (out / NEIGHBOURS_MANIFEST).write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _learn_from(examples: Sequence[Example], analyser: Analyser) -> _Learned:
    kept: list[Example] = []
    parts: list[sparse.csr_matrix] = []
    scored: list[_Scored] = []
    for begin in range(0, len(examples), _BATCH):
        batch = examples[begin : begin + _BATCH]
        readings = [read(example.document, analyser.lexicon, analyser.segmenter) for example in batch]
        chosen = [number for number, reading in enumerate(readings) if may_concern(reading)]
        if not chosen:
            continue
        kept += [batch[n] for n in chosen]
        matrix = analyser.model.weighting.transform(count_features([readings[n] for n in chosen]))
        parts.append(matrix)
        decisions = analyser.model.decide_weighted(matrix)
        scored += [
            _score(batch[n].document, readings[n], row, analyser) for n, row in zip(chosen, decisions, strict=True)
        ]
    matrix = sparse.vstack(parts).tocsr() if parts else sparse.csr_matrix((0, len(analyser.model.weighting.buckets)))
    names = ("risk", "remit", *RISK_CATEGORIES)
    return _Learned(
        examples=kept,
        matrix=matrix,
        factor=_factor(matrix),
        decisions=analyser.model.decide_weighted(matrix),
        odds={name: np.array([one.odds[name] for one in scored]) for name in names},
        gains={name: np.array([one.gains[name] for one in scored]) for name in names},
        read=np.array([one.read for one in scored], dtype=bool),
    )


@dataclass(frozen=True, slots=True)
class _Scored:
    """Log-odds of one document as shipped, before any floor rule, by how much they grow with tier 1, and whether it was read."""

    odds: Mapping[str, float]
    gains: Mapping[str, float]
    read: bool


def _score(document: Document, reading: Reading, decisions: Array, analyser: Analyser) -> _Scored:
    findings = apply_rules(reading, find_entities(reading, document_fields(document), analyser.lexicon))
    labels, stack, second = analyser.model.labels, analyser.stack, analyser.second
    inputs = stack_inputs(decisions[None, :], labels, np.array([stack_facts(reading, findings)]))
    remit, risk = (float(chance[0]) for chance in stack.probabilities(inputs))
    named = dict(zip(labels, decisions.tolist(), strict=True))
    at = {name: STACK_INPUTS.index(name) for name in ("risk", "remit")}
    if second is None or (remit < second.least_remit and findings.floor is None):
        scale = stack.category_scale
        odds = {code: scale[code][0] * named[code] + scale[code][1] for code in RISK_CATEGORIES}
        gains = {code: scale[code][0] for code in RISK_CATEGORIES}
        gains |= {"risk": stack.risk_weights[at["risk"]], "remit": stack.remit_weights[at["remit"]]}
        return _Scored(odds | {"risk": _log_odds(risk), "remit": _log_odds(remit)}, gains, read=False)
    encoding = second.encoder.encode(reading.title.text, reading.text.text)
    remit, risk = second.probabilities(inputs[0], encoding)
    sums = np.array(second.category.weights) @ category_sources(named, encoding.decisions, findings.signs.leading)
    odds = dict(zip(RISK_CATEGORIES, (sums + second.category.biases[0]).tolist(), strict=True))
    gains = dict.fromkeys(RISK_CATEGORIES, second.category.weights[CATEGORY_SOURCES.index("linear")])
    gains |= {"risk": second.risk.weights[at["risk"]], "remit": second.remit.weights[at["remit"]]}
    return _Scored(odds | {"risk": _log_odds(risk), "remit": _log_odds(remit)}, gains, read=True)


def _log_odds(chance: float) -> float:
    bounded = min(max(chance, _LEAST_CHANCE), 1 - _LEAST_CHANCE)
    return math.log(bounded / (1 - bounded))


def _task(label: str, learned: _Learned, analyser: Analyser) -> _Task | None:
    """Return what the examples tell of a label; `None` where they are too few."""
    usable, truth = _truth(label, learned.examples)
    positive = int((usable & truth).sum())
    if min(positive, int(usable.sum()) - positive) < _LEAST_OF_BOTH:
        return None
    if label in learned.odds:
        return _Task(usable, truth, learned.odds[label], learned.gains[label])
    decision = learned.decisions[:, analyser.model.labels.index(label)]
    return _Task(usable, truth, decision, np.ones(len(decision)))


def _truth(label: str, examples: Sequence[Example]) -> tuple[Mask, Mask]:
    """Return which examples a label can be learned from, and which have it."""
    risky = np.array([example.level is Level.RISK for example in examples], dtype=bool)
    if label == "risk":
        return np.ones(len(examples), dtype=bool), risky
    if label == "remit":
        concerned = np.array([example.level >= Level.IN_REMIT for example in examples], dtype=bool)
        return np.ones(len(examples), dtype=bool), concerned
    if label in SEVERITY_LABELS:
        step = SEVERITY_LABELS.index(label) + 2
        return risky, np.array([example.severity >= step for example in examples], dtype=bool)
    if label in TONE_LABELS.values():
        toned = np.array([example.tone is not None for example in examples], dtype=bool)
        heard = [example.tone is not None and TONE_LABELS[example.tone] == label for example in examples]
        return toned, np.array(heard, dtype=bool)
    return risky, np.array([label in example.categories for example in examples], dtype=bool)


def _fit(learned: _Learned, task: _Task, chosen: Mask | None = None) -> Array:
    """Return the coordinates of the change of the weights that fits best; a shift that all share is fitted beside it and left out.

    The shift takes up how often a label occurs among what people chose to label, which is no matter of words. The best
    change lies in the span of the examples (representer theorem), so that it is sought there: in coordinates in which
    `factor` gives the change of every decision value and the squared length is that of the change itself.
    """
    rows = task.usable if chosen is None else task.usable & chosen
    part, offset, gain = learned.factor[rows], task.offset[rows], task.gain[rows]
    side = np.where(task.truth[rows], 1.0, -1.0)
    pull = np.append(np.full(part.shape[1], PULL), _PULL_SHIFT)

    def loss(values: Array) -> tuple[float, Array]:
        margin = side * (offset + gain * (part @ values[:-1]) + values[-1])
        slope = -side * sigmoid(-margin)
        pulled = pull * values
        steps = np.append(part.T @ (gain * slope), slope.sum()) + pulled
        return float(np.logaddexp(0, -margin).sum() + 0.5 * (values * pulled).sum()), steps

    start = np.zeros(part.shape[1] + 1)
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return np.asarray(found.x[:-1])


def _change(learned: _Learned, coordinates: Array) -> Array:
    """Return the change of the weights that has these coordinates."""
    shares = linalg.solve_triangular(learned.factor, coordinates, lower=True, trans="T")
    return np.asarray(learned.matrix.T @ shares)


def _factor(matrix: sparse.csr_matrix) -> Array:
    """Return the lower triangular factor of the products of all examples, which alike ones leave just short of singular."""
    size = matrix.shape[0]
    products = np.zeros((size, size))
    for begin in range(0, size, _BATCH):
        products[begin : begin + _BATCH] = (matrix[begin : begin + _BATCH] @ matrix.T).toarray()
    return np.asarray(linalg.cholesky(products + _JITTER * np.eye(size), lower=True)) if size else products


def _rescaled(manifest: Mapping[str, Any], learned: _Learned, analyser: Analyser) -> dict[str, Any]:
    """Return the manifest with a factor and a shift on the log-odds of risk and remit, where the last tier tells them.

    With an encoder the stack of tier 1 stays as it is: it only says what the encoder need not read.
    """
    second = analyser.second is not None
    name = "second" if second else "stack"
    changed = dict(manifest[name])
    chosen = np.array([measures_chance(example) for example in learned.examples], dtype=bool) & (learned.read == second)
    for label in ("risk", "remit"):
        task = _task(label, learned, analyser)
        if task is None or int(chosen.sum()) < _LEAST_OF_BOTH:
            continue
        odds = task.offset + task.gain * _crossed(learned, task)
        factor, shift = _rescale(odds[chosen], task.truth[chosen])
        if second:
            blend = changed[label]
            biases = [round(factor * bias + shift, 6) for bias in blend["biases"]]
            changed[label] = {**blend, "weights": _times(factor, blend["weights"]), "biases": biases}
        else:
            changed[f"{label}_weights"] = _times(factor, changed[f"{label}_weights"])
            changed[f"{label}_bias"] = round(factor * changed[f"{label}_bias"] + shift, 6)
    return {name: changed}


def _times(factor: float, weights: Sequence[float]) -> list[float]:
    return [round(factor * weight, 6) for weight in weights]


def _crossed(learned: _Learned, task: _Task) -> Array:
    """Return the change of every decision value by a fit that saw no document of its event."""
    fold = np.array([crc32(example.event.encode()) % _FOLDS for example in learned.examples])
    changes = np.zeros(len(fold))
    for number in np.unique(fold).tolist():
        held = fold == number
        changes[held] = learned.factor[held] @ _fit(learned, task, ~held)
    return changes


def _rescale(odds: Array, truth: Mask) -> tuple[float, float]:
    """Return the factor and the shift of log-odds that fit best, pulled to 1 and 0."""
    side = np.where(truth, 1.0, -1.0)

    def loss(values: Array) -> tuple[float, Array]:
        margin = side * (values[0] * odds + values[1])
        slope = -side * sigmoid(-margin)
        away = np.array([(values[0] - 1) / _FACTOR_SPREAD, values[1] / _SHIFT_SPREAD])
        pulled = away / np.array([_FACTOR_SPREAD, _SHIFT_SPREAD])
        steps = np.array([float((slope * odds).sum()), float(slope.sum())]) + pulled
        return float(np.logaddexp(0, -margin).sum() + 0.5 * (away * away).sum()), steps

    found = optimize.minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B")
    return float(found.x[0]), float(found.x[1])
