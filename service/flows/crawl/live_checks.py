"""Live checks (上线检查) of sources: asked for by a person, made by a crawl, and what follows from each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawlers.records import Source
from service.domain.beijing import beijing
from service.domain.refusal import Conflict
from service.flows.crawl.sources import (
    CHECKS,
    Claim,
    host_of,
    is_crawlable,
    is_stopped,
    needs_check,
    refuse_uncrawled,
    switch,
)
from service.ports.registers import SourceCheck
from service.ports.store import Store, Work

__all__ = [
    "NO_CHECK",
    "Came",
    "CheckView",
    "ask_for_check",
    "ask_for_checks",
    "check_view",
    "settle_checks",
    "switch_on",
    "waiting",
    "wished",
]

MOST_TRIES = 3
"""A check that its own crawl cuts short so often has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of one visit for a live check; `passed` is `None` where the visit was cut short."""

    passed: bool | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """A source's live check in words: one for the table; a sentence where the source is off because of it."""

    word: str
    sentence: str = ""
    wished: bool = False
    needed: bool = False
    failed: bool = False


NO_CHECK = CheckView(word="—")
"""Of what is never visited."""


def check_view(source: Source, known: SourceCheck | None, now: datetime) -> CheckView:
    """Return how the live check of a source stands at `now`. Pure."""
    if not is_crawlable(source):
        return NO_CHECK
    known = known or SourceCheck(source_id=source.id)
    needed = needs_check(source, known)
    if known.wished_at is not None:
        sentence = "正在做上线检查，通过后自动启用。"
        return CheckView(word="检查中", sentence=sentence, wished=True, needed=needed)
    if known.checked_at is not None and known.reason is not None:
        sentence = f"{beijing(known.checked_at, now)}上线检查未通过：{known.reason}"
        return CheckView(word="未通过", sentence=sentence, needed=needed, failed=True)
    if known.passed_at is not None:
        return CheckView(word=f"通过 {beijing(known.passed_at, now)}")
    if needed:
        return CheckView(word="未检查", sentence="尚未做上线检查，所以没有启用。", needed=True)
    checked = source.declaration.get("checked", "never")
    return CheckView(word="自行声明" if checked == "never" else f"通过 {checked}")


def wished(work: Work) -> dict[str, datetime]:
    """Return the sources whose live check is asked for and not settled, with the moment of asking."""
    return {one.source_id: one.wished_at for one in work.sources.checks().values() if one.wished_at is not None}


def waiting(work: Work, sources: Sequence[Source]) -> list[Source]:
    """Return the sources that a check of everything covers: open, whole, not on, not confirmed, not asked for yet."""
    known, stops = work.sources.checks(), work.hosts.stopped()
    return [
        source
        for source in sources
        if source.access == "open"
        and is_crawlable(source)
        and needs_check(source, known.get(source.id))
        and (source.id not in known or known[source.id].wished_at is None)
        and not is_stopped(host_of(source), stops)
    ]


def ask_for_check(store: Store, source: Source, *, actor: str, now: datetime) -> None:
    """Ask for the live check of one source; the crawl role takes it as due at once, and switches it on when it passes.

    Raises:
        Conflict: the source is never visited, or a person has stopped its host.
    """
    refuse_uncrawled(source)
    if not is_crawlable(source):
        raise Conflict(f"{source.name}由对方推送，没有可访问的网址，不做上线检查。")
    with store.write() as work:
        if is_stopped(host_of(source), work.hosts.stopped()):
            raise Conflict(f"{host_of(source)} 已被停止采集，不能检查；请先恢复该网站。")
        work.alone(CHECKS)
        _wish(work, source, actor=actor, now=now)


def ask_for_checks(store: Store, sources: Sequence[Source], *, actor: str, now: datetime) -> int:
    """Ask for the live check of every source that waits for one, and return how many these are."""
    with store.write() as work:
        work.alone(CHECKS)
        chosen = waiting(work, sources)
        for source in chosen:
            _wish(work, source, actor=actor, now=now)
    return len(chosen)


def switch_on(store: Store, source: Source, *, actor: str, now: datetime) -> bool:
    """Switch a source on; where its live check must pass first, ask for that and return False.

    Raises:
        Conflict: the source may not be visited, or a person has stopped its host.
    """
    with store.read() as work:
        known = work.sources.checks().get(source.id)
    if needs_check(source, known):
        ask_for_check(store, source, actor=actor, now=now)
        return False
    switch(store, source, enabled=True, actor=actor, now=now)
    return True


def _wish(work: Work, source: Source, *, actor: str, now: datetime) -> None:
    known = work.sources.checks().get(source.id) or SourceCheck(source_id=source.id)
    if known.wished_at is not None:
        return
    work.sources.save_check(replace(known, wished_at=now, wished_by=actor, tries=0))
    subject = f"source:{source.id}"
    work.audit.append(actor=actor, action="source.check_asked", subject=subject, detail={}, now=now)


def settle_checks(store: Store, claim: Claim, came: Mapping[str, Came], *, now: datetime) -> None:
    """Write down what came of the checks of a claim, and switch on what passed; a check cut short is made again.

    Nothing is written for a source whose wish was taken back meanwhile, or by a process that holds its host no more.
    """
    with store.write() as work:
        work.alone(CHECKS)
        known = work.sources.checks()
        for source in claim.sources:
            check, outcome, host = known.get(source.id), came.get(source.id), host_of(source)
            if check is None or check.wished_at is None or outcome is None:
                continue
            if work.hosts.is_held(host, claim.fences[host]):
                _settle(work, check, outcome, now)


def _settle(work: Work, check: SourceCheck, came: Came, now: datetime) -> None:
    if came.passed is None and check.tries + 1 < MOST_TRIES:
        work.sources.save_check(replace(check, tries=check.tries + 1))
        return
    passed = bool(came.passed)
    reason = None if passed else (came.reason or "访问没有完成。")
    actor = check.wished_by or "system"
    settled = SourceCheck(
        source_id=check.source_id,
        checked_at=now,
        passed_at=now if passed else check.passed_at,
        reason=reason,
    )
    work.sources.save_check(settled)
    subject = f"source:{check.source_id}"
    detail = {"passed": passed, "asked_by": actor} | ({"reason": reason} if reason else {})
    work.audit.append(actor="system", action="source.checked", subject=subject, detail=detail, now=now)
    if passed:
        work.sources.switch(check.source_id, enabled=True)
        switched = {"enabled": True, "asked_by": actor}
        work.audit.append(actor="system", action="source.switched", subject=subject, detail=switched, now=now)
