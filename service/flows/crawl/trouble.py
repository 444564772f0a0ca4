"""Tells administrators of sources in trouble: once when it begins, once when it is over, all of a pass in one mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from crawlers.health import Health, HealthState, health
from crawlers.ports import SourceProgress
from crawlers.records import Source
from service.domain.people.person import Person, Role
from service.domain.telling.letter import Letter
from service.domain.telling.notification import DRILL
from service.flows.alerts.consider import Office
from service.flows.crawl.sources import effective, host_of, is_stopped
from service.flows.telling.merging import MAIL
from service.ports.store import Store, Work

__all__ = ["TroubleTold", "in_trouble", "tell_trouble"]

_TROUBLES = "source.troubles"
_STATES = frozenset({HealthState.FAILING, HealthState.SILENT, HealthState.ODD})
# One failed visit may be a slip; the page shows it at once, a mail waits for the second.
_FAILURES = 2
# What comes and goes is told once in this time.
_AGAIN_AFTER = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleTold:
    """Ids of sources of whose trouble, or recovery, mail was queued."""

    begun: tuple[str, ...] = ()
    over: tuple[str, ...] = ()


def tell_trouble(store: Store, sources: Sequence[Source], *, office: Office, now: datetime) -> TroubleTold:
    """Queue the mails that the state of the sources calls for since the last look; most looks queue none."""
    with store.read() as work:
        found = in_trouble(work, sources, now)
        known = work.value(_TROUBLES, {})
    if not _changed(found, known):
        return TroubleTold()
    with store.write() as work:
        work.alone(_TROUBLES)
        known = dict(work.value(_TROUBLES, {}))
        begun = [source_id for source_id in found if _is_new(known.get(source_id), now)]
        over = [source_id for source_id, held in known.items() if held["over"] is None and source_id not in found]
        names = {source.id: source.name for source in sources}
        for source_id in found:
            held = known.get(source_id)
            since = now.isoformat() if source_id in begun or held is None else held["since"]
            known[source_id] = {"since": since, "over": None}
        for source_id in over:
            known[source_id] = known[source_id] | {"over": now.isoformat()}
        work.set_value(_TROUBLES, known)
        people = _administrators(work.people.listing())
        if begun:
            lines = [f"{names[one]}：{found[one].sentence}" for one in begun]
            _queue(work, people, _letter(lines, over=False, office=office), begun, now)
        told_over = [one for one in over if one in names]
        if told_over:
            lines = [f"{names[one]}：已恢复采集。" for one in told_over]
            _queue(work, people, _letter(lines, over=True, office=office), told_over, now)
    return TroubleTold(begun=tuple(begun), over=tuple(over))


def in_trouble(work: Work, sources: Sequence[Source], now: datetime) -> dict[str, Health]:
    """Return by id the health of sources that fail, are silent or answer oddly, of those that are switched on and not stopped."""
    progress, stops = work.sources.all_progress(), work.hosts.stopped()
    found = {}
    for source in effective(sources, work.sources.switches()):
        remembered = progress.get(source.id)
        if remembered is None or not source.enabled or is_stopped(host_of(source), stops):
            continue
        told = health(remembered, source, now)
        if told.state in _STATES and not _is_slip(told, remembered):
            found[source.id] = told
    return found


def _is_slip(told: Health, progress: SourceProgress) -> bool:
    return told.state is HealthState.FAILING and progress.failures < _FAILURES


def _changed(found: Mapping[str, Health], known: Mapping[str, Any]) -> bool:
    running = {source_id for source_id, held in known.items() if held["over"] is None}
    return running != set(found)


def _is_new(held: Mapping[str, Any] | None, now: datetime) -> bool:
    if held is None:
        return True
    return held["over"] is not None and now - datetime.fromisoformat(held["over"]) >= _AGAIN_AFTER


def _administrators(people: Sequence[Person]) -> list[Person]:
    return [person for person in people if person.role is Role.ADMINISTRATOR and person.email and not person.disabled]


def _letter(lines: Sequence[str], *, over: bool, office: Office) -> Letter:
    word = "恢复" if over else "异常"
    mark = DRILL if office.drill else ""
    summary = f"{len(lines)} 个信源已恢复采集。" if over else f"{len(lines)} 个信源出现异常，其间的新稿件可能收不到。"
    return Letter(
        subject=f"{mark}[信源{word}] {len(lines)} 个：{lines[0].partition('：')[0][:40]}{'等' if len(lines) > 1 else ''}",
        summary=summary,
        reasons=(),
        deadlines=(),
        publication="",
        step="查看信源页面" if over else "核对网站与信源声明；网站拒绝自动访问的，改用备用信源或导入文件",
        link=f"{office.address}/sources" + ("" if over else "?state=trouble"),
        documents=(),
        drill=office.drill,
        listed=tuple(lines),
        receives="您是系统管理员",
    )


def _queue(work: Work, people: Sequence[Person], letter: Letter, about: Sequence[str], now: datetime) -> None:
    occasion = sha256("\n".join([now.isoformat(), letter.subject, *about]).encode()).hexdigest()[:16]
    for person in people:
        payload = {"to": person.email, "alert_id": "sources", "letter": letter.to_json()}
        work.outbox.add(f"mail:sources:{occasion}:{person.id}", MAIL, payload, now=now)
