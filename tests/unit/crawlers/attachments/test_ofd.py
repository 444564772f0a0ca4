"""OFD files, made here as the standard writes them."""

import io
import zipfile
from collections.abc import Mapping

import pytest

from crawlers.attachments.kinds import AttachmentKind, kind_of
from crawlers.attachments.reading import AttachmentText, read_attachment
from crawlers.gate import GateRefusal

SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def packed(parts: Mapping[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def piece(text: str, *, x: float, y: float) -> str:
    return f'<ofd:TextObject Boundary="{x} {y} 80 6"><ofd:TextCode X="0" Y="4">{text}</ofd:TextCode></ofd:TextObject>'


def ofd(*pages: str, prolog: str = "") -> bytes:
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    parts = {
        "OFD.xml": f"<ofd:OFD {SPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {SPACE}><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    for n, page in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{n}/Content.xml"] = (
            f"{prolog}<ofd:Page {SPACE}><ofd:Content>{page}</ofd:Content></ofd:Page>"
        )
    return packed(parts)


def test_the_lines_of_all_pages_are_read_from_top_to_bottom_and_left_to_right() -> None:
    first = piece("第2批不符合规定", x=10, y=40) + piece("的通告", x=60, y=20.3) + piece("关于药品抽检", x=10, y=20)
    raw = ofd(first, piece("已要求暂停销售", x=10, y=20))
    read = read_attachment(raw)
    assert kind_of(raw) is AttachmentKind.OFD
    assert isinstance(read, AttachmentText)
    assert read.text.splitlines() == ["关于药品抽检的通告", "第2批不符合规定", "已要求暂停销售"]
    assert read.pages == 2


def test_a_file_of_pictures_says_that_it_has_no_text() -> None:
    read = read_attachment(ofd("<ofd:ImageObject/>"))
    assert isinstance(read, AttachmentText)
    assert read.remarks == ("没有读到文字",)


@pytest.mark.parametrize(
    "raw",
    [
        packed({"OFD.xml": "<a"}),
        packed({"OFD.xml": f"<ofd:OFD {SPACE}><ofd:DocRoot>../../etc/passwd</ofd:DocRoot></ofd:OFD>"}),
        ofd('<ofd:TextObject Boundary="a b"><ofd:TextCode>x</ofd:TextCode></ofd:TextObject>'),
    ],
)
def test_what_is_damaged_or_leads_out_of_the_file_is_refused_in_a_sentence(raw: bytes) -> None:
    read = read_attachment(raw)
    assert isinstance(read, GateRefusal)
    assert "OFD 文件的结构已损坏" in read.detail


def test_entities_are_not_followed() -> None:
    prolog = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "yyyy">]>'
    read = read_attachment(ofd(piece("前&x;&y;后", x=1, y=1), prolog=prolog))
    assert isinstance(read, AttachmentText)
    assert "yyyy" not in read.text
