"""Imports records of hot lines, petitions and applications as matters: good rows are taken, each bad one said with its number.

Complaints, reports and petitions are documents too, judged like all others, and the matter names its document; an
application asks for papers and tells of no event, so it is a matter only. Applicants become keyed hashes and telephone
numbers are masked before anything is stored; a refused row leaves its number and reason, never its content.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from crawlers.disk_words import legible
from crawlers.gate import Limits, admit_document
from crawlers.imports import ImportNotes, RowRefusal, read_numbered
from crawlers.parsing.dates import read_claim
from crawlers.personal_data import is_words_id
from crawlers.ports import QuarantineEntry
from crawlers.records import DatePrecision, Document, Source
from service.domain.beijing import beijing
from service.domain.documents.imported import refuse_office_word, unread_told
from service.domain.documents.named_people import without_announced_names
from service.domain.matters.matter import OPEN_STATES, Matter, MatterAct, MatterKind, MatterState, kind_of, open_matter
from service.domain.matters.registered import as_registered, closing_act, state_told
from service.domain.rules.register import Register
from service.flows.keeping.former_ids import under_stored_ids
from service.ports.store import Store, Work

__all__ = ["MatterReport", "import_matters"]

_LIMITS = Limits()
_BATCH = 256
_SHOWN_REFUSALS = 100
_KIND_FACTS = ("matter", "category", "type")
_LONGEST_NUMBER = 80
_MOST_NAMED = 5
_ASKS = re.compile("咨询|求助|建议|意见|表扬|感谢")
_KIND_BY_MAP: Mapping[str, MatterKind] = MappingProxyType(
    {"import:disclosure_application": MatterKind.APPLICATION, "import:petition": MatterKind.PETITION}
)


@dataclass(slots=True)
class MatterReport:
    """What became of the rows; `refused` holds the first hundred sentences, `refused_count` all of them.

    `notices` say what to look at in rows that were taken, `added` are new matters, `known` those that were there already;
    `unused` are columns of which nothing was taken. Of the new ones `over` were done by what the register says, `undated` of
    these without a day; `unread_from` is the first row for which there was no time; of the known ones `followed` were done since, and `moved` have another handler, where nobody here acted on
    them; `elsewhere` are those on which somebody did, `reopened` those that somebody opened again and the register holds as done.
    """

    added: int = 0
    known: int = 0
    refused_count: int = 0
    refused: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    by_kind: dict[str, int] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    over: int = 0
    undated: int = 0
    followed: int = 0
    moved: int = 0
    elsewhere: list[str] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)
    unread_from: int | None = None

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
    document: Document | None = None


_Taken = tuple[Matter, Document]


def import_matters(  # noqa: PLR0913 - what an import needs, by name
    store: Store,
    path: Path,
    *,
    source: Source,
    kind: MatterKind | None,
    register: Register,
    now: Callable[[], datetime],
    author_key: bytes,
    actor: str,
    has_time: Callable[[], bool] = lambda: True,
    report: MatterReport | None = None,
) -> MatterReport:
    """Take a CSV, XLSX or JSONL file of records; importing it again adds nothing, and ends what it says is done since.

    Args:
        store: where matters and their documents go.
        path: the file.
        source: what the records are said to come from.
        kind: the kind of all of them; by each row's own column where `None`.
        register: the clocks.
        now: the clock of the installation.
        author_key: the deployment's secret, which turns applicants into hashes.
        actor: who imports.
        has_time: once it says no, what was read is taken and the report begins with the row from which nothing was.
        report: filled batch by batch, so that it tells what is in also where the store or the file fails in the middle.

    Raises:
        Conflict: the source is an office's, and records of the public are not its word; nothing of it was stored.
        ImportRefused: the file as a whole cannot be read; nothing of it was stored.
    """
    refuse_office_word(source)
    report = MatterReport() if report is None else report
    seen: dict[str, int] = {}
    notes = ImportNotes()
    rows = iter(read_numbered(path, source=source, now=now(), author_key=author_key, notes=notes))
    reader = _Reader(source, kind, register, seen)
    taking = _Taking(store, source, legible(path).name, actor, register, report)
    while batch := list(islice(rows, _BATCH)):
        moment, batch = now(), _under_stored_ids(store, batch)
        taking.take([reader.read(number, row, moment) for number, row in batch], moment)
        if not has_time():
            report.unread_from = next((number for number, _ in rows), None)
            break
    unread = unread_told(report.unread_from, "yaowang matters import")
    report.notices, report.unused = (*unread, *notes.sentences, *_done(report)), notes.unused
    with store.write() as work:
        subject, detail = f"source:{source.id}", _counted(report, path)
        work.audit.append(actor=actor, action="matter.imported", subject=subject, detail=detail, now=now())
    return report


def _counted(report: MatterReport, path: Path) -> dict[str, str | int]:
    counted: dict[str, str | int] = {"file": legible(path).name, "added": report.added}
    counted |= {"known": report.known, "refused": report.refused_count}
    return counted if report.unread_from is None else counted | {"unread_from": report.unread_from}


def _under_stored_ids(
    store: Store, batch: Sequence[tuple[int, Document | RowRefusal]]
) -> list[tuple[int, Document | RowRefusal]]:
    with store.read() as work:
        documents = iter(under_stored_ids(work, [row for _, row in batch if isinstance(row, Document)]))
    return [(number, next(documents) if isinstance(row, Document) else row) for number, row in batch]


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
        if kind is None and not _asks(row):
            return _refused(number, row, "类别不明", _unknown_kind(row))
        admitted = admit_document(without_announced_names(row), _LIMITS, now)
        if not isinstance(admitted, Document):
            return _refused(number, row, admitted.reason, admitted.detail)
        if kind is None:
            told = _refused(number, row, "类别不明", f"{_unknown_kind(row)}；已作为稿件研判")
            return replace(told, document=admitted)
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
            handler=_handler_in(document),
            state_at=now,
        )
        return open_matter(matter, self._register)


def _kind_in(row: Document) -> MatterKind | None:
    told = [str(row.extras.get(name, "")) for name in _KIND_FACTS]
    # A register of applications has no column that says so in every row.
    return next(filter(None, map(kind_of, told)), None) or (None if any(told) else _KIND_BY_MAP.get(row.method or ""))


def _unknown_kind(row: Document) -> str:
    told = next(filter(None, (str(row.extras.get(name, "")) for name in _KIND_FACTS)), "")
    written = f"类别“{told[:20]}”没有对应的办件时限" if told else "没有写明类别（列名为“办件类别”）"
    return f"{written}；可用的是投诉、举报、信访、依申请公开，或在导入时统一指定"


def _asks(row: Document) -> bool:
    """Tell whether a record asks or advises: no limit runs, but what it tells of is judged as every other record is."""
    told = "".join(str(row.extras.get(name, "")) for name in _KIND_FACTS)
    whole = _KIND_BY_MAP.get(row.method or "")
    return whole is None and "投诉" not in told and "举报" not in told and _ASKS.search(told) is not None


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
    told = "" if is_words_id(row.native_id) else f"（编号 {row.native_id[:40]}）"
    return _Refused(number, reason, f"第 {number} 行{told}：{sentence}。")


class _Taking:
    """Stores batches of rows and counts them."""

    def __init__(
        self, store: Store, source: Source, file: str, actor: str, register: Register, report: MatterReport
    ) -> None:
        self._store, self._source, self._file = store, source, file
        self._actor, self._register, self._report = actor, register, report

    def take(self, rows: Sequence[_Taken | _Refused], now: datetime) -> None:
        report = self._report
        refused = [row for row in rows if isinstance(row, _Refused)]
        with self._store.write() as work:
            work.alone("matters")
            fresh = list(self._fresh(work, [row for row in rows if not isinstance(row, _Refused)], refused, now))
            told = [row.document for row in refused if row.document is not None]
            told += [document for matter, document in fresh if matter.document_id is not None]
            work.documents.put(told, now=now)
            work.matters.save_all([matter for matter, _ in fresh])
            if refused:
                work.quarantine.add([_entry(row, self._source, now) for row in refused])
        report.added += len(fresh)
        report.refused_count += len(refused)
        report.refused = (*report.refused, *(row.sentence for row in refused))[:_SHOWN_REFUSALS]
        for matter, _ in fresh:
            report.by_kind[matter.kind.word] = report.by_kind.get(matter.kind.word, 0) + 1

    def _fresh(self, work: Work, taken: Sequence[_Taken], refused: list[_Refused], now: datetime) -> Iterator[_Taken]:
        """Yield what is not there yet; a number that is there under another kind is refused, and one that is done since is ended."""
        there = work.matters.get_all([matter.id for matter, _ in taken])
        for matter, document in taken:
            known = there.get(matter.id)
            if known is None:
                yield self._told(matter, document, now, new=True) or matter, document
            elif known.kind is matter.kind:
                self._report.known += 1
                self._follow(work, known, document, now)
            else:
                sentence = f"编号“{matter.number}”已作为“{known.kind.word}”入库，没有改为“{matter.kind.word}”。"
                refused.append(_Refused(0, "类别不一致", sentence))

    def _told(self, matter: Matter, document: Document, now: datetime, *, new: bool) -> Matter | None:
        """Return the matter as the register holds it, where that says that it is done."""
        state, done = _state_in(document), _done_in(document, now)
        if state is None:
            return None
        words = f"登记表写明“{str(document.extras['status'])[:20]}”"
        undated = "" if done or not new else "，没有写明日期，时限未核对"
        told = as_registered(
            matter, state, done=done, by=self._actor, now=now, register=self._register, remark=words + undated, new=new
        )
        if told is not None and new:
            self._report.over += 1
            self._report.undated += done is None
        return told

    def _follow(self, work: Work, known: Matter, document: Document, now: datetime) -> None:
        told = self._told(known, document, now, new=False)
        if told is None:
            self._hand_on(work, known, document, now)
            return
        if _opened_again(work, known):
            self._report.reopened.append(known.number)
            return
        self._report.followed += 1
        work.matters.save_all([told])
        late = [duty.action for duty in told.duties if duty not in known.duties and duty.late]
        detail = {"to": told.state.word, "reason": f"{told.remark}（{self._file}）", "late": late}
        act = closing_act(told.state)
        work.audit.append(
            actor=self._actor, action=f"matter.{act.value}", subject=f"matter:{told.id}", detail=detail, now=now
        )

    def _hand_on(self, work: Work, known: Matter, document: Document, now: datetime) -> None:
        """Follow a changed handler; where somebody here acted, the register does not undo what they said."""
        named = _handler_in(document)
        if not named or named == known.handler or known.state not in OPEN_STATES:
            return
        if known.state_by:
            self._report.elsewhere.append(known.number)
            return
        self._report.moved += 1
        work.matters.save_all([replace(known, handler=named, revision=known.revision + 1)])
        detail = {"from": known.handler, "handler": named, "reason": f"登记表改了承办单位（{self._file}）"}
        subject = f"matter:{known.id}"
        work.audit.append(actor=self._actor, action="matter.handle", subject=subject, detail=detail, now=now)


def _opened_again(work: Work, known: Matter) -> bool:
    """Tell whether a person took its end or answer back: a register that still holds it as done does not end it again."""
    subject, back = f"matter:{known.id}", [act for act in MatterAct if act.takes_back]
    return any(work.audit.rows(subject=subject, action=f"matter.{act.value}", limit=1) for act in back)


def _handler_in(document: Document) -> str:
    return str(document.extras.get("handler", ""))[:64]


def _state_in(document: Document) -> MatterState | None:
    return state_told(str(document.extras.get("status", "")))


def _done_in(document: Document, now: datetime) -> datetime | None:
    """Return the day on which the register says that it was done; none to come."""
    told = read_claim(str(document.extras.get("done", "")), now)
    return told.at if told is not None and told.at <= now else None


def _done(report: MatterReport) -> Iterator[str]:
    if report.over:
        undated = f"，其中 {report.undated} 件没有写明办结日期，时限没有核对" if report.undated else ""
        yield f"登记表写明已办结、已答复、撤回或不予受理的 {report.over} 件，照此入库，不再计时{undated}。"
    if report.followed:
        yield f"已在库的 {report.followed} 件，登记表写明已办结、已答复、撤回或不予受理，已照此登记。"
    if report.moved:
        yield f"已在库的 {report.moved} 件，登记表改了承办单位，已照改，以后的提醒发给现在的承办单位。"
    if report.reopened:
        yield f"{_named(report.reopened)}：登记表写明已办完，本处已重新打开或撤销了答复登记，没有照改；确已办完的请在办件里办理。"
    if report.elsewhere:
        yield f"{_named(report.elsewhere)}：登记表的承办单位与库里不同，本处已有人办理，没有改；需要改的请在办件里转办。"


def _named(numbers: Sequence[str]) -> str:
    more = f" 等 {len(numbers)} 件" if len(numbers) > _MOST_NAMED else ""
    return "、".join(numbers[:_MOST_NAMED]) + more


def _entry(row: _Refused, source: Source, now: datetime) -> QuarantineEntry:
    return QuarantineEntry(
        stage="import", reason=row.reason, detail=row.sentence, source_id=source.id, sample=b"", at=now
    )
