"""A paper as a Word document; what stands in it is in `layout`, how its page looks in `paper`."""

from datetime import UTC
from pathlib import Path
from typing import IO

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.shared import Mm

from service.export.blocks import Heading, Line, Paper, Picture, Table
from service.export.paper import heading, line, picture, set_page, table

__all__ = ["write_docx"]

_OF_THE_TEMPLATE = frozenset({RELATIONSHIP_TYPE.EXTENDED_PROPERTIES, RELATIONSHIP_TYPE.THUMBNAIL})


def write_docx(paper: Paper, path: Path | IO[bytes]) -> None:
    """Write the paper to `path`."""
    document = docx.Document()
    set_page(document, running=paper.running)
    for block in paper.blocks:
        match block:
            case Line():
                line(document, block)
            case Heading():
                heading(document, block)
            case Picture():
                picture(document, block.png, Mm(150), words=block.words)
            case Table():
                table(document, block)
    _sign(document, paper)
    document.save(str(path) if isinstance(path, Path) else path)


def _sign(document: Document, paper: Paper) -> None:
    """Say what the file is, in which language and who made it when; the template's own words on this go."""
    said = document.core_properties
    said.title, said.language, said.comments = paper.title, "zh-CN", ""
    said.author = said.last_modified_by = paper.author
    said.created = said.modified = paper.made_at.astimezone(UTC).replace(tzinfo=None)
    # The template was made by Word on a Macintosh, has one empty page and a picture of it: none of that is this file.
    parts = document.part.package.rels
    for name in [name for name, part in parts.items() if part.reltype in _OF_THE_TEMPLATE]:
        del parts[name]
