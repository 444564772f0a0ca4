"""Which files a notice may bring along, told by their first bytes; the name decides only between office formats."""

import io
import re
import zipfile
from enum import StrEnum

from crawlers.gate import GateRefusal, RefusalReason

__all__ = ["MAX_BYTES", "AttachmentKind", "kind_of", "looks_like_attachment"]

MAX_BYTES = 20 * 2**20
MAX_UNPACKED_BYTES = 200 * 2**20
MAX_RATIO = 200
MAX_PARTS = 5_000


class AttachmentKind(StrEnum):
    """A kind of file that can be read; the value is its usual ending."""

    PDF = "pdf"
    DOCX = "docx"
    DOC = "doc"
    XLSX = "xlsx"
    XLS = "xls"
    OFD = "ofd"
    IMAGE = "image"
    ZIP = "zip"
    ARCHIVE = "archive"
    """An archive that is kept and not opened: RAR, 7z."""


_ADDRESS = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|7z)(?:$|[?#&])", re.IGNORECASE)
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM")
_CLOSED = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of streams in the directory of an OLE file, in UTF-16.
_BOOK = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_LETTER = "WordDocument".encode("utf-16-le")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def looks_like_attachment(address: str) -> bool:
    """Tell from its address whether a link leads to a file that can be read."""
    return _ADDRESS.search(address) is not None


def kind_of(raw: bytes) -> AttachmentKind | GateRefusal:
    """Return what a file is, or why it is not read: empty, too large, encrypted, a bomb, of no known kind."""
    if not raw:
        return GateRefusal(RefusalReason.EMPTY, "附件是空文件")
    if len(raw) > MAX_BYTES:
        return GateRefusal(RefusalReason.TOO_LARGE, f"附件有 {len(raw)} 字节，上限 {MAX_BYTES}")
    if raw.startswith(b"PK\x03\x04"):
        return _packed(raw)
    if raw.startswith(_OLE):
        return _compound(raw)
    return _by_its_head(raw)


def _by_its_head(raw: bytes) -> AttachmentKind | GateRefusal:
    if raw.startswith(_CLOSED):
        return AttachmentKind.ARCHIVE
    # Readers accept a PDF whose head is not at the very start.
    if b"%PDF-" in raw[:1024]:
        return AttachmentKind.PDF
    if raw.startswith(_IMAGES):
        return AttachmentKind.IMAGE
    return GateRefusal(RefusalReason.BINARY, "附件不是 PDF、Word、Excel、OFD、图片或压缩包")


def _packed(raw: bytes) -> AttachmentKind | GateRefusal:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
        return GateRefusal(RefusalReason.BINARY, "附件的压缩结构已损坏，可能没有下载完整")
    size = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or size > MAX_UNPACKED_BYTES or size > MAX_RATIO * len(raw):
        return GateRefusal(RefusalReason.BOMB, f"附件展开后有 {size} 字节、{len(parts)} 个部分，超过上限")
    names = {part.filename for part in parts}
    if "word/document.xml" in names:
        return AttachmentKind.DOCX
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return AttachmentKind.XLSX
    if "OFD.xml" in names:
        return AttachmentKind.OFD
    return AttachmentKind.ZIP


def _compound(raw: bytes) -> AttachmentKind | GateRefusal:
    if _ENCRYPTED in raw:
        return GateRefusal(RefusalReason.BINARY, "附件加了密码，无法读取")
    if _LETTER in raw:
        return AttachmentKind.DOC
    if any(name in raw for name in _BOOK):
        return AttachmentKind.XLS
    return GateRefusal(RefusalReason.BINARY, "附件是旧版 Office 文件，但既不是 Word 也不是 Excel")
