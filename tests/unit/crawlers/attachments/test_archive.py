"""ZIP archives beside notices: what is read of them, and what is said of the rest."""

import io
import zipfile

import pytest

from crawlers.attachments import archive
from crawlers.attachments.archive import Opened, open_archive
from crawlers.attachments.kinds import AttachmentKind
from crawlers.attachments.reading import AttachmentText, read_attachment
from crawlers.attachments.sandbox import AttachmentSandbox
from crawlers.gate import GateRefusal, RefusalReason
from tests.notices.made import make
from tests.notices.written import as_docx, as_xlsx

NOTICE, OTHER = make(1, "drugs"), make(2, "drugs")


def packed(*parts: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in parts:
            into.writestr(name, content)
    return file.getvalue()


def read(*parts: tuple[str, bytes]) -> AttachmentText:
    found = read_attachment(packed(*parts))
    assert isinstance(found, AttachmentText)
    return found


def test_the_files_of_an_archive_are_read_as_attachments_are_read() -> None:
    found = read(("附件1.docx", as_docx(NOTICE)), ("名单/附件2.xlsx", as_xlsx(OTHER)))
    assert found.kind is AttachmentKind.ZIP
    batches = [record["batch"] for notice in (NOTICE, OTHER) for record in notice.records]
    assert [row["batch"] for row in found.rows] == batches
    assert all(f"【{name}】" in found.text for name in ("附件1.docx", "附件2.xlsx"))
    assert found.remarks == ()


def test_the_child_reads_an_archive_as_this_process_does() -> None:
    raw = packed(("附件1.docx", as_docx(NOTICE)))
    with AttachmentSandbox() as sandbox:
        assert sandbox.read(raw) == read_attachment(raw)


def test_what_is_not_read_is_named_in_the_text_and_its_neighbours_are_read() -> None:
    found = read(
        ("damaged.docx", as_docx(NOTICE)[:3000]),
        ("inner.zip", packed(("a.docx", as_docx(OTHER)))),
        ("inner.rar", b"Rar!\x1a\x07\x01\x00"),
        ("note.exe", b"MZ\x90\x00"),
        ("good.docx", as_docx(NOTICE)),
    )
    told = found.text.partition("【")[0]
    assert all(name in told for name in ("damaged.docx", "inner.zip", "inner.rar", "note.exe"))
    assert "good.docx" not in told
    assert len(found.rows) == len(NOTICE.records)
    assert not any(record["batch"] in found.text for record in OTHER.records)


def test_what_systems_lay_beside_files_is_passed_over() -> None:
    found = read(
        ("a/", b""), ("__MACOSX/._a.docx", b"x"), ("Thumbs.db", b"x"), ("~$a.docx", b"x"), ("a.docx", as_docx(NOTICE))
    )
    assert found.remarks == ()


def test_names_in_gbk_are_read_and_lead_nowhere() -> None:
    raw = packed(("../../etc/NNNN.docx", as_docx(NOTICE))).replace(b"NNNN", "名单".encode("gbk"))
    found = read_attachment(raw)
    assert isinstance(found, AttachmentText)
    assert found.text.startswith("【名单.docx】")


def test_an_archive_with_nothing_to_read_says_what_is_in_it() -> None:
    found = read_attachment(packed(("readme.txt", b"words"), ("inner.7z", b"7z\xbc\xaf\x27\x1c")))
    assert isinstance(found, GateRefusal)
    assert "readme.txt" in found.detail
    assert "没有打开" in found.detail


@pytest.mark.parametrize("raw", [b"Rar!\x1a\x07\x01\x00 more", b"Rar!\x1a\x07\x00 more", b"7z\xbc\xaf\x27\x1c more"])
def test_rar_and_7z_are_said_to_be_not_opened(raw: bytes) -> None:
    found = read_attachment(raw)
    assert isinstance(found, GateRefusal)
    assert "没有打开" in found.detail


def test_a_file_with_a_password_is_told() -> None:
    raw = bytearray(packed(("a.docx", as_docx(NOTICE))))
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    found = read_attachment(bytes(raw))
    assert isinstance(found, GateRefusal)
    assert "加了密码" in found.detail


class TestBounds:
    def test_files_beyond_the_number_and_the_bytes_are_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
        found = read(*((f"{number}.docx", as_docx(NOTICE)) for number in range(4)))
        assert "2.docx（超过一次读取的上限）；3.docx" in found.text
        monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", len(as_docx(NOTICE)) + 1)
        assert "1.docx（超过" in read(("0.docx", as_docx(NOTICE)), ("1.docx", as_docx(NOTICE))).text

    def test_what_there_was_no_time_for_is_told(self) -> None:
        moments = iter((0.0, 1.0, 100.0))
        opened = Opened()
        raw = packed(("a.docx", as_docx(NOTICE)), ("b.docx", as_docx(NOTICE)))
        assert [one.name for one in open_archive(raw, opened, clock=lambda: next(moments))] == ["a.docx"]
        assert opened.unread == ["b.docx（超过一次读取的上限）"]

    def test_a_bomb_is_refused_before_anything_is_unpacked(self) -> None:
        found = read_attachment(packed(*((f"{number}.pdf", b"0" * 10_000_000) for number in range(21))))
        assert isinstance(found, GateRefusal)
        assert found.reason is RefusalReason.BOMB

    def test_no_cut_of_an_archive_makes_it_raise(self) -> None:
        raw = packed(("a.docx", as_docx(NOTICE)), ("b.xlsx", as_xlsx(OTHER)))
        for share in (0.1, 0.5, 0.9, 0.99):
            assert isinstance(read_attachment(raw[: int(len(raw) * share)]), GateRefusal)
        broken = raw[:200] + b"\xff" * 300 + raw[500:]
        assert isinstance(read_attachment(broken), AttachmentText | GateRefusal)
