"""The folder of evidence: the gzip of each page by the SHA-256 of its bytes, on 256 shelves."""

import hashlib
import os
import re
import secrets
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from service.ports.evidence import AlteredError

__all__ = ["EvidenceFolder"]

_HASH = re.compile(r"[0-9a-f]{64}")
_ENDING = ".gz"
_GZIP = 31
_DRAFT = "."
_SHELVES = 256
_SIDE_BY_SIDE = 16


class EvidenceFolder:
    """`service.ports.evidence.EvidenceFiles` over `ab/cdef….gz` below a folder that is made when it is first needed."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Keep below `folder`. One that is not `durable` may lose its last files with the machine."""
        self._folder = folder
        self._durable = durable

    def put(self, packed: Mapping[str, bytes]) -> set[str]:
        """Write the gzips of bodies by hash; return the hashes of those that are there, durably, when this returns.

        Several are written side by side: the disk makes many files durable in little more than the time of one.
        """
        there = {sha256 for sha256 in packed if self._place(sha256).is_file()}
        new = sorted(packed.keys() - there)
        if not new:
            return there
        with ThreadPoolExecutor(min(len(new), _SIDE_BY_SIDE)) as pool:
            written = [
                sha256
                for sha256, done in zip(new, pool.map(self._try, new, (packed[one] for one in new)), strict=True)
                if done
            ]
            shelves = sorted({self._place(sha256).parent for sha256 in written})
            synced = dict(zip(shelves, pool.map(self._sync, shelves), strict=True))
        return there | {sha256 for sha256 in written if synced[self._place(sha256).parent]}

    def _try(self, sha256: str, packed: bytes) -> bool:
        place = self._place(sha256)
        draft = place.parent / f"{_DRAFT}{place.stem[:16]}-{secrets.token_hex(4)}"
        try:
            if not place.parent.is_dir():
                place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
                self._sync(self._folder)
            # For the owner and its group alone: a page holds names and numbers that nobody masked.
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb") as file:
                file.write(packed)
                if self._durable:
                    file.flush()
                    os.fsync(file.fileno())
            draft.replace(place)
        except OSError:
            with suppress(OSError):
                draft.unlink()
            return False
        return True

    def holds(self, sha256: str) -> bool:
        """Return whether there are bytes of this hash."""
        return self._place(sha256).is_file()

    def read(self, sha256: str, length: int) -> bytes | None:
        """Return the body of this hash and length, `None` where there is none; never more than a byte too many is unpacked."""
        try:
            packed = self._place(sha256).read_bytes()
        except FileNotFoundError:
            return None
        unpacking = zlib.decompressobj(_GZIP)
        try:
            body = unpacking.decompress(packed, length + 1)
        except zlib.error as error:
            raise AlteredError(str(error)) from error
        if not unpacking.eof or unpacking.unused_data or hashlib.sha256(body).hexdigest() != sha256:
            raise AlteredError("not the bytes of this hash")
        return body

    def remove(self, sha256: str) -> None:
        """Remove the bytes of this hash; none there is fine."""
        self._place(sha256).unlink(missing_ok=True)

    def hashes(self, shelf: int | None = None) -> Iterator[str]:
        """Yield the hashes that are there: on one of the 256 shelves, or on all."""
        for number in range(_SHELVES) if shelf is None else (shelf,):
            for name in self._names(number):
                if name.endswith(_ENDING) and _HASH.fullmatch(f"{number:02x}{name.removesuffix(_ENDING)}"):
                    yield f"{number:02x}{name.removesuffix(_ENDING)}"

    def tidy(self, *, before: datetime) -> None:
        """Remove drafts that were begun before a moment: a crash left them."""
        for shelf in range(_SHELVES):
            for name in self._names(shelf):
                draft = self._folder / f"{shelf:02x}" / name
                with suppress(OSError):
                    if name.startswith(_DRAFT) and draft.stat().st_mtime < before.timestamp():
                        draft.unlink()

    def size(self) -> tuple[int, int]:
        """Return how many files there are and how many bytes they take."""
        count = total = 0
        for number in range(_SHELVES):
            with suppress(FileNotFoundError), os.scandir(self._folder / f"{number:02x}") as found:
                for one in found:
                    with suppress(FileNotFoundError):
                        count, total = count + 1, total + one.stat().st_size
        return count, total

    def _place(self, sha256: str) -> Path:
        if not _HASH.fullmatch(sha256):
            raise ValueError(f"{sha256[:80]!r} is no SHA-256 in hex")
        return self._folder / sha256[:2] / f"{sha256[2:]}{_ENDING}"

    def _names(self, shelf: int) -> list[str]:
        folder = self._folder / f"{shelf:02x}"
        return sorted(place.name for place in folder.iterdir()) if folder.is_dir() else []

    def _sync(self, folder: Path) -> bool:
        if not self._durable:
            return True
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return False
        try:
            os.fsync(descriptor)
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return True
