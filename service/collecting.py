"""The crawl role's loop: claim what is due, visit it, look again at documents of open events, obey the kill switch."""

import asyncio
import secrets
import threading
from collections.abc import Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from crawlers.ports import CrawlState, DocumentSink
from crawlers.records import Source
from service.bootstrap import Application
from service.disk_room import check_room
from service.flows.crawl.live_checks import Came, settle_checks, wished
from service.flows.crawl.probes import ProbeClaim, claim_probe
from service.flows.crawl.sources import Claim, claim_visits, due_sources, effective, end_visits, host_of, is_stopped
from service.flows.crawl.trouble import tell_trouble
from service.flows.keeping.anchoring import AuditAnchor
from service.flows.keeping.expiring import EVERY as CARE_EVERY
from service.flows.keeping.expiring import give_up_old_pages
from service.flows.keeping.sealing import seal_days
from service.flows.pulse import leave_mark
from service.ports.store import Work
from service.probing import make_probe
from service.rhythm import Rhythm
from service.setbacks import PAUSE_SECONDS, SETBACKS

if TYPE_CHECKING:
    from crawlers.attachments.sandbox import AttachmentSandbox
    from crawlers.reading_sandbox import ReadingSandbox
    from crawlers.run import CrawlReport
    from crawlers.second_look import Errand
    from crawlers.visits.conclusion import SourceReport

__all__ = ["care_for_evidence", "check_claim", "collect_until", "crawl_claim", "due_claim"]

_LOOK_SECONDS = 0.5
# A visit cut short is due again at once and goes on where it was.
_LIMIT_SECONDS = 60.0
# A pass lasts as long as its slowest host: what comes due meanwhile on other hosts is visited in another one beside it.
_MOST_PASSES = 8
# The kill switch takes effect within this time, also on a crawl that is under way.
_SWITCH_SECONDS = 2.0

_T = TypeVar("_T")

log = structlog.get_logger("yaowang")


def due_claim(app: Application, holder: str, *, busy: Collection[str] = ()) -> Claim:
    """Return what this process may visit now, on other hosts than those of `busy`, on which it has visits under way."""
    now = app.now()
    with app.store.read() as work:
        asked = wished(work)
        due = due_sources(
            app.catalogue.sources,
            progress=work.sources.all_progress(),
            switches=work.sources.switches(),
            stops=work.hosts.stopped(),
            now=now,
            wished=asked,
        )
    return _claimed(app, [source for source in due if host_of(source) not in busy], asked, holder, now)


def check_claim(app: Application, holder: str, ids: Collection[str]) -> Claim:
    """Return which of `ids` this process may visit now for the live check that was asked for."""
    now = app.now()
    with app.store.read() as work:
        asked = {source_id: at for source_id, at in wished(work).items() if source_id in ids}
        stops = work.hosts.stopped()
    named = [source for source in app.catalogue.sources if source.id in asked]
    due = due_sources(named, progress={}, switches={}, stops=stops, now=now, wished=asked)
    return _claimed(app, due, asked, holder, now)


def _claimed(app: Application, due: Sequence[Source], asked: Collection[str], holder: str, now: datetime) -> Claim:
    if not due:
        return Claim(fences={})
    claim = claim_visits(app.store, due, holder=holder, now=now)
    return replace(claim, checks=frozenset(source.id for source in claim.sources if source.id in asked))


async def crawl_claim(
    app: Application,
    claim: Claim,
    *,
    sandbox: "ReadingSandbox",
    attachments: "AttachmentSandbox",
    on_progress: "Callable[[SourceReport], None] | None" = None,
) -> "CrawlReport":
    """Visit what is claimed, a minute at most, and settle the live checks among it. The caller ends the claim."""
    from crawlers.live_check import LiveChecks
    from crawlers.run import crawl

    checks = LiveChecks(claim.checks)
    report = await crawl(
        checks.as_visited(claim.sources),
        make_sink=checks.sink(_sink_over(app)),
        make_state=checks.state(_state_under(app, claim)),
        egress=app.egress,
        now=app.now,
        author_key=app.author_key,
        time_limit_seconds=_LIMIT_SECONDS,
        on_progress=on_progress,
        contact=app.settings.contact or "",
        watch_words=app.settings.watch_words,
        sandbox=sandbox,
        attachments=attachments,
        limits=app.settings.crawl_limits,
    )
    if claim.checks:
        found = checks.verdicts(claim.sources, report.sources)
        came = {source_id: Came(passed=one.passed, reason=one.reason) for source_id, one in found.items()}
        await asyncio.to_thread(settle_checks, app.store, claim, came, now=app.now())
    return report


async def collect_until(app: Application, stop: threading.Event) -> None:
    """Collect from every source that is due, again and again, until `stop` is set."""
    from crawlers.attachments.sandbox import AttachmentSandbox
    from crawlers.reading_sandbox import ReadingSandbox

    holder = secrets.token_hex(8)
    with (
        ReadingSandbox() as sandbox,
        AttachmentSandbox(recognise=app.settings.ocr) as attachments,
    ):
        collector, caring = _Collector(app, holder, sandbox, attachments, stop), Rhythm(CARE_EVERY)
        while not stop.is_set():
            try:
                if caring.due(app.now()):
                    await asyncio.to_thread(care_for_evidence, app)
                if app.settings.crawl:
                    await collector.step()
                if app.monitor is not None:
                    await asyncio.to_thread(leave_mark, app.store, now=app.now(), role="crawl")
            except SETBACKS as error:
                log.warning("role.failed", role="crawl", error=error)
                await _pause(stop, PAUSE_SECONDS)
            await collector.rest()
        await collector.end()


def care_for_evidence(app: Application) -> None:
    """Note where the audit trail ends, tie the evidence of past days to it, and give up what is old and belongs to no alert.

    This role does it because it has the folder; a disk that is too full to collect is the more reason.
    """
    anchor = AuditAnchor.of_installation(app.settings.data, lambda: app.audit_key)
    if cut := anchor.move_on(app.store):
        log.error("audit.cut", sentence=cut)
    sealed = seal_days(app.store, now=app.now())
    expired = give_up_old_pages(app.store, app.preserver, now=app.now())
    if sealed or expired.pages:
        log.info("evidence.cared", sealed=sealed, expired=expired.pages, files=expired.files)


class _Pass:
    """What is under way under one claim: `hosts` are those that it still holds."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.hosts = set(claim.fences)
        self._left = {host: {one.id for one in claim.sources if host_of(one) == host} for host in claim.fences}
        self._hosts_of = {one.id: host_of(one) for one in claim.sources}

    def note(self, report: "SourceReport") -> None:
        """Note that a source was visited; what is visited for its live check is settled under the claim afterwards."""
        if report.source_id not in self.claim.checks:
            self._left[self._hosts_of[report.source_id]].discard(report.source_id)

    @property
    def idle(self) -> frozenset[str]:
        """The hosts held of which every source was visited."""
        return frozenset(host for host in self.hosts if not self._left[host])

    def part(self, hosts: Collection[str]) -> Claim:
        """Return the claim on some of its hosts."""
        sources = tuple(source for source in self.claim.sources if host_of(source) in hosts)
        return replace(self.claim, sources=sources, fences={host: self.claim.fences[host] for host in hosts})


class _Collector:
    """One process's share of the crawl: passes of visits beside each other, and now and then one of looks."""

    def __init__(
        self,
        app: Application,
        holder: str,
        sandbox: "ReadingSandbox",
        attachments: "AttachmentSandbox",
        stop: threading.Event,
    ) -> None:
        from service.flows.judging.second_look import LOOK_EVERY

        self.app = app
        self.holder = holder
        self.sandbox = sandbox
        self.attachments = attachments
        self.stop = stop
        self.looking = Rhythm(LOOK_EVERY)
        self.paused = False
        self.telling = asyncio.Lock()
        self.passes: dict[asyncio.Task[None], _Pass] = {}
        # Hosts with pages to be looked at again that were busy: the looks come before their next visit.
        self.owed: frozenset[str] = frozenset()

    async def step(self) -> None:
        """Begin what is due, and see whether what was begun before has ended."""
        try:
            if self._lacks_room():
                return
            await self._obey()
            await self._let_go()
            await self._begin_probe()
            await self._begin_visits()
            if not self.stop.is_set() and (self.owed - self.busy or self.looking.due(self.app.now())):
                await self._begin_looks()
        finally:
            self._settle()

    async def rest(self) -> None:
        """Wait half a second, or until something under way has ended."""
        if self.passes:
            await asyncio.wait(self.passes, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        else:
            await _pause(self.stop, _LOOK_SECONDS)

    async def end(self) -> None:
        """Wait for what is under way; it ends by itself once `stop` is set."""
        if self.passes:
            await asyncio.wait(self.passes)
        with suppress(*SETBACKS):
            self._settle()

    @property
    def busy(self) -> frozenset[str]:
        """The hosts on which something is under way."""
        return frozenset(host for one in self.passes.values() for host in one.hosts)

    def _settle(self) -> None:
        """Forget the passes that have ended; raise what one of them failed with."""
        ended = [task for task in self.passes if task.done()]
        for task in ended:
            del self.passes[task]
        errors = [error for task in ended if (error := task.exception()) is not None]
        if errors:
            raise errors[0]

    async def _begin_visits(self) -> None:
        if len(self.passes) >= _MOST_PASSES:
            return
        claim = await asyncio.to_thread(due_claim, self.app, self.holder, busy=self.busy | self.owed)
        if claim.sources:
            begun = _Pass(claim)
            self.passes[asyncio.create_task(self._pass(begun))] = begun

    async def _begin_probe(self) -> None:
        """Begin a probe that an administrator asked for: somebody waits for it, so it comes before visits."""
        app, now = self.app, self.app.now()
        found = await asyncio.to_thread(claim_probe, app.store, holder=self.holder, now=now, busy=self.busy)
        if found is not None:
            self.passes[asyncio.create_task(self._probe(found))] = _Pass(found.claim)

    async def _probe(self, found: ProbeClaim) -> None:
        await self._watched(make_probe(self.app, found, self.sandbox))
        await asyncio.to_thread(end_visits, self.app.store, found.claim, now=self.app.now())

    async def _let_go(self) -> None:
        """Let go of hosts whose sources were visited while others of their pass are still under way."""
        for one in self.passes.values():
            idle = one.idle
            if idle:
                await asyncio.to_thread(end_visits, self.app.store, one.part(idle), now=self.app.now())
                one.hosts -= idle

    async def _pass(self, begun: _Pass) -> None:
        await self._visit(begun)
        async with self.telling:
            await asyncio.to_thread(end_visits, self.app.store, begun.part(begun.hosts), now=self.app.now())
            await asyncio.to_thread(self._tell)

    def _lacks_room(self) -> bool:
        """Tell whether the disk is too full to collect; say once when that begins and once when it is over."""
        sentence = check_room(self.app.settings.data)
        if (sentence is not None) != self.paused:
            self.paused = sentence is not None
            log.warning("crawl.paused", sentence=sentence) if sentence else log.info("crawl.goes_on")
        return self.paused

    def _tell(self) -> None:
        tell_trouble(self.app.store, self.app.catalogue.sources, office=self.app.office, now=self.app.now())

    async def _visit(self, begun: _Pass) -> None:
        crawling = crawl_claim(
            self.app, begun.claim, sandbox=self.sandbox, attachments=self.attachments, on_progress=begun.note
        )
        report = await self._watched(crawling)
        if report is not None:
            failed = {row.source_id: row.failed for row in report.sources if row.failed}
            log.info("crawl.done", sources=len(report.sources), added=report.added, failed=failed)

    async def _begin_looks(self) -> None:
        errands = await asyncio.to_thread(self._planned)
        now, busy = self.app.now(), self.busy
        self.owed = frozenset(host_of(errand.source) for errand in errands) & busy
        free = [errand for errand in errands if host_of(errand.source) not in busy]
        sources = [errand.source for errand in free]
        claim = await asyncio.to_thread(claim_visits, self.app.store, sources, holder=self.holder, now=now)
        held = [errand for errand in free if host_of(errand.source) in claim.fences]
        if held:
            self.passes[asyncio.create_task(self._look_again(held, claim))] = _Pass(claim)

    async def _look_again(self, held: "Sequence[Errand]", claim: Claim) -> None:
        from crawlers.second_look import look_again
        from service.flows.judging.second_look import take_looks

        seen = await self._watched(
            look_again(
                held,
                make_sink=_sink_over(self.app),
                make_state=_state_under(self.app, claim),
                egress=self.app.egress,
                now=self.app.now,
                author_key=self.app.author_key,
                time_limit_seconds=_LIMIT_SECONDS,
                contact=self.app.settings.contact or "",
                sandbox=self.sandbox,
            )
        )
        taken = await asyncio.to_thread(take_looks, self.app.store, seen or [])
        await asyncio.to_thread(end_visits, self.app.store, claim, now=self.app.now())
        log.info("looks.done", looked=taken.looked, gone=len(taken.gone), restored=len(taken.restored))

    def _planned(self) -> "list[Errand]":
        from service.flows.judging.second_look import plan_looks

        with self.app.store.read() as work:
            switches, stops = work.sources.switches(), work.hosts.stopped()
        sources = [
            source
            for source in effective(self.app.catalogue.sources, switches)
            if not is_stopped(host_of(source), stops)
        ]
        return plan_looks(self.app.store, sources, now=self.app.now())

    async def _watched(self, crawling: Coroutine[Any, Any, _T]) -> _T | None:
        """Run a crawl, and meanwhile obey the kill switch; `None` where the role was stopped first."""
        running = asyncio.ensure_future(crawling)
        looked = asyncio.get_running_loop().time()
        while not running.done() and not self.stop.is_set():
            await asyncio.wait({running}, timeout=0.2)
            if asyncio.get_running_loop().time() - looked >= _SWITCH_SECONDS:
                looked = asyncio.get_running_loop().time()
                with suppress(*SETBACKS):
                    await self._obey()
        if not running.done():
            running.cancel()
        with suppress(asyncio.CancelledError):
            return await running
        return None

    async def _obey(self) -> None:
        stops = await asyncio.to_thread(self._stops)
        self.app.egress.hosts.forbid(stops)

    def _stops(self) -> frozenset[str]:
        with self.app.store.read() as work:
            return frozenset(work.hosts.stopped())


def _sink_over(app: Application) -> Callable[[], DocumentSink]:
    from service.storage.crawl import StoreSink

    limit, preserver = app.settings.attachment_bytes, app.preserver
    return lambda: StoreSink(app.store, app.now, attachment_bytes=limit, preserver=preserver)


def _state_under(app: Application, claim: Claim) -> Callable[[], CrawlState]:
    from service.storage.crawl import StoreCrawlState

    hosts = {source.id: host_of(source) for source in claim.sources}

    def is_current(work: Work, source_id: str) -> bool:
        host = hosts.get(source_id)
        return host is None or work.hosts.is_held(host, claim.fences[host])

    return lambda: StoreCrawlState(app.store, is_current)


async def _pause(stop: threading.Event, seconds: float) -> None:
    for _ in range(max(1, int(seconds / 0.1))):
        if stop.is_set():
            return
        await asyncio.sleep(0.1)
