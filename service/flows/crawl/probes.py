"""Probes (探查) of addresses that administrators want to add: asked for on a page, made by a crawl role, looked at on a page."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from crawlers.personal_data import mask_personal_data
from crawlers.probing.propose import Proposal, Sample
from crawlers.records import Source, SourceClass
from crawlers.urls import url_key
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict, NotFound, Refusal
from service.flows.acts import note, permit
from service.flows.crawl.sources import VISIT_LEASE, Claim, host_of, is_stopped
from service.ports.own_sources import SourceProbe
from service.ports.store import Store, Work

__all__ = ["KEPT", "PROBES", "ProbeClaim", "ask_for_probe", "claim_probe", "declared_at", "probe_of", "settle_probe"]

PROBES = "sources.probes"
"""What to be alone with before a probe is read to be changed."""
KEPT = timedelta(days=7)
"""How long a probe can be looked at."""
MOST_WAITING = 5
MOST_TRIES = 2
"""A probe that its own crawl role cuts short so often has failed."""

_LONGEST_ADDRESS = 2048
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeClaim:
    """A probe that one process may make now, and its claim on the host."""

    probe: SourceProbe
    claim: Claim


def ask_for_probe(
    store: Store, person: Person, *, url: str, name: str, sources: Iterable[Source], now: datetime
) -> SourceProbe:
    """Ask for the probe of an address; one that waits for the same address already is returned instead.

    Raises:
        Forbidden: The person's role is not granted it.
        Refusal: This is no address of a web page.
        Conflict: A source is declared at the address, a person has stopped its host, or too many probes wait.
    """
    permit(person, Act.MANAGE_SOURCES)
    address = _address(url)
    known = declared_at(address, sources)
    if known is not None:
        raise Conflict(f"这个网址已经是信源“{known.name}”（编号 {known.id}），不必再添加；要调整请在信源列表中找到它。")
    host = urlsplit(address).hostname or ""
    with store.write() as work:
        work.alone(PROBES)
        if is_stopped(host, work.hosts.stopped()):
            raise Conflict(f"{host} 已被停止采集，不能探查；请先在信源页恢复该网站。")
        work.own_sources.drop_probes_before(now - KEPT)
        waiting = work.own_sources.waiting_probes(limit=MOST_WAITING)
        again = next((one for one in waiting if one.url == address), None)
        if again is not None:
            return again
        if len(waiting) >= MOST_WAITING:
            raise Conflict(f"已有 {MOST_WAITING} 个网址在等待探查，请等其中一个有结果后再试。")
        probe = SourceProbe(
            id=secrets.token_hex(8), url=address, name=" ".join(name.split()), asked_by=person.name, asked_at=now
        )
        work.own_sources.save_probe(probe)
        note(work, person, "source.probe_asked", f"host:{host}", {"url": address}, now)
    return probe


def probe_of(work: Work, probe_id: str) -> SourceProbe:
    """Return the probe. Raises `NotFound`."""
    probe = work.own_sources.probe(probe_id)
    if probe is None:
        raise NotFound(f"没有这次探查，可能已超过 {KEPT.days} 天；请重新输入网址探查。")
    return probe


def declared_at(url: str, sources: Iterable[Source]) -> Source | None:
    """Return the source that is declared at an address, however it is written."""
    key = url_key(url)
    return next((source for source in sources if source.url and url_key(source.url) == key), None)


def claim_probe(store: Store, *, holder: str, now: datetime, busy: Collection[str] = ()) -> ProbeClaim | None:
    """Return the probe that this process may make now, its host held; `None` where none waits or their hosts are busy.

    `busy` are the hosts on which this process has something under way. What began twice and never ended has failed.
    """
    with store.read() as work:
        if not work.own_sources.waiting_probes(limit=1):
            return None
    with store.write() as work:
        work.alone(PROBES)
        stops = work.hosts.stopped()
        for probe in work.own_sources.waiting_probes(limit=MOST_WAITING):
            source = Source(
                id="probe", name=probe.url, kind="listing", source_class=SourceClass.OTHER, url=probe.url, enabled=False
            )
            host = host_of(source)
            if is_stopped(host, stops):
                _end(work, probe, Proposal(refused=f"管理员已停止采集该网站（{host}），没有探查。"), now)
            elif host not in busy:
                fences = work.hosts.claim({host}, holder=holder, now=now, until=now + VISIT_LEASE)
                if fences and probe.tries >= MOST_TRIES:
                    _end(work, probe, Proposal(refused="探查两次都没有完成，该网站的页面可能无法处理。"), now)
                    work.hosts.release(fences, free_at=now)
                elif fences:
                    begun = replace(probe, tries=probe.tries + 1)
                    work.own_sources.save_probe(begun)
                    return ProbeClaim(probe=begun, claim=Claim(sources=(source,), fences=fences))
    return None


def settle_probe(store: Store, claimed: ProbeClaim, found: Proposal, *, now: datetime) -> None:
    """Write down what came of a probe; nothing where another process took its host, or it has ended or been forgotten."""
    (host, fence) = next(iter(claimed.claim.fences.items()))
    with store.write() as work:
        work.alone(PROBES)
        probe = work.own_sources.probe(claimed.probe.id)
        if probe is not None and probe.ended_at is None and work.hosts.is_held(host, fence):
            _end(work, probe, found, now)


def _end(work: Work, probe: SourceProbe, found: Proposal, now: datetime) -> None:
    work.own_sources.save_probe(
        replace(
            probe,
            ended_at=now,
            draft=None if found.draft is None else _plain(found.draft),
            refused=None if found.draft is not None else found.refused or "没有可以写成声明的内容。",
            reasons=tuple(mask_personal_data(one) for one in found.reasons),
            samples=tuple(_shown(one) for one in found.samples),
        )
    )


def _plain(draft: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft as JSON keeps it, without the day that a person's own look would have."""
    return {
        key: value.isoformat() if isinstance(value, date) else value for key, value in draft.items() if key != "checked"
    }


def _shown(sample: Sample) -> dict[str, Any]:
    at = sample.published_at
    return {
        "title": mask_personal_data(sample.title)[:_LONGEST_TITLE],
        "url": sample.url,
        "published_at": at.isoformat() if at else None,
    }


def _address(written: str) -> str:
    """Return an address without what only browsers use. Raises `Refusal`."""
    url = written.strip().partition("#")[0]
    told = f"“{written.strip()[:80]}”"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Refusal(f"{told}不是有效的网址，请从浏览器地址栏完整复制。") from error
    if parts.scheme not in {"http", "https"} or not host or any(letter.isspace() for letter in url):
        raise Refusal(f"{told}不是完整的网址，请从浏览器地址栏复制 http:// 或 https:// 开头的网址。")
    if len(url) > _LONGEST_ADDRESS:
        raise Refusal(f"网址请控制在 {_LONGEST_ADDRESS} 个字符以内，现为 {len(url)} 个。")
    if parts.username is not None or parts.password is not None:
        raise Refusal("网址中带有用户名或密码。需要登录的网站不作采集，请改用文件导入。")
    if "." not in host:
        raise Refusal(f"{told}不是公开网站的网址，只采集公开网站。")
    return url
