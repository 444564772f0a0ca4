"""The switches that people set on sources, over the catalogue's own setting."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawlers.records import Source
from service.domain.refusal import Conflict
from service.ports.store import Store

__all__ = ["VISIT_LEASE", "claim_visits", "effective", "end_visits", "switch"]

VISIT_LEASE = timedelta(seconds=150)
"""How long a visit is one process's own; longer than one pass of the crawl role may take."""

_VISIT = "visit:"
_NEVER_CRAWLED = frozenset({"login", "import_only", "anon_cookie"})


def effective(sources: Sequence[Source], switches: Mapping[str, bool]) -> list[Source]:
    """Return the sources as they are switched now."""
    return [replace(source, enabled=switches.get(source.id, source.enabled)) for source in sources]


def claim_visits(store: Store, sources: Sequence[Source], *, holder: str, now: datetime) -> list[Source]:
    """Return those of `sources` whose host no other crawl process is visiting, and hold these hosts in the name of `holder`.

    A host is held whole, so that the distance between requests is kept however many processes crawl. A process that
    dies loses its visits when the lease is over.
    """
    with store.write() as work:
        free = set()
        for host in sorted({_host(source) for source in sources}):
            held = work.value(_VISIT + host)
            if not held or held["by"] == holder or datetime.fromisoformat(held["until"]) <= now:
                work.set_value(_VISIT + host, {"by": holder, "until": (now + VISIT_LEASE).isoformat()})
                free.add(host)
    return [source for source in sources if _host(source) in free]


def end_visits(store: Store, sources: Sequence[Source], *, holder: str) -> None:
    """Let go of visits that are over."""
    with store.write() as work:
        for host in sorted({_host(source) for source in sources}):
            held = work.value(_VISIT + host)
            if held and held["by"] == holder:
                work.set_value(_VISIT + host, None)


def _host(source: Source) -> str:
    return urlsplit(source.url or "").hostname or source.id


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
