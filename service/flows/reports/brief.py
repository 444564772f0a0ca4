"""Compiles a week's briefing from what the store holds: counts from roll-ups, events and alerts with their clocks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from analysis.assessment import CATEGORY_NAMES, Level
from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.beijing import BEIJING, beijing
from service.domain.clocks.clock import ClockState
from service.domain.events.corrections import FactKind, standing
from service.domain.events.event import Event, EventDocument
from service.domain.events.headline import dead_in
from service.domain.events.toll import people_told
from service.domain.figures.alert_course import course_of, next_of, state_of
from service.domain.figures.briefing import (
    LISTED_ON_PAPER,
    OF_ONE_EVENT,
    TOLD,
    Briefing,
    BypassRow,
    CategoryRow,
    Change,
    ListedDocument,
    MajorEvent,
    WeekFigures,
    advise,
    before_word,
    judge_week,
    named,
    place_in_issue,
)
from service.domain.figures.surge import week_sentence
from service.domain.places import CITIES, PROVINCE, apart, join_places, place_beside, places_told
from service.domain.rules.register import Register
from service.domain.week import Week
from service.flows.alerts.surges import count_now
from service.flows.reports.answer_brief import Raised, response_rows
from service.flows.reports.coverage import coverage_of
from service.flows.reports.follow_brief import followed_sentences
from service.flows.reports.raised_brief import claims_of, events_sentence, raised_in, rumours_of
from service.ports.store import Store, Work

__all__ = ["compile_week"]

_RISK = int(Level.RISK)
# Rows of the ledger 重点事件台账; what is told in words is fewer, and the worst come first.
_MAJOR = 60
_DUE, _TITLES = 4, 1
_LISTED = 300
_TERMS = 12
_PLACES = 2
_ISSUES = "briefing.issues"
_TONES = {"neg": "负面", "neu": "中性", "pos": "正面"}
_CLASSES = {
    "official": "官方",
    "central_media": "中央媒体",
    "provincial_media": "省级媒体",
    "media": "其他媒体",
    "trade": "行业媒体",
    "social": "社交平台",
    "hot_list": "热榜",
    "complaint": "投诉举报",
    "other": "其他",
}


def compile_week(
    store: Store, week: Week, *, register: Register, office: str, address: str, drill: bool, now: datetime
) -> Briefing:
    """Return the week's issue, linked to the dashboard at `address`; `register` tells what answers.

    Weeks are numbered in the order in which they are first made; an issue keeps its number, however often it is made.
    """
    issue, in_all = _number(store, week)
    with store.read() as work:
        figures = _figures(work, week, now)
        found = raised_in(work, week)
        raised, claims = found.events, claims_of(work, found.events)
        events, categories = _major(raised, now), _categories(work, week, raised, now)
        responses = response_rows(work, raised, register, now)
        documents = _documents(work, week, address, raised)
        head, bypasses = _audit_head(work), _bypasses(work, week)
        terms, covered = _terms(work, week, now), coverage_of(work, week, now)
        followed = followed_sentences(work, week, now=now)
        surges = _surges(work, week)
    return Briefing(
        week=week,
        issue=issue,
        issue_in_all=in_all,
        office=office,
        made_at=now,
        judgement=judge_week(figures, Counter(one.alert.peak_level for one in raised), before=before_word(week, now)),
        figures=figures,
        categories=categories,
        events=events,
        terms=terms,
        rumours=rumours_of(raised, claims),
        responses=responses,
        advice=advise(events, categories, responses, lead=office, now=now, collected=figures.collected.count),
        ahead=_ahead(raised, week, now),
        documents=documents,
        notes=(*_notes(week, now), covered),
        followed=followed,
        surges=surges,
        events_told=events_sentence(found, week),
        events_in_all=len(raised),
        audit_head=head,
        bypasses=bypasses,
        drill=drill,
    )


def _audit_head(work: Work) -> str:
    head = work.audit.head()
    return head.anchor if head.seq else ""


def _surges(work: Work, week: Week) -> str:
    found = work.surges.listing(since=week.since, until=week.until, limit=_LISTED)
    return week_sentence(found, count_now(work, found))


def _number(store: Store, week: Week) -> tuple[int, int]:
    with store.read() as work:
        issues: list[str] = list(work.value(_ISSUES, []))
    if str(week) not in issues:
        issues = _entered(store, week)
    in_year = [name for name in issues if name.startswith(f"{week.year}-")]
    return in_year.index(str(week)) + 1, issues.index(str(week)) + 1


def _entered(store: Store, week: Week) -> list[str]:
    """Return the weeks in the order of their issues, this one among them. Who has a number already waits for no writer."""
    with store.write() as work:
        work.alone(_ISSUES)
        issues: list[str] = list(work.value(_ISSUES, []))
        if str(week) not in issues:
            # Never sorted: an issue that is out keeps its number when the briefing of an earlier week is made after it.
            issues = [*issues, str(week)]
            work.set_value(_ISSUES, issues)
    return issues


def _figures(work: Work, week: Week, now: datetime) -> WeekFigures:
    this, last = (week.since, week.until), _before(week, now)

    def both(by: str, level: int = _RISK) -> tuple[dict[str, int], dict[str, int]]:
        return (
            work.rollups.totals(since=this[0], until=this[1], by=by, level_at_least=level),
            work.rollups.totals(since=last[0], until=last[1], by=by, level_at_least=level),
        )

    everything, risk = both("source_class", 0), both("source_class")
    regions = both("region")
    local = {code: count for code, count in regions[0].items() if code.startswith(PROVINCE)}
    return WeekFigures(
        collected=Change(name="监测信息", count=sum(everything[0].values()), before=sum(everything[1].values())),
        risk=Change(name="风险稿件", count=sum(risk[0].values()), before=sum(risk[1].values())),
        local_risk=sum(local.values()),
        by_class=_changes(*risk, _CLASSES),
        by_tone=_changes(*both("tone"), _TONES),
        by_city=_changes(*regions, CITIES),
        daily=_daily(work, week, now),
    )


def _before(week: Week, now: datetime) -> tuple[datetime, datetime]:
    """Return what the week is compared with: of the week before as much as is over of this one, else Monday tells a fall."""
    since = week.before.since
    return since, since + max(timedelta(), min(week.until, now) - week.since)


def _changes(now: Mapping[str, int], before: Mapping[str, int], names: Mapping[str, str]) -> tuple[Change, ...]:
    keys = sorted({*now, *before} & {*names}, key=lambda key: (-now.get(key, 0), key))
    return tuple(Change(name=names[key], count=now.get(key, 0), before=before.get(key, 0)) for key in keys)


def _daily(work: Work, week: Week, now: datetime) -> tuple[tuple[date, int, int], ...]:
    """Return all and risk documents by day; a day that has not begun has no count, not a count of none."""
    everything: Counter[date] = Counter()
    risk: Counter[date] = Counter()
    for level, counts in ((0, everything), (_RISK, risk)):
        hours = work.rollups.hourly(since=week.since, until=week.until, level_at_least=level)
        for hour, count in hours.items():
            counts[hour.astimezone(BEIJING).date()] += count
    today = now.astimezone(BEIJING).date()
    return tuple((day, everything[day], risk[day]) for day in week.days if day <= today)


def _major(raised: Sequence[Raised], now: datetime) -> tuple[MajorEvent, ...]:
    return tuple(_major_event(number, one, now) for number, one in enumerate(raised[:_MAJOR], 1))


def _ledger_number(number: int) -> str:
    return f"{number:02d}"


def _major_event(number: int, one: Raised, now: datetime) -> MajorEvent:
    alert, event = one.alert, one.event
    running = [clock for clock in one.clocks if clock.state is ClockState.ARMED and clock.due_at is not None]
    due = min((clock.due_at for clock in running if clock.due_at is not None), default=None)
    return MajorEvent(
        number=_ledger_number(number),
        title=event.title,
        level=alert.peak_level,
        first_at=event.first_at,
        first_source=one.first.source_name if one.first else "",
        documents=event.document_count,
        sources=event.source_count,
        products=event.products[:3],
        firms=event.firms[:3],
        lead=alert.lead,
        deadline=f"{beijing(due, now)} 到期" if due else "无在走时限",
        state=state_of(alert),
        progress=course_of(alert, now),
        next_step=next_of(alert),
        people=people_told(event) if standing(event) or dead_in(event.title) != (event.deaths or 0) else "",
        place=_place(event),
    )


def _place(event: Event) -> str:
    """Return where it happened, as far as the title does not say it, or a person corrected that."""
    corrected = standing(event).get(FactKind.PLACES)
    if corrected is not None:
        return f"地点{corrected.words}（人工更正）"
    places = apart(places_told(event.facts, ()))
    beside = [place_beside(event.title, place) for place in places]
    if not any(beside):
        return ""
    rest = f"等{len(places)}地" if len(places) > _PLACES else ""
    told = join_places(places[:_PLACES]) if len(places) > 1 else beside[0]
    return f"地点{told}{rest}"


def _categories(work: Work, week: Week, raised: Sequence[Raised], at: datetime) -> tuple[CategoryRow, ...]:
    now = work.rollups.totals(since=week.since, until=week.until, by="category", level_at_least=_RISK)
    since, until = _before(week, at)
    before = work.rollups.totals(since=since, until=until, by="category", level_at_least=_RISK)
    worst: dict[str, AlertLevel] = {}
    for one in raised:
        for code in one.event.categories:
            worst[code] = max(worst.get(code, AlertLevel.NONE), one.alert.peak_level)
    rows = [
        CategoryRow(
            code=code,
            change=Change(name=name, count=now.get(code, 0), before=before.get(code, 0)),
            level=worst.get(code, AlertLevel.NONE),
        )
        for code, name in CATEGORY_NAMES.items()
        if now.get(code) or before.get(code)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.change.count, row.code)))


def _terms(work: Work, week: Week, at: datetime) -> tuple[Change, ...]:
    now, before = _named(work, week.since, week.until), _named(work, *_before(week, at))
    ranked = sorted(now, key=lambda name: (-now[name], name))[:_TERMS]
    return tuple(Change(name=name, count=now[name], before=before[name]) for name in ranked)


def _named(work: Work, since: datetime, until: datetime) -> Counter[str]:
    """Count the documents of events by the products and firms these name; a word cloud of tokens says less."""
    counts: Counter[str] = Counter()
    for products, firms, documents in work.events.mentions(since=since, until=until):
        counts.update(dict.fromkeys((*products[:4], *firms[:2]), documents))
    return counts


def _ahead(raised: Sequence[Raised], week: Week, now: datetime) -> tuple[str, ...]:
    """Return what is due next week, the soonest first and events of one hour and duty together, then the gravest of the others."""
    following = (week.until, week.until + timedelta(days=7))
    due: dict[tuple[datetime, str], list[Raised]] = {}
    for one in raised:
        for clock in one.clocks:
            if clock.state is ClockState.ARMED and clock.due_at and following[0] <= clock.due_at < following[1]:
                due.setdefault((clock.due_at.replace(second=0, microsecond=0), clock.action), []).append(one)
    told = sorted(due.items(), key=lambda item: item[0])
    lines = [_due_line(at, action, ones, now) for (at, action), ones in told[:_DUE]]
    lines += [f"另有{len(told) - _DUE}项时限，见预警页面"] if len(told) > _DUE else []
    of_due = {one.alert.id for ones in due.values() for one in ones}
    # The text has named these in full: by their places in it they are found, and stand on one line.
    still = [
        place_in_issue(place)
        for place, one in enumerate(raised[:TOLD], 1)
        if one.alert.state is not AlertState.CLOSED and one.alert.id not in of_due
    ]
    lines += [f"继续关注重点舆情{'、'.join(still)}"] if still else []
    return tuple(lines) or ("暂无到期时限，按计划监测",)


def _due_line(at: datetime, action: str, ones: Sequence[Raised], now: datetime) -> str:
    titles = "、".join(named(one.event.title) for one in ones[:_TITLES])
    rest = f"等{len(ones)}件" if len(ones) > _TITLES else ""
    return f"{beijing(at, now)} {action}：{titles}{rest}"


def _documents(work: Work, week: Week, address: str, raised: Sequence[Raised]) -> tuple[ListedDocument, ...]:
    rows = [row for _, row in work.documents.listing(since=week.since, until=week.until, level=_RISK, limit=_LISTED)]
    rows.sort(key=_when, reverse=True)
    events = work.events.of_documents([row.document_id for row in rows])
    ledger = {one.event.id: _ledger_number(number) for number, one in enumerate(raised[:_MAJOR], 1)}
    return tuple(_listed(row, events.get(row.document_id, ""), ledger, address) for row in rows)


def _when(document: EventDocument) -> datetime:
    return document.published_at or document.stored_at


def _listed(row: EventDocument, event_id: str, ledger: Mapping[str, str], address: str) -> ListedDocument:
    return ListedDocument(
        title=row.title or row.text[:40],
        source=row.source_name,
        published_at=_when(row),
        url=row.url or "",
        event_id=event_id,
        ledger_number=ledger.get(event_id, ""),
        event_link=f"{address}/events/{event_id}" if event_id else "",
    )


def _bypasses(work: Work, week: Week) -> tuple[BypassRow, ...]:
    return tuple(
        BypassRow(
            title=case.title,
            version=one.version,
            steps=one.reference or "审核程序",
            reason=one.remark,
            names=(one.by, one.second or ""),
            at=one.at,
        )
        for case, one in work.cases.bypasses(since=week.since, until=week.until)
    )


def _notes(week: Week, now: datetime) -> tuple[str, ...]:
    until = min(week.until, now)
    early = "的同一时段；本期在周内生成，不满一周" if until < week.until else ""
    made = now.astimezone(BEIJING)
    return (
        f"统计窗口：{beijing(week.since, now)} 至 {beijing(until, now)}（北京时间，左闭右开）；环比为前一自然周{early}。",
        f"本期于{made.year}年{made.month}月{made.day}日 {made:%H:%M}生成，进展截至此时；同一期有几份的，以后生成的为准，人工改动不写回系统。",
        "监测信息为本系统收到并完成研判的稿件；风险稿件为研判为风险的稿件，同文转载各计一篇。",
        "事件的篇数为首发至今，信源按事件内不同信源计，都含转载；类别可多选，分类合计可能大于风险稿件数。",
        "传言以提出说法的首篇稿件为题，篇数为所属事件中谣言与误导信息类的稿件，都不含官方稿件。",
        "提及较多为涉及该品种或企业的风险事件在本周和环比时段各自的稿件，按稿件时间计，含转载。",
        "回应用时自获知起，至登记完成止；回应前后的稿件与处置的效果评估同一口径：最近一次回应前后各3日，该事件全部稿件（含转载），只说明前后差别，不说明原因。",
        "涉及江西指稿件提及本省任一地方，没有提及地方的按来件登记地区；设区市按提及的第一个本省地方计，每篇只计一次。",
        f"重点信息清单取本周最后收到的至多{_LISTED}篇风险稿件，新发布的在前：文稿列前{LISTED_ON_PAPER}篇，同一事件至多{OF_ONE_EVENT}篇，工作簿全列；其余稿件在检索中查。",
        "级别为本系统内部舆情预警，非法定预警；研判与建议为按规则草拟，须经人工核定。",
    )
