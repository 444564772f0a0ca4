"""The one entry: from the bytes of a file to its text, its tables as records, and remarks on what could not be read."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from crawlers.attachments import legacy_word, ocr
from crawlers.attachments.archive import Opened, open_archive
from crawlers.attachments.grid import Grid
from crawlers.attachments.headings import FIELD_WORDS
from crawlers.attachments.kinds import AttachmentKind, kind_of
from crawlers.attachments.notice_rows import NoticeRow, notice_rows
from crawlers.attachments.ofd import read_ofd
from crawlers.attachments.pdf import PdfText, read_pdf
from crawlers.attachments.word import read_docx
from crawlers.attachments.workbook import read_workbook
from crawlers.gate import GateRefusal, RefusalReason, repair_text

__all__ = ["AttachmentText", "ReadAttachment", "answer_of", "read_attachment", "written_row"]

MAX_TEXT_CHARACTERS = 500_000
MAX_SCANNED_PAGES = 20
_RESOLUTION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentText:
    """What was read from a file.

    `text` holds everything, a record a line (`产品名称：…，规格：…`), bounded; `rows` the records as plain values; `pages` is
    known of PDF and OFD only. `confidence` (0 to 1) is there where text was recognised in pictures. `remarks` are Chinese
    sentences on what was left out.
    """

    kind: AttachmentKind
    text: str
    rows: tuple[dict[str, str], ...] = ()
    pages: int | None = None
    confidence: float | None = None
    remarks: tuple[str, ...] = ()


class ReadAttachment(Protocol):
    """Reads a file: `read_attachment`, in this process or in a limited child."""

    def __call__(self, raw: bytes, /) -> AttachmentText | GateRefusal:
        """Return what the file says, or why it cannot be read; never raises on any file."""
        ...


def read_attachment(raw: bytes, *, recognise: bool = False) -> AttachmentText | GateRefusal:
    """Read a PDF, Word, Excel or OFD file, those of a ZIP archive, or, where `recognise` is set, a picture. Never raises on any bytes.

    Call it in a child process: files of strangers can take all memory and time there is (`sandbox`).
    """
    kind = kind_of(raw)
    if isinstance(kind, GateRefusal):
        return kind
    return _of_kind(raw, kind, recognise=recognise)


def _of_kind(raw: bytes, kind: AttachmentKind, *, recognise: bool) -> AttachmentText | GateRefusal:
    match kind:
        case AttachmentKind.PDF:
            return _of_pdf(raw, recognise=recognise)
        case AttachmentKind.DOCX | AttachmentKind.DOC:
            return _of_word(raw, kind)
        case AttachmentKind.XLSX | AttachmentKind.XLS:
            grids = read_workbook(raw)
            return grids if isinstance(grids, GateRefusal) else _told(kind, "", grids)
        case AttachmentKind.OFD:
            return _of_ofd(raw)
        case AttachmentKind.IMAGE:
            return _of_picture(raw, recognise=recognise)
        case AttachmentKind.ZIP | AttachmentKind.ARCHIVE:
            return _of_archive(raw, kind, recognise=recognise)


def answer_of(read: AttachmentText | GateRefusal) -> dict[str, Any]:
    """Return what was read as plain JSON values."""
    return asdict(read)


def written_row(row: NoticeRow) -> str:
    """Return a record as a sentence that names its fields, so that search and entities find them."""
    named = [f"{FIELD_WORDS[name]}：{value}" for name, value in row.values.items() if name != "serial"]
    return "，".join([*named, *(f"{name}：{value}" for name, value in row.others.items())])


def _of_word(raw: bytes, kind: AttachmentKind) -> AttachmentText | GateRefusal:
    if kind is AttachmentKind.DOC:
        converted = legacy_word.as_docx(raw)
        if isinstance(converted, GateRefusal):
            return converted
        raw = converted
    found = read_docx(raw)
    if isinstance(found, GateRefusal):
        return found
    text, grids = found
    return _told(kind, text, grids)


def _of_pdf(raw: bytes, *, recognise: bool) -> AttachmentText | GateRefusal:
    found = read_pdf(raw)
    if isinstance(found, GateRefusal):
        return found
    remarks = []
    if found.read < found.pages:
        remarks.append(f"共 {found.pages} 页，只读了前 {found.read} 页")
    text, confidence = found.text, None
    if found.scanned:
        seen, confidence = _of_scans(raw, found, recognise=recognise, remarks=remarks)
        text = "\n".join(part for part in (text, seen) if part)
    told = _told(AttachmentKind.PDF, text, found.grids)
    return AttachmentText(
        kind=told.kind,
        text=told.text,
        rows=told.rows,
        pages=found.pages,
        confidence=confidence,
        remarks=(*told.remarks, *remarks),
    )


def _of_scans(raw: bytes, found: PdfText, *, recognise: bool, remarks: list[str]) -> tuple[str, float | None]:
    where = "、".join(str(number) for number in found.scanned[:10]) + ("等" if len(found.scanned) > 10 else "")  # noqa: PLR2004 - as many as fit into a sentence
    if not (recognise and ocr.is_available()):
        remarks.append(f"第 {where} 页是图片，没有识别其中的文字")
        return "", None
    texts: list[str] = []
    scores: list[float] = []
    for picture in _pictures(raw, found.scanned[:MAX_SCANNED_PAGES]):
        seen = ocr.recognise(picture)
        if seen is not None:
            texts.append(seen.text)
            scores.append(seen.confidence)
    if len(found.scanned) > MAX_SCANNED_PAGES:
        remarks.append(f"{len(found.scanned)} 页图片，只识别了前 {MAX_SCANNED_PAGES} 页")
    remarks.append(f"第 {where} 页的文字由机器识别")
    return "\n".join(texts), min(scores, default=None)


def _of_ofd(raw: bytes) -> AttachmentText | GateRefusal:
    found = read_ofd(raw)
    if isinstance(found, GateRefusal):
        return found
    text, pages, read = found
    told = _told(AttachmentKind.OFD, text, ())
    left_out = (f"共 {pages} 页，只读了前 {read} 页",) if read < pages else ()
    return AttachmentText(kind=told.kind, text=told.text, pages=pages, remarks=(*told.remarks, *left_out))


def _pictures(raw: bytes, numbers: Sequence[int]) -> Iterator[bytes]:
    import io

    import pdfplumber

    with pdfplumber.open(io.BytesIO(raw), pages=list(numbers)) as pdf:
        for page in pdf.pages:
            drawn = io.BytesIO()
            page.to_image(resolution=_RESOLUTION).original.save(drawn, format="PNG")
            page.close()
            yield drawn.getvalue()


def _of_archive(raw: bytes, kind: AttachmentKind, *, recognise: bool) -> AttachmentText | GateRefusal:
    if kind is AttachmentKind.ARCHIVE:
        return GateRefusal(RefusalReason.BINARY, "附件是 RAR 或 7z 压缩包，没有打开，请下载原件查看")
    opened = Opened()
    texts: list[str] = []
    rows: list[dict[str, str]] = []
    remarks: list[str] = []
    for member in open_archive(raw, opened):
        read = read_attachment(member.raw, recognise=recognise)
        if isinstance(read, GateRefusal):
            opened.leave(member.name, read.detail)
            continue
        texts.append(f"【{member.name}】\n{read.text}")
        rows.extend(read.rows)
        remarks.extend(f"{member.name}：{remark}" for remark in read.remarks)
    if not texts:
        return GateRefusal(RefusalReason.BINARY, opened.sentence or "压缩包中没有文件")
    unread = (opened.sentence,) if opened.unread else ()
    whole = "\n".join((*(f"（{sentence}。）" for sentence in unread), *texts))
    if len(whole) > MAX_TEXT_CHARACTERS:
        remarks.append(f"文字共 {len(whole)} 字，只取了前 {MAX_TEXT_CHARACTERS} 字")
    return AttachmentText(kind=kind, text=whole[:MAX_TEXT_CHARACTERS], rows=tuple(rows), remarks=(*unread, *remarks))


def _of_picture(raw: bytes, *, recognise: bool) -> AttachmentText | GateRefusal:
    if not recognise:
        return GateRefusal(RefusalReason.BINARY, "附件是图片，没有开启文字识别")
    if not ocr.is_available():
        return GateRefusal(RefusalReason.BINARY, "附件是图片，本机没有安装文字识别（可选组件 ocr）")
    try:
        seen = ocr.recognise(raw)
    except ValueError as error:
        return GateRefusal(RefusalReason.BINARY, str(error))
    if seen is None:
        return GateRefusal(RefusalReason.EMPTY, "图片中没有识别出文字")
    told = _told(AttachmentKind.IMAGE, seen.text, ())
    return AttachmentText(
        kind=told.kind, text=told.text, confidence=seen.confidence, remarks=(*told.remarks, "文字由机器识别")
    )


def _told(kind: AttachmentKind, text: str, grids: Sequence[Grid]) -> AttachmentText:
    rows = notice_rows(grids)
    lines = [text] if text else []
    # Without a record there is no heading that was understood: the cells stand as they are.
    lines.extend(map(written_row, rows) if rows else ("\t".join(cells) for grid in grids for cells in grid.cells))
    whole = repair_text("\n".join(lines))
    remarks: tuple[str, ...] = ()
    if len(whole) > MAX_TEXT_CHARACTERS:
        remarks = (f"文字共 {len(whole)} 字，只取了前 {MAX_TEXT_CHARACTERS} 字",)
    if not whole.strip():
        remarks = ("没有读到文字",)
    return AttachmentText(
        kind=kind,
        text=whole[:MAX_TEXT_CHARACTERS],
        rows=tuple({name: repair_text(value) for name, value in row.to_json().items()} for row in rows),
        remarks=remarks,
    )
