"""What a Word document says as it stands: tracked changes, controls, tags and text boxes lose no word of a law."""

import io

from docx import Document
from docx.oxml import parse_xml

from crawlers.attachments.word import read_docx
from crawlers.parsing.papers import read_paper

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"


def word_of(*blocks: str) -> bytes:
    """Return a DOCX of these blocks, written as they stand in `word/document.xml`."""
    document = Document()
    body = document.element.body
    for block in blocks:
        wrapped = parse_xml(f'<w:body xmlns:w="{_W}" xmlns:mc="{_MC}" xmlns:wps="{_WPS}">{block}</w:body>')
        for element in list(wrapped):
            body.insert(len(body) - 1, element)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def paragraph(*content: str) -> str:
    return f"<w:p>{''.join(content)}</w:p>"


def inserted(*content: str, tag: str = "ins") -> str:
    return f'<w:{tag} w:id="1" w:author="甲">{"".join(content)}</w:{tag}>'


def deleted(text: str, tag: str = "del") -> str:
    return f'<w:{tag} w:id="2" w:author="甲"><w:r><w:delText>{text}</w:delText></w:r></w:{tag}>'


def control(*content: str) -> str:
    return f"<w:sdt><w:sdtContent>{''.join(content)}</w:sdtContent></w:sdt>"


def box(*content: str) -> str:
    told = f"<w:txbxContent>{''.join(content)}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{told}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{told}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def read(*blocks: str) -> str:
    """Return what both readers of Word files tell, which is one text."""
    raw = word_of(*blocks)
    text = read_paper(raw, ".docx").text
    attached = read_docx(raw)
    assert isinstance(attached, tuple)
    assert attached[0] == text
    return text


def test_what_is_tracked_as_inserted_is_read_and_what_is_tracked_as_deleted_is_not() -> None:
    text = read(paragraph(run("第一条 药店应当"), inserted(run("在二十四小时内")), deleted("及时"), run("报告。")))
    assert text == "第一条 药店应当在二十四小时内报告。"


def test_a_paragraph_that_was_moved_stands_once_where_it_went() -> None:
    gone = f'<w:p><w:moveFrom w:id="3" w:author="甲">{run("第一条 演示。")}</w:moveFrom></w:p>'
    assert read(gone, paragraph(run("总则")), paragraph(inserted(run("第一条 演示。"), tag="moveTo"))) == (
        "总则\n第一条 演示。"
    )


def test_what_stands_in_a_content_control_is_read_in_a_paragraph_and_around_it() -> None:
    assert read(
        control(paragraph(run("第一条 演示。"))), paragraph(run("第二条 应当"), control(run("备案")), run("。"))
    ) == ("第一条 演示。\n第二条 应当备案。")


def test_a_smart_tag_hides_no_word() -> None:
    assert read(paragraph(run("第一条 "), f"<w:smartTag>{run('处方药')}</w:smartTag>", run("凭处方销售。"))) == (
        "第一条 处方药凭处方销售。"
    )


def test_a_text_box_is_read_once_behind_the_paragraph_that_it_is_anchored_in() -> None:
    assert read(paragraph(run("第一条 演示。"), box(paragraph(run("第二条 框中的条文。"))))) == (
        "第一条 演示。\n第二条 框中的条文。"
    )


def test_a_paragraph_that_is_tracked_as_deleted_takes_no_number_of_its_list() -> None:
    numbered = '<w:pPr><w:pStyle w:val="ListNumber"/>{mark}</w:pPr>'
    struck = numbered.format(mark='<w:rPr><w:del w:id="4" w:author="甲"/></w:rPr>')
    raw = word_of(
        paragraph(numbered.format(mark=""), run("甲。")),
        paragraph(struck, deleted("乙。")),
        paragraph(numbered.format(mark=""), run("丙。")),
    )
    assert [line[-2:] for line in read_paper(raw, ".docx").text.splitlines()] == ["甲。", "丙。"]
    assert "3" not in read_paper(raw, ".docx").text


def test_cells_are_read_with_their_tracked_changes() -> None:
    cell = f"<w:tc><w:tcPr/>{paragraph(inserted(run('260801')))}</w:tc>"
    table = f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid><w:tr><w:tc><w:tcPr/>{paragraph(run('批号'))}</w:tc>{cell}</w:tr></w:tbl>"
    raw = word_of(table)
    assert read_paper(raw, ".docx").text == "批号 260801"


def test_a_document_with_changes_that_nobody_accepted_is_told_from_one_without() -> None:
    assert read_paper(word_of(paragraph(run("演示。"), inserted(run("又。")))), ".docx").tracked
    assert not read_paper(word_of(paragraph(run("演示。"))), ".docx").tracked
