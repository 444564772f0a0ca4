"""A paper in the page format of official papers (GB/T 9704-2012): page, paragraphs, headings, tables, pictures, links.

A4, margins top 37, bottom 35, left 28, right 26 mm; body 三号仿宋, 28 signs a line and 22 lines of 28 pt a page; headings
黑体 and 楷体; tables in 五号. Every kind of text is a style with a name, so that who works on the file changes one style and
not forty paragraphs, and a reader of screens finds the headings. Fonts are set by name, with the plain system names where
the _GB2312 ones are missing on most machines.
"""

import io
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.parfmt import ParagraphFormat
from docx.text.run import Run

from service.export import blocks
from service.export.blocks import Link, Look

__all__ = ["heading", "line", "picture", "set_page", "table"]

_BODY, _HEAD, _SUB, _SERIF = "仿宋", "黑体", "楷体", "宋体"
_LINE_PT, _GAP_PT = Pt(28), Pt(6)
_RED, _BLUE = RGBColor(0xC0, 0x00, 0x00), RGBColor(0x05, 0x63, 0xC1)
_TIGHTER = -5
"""Twentieths of a point between signs: at 16 pt the 156 mm of a line hold 27 signs, and 28 are to stand on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Type:
    """How one kind of text is set. `indent` is in signs; `outline` the level of a heading from 0."""

    font: str = _BODY
    size: float = 16
    line: float = 28
    indent: int = 0
    centred: bool = False
    bold: bool = False
    red: bool = False
    ruled: bool = False
    outline: int | None = None


_NORMAL = "Normal"
_HEADINGS = {1: "Heading 1", 2: "Heading 2"}
_TABLE_TEXT, _TABLE_HEAD = "表格文字", "表格标题"
_LOOKS = {
    Look.DRILL: "演练标志",
    Look.TITLE: "Title",
    Look.NUMBER: "期号",
    Look.DATE: "机关和日期",
    Look.JUDGEMENT: "判断",
    Look.BODY: _NORMAL,
    Look.NOTE: "口径说明",
    Look.ANCHOR: "审计末值",
}
_TYPES = {
    _NORMAL: _Type(indent=2),
    _HEADINGS[1]: _Type(font=_HEAD, indent=2, outline=0),
    _HEADINGS[2]: _Type(font=_SUB, indent=2, outline=1),
    _LOOKS[Look.DRILL]: _Type(font=_HEAD, centred=True),
    _LOOKS[Look.TITLE]: _Type(font=_SERIF, size=22, line=36, centred=True, bold=True, red=True),
    _LOOKS[Look.NUMBER]: _Type(size=14, centred=True),
    _LOOKS[Look.DATE]: _Type(size=14, centred=True, ruled=True),
    _LOOKS[Look.JUDGEMENT]: _Type(font=_SUB, indent=2),
    _LOOKS[Look.NOTE]: _Type(size=14, indent=2),
    _LOOKS[Look.ANCHOR]: _Type(size=10.5),
    # At 12 pt a date with its time (11月25日 14:32) takes two lines in a column that leaves room for the titles.
    _TABLE_TEXT: _Type(size=10.5, line=0),
    _TABLE_HEAD: _Type(font=_HEAD, size=10.5, line=0),
}


def set_page(document: Document, *, running: str = "") -> None:
    """Give the document its page, its styles, the page number in the foot and `running` at the head of every page but the first."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    # A number of 14 pt whose upper edge is 7 mm below the text.
    section.header_distance, section.footer_distance = Mm(25), Mm(23)
    _speak_chinese(document)
    for name, kind in _TYPES.items():
        _style(document, name, kind)
    _furnish(document, section, running)


def _speak_chinese(document: Document) -> None:
    """Say in which language the text is: else Word underlines every sign as bad English, and a screen reader spells it out."""
    [language] = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang")
    language.set(qn("w:eastAsia"), "zh-CN")


def _style(document: Document, name: str, kind: _Type) -> None:
    known = name in document.styles
    made = document.styles[name] if known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(made, ParagraphStyle)
    element: Any = made.element
    # What the template says of its headings and titles, blue and in the fonts of a theme, would stand before what is said here.
    for left in [*element.findall(qn("w:pPr")), *element.findall(qn("w:rPr"))]:
        element.remove(left)
    _set_type(made, kind)
    shape = made.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    if kind.line:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(kind.line)
    else:
        shape.line_spacing = 1
    shape.first_line_indent = Pt(kind.size * kind.indent)
    shape.alignment = WD_ALIGN_PARAGRAPH.CENTER if kind.centred else WD_ALIGN_PARAGRAPH.JUSTIFY if kind.indent else None
    if kind.outline is not None:
        shape.keep_with_next = True
        _outline(element, kind.outline)
    if kind.ruled:
        _rule_below(element)


def _set_type(made: ParagraphStyle, kind: _Type) -> None:
    font = made.font
    font.name, font.size, font.bold = kind.font, Pt(kind.size), kind.bold
    font.color.rgb = _RED if kind.red else RGBColor(0, 0, 0)
    properties: Any = made.element.get_or_add_rPr()
    properties.rFonts.set(qn("w:eastAsia"), kind.font)
    closer = OxmlElement("w:spacing")
    closer.set(qn("w:val"), str(_TIGHTER if kind.size >= _TYPES[_NORMAL].size else 0))
    # Before the size, as the schema has it: Word calls a file damaged whose elements stand in another order.
    properties.find(qn("w:sz")).addprevious(closer)


def _outline(style: Any, level: int) -> None:
    """Let the reader's list of headings have them."""
    mark = OxmlElement("w:outlineLvl")
    mark.set(qn("w:val"), str(level))
    style.get_or_add_pPr().append(mark)


def _rule_below(style: Any) -> None:
    """Draw the red rule under a paragraph."""
    borders = OxmlElement("w:pBdr")
    rule = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", "C00000")):
        rule.set(qn(f"w:{name}"), value)
    borders.append(rule)
    style.get_or_add_pPr().find(qn("w:spacing")).addprevious(borders)


def _furnish(document: Document, section: Section, running: str) -> None:
    """Set heads and feet: the number of an odd page stands to the right, of an even one to the left, one sign from the edge."""
    document.settings.odd_and_even_pages_header_footer = True
    section.different_first_page_header_footer = True
    right, left = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
    feet = ((section.first_page_footer, right), (section.footer, right), (section.even_page_footer, left))
    for foot, side in feet:
        _numbered(foot.paragraphs[0], side)
    for head in (section.header, section.even_page_header):
        made = head.paragraphs[0]
        made.style = document.styles[_LOOKS[Look.DRILL]]
        made.add_run(running)


def _numbered(paragraph: Paragraph, side: WD_ALIGN_PARAGRAPH) -> None:
    shape = paragraph.paragraph_format
    paragraph.alignment, shape.first_line_indent = side, Pt(0)
    shape.left_indent = shape.right_indent = Pt(14)
    for text in ("— ", "", " —"):
        run = paragraph.add_run(text)
        run.font.name, run.font.size = _SERIF, Pt(14)
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _SERIF)  # noqa: SLF001 - no API for East Asian fonts
        if not text:
            _page_number(run)


def _page_number(run: Run) -> None:
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            element.text = text
        else:
            element.set(qn("w:fldCharType"), str(kind))
        run._r.append(element)  # noqa: SLF001 - python-docx has no field API


def line(document: Document, block: blocks.Line) -> None:
    """Add a line of text, or a paragraph of body text."""
    made = document.add_paragraph(block.text, _LOOKS[block.look])
    if block.keep:
        made.paragraph_format.keep_with_next = True


def heading(document: Document, block: blocks.Heading) -> None:
    """Add a heading: the first level in 黑体, the second in 楷体."""
    made = document.add_paragraph(block.text, _HEADINGS[block.level])
    if block.new_page:
        made.paragraph_format.page_break_before = True


def picture(document: Document, drawn: bytes, width: Mm, *, words: str) -> None:
    """Add a picture in the middle of the page; `words` are read out to who does not see it."""
    paragraph = document.add_paragraph(style=_TABLE_TEXT)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = _GAP_PT
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
            if number:
                cell.paragraphs[0].paragraph_format.space_after = Pt(2) + Mm(block.room)
    _gap(document)


def _gap(document: Document) -> ParagraphFormat:
    """Leave air between a table and the text, which else touches its rule."""
    spacer: ParagraphFormat = document.add_paragraph(style=_TABLE_TEXT).paragraph_format
    spacer.line_spacing_rule, spacer.line_spacing = WD_LINE_SPACING.EXACTLY, _GAP_PT
    return spacer


def _fill(paragraph: Paragraph, value: str | Link, *, heading: bool, right: bool) -> None:
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(2)
    # A head alone at the foot of a page says nothing.
    shape.keep_with_next = heading
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.style = _TABLE_HEAD if heading else _TABLE_TEXT
    run = paragraph.add_run(str(value))
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
