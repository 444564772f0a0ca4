"""A crawl's memory in one JSON file, beside a `JsonlSink`."""

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from crawlers.ports import SourceProgress
from crawlers.records import document_id
from crawlers.serialise import progress_from_json, progress_to_json

__all__ = ["StateFile"]


class Holdings(Protocol):
    """What knows which documents are stored."""

    def holds(self, document_id: str) -> bool:
        """Return whether any version of the document is stored."""
        ...


class StateFile:
    """Remembers progress per source; the file is replaced as a whole, so a crash leaves the old or the new one.

    What has been seen is asked of the sink, never kept twice: a document counts as seen exactly when it is stored.
    """

    def __init__(self, path: Path, holdings: Holdings) -> None:
        """Read the file where there is one.

        Raises:
            ValueError: it is not a state file; the message says what to do.
        """
        self._path = path
        self._holdings = holdings
        self._lock = threading.Lock()
        self._progress = _read(path)

    def progress(self, source_id: str) -> SourceProgress:
        """Return what is remembered; an empty progress for a source never crawled."""
        with self._lock:
            return self._progress.get(source_id) or SourceProgress(source_id=source_id)

    def save_progress(self, progress: SourceProgress) -> None:
        """Replace what is remembered about one source, on disk before this returns."""
        with self._lock:
            updated = {**self._progress, progress.source_id: progress}
            _write(self._path, updated)
            self._progress = updated

    def unseen(self, source_id: str, native_ids: Sequence[str]) -> set[str]:
        """Return those of `native_ids` of which no document is stored yet."""
        return {native for native in native_ids if not self._holdings.holds(document_id(source_id, native))}


def _read(path: Path) -> dict[str, SourceProgress]:
    if not path.exists():
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return {source_id: progress_from_json(values) for source_id, values in stored.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"{path} is not a crawl state file ({error}); move it away to start afresh") from error


def _write(path: Path, progress: dict[str, SourceProgress]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {source_id: progress_to_json(entry) for source_id, entry in progress.items()}
    draft = path.with_suffix(path.suffix + ".new")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(values, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
