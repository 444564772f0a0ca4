"""Fit the recogniser of situations: `python -m analysis.training.recognise SHARED_DATA`.

Learns from the labelled documents that `situation_labels.tsv` names and from the titles of `written/titles.tsv`; see
`models/situations.md`.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.kernel_ridge import KernelRidge
from sklearn.preprocessing import MultiLabelBinarizer

from analysis.encoder import ENCODER_MANIFEST, ROW_HEAD, read_encoder_manifest
from analysis.features import BUCKET_BITS
from analysis.linear import ModelRefusedError, Weighting
from analysis.recognition import FORMAT, MODEL, Head, Query, Recogniser, count_query
from analysis.situations import load_situations
from analysis.training.data import (
    SITUATION_LABELS,
    TRAINING_FILES,
    WRITTEN_DOCUMENTS,
    WRITTEN_TITLES,
    file_hash,
    load_examples,
    read_situation_labels,
    read_written_titles,
    written_entries,
)

__all__ = [
    "fit_recogniser",
    "labelled_queries",
    "main",
    "read_head",
    "with_articles",
    "written_queries",
]

_LEAST_DOCUMENTS = 3
_PENALTY = 1.5
"""Of the squared weights; 1 to 2.5 recognise equally well on held-out events."""

_WEIGHTS_KEPT = 1000
"""Weights of a row; all 18,000 recognise no better on held-out events."""


Matrix: TypeAlias = npt.NDArray[np.float64]


def written_queries(path: Path = WRITTEN_TITLES) -> Mapping[Query, tuple[str, ...]]:
    """Return the rows that each written title, with its text, is about."""
    rows: dict[Query, tuple[str, ...]] = {}
    for row, title, text, *_ in read_written_titles(path):
        rows[title, text] = (*rows.get((title, text), ()), row)
    return rows


def labelled_queries(shared: Path, labels: Mapping[str, Sequence[str]]) -> dict[str, Query]:
    """Return title and text of every labelled document that the training files or the written texts hold, by its id."""
    files = (*(shared / name for name in TRAINING_FILES), WRITTEN_DOCUMENTS)
    collected = (one for path in files for one in load_examples(path))
    documents = (one.document for one in (*collected, *written_entries()))
    return {document.id: (document.title, document.text) for document in documents if document.id in labels}


def with_articles(labels: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the rows of each document with the articles that govern there, as far as they recur."""
    governs = {row.id: row.governs for row in load_situations().rows}
    articles = [sorted({key for row in rows for key in governs.get(row, ())}) for rows in labels]
    seen = Counter(key for keys in articles for key in keys)
    return [
        [*rows, *(key for key in keys if seen[key] >= _LEAST_DOCUMENTS)]
        for rows, keys in zip(labels, articles, strict=True)
    ]


def fit_recogniser(queries: Sequence[Query], labels: Sequence[Sequence[str]], head: Head | None = None) -> Recogniser:
    """Return one ridge regression on 1 and -1 a row over the features of the queries, its smallest weights cut.

    `head` is what an encoder learned of rows; it is kept beside.
    """
    counts = count_query(queries)
    weighting = Weighting.fit(counts, least_documents=_LEAST_DOCUMENTS)
    features = weighting.transform(counts)
    binarizer = MultiLabelBinarizer()
    wanted = 2.0 * binarizer.fit_transform(labels) - 1
    usual = wanted.mean(axis=0)
    likeness = np.asarray((features @ features.T).todense())
    return Recogniser(
        weighting=weighting,
        rows=tuple(binarizer.classes_),
        weights=_weights(features, _dual(likeness, wanted - usual)),
        intercepts=usual,
        head=head,
    )


def _dual(likeness: Matrix, wanted: Matrix) -> Matrix:
    """Return the weights of the documents; there are fewer documents than features, so this is the smaller system."""
    return np.asarray(KernelRidge(alpha=_PENALTY, kernel="precomputed").fit(likeness, wanted).dual_coef_)


def _weights(features: sparse.csr_matrix, dual: Matrix) -> sparse.csr_matrix:
    weights = np.asarray(features.T @ dual).T
    least = np.sort(np.abs(weights), axis=1)[:, -min(_WEIGHTS_KEPT, weights.shape[1])]
    weights[np.abs(weights) < least[:, None]] = 0
    return sparse.csr_matrix(weights.T)


def read_head(folder: Path = MODEL.parent) -> Head | None:
    """Return what the encoder of a model folder learned of rows, `None` where there is no encoder.

    Raises:
        ModelRefusedError: If the file is not the one that the encoder's manifest names.
    """
    if not (folder / ENCODER_MANIFEST).is_file():
        return None
    manifest, path = read_encoder_manifest(folder), folder / ROW_HEAD
    if not path.is_file() or manifest["files"].get(ROW_HEAD) != file_hash(path):
        raise ModelRefusedError(f"{path} is not the file that the encoder's manifest names: put the shipped file back")
    with np.load(path, allow_pickle=False) as arrays:
        return Head(
            encoder=manifest["version"],
            rows=tuple(arrays["rows"].tolist()),
            weights=arrays["weights"].astype(np.float64),
            biases=arrays["biases"].astype(np.float64),
        )


def main(arguments: list[str]) -> int:
    """Write model and manifest beside the shipped models; return the exit status."""
    if len(arguments) != 1:
        print("usage: python -m analysis.training.recognise SHARED_DATA", file=sys.stderr)  # noqa: T201
        return 2
    shared, labels = Path(arguments[0]), read_situation_labels()
    queries = labelled_queries(shared, labels)
    if missing := sorted(set(labels) - set(queries)):
        print(f"labelled, but not in {shared}: {', '.join(missing)}", file=sys.stderr)  # noqa: T201
        return 1
    written = written_queries()
    rows = [*(labels[document] for document in queries), *written.values()]
    asked = [*queries.values(), *written]
    head = read_head()
    recogniser = fit_recogniser(asked, with_articles(rows), head)
    manifest = {
        "format": FORMAT,
        "buckets": BUCKET_BITS,
        "sha256": recogniser.save(MODEL),
        "rows": recogniser.rows,
        "encoder": head.encoder if head else None,
        "head_rows": head.rows if head else (),
        "documents": len(queries),
        "titles": len(written),
        "labels": file_hash(SITUATION_LABELS),
        "examples": file_hash(WRITTEN_TITLES),
        "data": {name: file_hash(shared / name) for name in TRAINING_FILES},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    MODEL.with_suffix(".json").write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
