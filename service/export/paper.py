"""A paper in the page format of official papers (GB/T 9704-2012): page, paragraphs, headings, tables, pictures, links.

A4, margins top 37, bottom 35, left 28, right 26 mm; body 三号仿宋 with a fixed line of 28 pt; headings 黑体 and 楷体; tables
in 小四. Fonts are set by name, with the plain system names where the _GB2312 ones are missing on most machines.
"""

import io

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.parfmt import ParagraphFormat
from docx.text.run import Run

from service.export import blocks
from service.export.blocks import Link

__all__ = [
    "BODY", "HEAD", "RED", "SUB", "TITLE", "TITLE_PT",
    "heading", "line", "picture", "rule_below", "set_page", "styled", "subheading", "table",
]  # fmt: skip

BODY, HEAD, SUB, TITLE, _FIGURES = "仿宋", "黑体", "楷体", "宋体", "宋体"
# At 12 pt a date with its time (11月25日 14:32) takes two lines in a column that leaves room for the titles.
BODY_PT, _TABLE_PT, TITLE_PT = Pt(16), Pt(10.5), Pt(22)
_LINE_PT, _GAP_PT = Pt(28), Pt(6)
RED = RGBColor(0xC0, 0x00, 0x00)
_BLUE = RGBColor(0x05, 0x63, 0xC1)


def set_page(document: Document) -> None:
    """Give the document its page, its body type and the page number in the foot."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = BODY, BODY_PT
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), BODY)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    styled(footer, "— ", _FIGURES, Pt(14))
    _page_number(styled(footer, "", _FIGURES, Pt(14)))
    styled(footer, " —", _FIGURES, Pt(14))


def _page_number(run: Run) -> None:
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            element.text = text
        else:
            element.set(qn("w:fldCharType"), str(kind))
        run._r.append(element)  # noqa: SLF001 - python-docx has no field API


def styled(paragraph: Paragraph, text: str, font: str, size: Pt, *, bold: bool = False) -> Run:
    """Add text to the paragraph in a type and return it."""
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold = font, size, bold
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001 - no API for East Asian fonts
    return run


def line(document: Document, text: str, *, font: str = BODY, size: Pt = BODY_PT, indent: bool = True) -> Paragraph:
    """Add a line of text, or a paragraph of body text where it is indented."""
    paragraph = document.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE_PT
    if indent:
        shape.first_line_indent = Pt(size.pt * 2)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    styled(paragraph, text, font, size)
    return paragraph


def heading(document: Document, text: str, *, new_page: bool = False) -> None:
    """Add a heading of the first level, in 黑体."""
    made = line(document, text, font=HEAD)
    made.paragraph_format.page_break_before = new_page
    _outline(made, 0)


def subheading(document: Document, text: str, *, new_page: bool = False) -> None:
    """Add a heading of the second level, in 楷体."""
    made = line(document, text, font=SUB)
    made.paragraph_format.page_break_before = new_page
    _outline(made, 1)


def _outline(paragraph: Paragraph, level: int) -> None:
    """Keep a heading with what follows, and let the reader's list of headings have it."""
    paragraph.paragraph_format.keep_with_next = True
    mark = OxmlElement("w:outlineLvl")
    mark.set(qn("w:val"), str(level))
    paragraph._p.get_or_add_pPr().append(mark)  # noqa: SLF001 - python-docx has no API of outline levels


def rule_below(paragraph: Paragraph) -> None:
    """Draw the red rule under a paragraph."""
    borders = OxmlElement("w:pBdr")
    rule = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", "C00000")):
        rule.set(qn(f"w:{name}"), value)
    borders.append(rule)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - python-docx has no border API


def picture(document: Document, drawn: bytes, width: Mm, *, words: str) -> None:
    """Add a picture in the middle of the page; `words` are read out to who does not see it."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(6)
    shape = paragraph.add_run().add_picture(io.BytesIO(drawn), width=width)
    shape._inline.docPr.set("descr", words)  # noqa: SLF001 - python-docx has no API of alternative texts


def table(document: Document, block: blocks.Table) -> None:
    """Add a table whose head is repeated on every page and whose rows are not cut by one."""
    widths = block.widths
    _gap(document).keep_with_next = True
    made = document.add_table(rows=0, cols=len(block.headings))
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    _narrow(made)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    for number, values in enumerate([block.headings, *block.rows]):
        row = made.add_row()
        _keep_whole(row._tr, heading=number == 0)  # noqa: SLF001 - python-docx has no row-break API
        for place, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
            cell.width = Mm(widths[place])
            _fill(cell.paragraphs[0], value, heading=number == 0, right=place in block.figures)
    _gap(document)


def _gap(document: Document) -> ParagraphFormat:
    """Leave air between a table and the text, which else touches its rule."""
    spacer: ParagraphFormat = document.add_paragraph().paragraph_format
    spacer.space_before = spacer.space_after = Pt(0)
    spacer.line_spacing_rule, spacer.line_spacing = WD_LINE_SPACING.EXACTLY, _GAP_PT
    return spacer


def _fill(paragraph: Paragraph, value: str | Link, *, heading: bool, right: bool) -> None:
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(2)
    # A head alone at the foot of a page says nothing.
    shape.keep_with_next = heading
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = styled(paragraph, str(value), HEAD if heading else BODY, _TABLE_PT)
    if isinstance(value, Link):
        _lead(paragraph, run, value.target)


def _narrow(made: Table) -> None:
    """Make the side margins of the cells 1 mm instead of 1.9: a date with its time then stands on one line."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(round(Mm(1).twips)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    made._tbl.tblPr.append(margins)  # noqa: SLF001 - python-docx has no API of cell margins


def _lead(paragraph: Paragraph, run: Run, target: str) -> None:
    """Make the run a link; it stays plain text without a target."""
    if not target:
        return
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run.font.color.rgb, run.font.underline = _BLUE, True
    paragraph._p.append(link)  # noqa: SLF001 - python-docx reads links and has no API to write them
    link.append(run._r)  # noqa: SLF001 - as above


def _keep_whole(row: object, *, heading: bool) -> None:
    properties = row.get_or_add_trPr()  # type: ignore[attr-defined]
    names = ["w:cantSplit", *(["w:tblHeader"] if heading else [])]
    for name in names:
        properties.append(OxmlElement(name))
