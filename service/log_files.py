"""Log files that stay short while their process lives: one that has grown too long is put aside and begun again."""

import os
import shutil
from pathlib import Path

__all__ = ["LOG_LIMIT_BYTES", "shorten_log"]

LOG_LIMIT_BYTES = 10 * 1024 * 1024
"""Beyond this a log is put aside; the one before is given up, so that a role takes twice as much at most."""


def shorten_log(path: Path, *, limit_bytes: int) -> bool:
    """Copy a log of more than `limit_bytes` to `<name>.1` and empty it; tell whether that was done.

    The writer goes on as before, so it must append. Where the copy cannot be written, as on a full disk, the log is
    emptied all the same: what it takes is worth more there than what it tells. Raises `OSError` where it cannot be emptied.
    """
    if not path.exists() or path.stat().st_size <= limit_bytes:
        return False
    aside = path.with_name(f"{path.name}.1")
    with path.open("rb+") as log:
        try:
            # Unbuffered, and to the end as it is when that is reached: what is written meanwhile goes along.
            with aside.open("wb", buffering=0) as copy:
                shutil.copyfileobj(log, copy)
        except OSError:
            aside.unlink(missing_ok=True)
        os.ftruncate(log.fileno(), 0)
    return True
