"""Officers' labels as examples to learn from, and the fifth of them that is only ever measured on.

A correction on a page was made because the model erred there; that a model is right is seldom written down. Such labels
say what a text is, and nothing of how often a model errs, so no chance is calibrated on them. What the queue asked
about was chosen by the text alone, and may be.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from analysis.assessment import Level, Tone
from analysis.frozen import is_frozen
from analysis.training.data import STREAM_SOURCE, Example
from crawlers.records import BEIJING, Document

__all__ = ["Said", "labels_hash", "measures_chance", "read_labels", "split"]


class Said(Protocol):
    """What an officer says of a document; `service.domain.learning.label.Label` is one."""

    @property
    def level(self) -> Level:
        """The level."""
        ...

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories, the leading one first; none but of a risk."""
        ...

    @property
    def severity(self) -> int:
        """The severity, 0 but of a risk."""
        ...

    @property
    def tone(self) -> Tone:
        """The tone."""
        ...


def read_labels(labelled: Iterable[tuple[Document, Said, str, bool]]) -> list[Example]:
    """Return the examples of labelled documents, in order.

    Args:
        labelled: The document, what is said of it, its group (event, else document), and whether it was asked about;
            what was not asked about was corrected of somebody's own accord, and is marked as no measure of chance.
    """
    return [_example(*one) for one in labelled]


def _example(document: Document, said: Said, group: str, asked: bool) -> Example:  # noqa: FBT001 - unpacked from a row
    return Example(
        # The training knows by this source which examples were chosen by what a model made of them.
        document=document if asked else replace(document, source_id=STREAM_SOURCE),
        level=said.level,
        categories=said.categories,
        severity=said.severity,
        tone=said.tone,
        date=document.happened_at.astimezone(BEIJING).date().isoformat(),
        event=group,
    )


def measures_chance(example: Example) -> bool:
    """Tell whether chances may be calibrated on the example."""
    return example.document.source_id != STREAM_SOURCE


def split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Return the examples to learn from and the frozen ones.

    An event lies on one side with all its documents, the same side at every training. What repeats the text of a frozen
    document is on neither side.
    """
    frozen = [example for example in examples if is_frozen(example.event)]
    texts = {example.document.content_hash for example in frozen}
    learned = [
        example
        for example in examples
        if not is_frozen(example.event) and example.document.content_hash not in texts
    ]  # fmt: skip
    return learned, frozen


def labels_hash(examples: Sequence[Example]) -> str:
    """Return the SHA-256 of what the examples say of which texts, whatever their order."""
    rows = sorted(
        [e.document.id, e.document.content_hash, int(e.level), list(e.categories), e.severity, e.tone or ""]
        for e in examples
    )
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
