"""How a source is doing, as one state and one Chinese sentence for the dashboard. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crawlers.ports import SourceProgress
from crawlers.records import BEIJING, Source
from crawlers.remembered import ARRIVALS, FINDINGS, LATE, ROTTEN
from crawlers.schedule.arrivals import Arrivals
from crawlers.visits.late import TOLD_AFTER, late_pages_from

__all__ = ["Health", "HealthState", "health"]

LATE_AFTER = timedelta(minutes=30)
DEFAULT_SILENT_DAYS = 30
# One page that a site never gives is no trouble of the source; several are.
_FEWEST_MISSING = 3
_SHOWN_TITLE = 30


class HealthState(StrEnum):
    """What the dashboard colours by."""

    HEALTHY = "healthy"
    LATE = "late"
    SILENT = "silent"
    ODD = "odd"
    FAILING = "failing"
    STOPPED = "stopped"
    NEVER_RUN = "never_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """State, sentence and the next try (`None` where none is planned); `planned` is what the sentence ends with of that."""

    state: HealthState
    sentence: str
    planned: str = ""
    next_try: datetime | None = None

    @property
    def remark(self) -> str:
        """The sentence without the next try, for a page that shows the time in a place of its own."""
        return f"{self.sentence.removesuffix(self.planned).rstrip('；，。')}。"


def health(progress: SourceProgress, source: Source, now: datetime) -> Health:
    """Return how `source` is doing at `now`.

    Stopped: not enabled. Never run: enabled, not yet visited. Failing: the last visit failed. Late: the planned visit
    is more than 30 minutes overdue. Silent: visits succeed, but nothing new came for three times the interval learned,
    or for `expect.max_age_days` (default 30). Odd: the last list gave fewer items than `expect.min_items`, its pages
    were unlike those before, three listed pages do not answer, or the requests of the day were used up long before its
    end. Else healthy; what the last visit remarked is said with it.
    """
    if not source.enabled:
        return Health(state=HealthState.STOPPED, sentence=_why_stopped(source))
    due = progress.next_due_at
    if progress.last_run_at is None:
        return Health(state=HealthState.NEVER_RUN, sentence=f"尚未采集；{_planned(due, now)}", next_try=due or now)
    if progress.failures > 0:
        reason = progress.last_error or "采集失败。"
        times = f"连续失败 {progress.failures} 次，" if progress.failures > 1 else ""
        return _with_plan(HealthState.FAILING, f"{reason}{times}", due, now)
    if due is not None and now - due > LATE_AFTER:
        return Health(
            state=HealthState.LATE,
            sentence=f"应于{_at(due, now)}采集，已推迟{_span(now - due)}，请检查采集进程是否在运行。",
            next_try=due,
        )
    silence, findings = _silence(progress, source, now), _findings(progress)
    missing, told = _missing(progress, now)
    if missing >= _FEWEST_MISSING:
        findings = [*findings, told]
    if silence is not None:
        return Health(state=HealthState.SILENT, sentence=silence, next_try=due)
    state = HealthState.ODD if findings else HealthState.HEALTHY
    said = "".join(findings) or f"{progress.last_error or '运行正常；'}{told}"
    return _with_plan(state, said, due, now)


def _with_plan(state: HealthState, told: str, due: datetime | None, now: datetime) -> Health:
    planned = _planned(due, now)
    return Health(state=state, sentence=f"{told}{planned}", planned=planned, next_try=due)


def _missing(progress: SourceProgress, now: datetime) -> tuple[int, str]:
    """Return how many listed pages have not answered at several visits, and the sentence that says so."""
    pages = [one for one in late_pages_from(progress.memory.get(LATE)).values() if one.failures >= TOLD_AFTER]
    since = min((one.since for one in pages if one.since), default=None)
    if since is None:
        return 0, ""
    named = f"《{pages[-1].record.title[:_SHOWN_TITLE]}》" + ("等" if len(pages) > 1 else "")
    return len(pages), (
        f"列表上的 {len(pages)} 个网页（{named}）自{_at(since, now)}起没有取到，先按标题研判，一周内继续再取，也可打开原文核对。"
    )


def _silence(progress: SourceProgress, source: Source, now: datetime) -> str | None:
    """Return the sentence for a source that has probably died although visits succeed, `None` for any other."""
    since = progress.last_new_at or progress.last_success_at
    if since is None:
        return None
    arrivals = Arrivals.from_memory(progress.memory.get(ARRIVALS))
    gone = f"已有{_span(now - since)}没有新稿件"
    if arrivals.is_silent:
        missed = round(arrivals.quiet)
        return f"采集正常，但{gone}，按平时的发稿节奏本应有约 {missed} 篇，请核对网站是否改版或停更。"
    if now - since > timedelta(days=_silent_days(source)):
        return f"采集正常，但{gone}，请核对网站是否改版或停更。"
    return None


def _findings(progress: SourceProgress) -> list[str]:
    """Return what was odd about the last visit: fewer items than declared, dates or charsets unlike before."""
    kept = progress.memory.get(FINDINGS)
    odd = [str(sentence) for sentence in kept] if isinstance(kept, list | tuple) else []
    return [progress.last_error, *odd] if progress.memory.get(ROTTEN) and progress.last_error else odd


def _silent_days(source: Source) -> int:
    expect = source.declaration.get("expect")
    days = expect.get("max_age_days") if isinstance(expect, dict) else None
    return days if isinstance(days, int) else DEFAULT_SILENT_DAYS


def _why_stopped(source: Source) -> str:
    match source.access:
        case "challenge":
            reason = "该网站会要求人机验证，默认不采集。"
        case "login" | "anon_cookie":
            reason = "该平台须登录或访客凭据，不作自动采集，请导入其导出文件。"
        case "import_only":
            reason = "该信源只接受文件导入。"
        case _:
            reason = "已停用。"
    fallback = source.declaration.get("fallback_name") or source.fallback
    return f"{reason}可改用：{fallback}。" if fallback else reason


def _planned(due: datetime | None, now: datetime) -> str:
    return "将在采集进程运行后立即采集。" if due is None or due <= now else f"下次采集：{_at(due, now)}。"


def _at(moment: datetime, now: datetime) -> str:
    local, today = moment.astimezone(BEIJING), now.astimezone(BEIJING).date()
    if local.date() == today:
        return f"今天 {local:%H:%M}"
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def _span(span: timedelta) -> str:
    if span >= timedelta(days=1):
        return f" {span.days} 天"
    if span >= timedelta(hours=1):
        return f" {span.seconds // 3600} 小时"
    return f" {span.seconds // 60} 分钟"
