"""Turns rows of an export into documents, or says of each row why not."""

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from crawlers.gate import in_shanghai, repair_text
from crawlers.imports.column_map import ColumnMap, choose_column_map, heading_key, load_column_maps
from crawlers.imports.headings import ImportRefused
from crawlers.imports.notes import NUMBERS_AS_TEXT, ImportNotes
from crawlers.imports.people import person_key, without_names
from crawlers.imports.records import SAMPLE_BYTES, Row
from crawlers.imports.tables import open_table
from crawlers.parsing.counts import parse_count
from crawlers.parsing.dates import ParsedDate, read_claim
from crawlers.personal_data import author_hash, mask_personal_data, words_id
from crawlers.records import COUNTS, DatePrecision, Document, DocumentKind, Engagement, Source, SourceClass, document_id

__all__ = ["RowRefusal", "read_import", "read_numbered", "read_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRefusal:
    """A row that became no document: its number in the file, a short reason, one sentence, and the row itself."""

    row_number: int
    reason: str
    detail: str
    sample: bytes = b""


# A spreadsheet keeps fifteen digits of a number, and shows a long one as 3.60126E+16.
_SHORTENED = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{2}")
_MOST_EXACT = 10**15
_HOLLOW = re.compile(r"(?:^|、)#\d+(?:、|$)")
_MAX_NATIVE_ID = 512
_TITLE_FROM_TEXT = 40
_ADDRESS = re.compile(r"https?://[^\s<>\"]{3,2040}", re.IGNORECASE)
_REGION = re.compile(r"\d{6}(?:\d{6})?")
_LONGEST_FACT = 2_000
_LONGEST_PLACE = 12
# Who handles a record may be called like who brought it.
_OFFICES_OWN = frozenset({"handler"})
_COUNTY = re.compile(
    r"(?:[^省市区县旗州盟镇乡村号路\d\s]{1,10}(?:省|自治区|市|自治州|州|地区|盟|新区|区|县|旗)[\s/\-]?){1,4}"
)
_SERIAL = "serial"
_RELATIVE = frozenset({"ago", "ago_english", "just_now", "named_day", "weekday", "clock"})
# Serial numbers of days from 1954 to 2119; smaller and larger ones are something else.
_SERIALS = (20_000, 80_000)
_WRITTEN_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d{1,17})?")
MAX_REMEMBERED = 50_000


def read_import(
    path: Path,
    *,
    source: Source,
    column_map: ColumnMap | None = None,
    now: datetime,
    author_key: bytes,
) -> Iterator[Document | RowRefusal]:
    """Yield, row by row, the document that it holds or why it holds none; constant memory.

    Of rows that give one number to different words the first is taken, as long as no more than `MAX_REMEMBERED` others
    lie between them. The same row gives the same id every time: the record's own number, else its address, else a hash
    of its words.

    Args:
        path: a CSV (UTF-8 or GB18030), XLSX or JSONL file.
        source: what the documents are said to come from.
        column_map: how columns become fields; chosen by the headings where None.
        now: the time of import.
        author_key: the deployment's secret, which turns author names into hashes.

    Raises:
        ImportRefused: the file as a whole cannot be imported; raised before the first row.
    """
    numbered = read_numbered(path, source=source, column_map=column_map, now=now, author_key=author_key)
    return (read for _, read in numbered)


def read_numbered(
    path: Path,
    *,
    source: Source,
    column_map: ColumnMap | None = None,
    now: datetime,
    author_key: bytes,
    notes: ImportNotes | None = None,
) -> Iterator[tuple[int, Document | RowRefusal]]:
    """Yield what `read_import` does, each with the number that its row has in the file, where a person looks for it.

    What should be looked at in the rows that were taken, and the columns of which nothing is taken, are put into `notes`.
    """
    table = open_table(path)
    chosen = column_map or choose_column_map(table.headings)
    if chosen is None or not chosen.fits(table.headings):
        table.close()
        raise ImportRefused(_unknown_headings(path, table.headings, column_map, source))
    reader = _Reader(chosen, table.headings, source, now, author_key, notes)
    if notes is not None:
        notes.sheets = table.others
    return _first_of_each(reader, table.rows)


def read_records(
    records: Sequence[object], *, source: Source, column_map: ColumnMap, now: datetime, author_key: bytes
) -> Iterator[Document | RowRefusal]:
    """Yield, record by record, the document that a decoded JSON object holds or why it holds none; as `read_import` does.

    Records are numbered from 1; a column counts where any of them has it.
    """
    headings = tuple(dict.fromkeys(str(name) for record in records if isinstance(record, dict) for name in record))
    reader = _Reader(column_map, headings, source, now, author_key)
    for number, record in enumerate(records, start=1):
        sample = json.dumps(record, ensure_ascii=False, default=str).encode(errors="replace")[:SAMPLE_BYTES]
        fault = None if isinstance(record, dict) else "不是 JSON 对象"
        yield reader.read(Row(number, record if isinstance(record, dict) else {}, fault, sample))


def _first_of_each(reader: "_Reader", rows: Iterable[Row]) -> Iterator[tuple[int, Document | RowRefusal]]:
    seen: OrderedDict[str, tuple[int, str]] = OrderedDict()
    for row in rows:
        read = reader.read(row)
        if isinstance(read, Document):
            number, words = seen.setdefault(read.id, (row.number, read.content_hash))
            if words != read.content_hash:
                refusal = _refused(row, "编号重复", f"与第 {number} 行编号相同而内容不同，只取了第 {number} 行")
                yield row.number, refusal
                continue
            if len(seen) > MAX_REMEMBERED:
                seen.popitem(last=False)
        yield row.number, read


def _unknown_headings(path: Path, headings: tuple[str, ...], column_map: ColumnMap | None, source: Source) -> str:
    seen = "、".join(headings[:30])
    maps = [column_map] if column_map else list(load_column_maps())
    if source.source_class is SourceClass.COMPLAINT:
        # Who brings records of the public is not told of what crawlers of platforms write.
        maps = [one for one in maps if one.kind is DocumentKind.COMPLAINT]
    known = "；".join(f"{known.title}需要 " + " 和 ".join("/".join(group) for group in known.needs) for known in maps)
    # A merged cell over several columns leaves the others without a heading.
    two = "表头好像分成了两行或有合并的单元格，请先合成一行，每列一个列名。" if _HOLLOW.search(seen) else ""
    return (
        f"不认识 {path.name} 的表头。{two}文件中的列：{seen}。可以识别的：{known}。请改列名，或为这个信源声明列对应。"
    )


class _Reader:
    """Reads the rows of one file."""

    def __init__(
        self,
        column_map: ColumnMap,
        headings: tuple[str, ...],
        source: Source,
        now: datetime,
        author_key: bytes,
        notes: ImportNotes | None = None,
    ) -> None:
        self._notes = notes or ImportNotes()
        self._map = column_map
        self._source = source
        self._now = now
        self._author_key = author_key
        by_key = {heading_key(heading): heading for heading in reversed(headings)}
        self._columns = {name: _columns(names, by_key) for name, names in column_map.fields.items()}
        self._facts = {name: _columns(names, by_key) for name, names in column_map.facts.items()}
        used = {
            column
            for taken in (self._columns, self._facts)
            for alternatives in taken.values()
            for columns in alternatives
            for column in columns
        }
        # A column without a heading is called by its number.
        unused = (heading for heading in headings if heading not in used and not heading.startswith("#"))
        self._notes.unused = tuple(unused)

    def read(self, row: Row) -> Document | RowRefusal:
        title, text = self._text(row, "title"), self._text(row, "text")
        claimed, url = self._text(row, "published_at"), self._text(row, "url")
        published = self._published(row, claimed)
        fault = self._fault(row, title + text) or _misdated(row, published, claimed) or _misplaced(row, url)
        if fault is not None:
            return fault
        try:
            read = self._document(row, title, text, published, url)
        except ValueError as error:
            return _refused(row, "数据", f"不能成为稿件：{error}")
        self._note(row, published)
        if "\ufffd" in read.title + read.text:
            self._notes.see_lost(row.number)
        return read

    def _fault(self, row: Row, words: str) -> RowRefusal | None:
        if row.fault is not None:
            return _refused(row, "格式", row.fault)
        number = self._number(row)
        if isinstance(number, str) and _SHORTENED.fullmatch(number.strip()):
            told = f"编号“{number.strip()[:20]}”是 Excel 缩写的数，后几位已丢失；{NUMBERS_AS_TEXT}"
            return _refused(row, "编号", told)
        if words:
            return None
        wanted = [column for name in ("title", "text") for parts in self._columns.get(name, ()) for column in parts]
        return _refused(row, "缺内容", f"标题和内容都是空的（列：{'、'.join(wanted) or '无'}）")

    def _note(self, row: Row, published: ParsedDate | None) -> None:
        if published is not None and published.rule == _SERIAL:
            self._notes.see_serial(row.number)
        number = self._number(row)
        if row.spreadsheet and isinstance(number, int | float) and abs(number) >= _MOST_EXACT:
            self._notes.see_rounded(row.number)
        if row.beyond:
            self._notes.see_beyond(row.number)

    def _number(self, row: Row) -> Any:
        """Return the cell of the record's number as it is."""
        cells = (row.values.get(columns[0]) for columns in self._columns.get("native_id", ()))
        return next((cell for cell in cells if _cell(cell)), None)

    def _document(self, row: Row, title: str, text: str, published: ParsedDate | None, url: str) -> Document:
        native, former_id = self._identity(row, title, text, url)
        # "3分钟前" was true when the file was exported, which is not known.
        if published is not None and published.rule in _RELATIVE:
            published = None
        author = self._text(row, "author")
        extras = self._extras(row)
        if self._map.kind is DocumentKind.COMPLAINT:
            title, text = without_names(title, author), without_names(text, author)
            extras = {
                name: fact if name in _OFFICES_OWN else without_names(fact, author) for name, fact in extras.items()
            }
            author = person_key(author)
        region = _REGION.match(self._text(row, "region"))
        return Document(
            id=document_id(self._source.id, native),
            source_id=self._source.id,
            native_id=native,
            kind=self._map.kind,
            # A title cut out of the text could end within a number, which nobody would know for one any more.
            title=title or _first_sentence(mask_personal_data(text, landlines=True)),
            text=text,
            fetched_at=self._now.astimezone(UTC),
            url=url or None,
            published_at=published.at if published else None,
            precision=published.precision if published else DatePrecision.UNKNOWN,
            origin=self._text(row, "origin")[:200] or None,
            author=author_hash(self._author_key, self._source.id, author) if author else None,
            region=region[0][:6] if region else self._source.region,
            engagement=self._engagement(row),
            method=f"import:{self._map.name}",
            extras=extras,
            former_id=former_id,
        )

    def _identity(self, row: Row, title: str, text: str, url: str) -> tuple[str, str | None]:
        """Return the number of a record, and the id by which an earlier build knew one that has none."""
        native = self._text(row, "native_id")[:_MAX_NATIVE_ID] or url
        if native:
            return native, None
        words = (title, text, self._text(row, "published_at"))
        former = "sha256:" + hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:32]
        return words_id(self._author_key, self._source.id, *words), document_id(self._source.id, former)

    def _text(self, row: Row, name: str) -> str:
        for columns in self._columns.get(name, ()):
            text = "\n".join(filter(None, (_cell(row.values.get(column)) for column in columns)))
            if text:
                return text
        return ""

    def _published(self, row: Row, claimed: str) -> ParsedDate | None:
        for columns in self._columns.get("published_at", ()):
            value = row.values.get(columns[0])
            if _cell(value):
                return _moment(value, self._now)
        return read_claim(claimed, self._now)

    def _engagement(self, row: Row) -> Engagement | None:
        counts = {}
        for name in COUNTS:
            for columns in self._columns.get(name, ()):
                value = row.values.get(columns[0])
                count = parse_count(value.strip() if isinstance(value, str) else value)
                if count is not None:
                    counts[name] = count
                    break
        return Engagement(seen_at=self._now.astimezone(UTC), **counts) if counts else None

    def _extras(self, row: Row) -> Mapping[str, Any]:
        facts = {"place": _county(self._text(row, "place"))}
        for name, alternatives in self._facts.items():
            facts[name] = next(filter(None, (_cell(row.values.get(columns[0])) for columns in alternatives)), "")
        return {name: fact[:_LONGEST_FACT] for name, fact in facts.items() if fact}


def _misdated(row: Row, published: ParsedDate | None, claimed: str) -> RowRefusal | None:
    if published is not None or claimed in {"", "0"}:
        return None
    return _refused(row, "时间", f"读不懂发布时间“{claimed[:40]}”")


def _misplaced(row: Row, url: str) -> RowRefusal | None:
    return _refused(row, "网址", f"“{url[:60]}”不是网址") if url and not _ADDRESS.fullmatch(url) else None


def _columns(names: tuple[str, ...], by_key: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Return those alternatives of which every part is a column of the file."""
    found = (tuple(by_key.get(heading_key(part), "") for part in name.split("+")) for name in names)
    return tuple(columns for columns in found if all(columns))


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            text = repair_text(value).strip()
            # What spreadsheets and exporters write for nothing.
            return "" if text.lower() in {"null", "none", "nan", "n/a", "-", "--", "\\n"} else text
        case bool():
            return ""
        case float() if value.is_integer():
            # A spreadsheet turns numbers of records into floats.
            return str(int(value))
        case _:
            return repair_text(str(value)).strip()


def _moment(value: Any, now: datetime) -> ParsedDate | None:
    """Return the time in a cell: a date of the spreadsheet, its serial number since 1900, or text."""
    rule = "cell"
    if isinstance(value, str) and _WRITTEN_SERIAL.fullmatch(value.strip()):
        # A text file, or a cell that holds its number as text.
        value = float(value)
    if isinstance(value, float | int) and not isinstance(value, bool) and _SERIALS[0] < value < _SERIALS[1]:
        rule, value = _SERIAL, datetime(1899, 12, 30) + timedelta(days=value)  # noqa: DTZ001 - made aware below
        value = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    if isinstance(value, datetime):
        timed = (value.hour, value.minute, value.second) != (0, 0, 0)
        return ParsedDate(in_shanghai(value), DatePrecision.SECOND if timed else DatePrecision.DAY, rule)
    if isinstance(value, date):
        return ParsedDate(in_shanghai(datetime.combine(value, time())), DatePrecision.DAY, "cell")
    return read_claim(_cell(value), now)


def _county(place: str) -> str:
    """Return a place down to its county: what follows is somebody's address."""
    match = _COUNTY.match(place)
    if match is not None:
        return match[0]
    return place if len(place) <= _LONGEST_PLACE and not re.search(r"\d", place) else ""


def _first_sentence(text: str) -> str:
    """Return what stands for the title of a text without one; storage and interface need a line to show."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    sentence = re.split(r"(?<=[。！？!?])", line, maxsplit=1)[0]
    return sentence if len(sentence) <= _TITLE_FROM_TEXT else sentence[:_TITLE_FROM_TEXT] + "…"


def _refused(row: Row, reason: str, sentence: str) -> RowRefusal:
    # Where a row has slipped by a column, what is quoted as its time is somebody's number.
    told = mask_personal_data(f"第 {row.number} 行：{sentence}。", landlines=True)
    return RowRefusal(row_number=row.number, reason=reason, detail=told, sample=row.sample)
