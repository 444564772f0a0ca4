import io
import stat
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfWriter

from crawlers.attachments import ocr
from crawlers.attachments.glyphs import undo_shared_glyphs
from crawlers.attachments.kinds import AttachmentKind, kind_of, looks_like_attachment
from crawlers.attachments.reading import AttachmentText, read_attachment
from crawlers.attachments.sandbox import AttachmentSandbox
from crawlers.child import ChildLimits
from crawlers.gate import GateRefusal, RefusalReason
from tests.notices.made import make
from tests.notices.written import as_docx, as_xlsx

NOTICE = make(1, "drugs")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("/files/1.pdf", True),
        ("/down.jsp?filename=名单.DOCX&id=3", True),
        ("/a.xls#x", True),
        ("/a.html", False),
        ("/pdf/", False),
        ("/a.pdfx", False),
    ],
)
def test_an_address_tells_whether_it_leads_to_a_file(address: str, is_one: bool) -> None:
    assert looks_like_attachment(address) is is_one


class TestKinds:
    def test_the_bytes_decide_and_not_the_name(self) -> None:
        assert kind_of(as_docx(NOTICE)) is AttachmentKind.DOCX
        assert kind_of(as_xlsx(NOTICE)) is AttachmentKind.XLSX
        assert kind_of(packed(**{"a.txt": b"x"})) is AttachmentKind.ZIP
        assert kind_of(b"Rar!\x1a\x07\x01\x00") is AttachmentKind.ARCHIVE
        assert kind_of(b"\xef\xbb\xbf%PDF-1.4") is AttachmentKind.PDF
        assert kind_of(OLE + "WordDocument".encode("utf-16-le")) is AttachmentKind.DOC
        assert kind_of(OLE + "Workbook".encode("utf-16-le")) is AttachmentKind.XLS

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            (b"", RefusalReason.EMPTY),
            (b"<html>log in</html>", RefusalReason.BINARY),
            (b"MZ\x90\x00", RefusalReason.BINARY),
            (b"PK\x03\x04 cut short", RefusalReason.BINARY),
            (packed(**{"word/document.xml": b"0" * 30_000_000}), RefusalReason.BOMB),
            (OLE + "EncryptedPackage".encode("utf-16-le"), RefusalReason.BINARY),
            (b"%PDF-1.7" + b"0" * (20 * 2**20), RefusalReason.TOO_LARGE),
        ],
        ids=["empty", "page", "program", "cut", "bomb", "password", "large"],
    )
    def test_what_is_not_read_is_refused_with_its_reason(self, raw: bytes, reason: RefusalReason) -> None:
        found = kind_of(raw)
        assert isinstance(found, GateRefusal)
        assert found.reason is reason


class TestReading:
    def test_text_tells_the_paragraphs_and_a_record_a_line(self) -> None:
        read = read_attachment(as_docx(NOTICE))
        assert isinstance(read, AttachmentText)
        assert "特此通告。" in read.text
        assert f"批号：{NOTICE.records[0]['batch']}" in read.text
        assert len(read.rows) == len(NOTICE.records)

    @pytest.mark.parametrize("raw", [as_docx(NOTICE), as_xlsx(NOTICE)], ids=["Word", "Excel"])
    @pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
    def test_a_file_cut_short_is_refused_and_never_raises(self, raw: bytes, share: float) -> None:
        assert isinstance(read_attachment(raw[: int(len(raw) * share)]), GateRefusal)

    def test_a_pdf_with_a_password_is_told(self) -> None:
        writer = PdfWriter()
        writer.add_blank_page(100, 100)
        writer.encrypt("geheim")
        file = io.BytesIO()
        writer.write(file)
        found = read_attachment(file.getvalue())
        assert isinstance(found, GateRefusal)
        assert "密码" in found.detail

    def test_a_picture_is_not_read_unless_asked_for(self) -> None:
        found = read_attachment(b"\x89PNG\r\n\x1a\n0000")
        assert isinstance(found, GateRefusal)
        assert "没有开启" in found.detail

    def test_a_picture_that_is_broken_is_told(self) -> None:
        found = read_attachment(b"\x89PNG\r\n\x1a\n0000", recognise=ocr.is_available())
        assert isinstance(found, GateRefusal)

    def test_numbers_and_days_of_a_sheet_read_as_a_person_writes_them(self) -> None:
        import xlsxwriter

        file = io.BytesIO()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            for column, heading in enumerate(("产品名称", "批号", "抽样日期", "检验结果")):
                sheet.write_string(0, column, heading)
            sheet.write_string(1, 0, "甲片")
            sheet.write_number(1, 1, 20240301)
            sheet.write_number(1, 2, 45352, day)
            sheet.write_number(1, 3, 0.6)
        read = read_attachment(file.getvalue())
        assert isinstance(read, AttachmentText)
        assert dict(read.rows[0]) | {"where": ""} == {
            "product": "甲片",
            "batch": "20240301",
            "sampled_at": "2024-03-01",
            "result": "0.6",
            "where": "",
        }


class TestLegacyWord:
    RAW = OLE + "WordDocument".encode("utf-16-le")

    def program(self, folder: Path, script: str) -> str:
        file = folder / "soffice"
        file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return str(folder)

    def test_without_libreoffice_it_is_kept_and_said_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        found = read_attachment(self.RAW)
        assert isinstance(found, GateRefusal)
        assert "只保存了原件" in found.detail

    def test_with_it_the_converted_document_is_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "ready.docx").write_bytes(as_docx(NOTICE))
        script = f'for last; do :; done\nmkdir -p "$(dirname "$last")/out" && cp {tmp_path}/ready.docx "$(dirname "$last")/out/given.docx"'
        monkeypatch.setenv("PATH", f"{self.program(tmp_path, script)}:/bin:/usr/bin")
        read = read_attachment(self.RAW)
        assert isinstance(read, AttachmentText)
        assert read.kind is AttachmentKind.DOC
        assert len(read.rows) == len(NOTICE.records)

    def test_a_conversion_that_fails_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", f"{self.program(tmp_path, 'exit 1')}:/bin:/usr/bin")
        found = read_attachment(self.RAW)
        assert isinstance(found, GateRefusal)
        assert "不能转换" in found.detail


class TestSandbox:
    def test_it_reads_as_in_this_process(self) -> None:
        with AttachmentSandbox() as sandbox:
            assert sandbox.read(as_docx(NOTICE)) == read_attachment(as_docx(NOTICE))
            assert sandbox.read(b"no file") == read_attachment(b"no file")

    def test_a_file_that_takes_too_long_costs_itself_only(self) -> None:
        with AttachmentSandbox(limits=ChildLimits(answer_seconds=0.01)) as sandbox:
            found = sandbox.read(as_xlsx(NOTICE))
            assert isinstance(found, GateRefusal)
            assert found.reason is RefusalReason.CRASHED


def test_ideographs_that_share_a_glyph_are_the_ones_meant() -> None:
    assert undo_shared_glyphs("⽰例⾷品药品⻩芪㬵囊") == "示例食品药品黄芪胶囊"
