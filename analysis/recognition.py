"""Which rows of the table of situations a text is about, learned from labelled texts: a sparse linear model in numpy.

The table's cues say plainly what a row is; a text that says it in other words is recognised here. The features are the
text's own characters, the judged categories and the kinds of named things, so that neither a change of the lexicon nor
of the table makes the model unusable: a row that it does not know is left to its cues, a row that the table no longer
has is ignored. How it was made and what it is worth stands in `models/situations.md`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.assessment import Assessment
from analysis.features import BUCKET_BITS, Counts, bucket_counts, character_grams
from analysis.linear import ModelRefusedError, Weighting
from analysis.text import normalise

__all__ = ["FORMAT", "MODEL", "Query", "Recogniser", "count_query", "load_recogniser"]

FORMAT = 1
MODEL = Path(__file__).with_name("models") / "situations.npz"

_LEAD_CHARS = 200
_OPENING_CHARS = 60
_LONGEST, _LONGEST_OPENING = 4, 3
_TAG_SEED = 11

Query: TypeAlias = tuple[str, str, Assessment | None]
"""Title, text and what the analysis made of them."""


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One weight vector a row of the table and a governing article; a margin above 0 means that it is likely the text's.

    `rows` holds the ids of rows and the keys of articles; the one never looks like the other.
    """

    weighting: Weighting
    rows: tuple[str, ...]
    weights: sparse.csr_matrix
    intercepts: npt.NDArray[np.float64]

    def margins(self, title: str, text: str, assessment: Assessment | None) -> Mapping[str, float]:
        """Return the margin of every row and article that the model knows."""
        features = self.weighting.transform(count_query([(title, text, assessment)]))
        found = np.asarray((features @ self.weights).todense()).ravel() + self.intercepts
        return dict(zip(self.rows, found.tolist(), strict=True))

    def save(self, path: Path) -> str:
        """Write the arrays and return their SHA-256."""
        weights = self.weights.tocsr()
        np.savez_compressed(
            path,
            buckets=self.weighting.buckets.astype(np.uint32),
            idf=self.weighting.idf.astype(np.float32),
            data=weights.data.astype(np.float16),
            indices=weights.indices.astype(np.uint16),
            indptr=weights.indptr.astype(np.uint32),
            intercepts=self.intercepts.astype(np.float32),
        )
        return hashlib.sha256(path.read_bytes()).hexdigest()


def count_query(queries: Sequence[Query]) -> Counts:
    """Count the features: characters of title and lead, those of the title alone, and tags of the judgement."""
    titles = [normalise(title).text for title, _, _ in queries]
    leads = [normalise(text[:_LEAD_CHARS]).text for _, text, _ in queries]
    openings = [title or lead[:_OPENING_CHARS] for title, lead in zip(titles, leads, strict=True)]
    whole = [f"{title}\n{lead}" for title, lead in zip(titles, leads, strict=True)]
    tags = ["".join(_tags(assessment)) for _, _, assessment in queries]
    return bucket_counts(
        (
            character_grams(whole, _LONGEST, seed=1),
            character_grams(openings, _LONGEST_OPENING, seed=2),
            character_grams(tags, 1, seed=_TAG_SEED),
        ),
        rows=len(queries),
    )


def _tags(assessment: Assessment | None) -> list[str]:
    """Return one private character for the first category, every category and every kind of named thing."""
    if assessment is None:
        return []
    codes = assessment.category_codes
    names = [
        f"first {codes[0]}" if codes else "none",
        *codes,
        *sorted({str(e.type) for e in assessment.entities} - {"time"}),
    ]
    return [chr(0xE000 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:2], "big") % 0x1000) for name in names]


@lru_cache(maxsize=1)
def load_recogniser() -> Recogniser:
    """Return the shipped model.

    Raises:
        ModelRefusedError: if its arrays are not the ones that its manifest names, or are made for other features.
    """
    manifest = json.loads(MODEL.with_suffix(".json").read_text(encoding="utf-8"))
    found = {"format": FORMAT, "buckets": BUCKET_BITS, "sha256": hashlib.sha256(MODEL.read_bytes()).hexdigest()}
    for name, value in found.items():
        if manifest.get(name) != value:
            raise ModelRefusedError(f"{MODEL}: the manifest names {name} {manifest.get(name)!r}, here is {value!r}")
    with np.load(MODEL, allow_pickle=False) as arrays:
        weighting = Weighting.of(arrays["buckets"].astype(np.int64), arrays["idf"].astype(np.float64))
        shape = (len(weighting.buckets), len(manifest["rows"]))
        held = (
            arrays["data"].astype(np.float64),
            arrays["indices"].astype(np.int32),
            arrays["indptr"].astype(np.int32),
        )
        return Recogniser(
            weighting=weighting,
            rows=tuple(manifest["rows"]),
            weights=sparse.csr_matrix(held, shape=shape),
            intercepts=arrays["intercepts"].astype(np.float64),
        )
