"""Evidence in a backup: each of the 256 shelves is one member, a tar of its files, not a million lines of a manifest."""

import io
import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from service.backup.manifest import EVIDENCE, BackupError

__all__ = ["expand_shelves", "shelves_of", "write_shelf"]

_SHELF = re.compile(r"[0-9a-f]{2}")
_FILE = re.compile(r"[0-9a-f]{62}\.gz")
# Of a page of 8 MiB, which is the most that the gate lets in, in gzip.
_LARGEST_BYTES = 9 * 2**20
_ONLY_OWNER = 0o600


class _Writer(Protocol):
    def write(self, data: bytes, /) -> object: ...


def shelves_of(data: Path) -> Iterator[tuple[str, Path]]:
    """Yield path in the backup and folder of each shelf; links among them are no shelves."""
    folder = data / EVIDENCE
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        if _SHELF.fullmatch(place.name) and place.is_dir() and not place.is_symlink():
            yield f"{EVIDENCE}/{place.name}.tar", place


def write_shelf(shelf: Path, to: _Writer) -> None:
    """Write the tar of a shelf; what is given up meanwhile is left out, and nothing but files of evidence is in it."""
    with tarfile.open(fileobj=_Plain(to), mode="w|", format=tarfile.PAX_FORMAT) as packed:
        for place in sorted(shelf.iterdir()):
            if not _FILE.fullmatch(place.name) or place.is_symlink():
                continue
            try:
                content = place.read_bytes()
            except FileNotFoundError:
                continue
            entry = tarfile.TarInfo(place.name)
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))


class _Plain(io.RawIOBase):
    """What `tarfile` writes a stream to."""

    def __init__(self, to: _Writer) -> None:
        self._to = to

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        block = bytes(data)  # type: ignore[call-overload]  # always bytes
        self._to.write(block)
        return len(block)


def expand_shelves(data: Path) -> None:
    """Turn the tars of an unpacked backup into the folder of evidence, one after the other.

    Raises:
        BackupError: a tar holds something else than files of evidence.
        OSError: a file cannot be written.
    """
    folder = data / EVIDENCE
    for packed in sorted(folder.glob("*.tar")) if folder.is_dir() else ():
        shelf = folder / packed.stem
        shelf.mkdir()
        try:
            with tarfile.open(packed, "r:") as tar:
                for entry in tar:
                    _expand(tar, entry, shelf)
        except tarfile.TarError as error:
            raise BackupError(f"备份中的证据 {packed.name} 读不出（{error}）。请换一份备份。") from error
        packed.unlink()


def _expand(tar: tarfile.TarFile, entry: tarfile.TarInfo, shelf: Path) -> None:
    inner: IO[bytes] | None = tar.extractfile(entry) if entry.isreg() else None
    if inner is None or not _FILE.fullmatch(entry.name) or not 0 <= entry.size <= _LARGEST_BYTES:
        raise BackupError(
            f"备份中的证据 {shelf.name}.tar 里有不该有的成员 {entry.name[:100]!r}，没有恢复。请换一份备份。"
        )
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(shelf / entry.name, flags, _ONLY_OWNER), "wb") as out:
        out.write(inner.read())
        out.flush()
        os.fsync(out.fileno())
