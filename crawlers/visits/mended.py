"""What was given up under older rules gets its tries again: the declaration changed, a limit did, or a person asked for it.

A page that could not be read three times is left alone, since it will not read better the fourth time; so is a file
that was refused. Both do once what refused them is another.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any

from crawlers.attachments import archive, kinds
from crawlers.gate import DEFAULT_LIMITS
from crawlers.ports import SourceProgress
from crawlers.records import Source
from crawlers.remembered import (
    ANEW_AT,
    ASKED_ANEW,
    DATED,
    FILES,
    LATE,
    LEFT_ALONE,
    LIMITS_BY,
    MOST_FILES,
    READ_BY,
    REFUSED_FILES,
    TRIES,
)
from crawlers.visits.late import MOST_LATE, LatePage, late_pages_from

__all__ = ["declared", "limits_by", "read_anew", "remembered_rules"]

_ANEW = frozenset({TRIES, REFUSED_FILES, LEFT_ALONE, DATED})


def declared(source: Source) -> str:
    """Return a short digest of how the source is declared to be read."""
    return _digest(_plain(source.declaration))


def limits_by(more: Mapping[str, object]) -> str:
    """Return a short digest of the limits by which pages and files are refused; `more` are those that the caller sets."""
    limits = {
        "page": asdict(DEFAULT_LIMITS),
        "file": [kinds.MAX_BYTES, kinds.MAX_UNPACKED_BYTES, kinds.MAX_RATIO, kinds.MAX_PARTS],
        "archive": [archive.MAX_MEMBERS, archive.MAX_MEMBER_BYTES],
    }
    return _digest(limits | dict(more))


def read_anew(progress: SourceProgress, source: Source, limits: str) -> SourceProgress:
    """Return the progress without tries and validators, with the pages and files that were given up to be had, where anything is new.

    New is a declaration or are limits that changed since the last visit, or a person's wish that no visit followed yet.
    Without its validators the list is fetched and read whole, so that what was given up is listed again. A progress
    that does not know by what it was read is taken to be read by the same.
    """
    memory = progress.memory
    same = memory.get(READ_BY) in {None, declared(source)} and memory.get(LIMITS_BY) in {None, limits}
    if same and memory.get(ASKED_ANEW) == memory.get(ANEW_AT):
        return progress
    files = [*(memory.get(FILES) or ()), *(memory.get(REFUSED_FILES) or ())][:MOST_FILES]
    files = [dict(one) | {"failures": 0, "due_at": None} for one in files]
    kept = {name: value for name, value in memory.items() if name not in _ANEW} | {
        FILES: files,
        LATE: _late_anew(memory),
    }
    return replace(progress, etag=None, last_modified=None, list_hash=None, memory=MappingProxyType(kept))


def remembered_rules(memory: Mapping[str, Any], source: Source, limits: str) -> dict[str, Any]:
    """Return what a visit remembers of the rules it read by; the wish that it followed is the one in its `memory`."""
    return {READ_BY: declared(source), LIMITS_BY: limits, ANEW_AT: memory.get(ASKED_ANEW)}


def _late_anew(memory: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the pages to be asked for: those that wait and those given up, with all their tries and at once."""
    pages = late_pages_from(memory.get(LATE)) | late_pages_from(memory.get(LEFT_ALONE))
    return [LatePage(record=page.record).to_json() for page in list(pages.values())[:MOST_LATE]]


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    return {str(key): _plain(one) for key, one in value.items()} if isinstance(value, Mapping) else value
