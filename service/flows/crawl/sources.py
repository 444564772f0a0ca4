"""Which sources are crawled now: the switches of people, stopped hosts, and the share of this process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from crawlers.catalogue.addresses import slots_of
from crawlers.catalogue.declaration import NEVER_CRAWLED, NOT_CRAWLED, Politeness
from crawlers.ports import SourceProgress
from crawlers.records import Source
from service.domain.refusal import Conflict
from service.ports.fetching import HostStop
from service.ports.registers import SourceCheck
from service.ports.store import Store

__all__ = [
    "CHECKS",
    "VISIT_LEASE",
    "Claim",
    "claim_visits",
    "description_of",
    "due_sources",
    "effective",
    "end_visits",
    "host_of",
    "is_crawlable",
    "is_stopped",
    "needs_check",
    "open_slots",
    "refuse_uncrawled",
    "resume_host",
    "stop_host",
    "stop_of",
    "switch",
]

CHECKS = "sources.checks"
"""What to be alone with before the live check of a source is read to be changed: a person may switch it off meanwhile."""
VISIT_LEASE = timedelta(seconds=150)
"""How long a host is one process's own; longer than one pass of the crawl role may take."""
_CLOCKS_APART = timedelta(minutes=5)

_MOST_PER_PASS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one process may visit now: the sources, and the fences under which it holds their hosts.

    `checks` are the ids of those that are visited for their live check.
    """

    sources: tuple[Source, ...] = ()
    fences: Mapping[str, int]
    checks: frozenset[str] = frozenset()


def effective(sources: Sequence[Source], switches: Mapping[str, bool]) -> list[Source]:
    """Return the sources as they are switched now."""
    return [replace(source, enabled=switches.get(source.id, source.enabled)) for source in sources]


def due_sources(
    sources: Sequence[Source],
    *,
    progress: Mapping[str, SourceProgress],
    switches: Mapping[str, bool],
    stops: Mapping[str, HostStop],
    now: datetime,
    wished: Mapping[str, datetime] = MappingProxyType({}),
) -> list[Source]:
    """Return the sources that are switched on, not stopped, and whose time has come, longest due first.

    Sources whose live check is wished for, with the moment, are due at once and before the others, on or not; one on
    each host at a time, so that each has the pass to itself. At most 256, so that one process does not take everything
    that others could share.
    """
    due: list[tuple[datetime, Source]] = []
    for source in sources:
        on = switches.get(source.id, source.enabled)
        if source.kind in NOT_CRAWLED or source.access in NEVER_CRAWLED or not on or source.id in wished:
            continue
        remembered = progress.get(source.id)
        moment = remembered.next_due_at if remembered is not None else None
        if (moment is None or moment <= now or _visited_ahead(remembered, now)) and not is_stopped(
            host_of(source), stops
        ):
            due.append((moment or now, source))
    due.sort(key=lambda pair: pair[0])
    return [*_to_check(sources, wished, stops), *(source for _, source in due)][:_MOST_PER_PASS]


def _visited_ahead(remembered: SourceProgress | None, now: datetime) -> bool:
    """Tell whether the last visit is told to be still to come: the clock was set back, and its next time means nothing.

    The few minutes are those by which the clock of another machine may differ.
    """
    last = remembered.last_run_at if remembered is not None else None
    return last is not None and last > now + _CLOCKS_APART


def _to_check(sources: Sequence[Source], wished: Mapping[str, datetime], stops: Mapping[str, HostStop]) -> list[Source]:
    first: dict[str, Source] = {}
    asked = (source for source in sources if source.id in wished and is_crawlable(source))
    for source in sorted(asked, key=lambda one: wished[one.id]):
        if not is_stopped(host_of(source), stops):
            first.setdefault(host_of(source), source)
    return list(first.values())


def description_of(source: Source) -> dict[str, Any]:
    """Return what the store is told of a source, so that levels, mails and tables know who speaks."""
    return {
        "id": source.id,
        "name": source.name,
        "source_class": str(source.source_class),
        "region": source.region,
        "weight": source.weight,
        "credibility": source.credibility,
    }


def is_crawlable(source: Source) -> bool:
    """Return whether a source is one that is visited at all: neither imported, nor pushed, nor a template."""
    never = source.kind in NOT_CRAWLED or source.access in NEVER_CRAWLED
    return not never and not open_slots(source)


def claim_visits(store: Store, sources: Sequence[Source], *, holder: str, now: datetime) -> Claim:
    """Hold the hosts of `sources` that no other crawl process holds, and return the sources on them.

    A host is held whole, so that the distance between requests is kept however many processes crawl. A process that
    dies loses its hosts when the lease is over.
    """
    with store.write() as work:
        hosts = {host_of(source) for source in sources}
        fences = work.hosts.claim(hosts, holder=holder, now=now, until=now + VISIT_LEASE)
    return Claim(sources=tuple(source for source in sources if host_of(source) in fences), fences=fences)


def end_visits(store: Store, claim: Claim, *, now: datetime) -> None:
    """Let go of the hosts; others may have each once its own delay has passed since now."""
    delays: dict[str, timedelta] = {}
    for source in claim.sources:
        host = host_of(source)
        delays[host] = max(delays.get(host, timedelta(0)), _delay(source))
    with store.write() as work:
        for delay in sorted(set(delays.values())):
            fences = {host: claim.fences[host] for host in delays if delays[host] == delay}
            work.hosts.release(fences, free_at=now + delay)


def host_of(source: Source) -> str:
    """Return the host that the source is asked from; its id where it has no address."""
    return urlsplit(source.url or "").hostname or source.id


def is_stopped(host: str, stops: Mapping[str, HostStop]) -> bool:
    """Return whether a person has stopped `host` or the site that it is part of."""
    return stop_of(host, stops) is not None


def stop_of(host: str, stops: Mapping[str, HostStop]) -> HostStop | None:
    """Return the stop that covers `host`: its own, or that of the site that it is part of."""
    labels = host.split(".")
    names = (".".join(labels[start:]) for start in range(len(labels)))
    return next((stops[name] for name in names if name in stops), None)


def stop_host(store: Store, host: str, *, actor: str, reason: str, now: datetime) -> HostStop:
    """Stop a host and what is below it, with the audit row; running crawls ask it nothing more within seconds.

    Raises:
        Conflict: this is not the name of a host.
    """
    name = host.strip().lower().rstrip(".")
    if not name or "/" in name or ":" in name or " " in name:
        raise Conflict(f"“{host[:80]}”不是主机名。请只写主机名，例如 www.example.gov.cn。")
    stop = HostStop(host=name, actor=actor, reason=reason.strip()[:200] or "未注明原因", at=now)
    with store.write() as work:
        work.hosts.stop(stop)
        detail = {"reason": stop.reason}
        work.audit.append(actor=actor, action="host.stopped", subject=f"host:{name}", detail=detail, now=now)
    return stop


def resume_host(store: Store, host: str, *, actor: str, now: datetime) -> None:
    """Let a stopped host go again, with the audit row.

    Raises:
        Conflict: it was not stopped.
    """
    with store.write() as work:
        if not work.hosts.resume(host):
            raise Conflict(f"{host[:80]} 没有被停止。")
        work.audit.append(actor=actor, action="host.resumed", subject=f"host:{host}", detail={}, now=now)


def _delay(source: Source) -> timedelta:
    politeness = source.declaration.get("politeness")
    return Politeness.model_validate(politeness or {}).delay


def switch(store: Store, source: Source, *, enabled: bool, actor: str, now: datetime) -> None:
    """Switch a source on or off, with its audit row.

    Switched off, it waits for no live check either.

    Raises:
        Conflict: the source may only be imported, never crawled, is a template, or has not passed its live check.
    """
    if enabled:
        refuse_uncrawled(source)
    with store.write() as work:
        work.alone(CHECKS)
        known = work.sources.checks().get(source.id)
        if enabled and needs_check(source, known):
            raise Conflict(f"{source.name}还没有通过上线检查，不能直接启用；请先做上线检查，通过后自动启用。")
        if known is not None and known.wished_at is not None:
            work.sources.save_check(replace(known, wished_at=None, wished_by=None, tries=0))
        work.sources.switch(source.id, enabled=enabled)
        work.audit.append(
            actor=actor,
            action="source.switched",
            subject=f"source:{source.id}",
            detail={"enabled": enabled},
            now=now,
        )


def needs_check(source: Source, known: SourceCheck | None) -> bool:
    """Return whether the source may not be on yet: shipped, never confirmed by a live visit, here or before it was shipped."""
    return source.unchecked and (known is None or known.passed_at is None)


def refuse_uncrawled(source: Source) -> None:
    """Raise `Conflict` for what is never visited: what is only imported, and templates."""
    if source.kind != "push" and (source.access in NEVER_CRAWLED or source.kind == "file_drop"):
        raise Conflict(f"{source.name}只能导入文件，不能启用采集。")
    if missing := open_slots(source):
        raise Conflict(f"{source.name}是模板：请先复制它的声明，在 params 中写明 {'、'.join(missing)}。")


def open_slots(source: Source) -> list[str]:
    """Return what a template still wants to have filled in its address or body."""
    request = dict(source.declaration.get("request") or {})
    values = (*dict(request.get("body") or {}).values(), *dict(request.get("form") or {}).values())
    said = [source.url or "", *(value for value in values if isinstance(value, str))]
    filled = dict(source.declaration.get("params") or {}).keys() | {"word"}
    slots = (slot for text in said for slot in slots_of(text))
    return [slot for slot in slots if slot not in filled and not slot.startswith("date:")]
