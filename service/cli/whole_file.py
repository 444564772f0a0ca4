"""Files that somebody asked for: whole under their name, or not there."""

import os
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` beside `path` and give it that name in one step; what had the name stays until then.

    A process that is killed meanwhile leaves no half of an archive under the name of a whole one. What is no file, as
    a pipe or a device, is written to as it is.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    # Asked of the path as it was given: what a pipe resolves to is nowhere.
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    final = path.resolve()
    draft = final.with_name(f".{final.name}.part")
    try:
        draft.write_bytes(content)
        _sync(draft)
        draft.replace(final)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
