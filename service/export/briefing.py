"""Writes one issue of the briefing in every form, whole or not at all."""

from pathlib import Path

from service.domain.briefing import Briefing
from service.export.docx import write_docx
from service.export.xlsx import write_xlsx

__all__ = ["write_briefing"]


def write_briefing(briefing: Briefing, folder: Path) -> list[Path]:
    """Write docx and xlsx into `folder` under generated names and return their paths; an earlier issue of the week is replaced.

    Raises:
        OSError: the folder cannot be written; what was there stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{'演练-' if briefing.drill else ''}briefing-{briefing.week}"
    written = []
    for suffix, write in ((".docx", write_docx), (".xlsx", write_xlsx)):
        path = folder / f"{stem}{suffix}"
        draft = folder / f".{stem}.part{suffix}"
        write(briefing, draft)
        draft.replace(path)
        written.append(path)
    return written
