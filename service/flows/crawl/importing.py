"""Import a file of documents: good rows are stored, bad rows quarantined with number and reason, once and for all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from crawlers.disk_words import legible
from crawlers.gate import GateRefusal, Limits, admit_document
from crawlers.imports import ImportNotes, RowRefusal, read_numbered
from crawlers.personal_data import masked_sample
from crawlers.ports import QuarantineEntry
from crawlers.records import Document, DocumentKind, Source
from service.domain.documents.imported import refuse_office_word, speaks_for_office, unread_told
from service.domain.documents.named_people import without_announced_names
from service.flows.keeping.former_ids import under_stored_ids
from service.ports.store import Store

__all__ = ["ImportReport", "import_file"]

_BATCH = 512
_SHOWN_REFUSALS = 100


@dataclass(slots=True)
class ImportReport:
    """What became of the rows; `refused` holds the first hundred sentences, `refused_count` all of them.

    `notices` say what to look at in rows that were taken; `unused` are columns of which nothing was taken; `unread_from` is
    the first row for which there was no time.
    """

    added: int = 0
    edited: int = 0
    known: int = 0
    refused_count: int = 0
    refused: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    unread_from: int | None = None

    @property
    def sentences(self) -> list[str]:
        """What was not taken, and what to look at, as the command line says it."""
        unused = [f"没有用到的列：{'、'.join(self.unused)}"] if self.unused else []
        return [*(f"未收：{one}" for one in self.refused), *(f"提示：{one}" for one in self.notices), *unused]


def import_file(  # noqa: PLR0913 - what an import needs, by name
    store: Store,
    path: Path,
    *,
    source: Source,
    now: Callable[[], datetime],
    author_key: bytes,
    actor: str = "system",
    office_confirmed: bool = False,
    on_rows: Callable[[int], None] | None = None,
    has_time: Callable[[], bool] = lambda: True,
    report: ImportReport | None = None,
) -> ImportReport:
    """Take a CSV, XLSX or JSONL file into the store in constant memory; importing it again adds nothing.

    Once `has_time` says no, what was read is taken and the report begins with the row from which nothing was. A `report` that
    is handed in is filled batch by batch: it tells what is in also where the store or the file fails in the middle.

    `office_confirmed` says that an administrator confirmed the file to hold the own publications of the office whose
    source it is; that is written down.

    Raises:
        Conflict: the source is an office's and nobody confirmed the file to be its own; nothing of it was stored.
        ImportRefused: the file as a whole cannot be read; nothing of it was stored.
    """
    refuse_office_word(source, confirmed=office_confirmed)
    report = ImportReport() if report is None else report
    notes = ImportNotes()
    rows = iter(read_numbered(path, source=source, now=now(), author_key=author_key, notes=notes))
    while batch := list(islice(rows, _BATCH)):
        _take(store, batch, source, now(), report)
        if on_rows is not None:
            on_rows(len(batch))
        if not has_time():
            report.unread_from = next((number for number, _ in rows), None)
            break
    report.notices, report.unused = (*unread_told(report.unread_from, "yaowang import"), *notes.sentences), notes.unused
    detail: dict[str, str | int] = {
        "file": legible(path).name,
        "added": report.added,
        "known": report.known,
        "refused": report.refused_count,
    }
    if report.unread_from is not None:
        detail["unread_from"] = report.unread_from
    if speaks_for_office(source):
        detail["office_confirmed"] = office_confirmed
    with store.write() as work:
        work.audit.append(actor=actor, action="import.done", subject=f"source:{source.id}", detail=detail, now=now())
    return report


def _take(
    store: Store, batch: list[tuple[int, Document | RowRefusal]], source: Source, now: datetime, report: ImportReport
) -> None:
    admitted: list[Document] = []
    refusals: list[QuarantineEntry] = []
    for number, row in batch:
        taken = admit_document(_unnamed(row), Limits(), now) if isinstance(row, Document) else row
        if isinstance(taken, Document):
            admitted.append(taken)
        else:
            refusals.append(_quarantined(number, taken, source, now))
    with store.write() as work:
        result = work.documents.put(under_stored_ids(work, admitted), now=now)
        if refusals:
            work.quarantine.add_once(refusals)
    report.added += result.added
    report.edited += result.edited
    report.known += result.known
    report.refused_count += len(refusals)
    report.refused = (*report.refused, *(entry.detail for entry in refusals))[:_SHOWN_REFUSALS]


def _unnamed(row: Document) -> Document:
    return without_announced_names(row) if row.kind is DocumentKind.COMPLAINT else row


def _quarantined(number: int, refusal: RowRefusal | GateRefusal, source: Source, now: datetime) -> QuarantineEntry:
    by_row = isinstance(refusal, RowRefusal)
    detail = refusal.detail if by_row else f"第 {number} 行：{refusal.detail.removesuffix('。')}。"
    sample = masked_sample(refusal.sample) if isinstance(refusal, RowRefusal) else b""
    return QuarantineEntry(
        stage="import", reason=refusal.reason, detail=detail, source_id=source.id, sample=sample, at=now
    )
