"""Fit the recogniser of situations: `python -m analysis.training.recognise SHARED_DATA`.

Learns from the labelled documents that `situation_labels.tsv` names and from the titles of `situation_examples.tsv`,
written for this; see `models/situations.md`.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.svm import LinearSVC

from analysis.assess import Analyser
from analysis.features import BUCKET_BITS
from analysis.linear import Weighting
from analysis.recognition import FORMAT, MODEL, Query, Recogniser, count_query
from analysis.situations import load_situations
from analysis.training.data import TRAINING_FILES, file_hash, load_examples
from crawlers.records import Document, DocumentKind

__all__ = [
    "EXAMPLES",
    "LABELS",
    "example_queries",
    "fit_recogniser",
    "labelled_queries",
    "main",
    "read_examples",
    "read_labels",
    "with_articles",
]

LABELS = Path(__file__).with_name("situation_labels.tsv")
EXAMPLES = Path(__file__).with_name("situation_examples.tsv")
# Titles carry no fetch time; their assessment does not depend on it.
_FETCHED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_LEAST_DOCUMENTS = 3
_WEIGHTS_KEPT = 1000
"""Weights of a row; all 14,000 recognise no better on held-out events."""


def read_labels(path: Path = LABELS) -> Mapping[str, tuple[str, ...]]:
    """Return the rows that each labelled document is about, by its id."""
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {document: tuple(rows.split(",")) for document, rows in lines}


def read_examples(path: Path = EXAMPLES) -> Mapping[str, tuple[str, ...]]:
    """Return the rows that each written title is about."""
    rows: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            row, _, title = line.partition("\t")
            rows[title] = (*rows.get(title, ()), row)
    return rows


def example_queries(titles: Sequence[str]) -> list[Query]:
    """Return the written titles with their assessments."""
    judged = Analyser.load().assess([_as_document(title) for title in titles])
    return [(title, "", assessment) for title, assessment in zip(titles, judged, strict=True)]


def _as_document(title: str) -> Document:
    return Document(
        id=title, source_id="written", native_id=title, kind=DocumentKind.HOT_ENTRY, title=title, text="",
        fetched_at=_FETCHED_AT,
    )  # fmt: skip


def labelled_queries(shared: Path, labels: Mapping[str, Sequence[str]]) -> dict[str, Query]:
    """Return title, text and assessment of every labelled document that the training files hold, by its id."""
    examples = (one for name in TRAINING_FILES for one in load_examples(shared / name))
    documents = [one.document for one in examples if one.document.id in labels]
    judged = Analyser.load().assess(documents)
    return {d.id: (d.title, d.text, assessment) for d, assessment in zip(documents, judged, strict=True)}


def with_articles(labels: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the rows of each document with the articles that govern there, as far as they recur."""
    governs = {row.id: row.governs for row in load_situations().rows}
    articles = [sorted({key for row in rows for key in governs.get(row, ())}) for rows in labels]
    seen = Counter(key for keys in articles for key in keys)
    return [
        [*rows, *(key for key in keys if seen[key] >= _LEAST_DOCUMENTS)]
        for rows, keys in zip(labels, articles, strict=True)
    ]


def fit_recogniser(queries: Sequence[Query], labels: Sequence[Sequence[str]]) -> Recogniser:
    """Return one linear support vector machine a row over the features of the queries, its smallest weights cut."""
    counts = count_query(queries)
    weighting = Weighting.fit(counts, least_documents=_LEAST_DOCUMENTS)
    binarizer = MultiLabelBinarizer()
    wanted = binarizer.fit_transform(labels)
    fitted = OneVsRestClassifier(LinearSVC(random_state=0)).fit(weighting.transform(counts), wanted)
    weights = np.array([one.coef_.ravel() for one in fitted.estimators_])
    least = np.sort(np.abs(weights), axis=1)[:, -min(_WEIGHTS_KEPT, weights.shape[1])]
    weights[np.abs(weights) < least[:, None]] = 0
    return Recogniser(
        weighting=weighting,
        rows=tuple(binarizer.classes_),
        weights=sparse.csr_matrix(weights.T),
        intercepts=np.array([float(one.intercept_[0]) for one in fitted.estimators_]),
    )


def main(arguments: list[str]) -> int:
    """Write model and manifest beside the shipped models; return the exit status."""
    if len(arguments) != 1:
        print("usage: python -m analysis.training.recognise SHARED_DATA", file=sys.stderr)  # noqa: T201
        return 2
    shared, labels = Path(arguments[0]), read_labels()
    queries = labelled_queries(shared, labels)
    if missing := sorted(set(labels) - set(queries)):
        print(f"labelled, but not in {shared}: {', '.join(missing)}", file=sys.stderr)  # noqa: T201
        return 1
    written = read_examples()
    rows = [*(labels[document] for document in queries), *written.values()]
    recogniser = fit_recogniser([*queries.values(), *example_queries(list(written))], with_articles(rows))
    manifest = {
        "format": FORMAT,
        "buckets": BUCKET_BITS,
        "sha256": recogniser.save(MODEL),
        "rows": recogniser.rows,
        "documents": len(queries),
        "titles": len(written),
        "labels": file_hash(LABELS),
        "examples": file_hash(EXAMPLES),
        "data": {name: file_hash(shared / name) for name in TRAINING_FILES},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    MODEL.with_suffix(".json").write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
