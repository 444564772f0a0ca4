"""Records that their source gives no number are numbered by their words, under the key."""

from datetime import UTC, datetime
from pathlib import Path

from crawlers.imports import read_import
from crawlers.personal_data import is_words_id
from crawlers.records import Document, Source, SourceClass, document_id

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
KEY, OTHER_KEY = b"0123456789abcdef", b"another-key-0123"
SOURCE = Source(id="drop-vendor", name="供应商导出", kind="file_drop", source_class=SourceClass.SOCIAL)
HEADINGS, LINE = "标题,正文,发布时间", "网传,致电13812345678询问,2026-11-24"


def read(folder: Path, *lines: str, key: bytes = KEY) -> Document:
    path = folder / "导出.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    [row] = read_import(path, source=SOURCE, now=NOW, author_key=key)
    assert isinstance(row, Document)
    return row


def test_nobody_without_the_key_tells_what_the_words_were(tmp_path: Path) -> None:
    first, again = read(tmp_path, HEADINGS, LINE), read(tmp_path, HEADINGS, LINE)
    other = read(tmp_path, HEADINGS, LINE, key=OTHER_KEY)
    assert first.id == again.id == document_id(SOURCE.id, first.native_id)
    assert first.id != other.id
    assert first.former_id == other.former_id
    assert is_words_id(first.native_id)
    assert first.raw_hash is None


def test_a_record_with_an_address_is_called_as_ever(tmp_path: Path) -> None:
    document = read(tmp_path, f"{HEADINGS},链接", f"{LINE},https://example.cn/1")
    assert (document.native_id, document.former_id) == ("https://example.cn/1", None)
