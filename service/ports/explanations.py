"""Why documents were judged as they were. Part of `service.ports.store`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from analysis.assessment import Assessment, Explanation
from crawlers.records import Document

__all__ = ["Explanations", "Unexplained"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unexplained:
    """A judged document that nobody has explained yet; `version` is that of its judgement."""

    document: Document
    assessment: Assessment
    version: int


class Explanations(Protocol):
    """One explanation a document, of its latest judgement."""

    def wanting(self, *, limit: int) -> list[Unexplained]:
        """Return risks whose judgement is not explained, the newest first; looks at the newest 500 risks only."""
        ...

    def put(self, document_id: str, version: int, explanation: Explanation, *, now: datetime) -> None:
        """Keep an explanation in the place of an earlier one."""
        ...

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Explanation]:
        """Return by document the explanations of the judgements as they are now."""
        ...
