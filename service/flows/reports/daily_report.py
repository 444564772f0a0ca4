"""Queues the day's 每日报平安 where it is due: one mail a day to each reader, over restarts and by several processes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256

from crawlers.records import Source
from service.domain.alerts.alert import AlertLevel
from service.domain.alerts.alert_states import AlertState
from service.domain.people.person import Role
from service.domain.telling.daily_report import DayFacts, daily_letter, due_report
from service.flows.crawl.sources import effective
from service.flows.crawl.trouble import in_trouble
from service.flows.pulse import silent_since
from service.flows.telling.merging import MAIL
from service.flows.telling.second_channel import WEBHOOK
from service.ports.store import Store, Work

__all__ = ["DailyReport", "readers_of_it", "report_day"]

_UPTO = "daily_report.upto"
_DAY = timedelta(days=1)
_MOST = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyReport:
    """When it is due in Beijing, who gets it (nobody named: every administrator with an address), and what the store does not know.

    `sources` are the declared ones, `channel` is the name of the second channel; `disk` is what is left in words and whether
    that stops anything.
    """

    at: time
    to: Sequence[str]
    sources: Sequence[Source]
    address: str
    channel: str | None
    disk: tuple[str, bool]


def report_day(store: Store, report: DailyReport, *, now: datetime) -> int:
    """Queue the report that is due; return to how many. An installation that starts for the first time begins with the next hour."""
    with store.read() as work:
        upto = _upto(work)
    if due_report(upto, now, at=report.at) is None:
        return 0
    with store.write() as work:
        work.alone(_UPTO)
        upto = _upto(work)
        due = due_report(upto, now, at=report.at)
        if due is None:
            return 0
        work.set_value(_UPTO, due.at.isoformat())
        if upto is None:
            return 0
        letter = daily_letter(_facts(work, report, now), due, address=report.address, now=now).to_json()
        return sum(
            work.outbox.add(
                f"mail:{due.name}:{_mark(to)}", MAIL, {"to": to, "alert_id": "daily", "letter": letter}, now=now
            )
            for to in readers_of_it(work, report.to)
        )


def readers_of_it(work: Work, to: Sequence[str]) -> list[str]:
    """Return the addresses it goes to: those given, else those of the administrators."""
    if to:
        return list(dict.fromkeys(to))
    people = [one for one in work.people.listing() if one.role is Role.ADMINISTRATOR and not one.disabled]
    return list(dict.fromkeys(one.email for one in people if one.email))


def _upto(work: Work) -> datetime | None:
    kept = work.value(_UPTO)
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None


def _mark(address: str) -> str:
    return sha256(address.encode()).hexdigest()[:16]


def _facts(work: Work, report: DailyReport, now: datetime) -> DayFacts:
    since = now - _DAY
    names = {source.id: source.name for source in report.sources}
    waiting = work.outbox.waiting()
    backups = work.audit.rows(action="backup.made", limit=1)
    disk, scarce = report.disk
    return DayFacts(
        documents=work.documents.count(stored_since=since),
        sources=sum(source.enabled for source in effective(report.sources, work.sources.switches())),
        troubled=[names[source_id] for source_id in in_trouble(work, report.sources, now)],
        alerts=_by_level(work, since, now),
        unacknowledged=sum(one.state is AlertState.OPEN for one in work.alerts.open(limit=_MOST)),
        silent_since=silent_since(work, now=now),
        mail_waiting=waiting.get(MAIL, 0),
        mail_refused=len(work.outbox.given_up(MAIL, limit=_MOST, since=since)),
        channel=report.channel,
        unsaid=waiting.get(WEBHOOK, 0) + len(work.outbox.given_up(WEBHOOK, limit=_MOST, since=since)),
        disk=disk,
        disk_scarce=scarce,
        backup_at=backups[0].at if backups else None,
    )


def _by_level(work: Work, since: datetime, now: datetime) -> Mapping[AlertLevel, int]:
    return Counter(alert.level for alert in work.alerts.listing(since=since, until=now, limit=_MOST))
