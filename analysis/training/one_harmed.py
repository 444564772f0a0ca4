"""Fitting the head that tells one person harmed whom no pattern counts (`analysis/judgement/one_harmed.py`).

Every text that may be read and whose people were annotated teaches it: those of the shared documents, of our own, and of
`written/people_harmed.jsonl`. Texts in which patterns count somebody are never asked about, but show how harm is told, and
weigh a tenth.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from analysis.entities.named_things import find_entities
from analysis.judgement.one_harmed import head_inputs
from analysis.judgement.rules import apply_rules
from analysis.lexicon import load_lexicon
from analysis.reading import Reading, read
from analysis.segmentation import RjiebaSegmenter
from analysis.tiers.encoder import Encoder
from analysis.training.data import PEOPLE_HARMED, WRITTEN_DOCUMENTS, WRITTEN_NAMES, file_hash
from crawlers.records import Document, DocumentKind

__all__ = ["Told", "fit_one_harmed", "people_told"]

_SHARED = "documents/train.jsonl"
_CERTAINTY = 0.03
_COUNTED_SHARE = 0.1
# The texts that are most like those asked about: written to be told in no word of a list.
_HARDEST, _HARDEST_SHARE = "h1-", 2.0
_DIGITS = 5
_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """A text and how many people it says were harmed."""

    id: str
    title: str
    text: str
    harmed: int


def people_told(shared: Path) -> list[Told]:
    """Return every text whose people are annotated and that may be read.

    Raises:
        FileNotFoundError: If a training file is missing.
    """
    rows = _rows(WRITTEN_DOCUMENTS)
    own = [{**rows[name], "entities": named["entities"]} for name, named in _rows(WRITTEN_NAMES).items()]
    annotated = [*_rows(shared / _SHARED).values(), *own]
    further = [(row, row["harmed"]) for row in _rows(PEOPLE_HARMED).values()]
    return [
        Told(row["id"], row["title"], row["text"], harmed)
        for row, harmed in [*((row, _harmed(row)) for row in annotated), *further]
    ]


def fit_one_harmed(shared: Path, encoder: Encoder, seed: int) -> dict[str, Any]:
    """Return the head as a manifest holds it, with the hashes of what taught it; half a minute, most of it the encoder's."""
    from sklearn.linear_model import LogisticRegression

    inputs, truth, weight = [], [], []
    for told, reading, counted in _read(people_told(shared)):
        restored = reading.restored
        vector = encoder.encode(restored.title.text, restored.text.text).vector
        inputs.append(head_inputs(vector, reading))
        truth.append(told.harmed == 1)
        hardest = _HARDEST_SHARE if told.id.startswith(_HARDEST) else 1.0
        weight.append(hardest * (_COUNTED_SHARE if counted else 1.0))
    fitted = LogisticRegression(C=_CERTAINTY, random_state=seed, max_iter=2000, tol=1e-6)
    fitted.fit(np.array(inputs), np.array(truth), sample_weight=np.array(weight))
    return {
        "weights": [round(float(value), _DIGITS) for value in fitted.coef_[0]],
        "bias": round(float(fitted.intercept_[0]), _DIGITS),
        "trained_on": {
            _SHARED: file_hash(shared / _SHARED),
            **{f"written/{path.name}": file_hash(path) for path in (WRITTEN_DOCUMENTS, WRITTEN_NAMES, PEOPLE_HARMED)},
        },
    }


def _read(texts: list[Told]) -> Iterator[tuple[Told, Reading, bool]]:
    """Yield each text with its reading, and whether the rules count somebody harmed in it."""
    lexicon, segmenter = load_lexicon(), RjiebaSegmenter()
    for told in texts:
        document = Document(
            id=told.id, source_id="people", native_id=told.id, kind=DocumentKind.POST,
            title=told.title, text=told.text, fetched_at=_AT, published_at=_AT,
        )  # fmt: skip
        reading = read(document, lexicon, segmenter)
        entities = find_entities(reading, {"title": told.title, "text": told.text}, lexicon)
        yield told, reading, int(apply_rules(reading, entities).facts["harmed"]) > 0


def _rows(path: Path) -> dict[str, Mapping[str, Any]]:
    return {row["id"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


def _harmed(row: Mapping[str, Any]) -> int:
    return max((entity["value"] for entity in row["entities"] if entity["type"] == "harmed"), default=0)
