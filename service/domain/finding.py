"""What a check of a text found: a kind, the span, and a sentence that says what is wrong and what to do."""

from dataclasses import dataclass
from typing import Any

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One find of a check.

    `text` is the span `[start, end)` of the checked text as it stands there; `blocking` says that the text may not go
    out while the find stands. `kind` is a stable English name, `word` the same for readers.
    """

    kind: str
    word: str
    start: int
    end: int
    text: str
    sentence: str
    blocking: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the find as a record keeps it: without the words themselves, which may be what must not be kept."""
        return {
            "kind": self.kind,
            "word": self.word,
            "start": self.start,
            "end": self.end,
            "sentence": self.sentence,
            "blocking": self.blocking,
        }
