"""Imports records of hot lines, petitions and applications as matters: good rows are taken, each bad one said with its number.

Complaints, reports and petitions are documents too, judged like all others, and the matter names its document; an
application asks for papers and tells of no event, so it is a matter only. Applicants become keyed hashes and telephone
numbers are masked before anything is stored; a refused row leaves its number and reason, never its content.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from crawlers.gate import Limits, admit_document
from crawlers.imports import ImportNotes, RowRefusal, read_numbered
from crawlers.ports import QuarantineEntry
from crawlers.records import DatePrecision, Document, Source
from service.domain.beijing import beijing
from service.domain.documents.imported import refuse_office_word
from service.domain.matters.matter import Matter, MatterKind, kind_of, open_matter
from service.domain.rules.register import Register
from service.ports.store import Store, Work

__all__ = ["MatterReport", "import_matters"]

_LIMITS = Limits()
_BATCH = 256
_SHOWN_REFUSALS = 100
_KIND_FACTS = ("matter", "category", "type")
_LONGEST_NUMBER = 80


@dataclass(slots=True)
class MatterReport:
    """What became of the rows; `refused` holds the first hundred sentences, `refused_count` all of them.

    `notices` say what to look at in rows that were taken, `added` are new matters, `known` those that were there already;
    `unused` are columns of which nothing was taken.
    """

    added: int = 0
    known: int = 0
    refused_count: int = 0
    refused: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    by_kind: dict[str, int] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """What was not taken, and what to look at, as the command line says it."""
        unused = [f"没有用到的列：{'、'.join(self.unused)}"] if self.unused else []
        return [*(f"未收：{one}" for one in self.refused), *(f"提示：{one}" for one in self.notices), *unused]


@dataclass(frozen=True, slots=True)
class _Refused:
    number: int
    reason: str
    sentence: str


_Taken = tuple[Matter, Document]


def import_matters(
    store: Store,
    path: Path,
    *,
    source: Source,
    kind: MatterKind | None,
    register: Register,
    now: Callable[[], datetime],
    author_key: bytes,
    actor: str,
) -> MatterReport:
    """Take a CSV, XLSX or JSONL file of records; importing it again adds nothing.

    Args:
        store: where matters and their documents go.
        path: the file.
        source: what the records are said to come from.
        kind: the kind of all of them; by each row's own column where `None`.
        register: the clocks.
        now: the clock of the installation.
        author_key: the deployment's secret, which turns applicants into hashes.
        actor: who imports.

    Raises:
        Conflict: the source is an office's, and records of the public are not its word; nothing of it was stored.
        ImportRefused: the file as a whole cannot be read; nothing of it was stored.
    """
    refuse_office_word(source)
    report = MatterReport()
    seen: dict[str, int] = {}
    notes = ImportNotes()
    rows = read_numbered(path, source=source, now=now(), author_key=author_key, notes=notes)
    reader = _Reader(source, kind, register, seen)
    while batch := list(islice(rows, _BATCH)):
        moment = now()
        _take(store, [reader.read(number, row, moment) for number, row in batch], source, moment, report)
    report.notices, report.unused = notes.sentences, notes.unused
    detail = {"file": path.name, "added": report.added, "known": report.known, "refused": report.refused_count}
    with store.write() as work:
        work.audit.append(
            actor=actor, action="matter.imported", subject=f"source:{source.id}", detail=detail, now=now()
        )
    return report


class _Reader:
    """Reads rows into matters; remembers the numbers that the file had before."""

    def __init__(self, source: Source, kind: MatterKind | None, register: Register, seen: dict[str, int]) -> None:
        self._source, self._kind, self._register, self._seen = source, kind, register, seen

    def read(self, number: int, row: Document | RowRefusal, now: datetime) -> _Taken | _Refused:
        if isinstance(row, RowRefusal):
            return _Refused(row.row_number, row.reason, row.detail)
        kind = self._kind or _kind_in(row)
        fault = _undated(number, row, now) or self._repeated(number, row)
        if fault is not None:
            return fault
        if kind is None:
            return _refused(number, row, "类别不明", _unknown_kind(row))
        admitted = admit_document(row, _LIMITS, now)
        if not isinstance(admitted, Document):
            return _refused(number, row, admitted.reason, admitted.detail)
        return self._matter(admitted, kind, now), admitted

    def _repeated(self, number: int, row: Document) -> _Refused | None:
        first = self._seen.setdefault(row.native_id, number)
        if first == number:
            return None
        return _refused(number, row, "编号重复", f"与第 {first} 行编号相同，只取了第 {first} 行")

    def _matter(self, document: Document, kind: MatterKind, now: datetime) -> Matter:
        assert document.published_at is not None
        applies = kind is MatterKind.APPLICATION
        matter = Matter(
            id=document.id,
            kind=kind,
            number=document.native_id[:_LONGEST_NUMBER],
            source_id=self._source.id,
            title=document.title,
            text=document.text if applies else "",
            document_id=None if applies else document.id,
            received_at=document.published_at,
            taken_at=now,
            applicant=document.author,
            region=document.region,
            place=str(document.extras.get("place", "")),
            handler=str(document.extras.get("handler", ""))[:64],
            state_at=now,
        )
        return open_matter(matter, self._register)


def _kind_in(row: Document) -> MatterKind | None:
    told = [str(row.extras.get(name, "")) for name in _KIND_FACTS]
    return next(filter(None, map(kind_of, told)), None)


def _unknown_kind(row: Document) -> str:
    told = next(filter(None, (str(row.extras.get(name, "")) for name in _KIND_FACTS)), "")
    written = f"类别“{told[:20]}”没有对应的办件时限" if told else "没有写明类别（列名为“办件类别”）"
    return f"{written}；可用的是投诉、举报、信访、依申请公开，或在导入时统一指定"


def _undated(number: int, row: Document, now: datetime) -> _Refused | None:
    if row.published_at is None:
        return _refused(number, row, "缺日期", "没有收到日期，或只有“昨天”一类的相对日期，无法计算时限，请补上后再导入")
    shown = beijing(row.published_at, now)
    shown = shown.removesuffix(" 00:00") if row.precision is DatePrecision.DAY else shown
    if row.published_at > now:
        return _refused(number, row, "日期在将来", f"收到日期{shown}晚于现在，请核对")
    # A workbook writes an empty date as one of 1900; the gate takes such a date away, and without one no clock begins.
    if row.published_at.year < _LIMITS.earliest_year:
        return _refused(number, row, "日期过早", f"收到日期{shown}早于{_LIMITS.earliest_year}年，请核对")
    return None


def _refused(number: int, row: Document, reason: str, sentence: str) -> _Refused:
    # A number that was made from the words of the record tells nobody anything.
    told = "" if row.native_id.startswith("sha256:") else f"（编号 {row.native_id[:40]}）"
    return _Refused(number, reason, f"第 {number} 行{told}：{sentence}。")


def _take(store: Store, rows: Sequence[_Taken | _Refused], source: Source, now: datetime, report: MatterReport) -> None:
    refused = [row for row in rows if isinstance(row, _Refused)]
    with store.write() as work:
        work.alone("matters")
        fresh = list(_fresh(work, [row for row in rows if not isinstance(row, _Refused)], refused, report))
        work.documents.put([document for matter, document in fresh if matter.document_id is not None], now=now)
        work.matters.save_all([matter for matter, _ in fresh])
        if refused:
            work.quarantine.add([_entry(row, source, now) for row in refused])
    report.added += len(fresh)
    report.refused_count += len(refused)
    report.refused = (*report.refused, *(row.sentence for row in refused))[:_SHOWN_REFUSALS]
    for matter, _ in fresh:
        report.by_kind[matter.kind.word] = report.by_kind.get(matter.kind.word, 0) + 1


def _fresh(work: Work, taken: Sequence[_Taken], refused: list[_Refused], report: MatterReport) -> Iterator[_Taken]:
    """Yield what is not there yet; a number that is there under another kind is refused."""
    there = work.matters.get_all([matter.id for matter, _ in taken])
    for matter, document in taken:
        known = there.get(matter.id)
        if known is None:
            yield matter, document
        elif known.kind is matter.kind:
            report.known += 1
        else:
            sentence = f"编号“{matter.number}”已作为“{known.kind.word}”入库，没有改为“{matter.kind.word}”。"
            refused.append(_Refused(0, "类别不一致", sentence))


def _entry(row: _Refused, source: Source, now: datetime) -> QuarantineEntry:
    return QuarantineEntry(
        stage="import", reason=row.reason, detail=row.sentence, source_id=source.id, sample=b"", at=now
    )
