"""Measuring an analyser on labelled documents, with intervals, beside the keyword-only baseline.

Average precision resolves ties against us (positives last); calibration error is over ten equal-mass bins; intervals
are 95 % bootstrap intervals over events, because items of one event are not independent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.assess import Analyser
from analysis.assessment import RISK_CATEGORIES, Assessment, Level, Tone
from analysis.lexicon import Hit, TermKind, load_lexicon
from analysis.reading import read
from analysis.segmentation import RjiebaSegmenter
from analysis.training.data import Example, file_hash, load_examples

__all__ = ["Evaluation", "average_precision", "calibration_error", "evaluate", "keyword_levels", "precision_at_recall"]

_BATCH = 512
_DRAWS = 500
_SEED = 1
_BINS = 10
_GRAVE = 4
_LEAST_EXAMPLES = 5
_WINDOW = 30

Scores = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Metrics by name with their intervals, the baseline's, and what was measured."""

    data: str
    data_hash: str
    model: str
    documents: int
    risks: int
    metrics: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    baseline: Mapping[str, float]

    def table(self) -> str:
        """Return a table for people: metric, value, interval, and the keyword-only baseline where it has one."""
        head = (
            f"{self.data} (sha256 {self.data_hash[:12]}): {self.documents} documents, {self.risks} risks; {self.model}"
        )
        lines = [head, f"{'':22}{'model':>7}  {'95 % interval':15}  {'keywords only':>13}"]
        for name, value in self.metrics.items():
            low, high = self.intervals[name]
            beside = f"{self.baseline[name]:13.3f}" if name in self.baseline else f"{'':>13}"
            lines.append(f"{name:22}{value:7.3f}  [{low:.3f}, {high:.3f}]   {beside}")
        return "\n".join(lines)


def evaluate(gold: Path, analyser: Analyser, events: Mapping[str, str] | None = None) -> Evaluation:
    """Measure `analyser` on the labelled documents of a file.

    Raises:
        ValueError: If a line of the file is no labelled document.
    """
    examples = list(load_examples(gold, events))
    assessments: list[Assessment] = []
    for begin in range(0, len(examples), _BATCH):
        assessments.extend(analyser.assess([example.document for example in examples[begin : begin + _BATCH]]))
    pairs = list(zip(examples, assessments, strict=True))
    metrics = _measure(pairs)
    return Evaluation(
        data=gold.name,
        data_hash=file_hash(gold),
        model=analyser.version,
        documents=len(examples),
        risks=sum(example.level is Level.RISK for example in examples),
        metrics=metrics,
        intervals=_intervals(pairs, metrics),
        baseline=_baseline(examples),
    )


def average_precision(scores: Scores, truth: Truth) -> float:
    """Return the average precision; of equal scores the positives come last. NaN where nothing is true."""
    order = np.lexsort((truth, -scores))
    ranked = truth[order]
    if not ranked.any():
        return float("nan")
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(precision[ranked].mean())


def precision_at_recall(scores: Scores, truth: Truth, recall: float) -> float:
    """Return the best precision at a recall of at least `recall`."""
    ranked = truth[np.lexsort((truth, -scores))]
    found = np.cumsum(ranked)
    enough = found >= recall * max(1, int(found[-1]))
    return float((found / np.arange(1, len(ranked) + 1))[enough].max()) if enough.any() else 0.0


def calibration_error(chances: Scores, truth: Truth) -> float:
    """Return the expected calibration error over ten bins of equal mass."""
    parts = np.array_split(np.argsort(chances, kind="stable"), _BINS)
    error = sum(abs(chances[part].mean() - truth[part].mean()) * len(part) for part in parts if len(part))
    return float(error / max(1, len(chances)))


def keyword_levels(examples: Sequence[Example]) -> list[bool]:
    """Return what keywords alone call a risk: a strong term, or a product and a risk term within 30 characters."""
    lexicon, segmenter = load_lexicon(), RjiebaSegmenter(())
    found = []
    for example in examples:
        hits = read(example.document, lexicon, segmenter).hits
        strong = any(hit.term.kind is TermKind.STRONG for hit in hits)
        found.append(strong or _near(hits))
    return found


def _near(hits: Sequence[Hit]) -> bool:
    products = [hit for hit in hits if hit.term.kind is TermKind.PRODUCT]
    risks = [hit for hit in hits if hit.term.kind is TermKind.RISK and hit.term.label != "R14"]
    return any(abs(risk.start - product.start) <= _WINDOW for risk in risks for product in products)


def _baseline(examples: Sequence[Example]) -> dict[str, float]:
    predicted = np.array(keyword_levels(examples))
    truth = np.array([example.level is Level.RISK for example in examples])
    precision, recall, f1 = _prf(predicted, truth)
    return {
        "risk P": precision,
        "risk R": recall,
        "risk F1": f1,
        "risk AP": average_precision(predicted.astype(float), truth),
    }


def _prf(predicted: Truth, truth: Truth) -> tuple[float, float, float]:
    hits = float((predicted & truth).sum())
    precision, recall = hits / max(1, int(predicted.sum())), hits / max(1, int(truth.sum()))
    return precision, recall, 2 * precision * recall / max(1e-12, precision + recall)


def _measure(pairs: Sequence[tuple[Example, Assessment]]) -> dict[str, float]:
    level = np.array([int(example.level) for example, _ in pairs])
    called = np.array([int(assessment.level) for _, assessment in pairs])
    p_risk = np.array([assessment.p_risk for _, assessment in pairs])
    p_remit = np.array([assessment.p_in_remit for _, assessment in pairs])
    risky, remit = level == Level.RISK, level >= Level.IN_REMIT
    metrics: dict[str, float] = {
        "risk AP": average_precision(p_risk, risky),
        "risk P@R.85": precision_at_recall(p_risk, risky, 0.85),
        "risk P@R.90": precision_at_recall(p_risk, risky, 0.90),
    }
    metrics["risk P"], metrics["risk R"], metrics["risk F1"] = _prf(called == Level.RISK, risky)
    metrics["risk ECE"] = calibration_error(p_risk, risky)
    metrics["remit AP"] = average_precision(p_remit, remit)
    metrics["remit P"], metrics["remit R"], metrics["remit F1"] = _prf(called >= Level.IN_REMIT, remit)
    metrics["remit ECE"] = calibration_error(p_remit, remit)
    risks = [pair for pair in pairs if pair[0].level is Level.RISK]
    return metrics | _of_risks(risks) | {"tone macro-F1": _tone_f1(pairs)}


def _of_risks(risks: Sequence[tuple[Example, Assessment]]) -> dict[str, float]:
    f1 = []
    for code in RISK_CATEGORIES:
        truth = np.array([code in example.categories for example, _ in risks])
        if truth.sum() >= _LEAST_EXAMPLES:
            f1.append(_prf(np.array([code in _codes(a) for _, a in risks]), truth)[2])
    found = [(example, assessment) for example, assessment in risks if assessment.level is Level.RISK]
    grave = [assessment for example, assessment in risks if example.severity >= _GRAVE]
    return {
        "category macro-F1": _mean(f1),
        "first category": _mean([_codes(a)[:1] == e.categories[:1] for e, a in risks]),
        "severity exact": _mean([_severity(a) == e.severity for e, a in risks]),
        "severity within 1": _mean([abs(_severity(a) - e.severity) <= 1 for e, a in risks]),
        # Of the risks found: a cut for fewer false alarms must not read as a worse severity.
        "severity ±1 of found": _mean([abs(a.severity - e.severity) <= 1 for e, a in found]),
        "severity>=4 found": _mean([_severity(a) >= _GRAVE for a in grave]),
    }


def _codes(assessment: Assessment) -> tuple[str, ...]:
    """Return the categories that a document has or would have as a risk, the leading one first."""
    possible = assessment.possible
    return tuple(score.code for score in possible.categories) if possible else assessment.category_codes


def _severity(assessment: Assessment) -> int:
    """Return the severity that a document has or would have as a risk; 0 where that is out of the question."""
    return assessment.possible.severity if assessment.possible else assessment.severity


def _tone_f1(pairs: Sequence[tuple[Example, Assessment]]) -> float:
    toned = [(example.tone, assessment.tone) for example, assessment in pairs if example.tone]
    return _mean([_prf(np.array([t is c for _, c in toned]), np.array([t is c for c, _ in toned]))[2] for t in Tone])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def _intervals(
    pairs: Sequence[tuple[Example, Assessment]], metrics: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    groups: dict[str, list[tuple[Example, Assessment]]] = {}
    for pair in pairs:
        groups.setdefault(pair[0].event, []).append(pair)
    events, rng = list(groups), np.random.default_rng(_SEED)
    drawn: dict[str, list[float]] = {name: [] for name in metrics}
    for _ in range(_DRAWS):
        sample = [pair for number in rng.integers(len(events), size=len(events)) for pair in groups[events[number]]]
        for name, value in _measure(sample).items():
            drawn[name].append(value)
    quantiles: Callable[[list[float]], tuple[float, float]] = lambda v: (  # noqa: E731
        float(np.nanquantile(v, 0.025)),
        float(np.nanquantile(v, 0.975)),
    )
    return {name: quantiles(values) for name, values in drawn.items()}
