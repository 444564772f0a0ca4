"""What a page says of the evidence of a document: when it was fetched, how large it is, the beginning of its hash. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.documents.evidence import EvidenceRecord, EvidenceState
from service.domain.events.event import EventDocument

__all__ = ["EvidenceOfDocument", "EvidenceView", "evidence_views", "size_words"]

_SHOWN_DIGITS = 12
_KIB = 1024
# Of a document that is edited all day the first and the latest tell most; all of them are in the archive package.
_MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One kept page: `lacking` says in words why its bytes are not there, and is empty where they are; `moved` is where it answered."""

    seq: int
    label: str
    fetched_at: datetime
    size: str
    digits: str
    sha256: str
    lacking: str
    moved: str


@dataclass(frozen=True, slots=True)
class EvidenceOfDocument:
    """The pages of a document that are shown, how many more there are, and whether the original is gone since."""

    pages: tuple[EvidenceView, ...]
    more: int
    gone: bool


def evidence_views(
    documents: Sequence[EventDocument], found: Mapping[str, Sequence[EvidenceRecord]]
) -> dict[str, EvidenceOfDocument]:
    """Return the evidence of each document that has any."""
    views = {}
    for document in documents:
        records = found.get(document.document_id, ())
        if not records:
            continue
        shown = [*records[: _MOST_SHOWN // 2], *records[max(_MOST_SHOWN // 2, len(records) - _MOST_SHOWN // 2) :]]
        several = len({one.version for one in records}) > 1
        views[document.document_id] = EvidenceOfDocument(
            pages=tuple(_view(one, several=several) for one in shown),
            more=len(records) - len(shown),
            gone=document.original == "gone",
        )
    return views


def _view(record: EvidenceRecord, *, several: bool) -> EvidenceView:
    label = f"第 {record.version} 版" if several else ""
    label += f"第 {record.part} 页" if record.part > 1 else ""
    return EvidenceView(
        seq=record.seq,
        label=label,
        fetched_at=record.fetched_at,
        size=size_words(record.length),
        digits=record.sha256[:_SHOWN_DIGITS],
        sha256=record.sha256,
        lacking="" if record.state is EvidenceState.KEPT else record.state.word,
        moved=record.final_url if record.final_url != record.url else "",
    )


def size_words(length: int) -> str:
    """Return a length in bytes as people read it."""
    if length < _KIB:
        return f"{length} B"
    return f"{length / _KIB:.1f} KB" if length < _KIB * _KIB else f"{length / _KIB / _KIB:.1f} MB"
