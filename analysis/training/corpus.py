"""The training data read once, and the linear models fitted on parts of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.assess import document_fields, stack_facts
from analysis.assessment import RISK_CATEGORIES, Level
from analysis.concern import may_concern
from analysis.entities.named_things import find_entities
from analysis.judgement.rules import Findings, apply_rules
from analysis.judgement.severity import SEVERITY_LABELS
from analysis.judgement.signs import Signs
from analysis.judgement.tone import TONE_LABELS
from analysis.lexicon import load_lexicon
from analysis.reading import read
from analysis.segmentation import Segmenter
from analysis.tiers.features import Counts, count_features
from analysis.tiers.linear import LinearModel, Weighting
from analysis.training.data import Example

__all__ = ["LABELS", "SEED", "Corpus", "fit_linear", "read_corpus", "rows_of"]

LABELS = ("risk", "remit", *RISK_CATEGORIES, *SEVERITY_LABELS, *TONE_LABELS.values())
SEED = 20261125
_BATCH = 512
_COST = 5.0
# Of 24,000 texts those features are kept that stand in four of them or more: with three there are 580,000, which a
# worker has no memory for, with five 255,000; joined figures of later months and documents are equal within .01.
_LEAST_DOCUMENTS = 4
_TOLERANCE = 1e-3

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """The training data read once: counts, facts, what of them the stack reads, and masks."""

    examples: Sequence[Example]
    counts: Counts
    facts: Sequence[Mapping[str, int | bool | str]]
    signs: Sequence[Signs]
    stacked: Array
    concerned: Mask
    dates: npt.NDArray[np.str_]

    def target(self, label: str) -> tuple[Mask, Mask]:
        """Return which examples a label can be learned from, and which have it."""
        levels = np.array([int(example.level) for example in self.examples])
        risky = levels == Level.RISK
        if label in {"risk", "remit"}:
            telling = np.array([example.tells_level for example in self.examples])
            return telling, risky if label == "risk" else levels >= Level.IN_REMIT
        if label in SEVERITY_LABELS:
            step = SEVERITY_LABELS.index(label) + 2
            return risky, np.array([example.severity >= step for example in self.examples])
        if label.startswith("tone:"):
            tones = [example.tone.value if example.tone and example.tells_tone else None for example in self.examples]
            return np.array([t is not None for t in tones]), np.array([f"tone:{t}" == label for t in tones])
        return risky, np.array([label in example.categories for example in self.examples])


def read_corpus(examples: Sequence[Example], segmenter: Segmenter) -> Corpus:
    """Read the examples as the program reads documents; about a minute for ten thousand."""
    lexicon = load_lexicon()
    parts: list[Counts] = []
    findings: list[Findings] = []
    stacked: list[tuple[float, float]] = []
    concerned: list[bool] = []
    for begin in range(0, len(examples), _BATCH):
        documents = [example.document for example in examples[begin : begin + _BATCH]]
        batch = [read(document, lexicon, segmenter) for document in documents]
        parts.append(count_features([reading.restored for reading in batch]))
        for document, reading in zip(documents, batch, strict=True):
            findings.append(apply_rules(reading, find_entities(reading, document_fields(document), lexicon)))
            stacked.append(stack_facts(reading, findings[-1]))
            concerned.append(may_concern(reading))
    return Corpus(
        examples=examples,
        counts=_joined(parts),
        facts=[found.facts for found in findings],
        signs=[found.signs for found in findings],
        stacked=np.array(stacked),
        concerned=np.array(concerned),
        dates=np.array([example.date for example in examples]),
    )


def _joined(parts: Sequence[Counts]) -> Counts:
    offsets = np.cumsum([0, *(part.rows for part in parts)])
    return Counts(
        row=np.concatenate([part.row + offset for part, offset in zip(parts, offsets, strict=False)]),
        block=np.concatenate([part.block for part in parts]),
        bucket=np.concatenate([part.bucket for part in parts]),
        count=np.concatenate([part.count for part in parts]),
        rows=int(offsets[-1]),
    )


def rows_of(counts: Counts, chosen: Mask) -> Counts:
    """Return the counts of the chosen examples."""
    kept = chosen[counts.row]
    number = np.cumsum(chosen) - 1
    return Counts(
        row=number[counts.row[kept]],
        block=counts.block[kept],
        bucket=counts.bucket[kept],
        count=counts.count[kept],
        rows=int(chosen.sum()),
    )


def fit_linear(corpus: Corpus, chosen: Mask, labels: Sequence[str] = LABELS) -> LinearModel:
    """Fit one logistic regression a label on the chosen examples."""
    counts = rows_of(corpus.counts, chosen)
    weighting = Weighting.fit(counts, least_documents=_LEAST_DOCUMENTS)
    matrix = weighting.transform(counts)
    weights = np.zeros((len(weighting.buckets), len(labels)))
    intercepts = np.zeros(len(labels))
    for column, label in enumerate(labels):
        usable, positive = corpus.target(label)
        weights[:, column], intercepts[column] = _fit_one(label, matrix, usable[chosen], positive[chosen])
    return LinearModel(weighting, tuple(labels), weights, intercepts)


def _fit_one(label: str, matrix: sparse.csr_matrix, usable: Mask, positive: Mask) -> tuple[Array, float]:
    from sklearn.linear_model import LogisticRegression

    weight = None if label in SEVERITY_LABELS else "balanced"
    # More features than documents: the dual problem is solved five times as fast, with decision values that correlate
    # by 0.9999998.
    fitted = LogisticRegression(
        C=_COST, class_weight=weight, solver="liblinear", dual=True, tol=_TOLERANCE, random_state=SEED, max_iter=1000
    )
    fitted.fit(matrix[usable], positive[usable])
    return fitted.coef_[0], float(fitted.intercept_[0])
