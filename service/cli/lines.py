"""Lines of standard input in bounded batches that do not wait for one another.

A batch ends at `MOST_LINES` lines or `MOST_BYTES` bytes, at the end of input, or when `WAIT_SECONDS` passed without a
further line: whoever writes one document and waits for its answer gets it.
"""

import os
import select
from collections.abc import Iterator

__all__ = ["LONGEST_LINE_BYTES", "MOST_BYTES", "MOST_LINES", "WAIT_SECONDS", "Line", "batches"]

MOST_LINES = 256
MOST_BYTES = 16 * 1024 * 1024
WAIT_SECONDS = 0.2
# Six times the longest document that is taken, in JSON's longest spelling of it.
LONGEST_LINE_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024

Line = tuple[int, bytes | None]
"""A line's number from 1 and its bytes without the line feed; `None` where it is longer than is taken."""


def batches(descriptor: int) -> Iterator[list[Line]]:
    """Yield the lines of an open file, pipe or terminal, in order; no batch is empty."""
    reader = _Reader()
    while not reader.has_ended():
        ready, _, _ = select.select([descriptor], [], [], WAIT_SECONDS if reader.lines else None)
        if ready:
            reader.take(os.read(descriptor, _CHUNK_BYTES))
        while reader.full or (reader.lines and (not ready or reader.has_ended())):
            yield reader.give()


class _Reader:
    """Cuts chunks into lines; holds at most one chunk's lines and one unfinished line."""

    def __init__(self) -> None:
        self._ended = False
        self.lines: list[Line] = []
        self._bytes = 0
        self._number = 0
        self._pieces: list[bytes] = []
        self._unfinished = 0

    @property
    def full(self) -> bool:
        return len(self.lines) >= MOST_LINES or self._bytes >= MOST_BYTES

    def has_ended(self) -> bool:
        return self._ended

    def take(self, chunk: bytes) -> None:
        *finished, rest = chunk.split(b"\n")
        for piece in finished:
            self._extend(piece)
            self._finish()
        self._extend(rest)
        if not chunk:
            self._ended = True
            if self._unfinished:
                self._finish()

    def give(self) -> list[Line]:
        given, self.lines = self.lines[:MOST_LINES], self.lines[MOST_LINES:]
        self._bytes = sum(len(line or b"") for _, line in self.lines)
        return given

    def _extend(self, piece: bytes) -> None:
        self._unfinished += len(piece)
        if self._unfinished > LONGEST_LINE_BYTES:
            self._pieces.clear()
        elif piece:
            self._pieces.append(piece)

    def _finish(self) -> None:
        self._number += 1
        line = None if self._unfinished > LONGEST_LINE_BYTES else b"".join(self._pieces)
        self.lines.append((self._number, line))
        self._bytes += len(line or b"")
        self._pieces.clear()
        self._unfinished = 0
