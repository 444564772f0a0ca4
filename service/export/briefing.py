"""Writes one issue of the briefing in every form, whole or not at all."""

from io import BytesIO
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
        # In memory first: a zip file that meets a full disk tries again as it is forgotten, and says so in its own words.
        made = BytesIO()
        write(briefing, made)
        try:
            draft.write_bytes(made.getvalue())
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        written.append(path)
    return written
