"""Folders in which a backup or a restored installation is made: beside its place, held while its process lives.

What a killed process left is a copy of database and keys, as large as the installation, and nobody looks for it there.
"""

import fcntl
import glob
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["UNFINISHED", "WHOLE", "bytes_below", "clear_left", "draft_folder", "left_beside"]

UNFINISHED = ".unfinished"
"""The end of the name of what is being made; one that nobody holds was left by a process that was killed."""

WHOLE = "whole"
"""The name of a folder in which nothing is missing but its place."""

_BEGUN = ".begun"


@contextmanager
def draft_folder(final: Path) -> Iterator[Path]:
    """Make a folder beside `final` and remove it at the end; what killed processes of this machine left there is removed first.

    Raises:
        OSError: there cannot be one.
    """
    clear_left(final.parent)
    begun = Path(tempfile.mkdtemp(prefix=f".{final.name}.{_machine()}.", suffix=_BEGUN, dir=final.parent))
    # Held before it has the name by which what is left is known.
    held, folder = os.open(begun, os.O_RDONLY | os.O_DIRECTORY), begun.with_suffix(UNFINISHED)
    try:
        # Some network file systems know no locks: there nothing is held, and nothing is ever taken for left either.
        with suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        begun.rename(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def clear_left(parent: Path) -> None:
    """Remove what killed processes of this machine left in `parent`, but for what waits whole for its place: `finish_folder` puts it there.

    What another machine makes in a shared folder is not touched: whether it holds it cannot be seen on every file system.
    """
    for one in _left(parent, f"*.{_machine()}"):
        if not (one / WHOLE).is_dir():
            shutil.rmtree(one, ignore_errors=True)


def left_beside(final: Path) -> list[Path]:
    """Return what killed restores left beside `final`, a data folder that is there."""
    return _left(final.parent, glob.escape(final.name))


def _machine() -> str:
    return re.sub(r"[^0-9A-Za-z-]", "-", socket.gethostname())[:40]


def bytes_below(folder: Path) -> int:
    """Return how many bytes the files below a folder hold."""
    return sum(one.lstat().st_size for one in folder.rglob("*") if one.is_file() and not one.is_symlink())


def _left(parent: Path, name: str) -> list[Path]:
    return sorted(one for one in parent.glob(f".{name}.*{UNFINISHED}") if _is_left(one))


def _is_left(folder: Path) -> bool:
    """Tell whether nobody holds the folder, as far as can be told."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        finally:
            os.close(opened)
    return False
