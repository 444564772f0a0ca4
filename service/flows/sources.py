"""The switches that people set on sources, over the catalogue's own setting."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from crawlers.records import Source
from service.domain.refusal import Conflict
from service.ports.store import Store

__all__ = ["effective", "switch"]

_NEVER_CRAWLED = frozenset({"login", "import_only", "anon_cookie"})


def effective(sources: Sequence[Source], switches: Mapping[str, bool]) -> list[Source]:
    """Return the sources as they are switched now."""
    return [replace(source, enabled=switches.get(source.id, source.enabled)) for source in sources]


def switch(store: Store, source: Source, *, enabled: bool, actor: str, now: datetime) -> None:
    """Switch a source on or off, with its audit row.

    Raises:
        Conflict: the source may only be imported, never crawled.
    """
    if enabled and (source.access in _NEVER_CRAWLED or source.kind == "file_drop"):
        raise Conflict(f"{source.name}只能导入文件，不能启用采集。")
    with store.write() as work:
        work.sources.switch(source.id, enabled=enabled)
        work.audit.append(
            actor=actor,
            action="source.switched",
            subject=f"source:{source.id}",
            detail={"enabled": enabled},
            now=now,
        )
