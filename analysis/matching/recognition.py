"""Which rows of the table of situations a text is about, learned from labelled texts: a sparse linear model in numpy.

The table's cues say plainly what a row is; a text that says it in other words is recognised here. The features are the
text's own characters and nothing that was judged: a wrong first category, one in three on unseen texts, would lead to
wrong rows. Where the encoder of the second tier has read the text, what it learned of rows counts beside; without it
the characters speak alone. Neither a change of the lexicon nor of the table makes the model unusable: a row that it
does not know is left to its cues, a row that the table no longer has is ignored. How it was made and what it is worth
stands in `models/situations.md`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.matching.halves import Halves, SparseRows, weighed
from analysis.matching.precedents import Precedents
from analysis.matching.situations import Situation
from analysis.text import normalise
from analysis.tiers.features import BUCKET_BITS, Counts, bucket_counts, character_grams
from analysis.tiers.linear import ModelRefusedError, Weighting

__all__ = ["FORMAT", "MODEL", "Head", "Pooled", "Query", "Recogniser", "count_query", "cues_alone", "load_recogniser"]

FORMAT = 5
MODEL = Path(__file__).parents[1] / "models" / "situations.npz"

_LEAD_CHARS = 200
_OPENING_CHARS = 60
_LONGEST, _LONGEST_OPENING = 4, 3

_HEAD_WORTH = 1.0
"""Added to the margin of a row that the encoder is sure of. Of 0.5, 1 and 2, documents of later months that neither had
seen: the labelled row first in .72, .75 and .74, among three in .85, .87 and .90; characters alone .65 and .79, the
head alone .72 and .85."""

Query: TypeAlias = tuple[str, str]
"""Title and text."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """The vector that an encoder pools from one text, and which encoder that was."""

    encoder: str
    values: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """What the encoder of that name learned of rows or of articles: weights over its vector, outputs × width, and a softmax over them."""

    encoder: str
    outputs: tuple[str, ...]
    weights: npt.NDArray[np.floating[Any]]
    biases: npt.NDArray[np.floating[Any]]

    def shares(self, pooled: Pooled) -> Mapping[str, float]:
        """Return the share of each output, together 1; nothing for a vector of another encoder."""
        if pooled.encoder != self.encoder:
            return {}
        scores = (self.weights @ pooled.values + self.biases).astype(np.float64)
        likely = np.exp(scores - scores.max())
        return dict(zip(self.outputs, (likely / likely.sum()).tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One weight vector a row of the table; a margin above 0 means that it is likely the text's. `precedents` read the same features."""

    weighting: Weighting
    rows: tuple[str, ...]
    weights: SparseRows
    intercepts: npt.NDArray[np.float64]
    head: Head | None = None
    precedents: Precedents | None = None
    article_head: Head | None = None

    def features(self, title: str, text: str) -> sparse.csr_matrix:
        """Return what the models read of a text, one row."""
        return self.weighting.transform(count_query([(title, text)]))

    def margins(self, features: sparse.csr_matrix, pooled: Pooled | None = None) -> Mapping[str, float]:
        """Return the margin of every row that the model knows; a vector of another encoder is left aside."""
        found = weighed(features, self.weights) + self.intercepts
        margins = dict(zip(self.rows, found.tolist(), strict=True))
        if self.head is not None and pooled is not None:
            for row, share in self.head.shares(pooled).items():
                if row in margins:
                    margins[row] += _HEAD_WORTH * share
        return margins

    def worths(
        self, features: sparse.csr_matrix, shares: Sequence[tuple[Situation, float]], pooled: Pooled | None = None
    ) -> Mapping[str, float]:
        """Return what each article is worth for a text that meets rows of the table by these shares; see `analysis.matching.precedents`.

        The share that the encoder gives an article counts beside what the characters and rows say.
        """
        if self.precedents is None:
            return {}
        likely = self.article_head.shares(pooled) if self.article_head is not None and pooled is not None else {}
        return self.precedents.worths(features, shares, likely)

    def save(self, path: Path) -> str:
        """Write the arrays and return their SHA-256."""
        arrays: dict[str, Any] = {
            "buckets": self.weighting.buckets.astype(np.uint32),
            "idf": self.weighting.idf.astype(np.float32),
            "intercepts": self.intercepts.astype(np.float32),
            "data": self.weights.data.astype(np.float16),
            "indices": self.weights.indices.astype(np.uint16),
            "indptr": self.weights.indptr.astype(np.uint32),
        }
        for name, head in (("head", self.head), ("article_head", self.article_head)):
            if head is not None:
                arrays[f"{name}_weights"] = head.weights.astype(np.float16)
                arrays[f"{name}_biases"] = head.biases.astype(np.float32)
        if self.precedents is not None:
            arrays |= self.precedents.arrays()
        np.savez_compressed(path, **arrays)
        return hashlib.sha256(path.read_bytes()).hexdigest()


def cues_alone() -> Recogniser:
    """Return a recogniser that has learned nothing, for where the shipped one is refused: the table's cues speak alone."""
    none = np.zeros(0)
    return Recogniser(Weighting.of(none.astype(np.int64), none), (), sparse.csr_matrix((0, 0)), none)


def count_query(queries: Sequence[Query]) -> Counts:
    """Count the features: characters of title and lead, and those of the title alone."""
    titles = [normalise(title).text for title, _ in queries]
    leads = [normalise(text[:_LEAD_CHARS]).text for _, text in queries]
    openings = [title or lead[:_OPENING_CHARS] for title, lead in zip(titles, leads, strict=True)]
    whole = [f"{title}\n{lead}" for title, lead in zip(titles, leads, strict=True)]
    blocks = (character_grams(whole, _LONGEST, seed=1), character_grams(openings, _LONGEST_OPENING, seed=2))
    return bucket_counts(blocks, rows=len(queries))


@lru_cache(maxsize=1)
def load_recogniser() -> Recogniser:
    """Return the shipped model.

    Raises:
        ModelRefusedError: if its arrays are not the ones that its manifest names, or are made for other features, or
            one of both files is missing.
    """
    told = MODEL.with_suffix(".json")
    try:
        manifest = json.loads(told.read_text(encoding="utf-8"))
        if not isinstance(manifest, dict):
            raise ValueError(f"it holds a {type(manifest).__name__}")  # noqa: TRY004, TRY301 (told as any other fault)
    except (OSError, ValueError) as error:
        raise ModelRefusedError(f"{told} cannot be read as a model manifest: {error}") from error
    digest = hashlib.sha256(MODEL.read_bytes()).hexdigest() if MODEL.is_file() else None
    found = {"format": FORMAT, "buckets": BUCKET_BITS, "sha256": digest}
    for name, value in found.items():
        if manifest.get(name) != value:
            raise ModelRefusedError(f"{MODEL}: the manifest names {name} {manifest.get(name)!r}, here is {value!r}")
    with np.load(MODEL, allow_pickle=False) as arrays:
        weighting = Weighting.of(arrays["buckets"], arrays["idf"])
        weights = Halves.of(arrays, len(manifest["rows"]))
        precedents = None
        if manifest.get("articles"):
            precedents = Precedents.of(arrays, manifest["articles"], manifest["worth_rows"])
        return Recogniser(
            weighting=weighting,
            rows=tuple(manifest["rows"]),
            weights=weights,
            intercepts=arrays["intercepts"].astype(np.float64),
            head=_head(arrays, "head", manifest["encoder"], manifest["head_rows"]),
            precedents=precedents,
            article_head=_head(arrays, "article_head", manifest["encoder"], manifest["head_articles"]),
        )


def _head(arrays: Mapping[str, Any], name: str, encoder: str | None, outputs: Iterable[str]) -> Head | None:
    if encoder is None or f"{name}_weights" not in arrays:
        return None
    return Head(
        encoder=encoder,
        outputs=tuple(outputs),
        weights=arrays[f"{name}_weights"].astype(np.float32),
        biases=arrays[f"{name}_biases"].astype(np.float32),
    )
