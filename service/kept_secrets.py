"""Keys that the installation makes for itself, each in a file that is whole or not there."""

import fcntl
import os
import secrets
from pathlib import Path

__all__ = ["DATA_MODE", "kept_secret"]

DATA_MODE = 0o750
"""How the data folder is made: what citizens wrote lies in it, and other users of the machine have no business there."""


def kept_secret(path: Path) -> bytes:
    """Return the secret that the file keeps, made by the first process that asks; who comes at the same moment waits for it.

    A file that a crash or a full disk left empty is no secret, and is made anew.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _secret_in(path):
        _make_secret(path)
    return _secret_in(path)


def _secret_in(path: Path) -> bytes:
    return path.read_bytes().strip() if path.is_file() else b""


def _make_secret(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if _secret_in(path):
            return
        draft = path.with_name(f".{path.name}.new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        os.fsync(folder)
    finally:
        os.close(folder)
