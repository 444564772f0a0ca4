"""A document sink of JSON lines, so that crawlers run alone: one file of documents, one of quarantine entries.

A line is one version of one document; an edited document is appended again, the last line of an id holds. What a
crash left half written at the end of a file is cut off at the next opening; it had not been acknowledged.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from crawlers.ports import KeptFile, PutResult, QuarantineEntry
from crawlers.records import Document
from crawlers.serialise import (
    document_from_json,
    document_to_json,
    quarantine_entry_from_json,
    quarantine_entry_to_json,
)

__all__ = ["JsonlSink", "SinkBusy"]


class SinkBusy(OSError):  # noqa: N818 - it says what is the matter with the sink
    """Another process writes to this folder."""


class JsonlSink:
    """Keeps documents in `documents.jsonl` and what could not be taken in `quarantine.jsonl`.

    When `put` returns, its lines are on disk (fsync). One process per folder; threads may share a sink. Holds the
    ids and hashes of all documents in memory: about 200 bytes each.
    """

    def __init__(self, folder: Path) -> None:
        """Open the folder, making it if need be, and learn what it holds.

        Raises:
            SinkBusy: another process has it open.
            OSError: it cannot be written.
            ValueError: a line in the middle of the file is not a document; the message names it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        with ExitStack() as opened:
            opened.enter_context(_claimed(folder / ".lock"))
            self._documents = opened.enter_context(_opened(folder / "documents.jsonl"))
            self._quarantine = opened.enter_context(_opened(folder / "quarantine.jsonl"))
            self._hashes = {document.id: document.content_hash for document in self.documents()}
            self._files = opened.pop_all()

    def put(self, documents: Sequence[Document]) -> PutResult:
        """Append what is new or edited, in one write."""
        with self._lock:
            counts = {"added": 0, "edited": 0, "known": 0}
            hashes: dict[str, str] = {}
            lines: list[str] = []
            for document in documents:
                before = hashes.get(document.id) or self._hashes.get(document.id)
                if before == document.content_hash:
                    counts["known"] += 1
                    continue
                counts["added" if before is None else "edited"] += 1
                hashes[document.id] = document.content_hash
                lines.append(_line(document_to_json(document)))
            _append(self._documents, lines)
            self._hashes |= hashes
            return PutResult(**counts)

    def keep(self, file: KeptFile) -> None:
        """Write the bytes into `attachments/`, under their hash, once; a folder of files has no bound."""
        folder = self._folder / "attachments"
        folder.mkdir(exist_ok=True)
        target = folder / file.hash
        with self._lock:
            if target.exists():
                return
            draft = target.with_suffix(".new")
            with draft.open("wb") as written:
                written.write(file.content)
                written.flush()
                os.fsync(written.fileno())
            draft.replace(target)

    def quarantine(self, entries: Sequence[QuarantineEntry]) -> None:
        """Append the entries."""
        with self._lock:
            _append(self._quarantine, [_line(quarantine_entry_to_json(entry)) for entry in entries])

    def holds(self, document_id: str) -> bool:
        """Return whether any version of the document is stored."""
        return document_id in self._hashes

    def documents(self) -> Iterator[Document]:
        """Yield every stored version, oldest first."""
        for number, values in _lines(self._folder / "documents.jsonl"):
            try:
                yield document_from_json(values)
            except ValueError as error:
                raise ValueError(f"documents.jsonl line {number}: {error}") from error

    def quarantined(self) -> Iterator[QuarantineEntry]:
        """Yield every quarantine entry, oldest first."""
        for _, values in _lines(self._folder / "quarantine.jsonl"):
            yield quarantine_entry_from_json(values)

    def close(self) -> None:
        """Close the files and free the folder for others."""
        self._files.close()

    def __enter__(self) -> Self:
        """Return the open sink."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _claimed(path: Path) -> IO[bytes]:
    claim = path.open("ab")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        claim.close()
        raise SinkBusy(f"{path.parent} is in use by another process") from error
    return claim


def _opened(path: Path) -> IO[bytes]:
    file = path.open("a+b")
    _cut_torn_line(file)
    return file


def _cut_torn_line(file: IO[bytes]) -> None:
    end = file.seek(0, os.SEEK_END)
    position = end
    while position > 0:
        start = max(position - 65536, 0)
        file.seek(start)
        newline = file.read(position - start).rfind(b"\n")
        if newline >= 0:
            position = start + newline + 1
            break
        position = start
    if position < end:
        file.truncate(position)


def _append(file: IO[bytes], lines: Iterable[str]) -> None:
    data = "".join(lines).encode()
    if not data:
        return
    end = file.seek(0, os.SEEK_END)
    try:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    except OSError:
        # A full disk: nothing of the batch may stay, since none of it is acknowledged.
        file.truncate(end)
        raise


def _line(values: dict[str, Any]) -> str:
    # JSON escapes U+2028 only when asked to; a line is a line to everybody.
    return json.dumps(values, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                values = json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path.name} line {number} is not JSON: {error}") from error
            if not isinstance(values, dict):
                raise ValueError(f"{path.name} line {number} is not a JSON object")  # noqa: TRY004 - a fault of the file
            yield number, values
