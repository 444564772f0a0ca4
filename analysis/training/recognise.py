"""Fit the recogniser of situations: `python -m analysis.training.recognise SHARED_DATA`.

Learns rows from the labelled documents that `situation_labels.tsv` names and from the titles of `written/titles.tsv`,
and what articles are worth from `article_labels.tsv`; see `models/situations.md`. Some four minutes.
"""

import json
import sys
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.kernel_ridge import KernelRidge
from sklearn.preprocessing import MultiLabelBinarizer

from analysis.matching.recognition import FORMAT, MODEL, Head, Query, Recogniser, count_query
from analysis.matching.situations import load_situations
from analysis.tiers.encoder import ENCODER_MANIFEST, HEADS, read_encoder_manifest
from analysis.tiers.features import BUCKET_BITS
from analysis.tiers.linear import ModelRefusedError, Weighting
from analysis.training.data import (
    ARTICLE_LABELS,
    SITUATION_LABELS,
    TRAINING_FILES,
    WRITTEN_DOCUMENTS,
    WRITTEN_TITLES,
    Example,
    file_hash,
    load_examples,
    load_training,
    read_article_labels,
    read_situation_labels,
    read_written_titles,
)
from analysis.training.precedents import Read, fit_precedents, fold_of

__all__ = [
    "fit_recogniser",
    "labelled_examples",
    "main",
    "query_of",
    "read_heads",
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


def labelled_examples(shared: Path, labels: Container[str]) -> dict[str, Example]:
    """Return every labelled document that is collected or written, by its id; also those whose level is disputed."""
    examples = (*load_examples(WRITTEN_DOCUMENTS), *load_training(shared))
    return {example.document.id: example for example in examples if example.document.id in labels}


def query_of(example: Example) -> Query:
    """Return what a document is recognised by."""
    return example.document.title, example.document.text


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


def read_heads(folder: Path = MODEL.parent) -> tuple[Head | None, Head | None]:
    """Return what the encoder of a model folder learned of rows and of articles, `None` twice where there is no encoder.

    Raises:
        ModelRefusedError: If the file is not the one that the encoder's manifest names.
    """
    if not (folder / ENCODER_MANIFEST).is_file():
        return None, None
    manifest, path = read_encoder_manifest(folder), folder / HEADS
    if not path.is_file() or manifest["files"].get(HEADS) != file_hash(path):
        raise ModelRefusedError(f"{path} is not the file that the encoder's manifest names: put the shipped file back")
    with np.load(path, allow_pickle=False) as arrays:
        rows, articles = (
            Head(
                encoder=manifest["version"],
                outputs=tuple(arrays[f"{name}s"].tolist()),
                weights=arrays[f"{name}_weights"].astype(np.float32),
                biases=arrays[f"{name}_biases"].astype(np.float32),
            )
            for name in ("row", "article")
        )
    return rows, articles


@dataclass(frozen=True, slots=True)
class _Labelled:
    """The labelled documents by id, the rows of those that have some, and the written titles with theirs."""

    examples: Mapping[str, Example]
    rows: Mapping[str, Sequence[str]]
    written: Mapping[Query, Sequence[str]]

    def recogniser(self, *, without: int | None = None, head: Head | None = None) -> Recogniser:
        """Return what all documents teach, or those of all events but the ones of a fold."""
        names = [name for name in self.rows if fold_of(self.examples[name].event) != without]
        queries = [*(query_of(self.examples[name]) for name in names), *self.written]
        return fit_recogniser(queries, [*(self.rows[name] for name in names), *self.written.values()], head)


def main(arguments: list[str]) -> int:
    """Write model and manifest beside the shipped models; return the exit status."""
    if len(arguments) != 1:
        print("usage: python -m analysis.training.recognise SHARED_DATA", file=sys.stderr)  # noqa: T201
        return 2
    shared, rows, articles = Path(arguments[0]), read_situation_labels(), read_article_labels()
    examples = labelled_examples(shared, rows.keys() | articles.keys())
    if missing := sorted((rows.keys() | articles.keys()) - examples.keys()):
        print(f"labelled, but not in {shared}: {', '.join(missing)}", file=sys.stderr)  # noqa: T201
        return 1
    labelled = _Labelled(examples, rows, written_queries())
    rows_head, articles_head = read_heads()
    recogniser = labelled.recogniser(head=rows_head)
    precedents = fit_precedents(
        [Read(query_of(examples[name]), examples[name].event, named) for name, named in articles.items()],
        load_situations(),
        recogniser,
        lambda fold: labelled.recogniser(without=fold),
    )
    _write(replace(recogniser, precedents=precedents, article_head=articles_head), labelled, shared)
    return 0


def _write(recogniser: Recogniser, labelled: _Labelled, shared: Path) -> None:
    head, named, precedents = recogniser.head, recogniser.article_head, recogniser.precedents
    manifest = {
        "format": FORMAT,
        "buckets": BUCKET_BITS,
        "sha256": recogniser.save(MODEL),
        "rows": recogniser.rows,
        "encoder": head.encoder if head else None,
        "head_rows": head.outputs if head else (),
        "head_articles": named.outputs if named else (),
        "articles": precedents.articles if precedents else (),
        "worth_rows": precedents.rows if precedents else (),
        "documents": len(labelled.rows),
        "titles": len(labelled.written),
        "labels": file_hash(SITUATION_LABELS),
        "article_labels": file_hash(ARTICLE_LABELS),
        "examples": file_hash(WRITTEN_TITLES),
        "data": {name: file_hash(shared / name) for name in TRAINING_FILES},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    MODEL.with_suffix(".json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
