"""A source whose declaration changed is read anew: what was given up under the old rules gets its tries again.

A page that could not be read three times is left alone, since it will not read better the fourth time. It does once its
rule is mended.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from crawlers.ports import SourceProgress
from crawlers.records import Source
from crawlers.remembered import READ_BY, TRIES

__all__ = ["declared", "read_anew"]


def declared(source: Source) -> str:
    """Return a short digest of how the source is declared to be read."""
    text = json.dumps(_plain(source.declaration), sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_anew(progress: SourceProgress, source: Source) -> SourceProgress:
    """Return the progress without tries and validators where the declaration changed since the last visit, else as it is.

    Without its validators the list is fetched and read whole, so that what was given up is listed again. A progress
    that does not know by what it was read is taken to be read by the same.
    """
    if progress.memory.get(READ_BY) in {None, declared(source)}:
        return progress
    memory = {name: value for name, value in progress.memory.items() if name != TRIES}
    return replace(progress, etag=None, last_modified=None, list_hash=None, memory=MappingProxyType(memory))


def _plain(value: object) -> object:
    return {str(key): _plain(one) for key, one in value.items()} if isinstance(value, Mapping) else value
