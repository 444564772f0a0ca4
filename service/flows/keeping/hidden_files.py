"""Which files of a folder still hold a string, or may: briefings are written once and stay as they are."""

import zipfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

__all__ = ["files_holding"]

_MARKUP = frozenset({".html", ".htm", ".txt", ".csv", ".json"})
_ZIPPED = frozenset({".docx", ".xlsx"})
# More than any briefing has: one that is larger is not read and counts as holding it.
_LARGEST = 64 * 1024 * 1024


def files_holding(folder: Path | None, string: str) -> list[str]:
    """Return the names of the files that hold the string, and of those that cannot be read for it beside one that does.

    A PDF is not searched: it is named where another file of the same name holds the string, or where there is none.
    """
    if folder is None or not folder.is_dir():
        return []
    files = sorted(path for path in folder.iterdir() if path.is_file())
    told = {path: _holds(path, string) for path in files}
    answered = {path.stem for path, held in told.items() if held is False}
    holding = {path.stem for path, held in told.items() if held}
    return [
        path.name
        for path, held in told.items()
        if held or (held is None and (path.stem in holding or path.stem not in answered))
    ]


def _holds(path: Path, string: str) -> bool | None:
    """Return whether a file holds the string; `None` for one that cannot be searched."""
    spellings = [string.encode(), escape(string).encode()]
    try:
        if path.stat().st_size > _LARGEST:
            return None
        if path.suffix in _MARKUP:
            return _any(spellings, [path.read_bytes()])
        if path.suffix in _ZIPPED:
            with zipfile.ZipFile(path) as parts:
                if sum(part.file_size for part in parts.infolist()) > _LARGEST:
                    return None
                return _any(spellings, [parts.read(name) for name in parts.namelist()])
    except (OSError, zipfile.BadZipFile):
        return None
    return None


def _any(spellings: Sequence[bytes], contents: Sequence[bytes]) -> bool:
    return any(spelling in content for content in contents for spelling in spellings)
