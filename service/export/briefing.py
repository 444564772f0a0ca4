"""Writes one issue of the briefing in every form, whole or not at all."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import structlog

from service.domain.figures.briefing import Briefing
from service.export.docx import write_docx
from service.export.html import write_html
from service.export.layout import lay_out
from service.export.pdf import PdfFault, write_pdf
from service.export.replacing import replace_together
from service.export.xlsx import write_xlsx

__all__ = ["write_briefing"]

_log = structlog.get_logger("yaowang")


def write_briefing(briefing: Briefing, folder: Path, *, lacking: Callable[[str], None] | None = None) -> list[Path]:
    """Write docx, xlsx, html and pdf into `folder` under generated names and return their paths, in this order.

    An earlier issue of the week is replaced. Where no PDF can be made the others are: the list is then without it, an
    earlier one is gone, since it would tell of another issue, and `lacking` is given the sentence that says why.

    Raises:
        OSError: the folder cannot be written; what was there stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{'演练-' if briefing.drill else ''}briefing-{briefing.week}"
    files = _made(briefing, lacking or _note)
    named = {folder / f"{stem}{suffix}": data for suffix, data in files.items()}
    paper = folder / f"{stem}.pdf"
    replace_together(named, gone=None if paper in named else paper)
    return list(named)


def _note(sentence: str) -> None:
    _log.warning("briefing.no_pdf", reason=sentence)


def _made(briefing: Briefing, lacking: Callable[[str], None]) -> dict[str, bytes]:
    """Return every file by its suffix, from one layout.

    In memory first: a zip file that meets a full disk tries again as it is forgotten, and says so in its own words.
    """
    paper = lay_out(briefing)
    word, book, page, pdf = BytesIO(), BytesIO(), BytesIO(), BytesIO()
    write_docx(paper, word)
    write_xlsx(briefing, book)
    write_html(paper, page)
    files = {".docx": word.getvalue(), ".xlsx": book.getvalue(), ".html": page.getvalue()}
    try:
        write_pdf(paper, pdf)
    except PdfFault as fault:
        lacking(str(fault))
        return files
    return {**files, ".pdf": pdf.getvalue()}
