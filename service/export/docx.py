"""A paper as a Word document; what stands in it is in `layout`, how its page looks in `paper`."""

from pathlib import Path
from typing import IO

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from service.export.blocks import Heading, Line, Look, Paper, Picture, Table
from service.export.paper import (
    BODY,
    HEAD,
    RED,
    SUB,
    TITLE,
    TITLE_PT,
    heading,
    line,
    picture,
    rule_below,
    set_page,
    styled,
    subheading,
    table,
)

__all__ = ["write_docx"]


def write_docx(paper: Paper, path: Path | IO[bytes]) -> None:
    """Write the paper to `path`."""
    document = docx.Document()
    set_page(document)
    for block in paper.blocks:
        match block:
            case Line():
                _line(document, block)
            case Heading():
                (heading if block.level == 1 else subheading)(document, block.text, new_page=block.new_page)
            case Picture():
                picture(document, block.png, Mm(150), words=block.words)
            case Table():
                table(document, block)
    document.core_properties.title = paper.title
    document.core_properties.author = paper.author
    document.core_properties.created = paper.made_at.replace(tzinfo=None)
    document.save(str(path) if isinstance(path, Path) else path)


def _line(document: Document, block: Line) -> None:
    match block.look:
        case Look.TITLE:
            made = line(document, "", indent=False)
            made.paragraph_format.line_spacing = Pt(36)
            styled(made, block.text, TITLE, TITLE_PT, bold=True).font.color.rgb = RED
            _centre(made)
        case Look.DRILL:
            _centre(line(document, block.text, font=HEAD, indent=False))
        case Look.NUMBER | Look.DATE:
            made = line(document, block.text, size=Pt(14), indent=False)
            _centre(made)
            if block.look is Look.DATE:
                rule_below(made)
        case Look.ANCHOR:
            line(document, block.text, size=Pt(10.5), indent=False)
        case Look.NOTE:
            line(document, block.text, size=Pt(14)).paragraph_format.keep_with_next = block.keep
        case Look.JUDGEMENT | Look.BODY:
            line(document, block.text, font=SUB if block.look is Look.JUDGEMENT else BODY)


def _centre(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
