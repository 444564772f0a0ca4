"""The weekly briefing 周报: what it says, decided from counted facts; rendering is elsewhere.

The order of sections follows the office's practice (概况、重点、走势、话题、谣言、回应、建议、关注、附件). Every figure
carries its window; sentences of judgement and advice are proposed by rule and marked as drafts for a person to settle.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.domain.alerts.alert import AlertLevel
from service.domain.figures.answered import ResponseRow, late_in
from service.domain.figures.effect import FALL, RISE, in_percent
from service.domain.week import Week

__all__ = [
    "LISTED_ON_PAPER",
    "OF_ONE_EVENT",
    "TOLD",
    "Advice",
    "Briefing",
    "BypassRow",
    "CategoryRow",
    "Change",
    "ListedDocument",
    "MajorEvent",
    "Rumour",
    "WeekFigures",
    "advise",
    "before_word",
    "judge_week",
    "named",
    "on_paper",
    "place_in_issue",
    "quoted",
]

LISTED_ON_PAPER = 40
"""Documents of 重点信息清单 that the printed issue shows; the workbook has them all."""

OF_ONE_EVENT = 5
"""How many of these may be of one event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A count this week and the week before."""

    name: str
    count: int
    before: int

    @property
    def words(self) -> str:
        """The change in words: `+12%`, `持平`, or `新增` where there was none before."""
        if self.count == self.before:
            return "持平"
        if self.before == 0:
            return "新增"
        return in_percent((self.count - self.before) / self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow:
    """One row of the category table 分类统计表."""

    code: str
    change: Change
    level: AlertLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class MajorEvent:
    """One event of 重点舆情 and one row of its ledger 重点事件台账.

    `people` says how many died where the title does not, `place` where it happened where the title does not or a person corrected it.
    """

    number: str
    title: str
    level: AlertLevel
    first_at: datetime
    first_source: str
    documents: int
    sources: int
    products: tuple[str, ...]
    firms: tuple[str, ...]
    lead: str
    deadline: str
    state: str
    progress: str
    next_step: str
    people: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BypassRow:
    """One text that went past reviews or the signature: which steps, why, and the two names that stand for it."""

    title: str
    version: int
    steps: str
    reason: str
    names: tuple[str, str]
    at: datetime

    @property
    def sentence(self) -> str:
        """The row as a sentence of the briefing."""
        asked, confirmed = self.names
        return f"{quoted(self.title)}第{self.version}版越过{self.steps}：{self.reason}（{asked}申请，{confirmed}确认）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rumour:
    """One claim that may be false, its spread, and where checking stands."""

    claim: str
    documents: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One item of 研判与建议: the fact it rests on, the proposal, the responsible department."""

    fact: str
    proposal: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDocument:
    """One row of the annex 重点信息清单; the author's name is never in it.

    `ledger_number` is the place in the ledger, empty where its event has none; without an event `event_id` and `event_link` are empty too.
    """

    title: str
    source: str
    published_at: datetime
    url: str
    event_id: str = ""
    ledger_number: str = ""
    event_link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """Counts of the week. `daily` holds (day, all, risk); shares are among risk documents."""

    collected: Change
    risk: Change
    local_risk: int
    by_class: tuple[Change, ...]
    by_tone: tuple[Change, ...]
    by_city: tuple[Change, ...]
    daily: tuple[tuple[date, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """One issue of the weekly briefing; `followed` are sentences on matters and watched policies, none where there is nothing.

    `surges` is the sentence on hours with more than is usual, empty where there were none. `events_in_all` counts the
    events of the week, where `events` does not hold them all; `events_told` is the sentence on how many of them are new.
    """

    week: Week
    issue: int
    issue_in_all: int
    office: str
    made_at: datetime
    judgement: str
    figures: WeekFigures
    categories: tuple[CategoryRow, ...]
    events: tuple[MajorEvent, ...]
    terms: tuple[Change, ...]
    rumours: tuple[Rumour, ...]
    responses: tuple[ResponseRow, ...]
    advice: tuple[Advice, ...]
    ahead: tuple[str, ...]
    documents: tuple[ListedDocument, ...]
    notes: tuple[str, ...]
    audit_head: str
    bypasses: tuple[BypassRow, ...] = ()
    drill: bool = False
    followed: tuple[str, ...] = ()
    surges: str = ""
    events_in_all: int = 0
    events_told: str = ""


def on_paper(documents: Sequence[ListedDocument]) -> list[ListedDocument]:
    """Return the documents that the printed issue lists, in their order: one loud event leaves room for the others."""
    heard: Counter[str] = Counter()
    shown = []
    for one in documents:
        heard[one.event_id] += 1
        if not one.event_id or heard[one.event_id] <= OF_ONE_EVENT:
            shown.append(one)
    return shown[:LISTED_ON_PAPER]


def before_word(week: Week, made_at: datetime) -> str:
    """Return what the counts before are of: of an issue made within its week the same part of the week before."""
    return "上周同期" if made_at < week.until else "上周"


def judge_week(figures: WeekFigures, levels: Mapping[AlertLevel, int], *, before: str = "上周") -> str:
    """Return the one-sentence judgement with the figure that supports it; `before` names what it is compared with.

    A week in which nothing came in is neither calm nor falling: nobody was watching.
    """
    grave = levels.get(AlertLevel.RED, 0) + levels.get(AlertLevel.ORANGE, 0)
    count, earlier = figures.risk.count, figures.risk.before
    told = f"本周风险稿件{count}篇（{before}{earlier}篇），红色、橙色预警{grave}起"
    if grave:
        return f"需关注：{told}。"
    if not figures.collected.count:
        return f"无法判断：本周没有收到稿件（{before}{figures.collected.before}篇），请先查信源是否正常采集。"
    if earlier and count >= earlier * RISE:
        return f"有升温：{told}。"
    if earlier and count <= earlier * FALL:
        return f"有回落：{told}。"
    return f"总体平稳：{told}。"


def quoted(title: str) -> str:
    """Return a title between quotation marks, those within it single: `“网传‘甲’停产”`."""
    return f"“{title.translate(_INNER)}”"


TOLD = 3
"""Events of 重点舆情 that the text tells; the annex has them all. With these it fits two pages, and three where titles are of 80 signs."""


def place_in_issue(number: int) -> str:
    """Return how the text heads, and names again, the event that it tells as this one, from 1: `（一）`."""
    return f"（{'一二三四五六七八九十'[number - 1]}）"


_NAMED = 20


def named(title: str) -> str:
    """Return how an event is named where the issue told it in full before: quoted, a long title by its first 20 signs."""
    return quoted(title if len(title) <= _NAMED else f"{title[: _NAMED - 1]}…")


_INNER = str.maketrans("“”", "‘’")


def advise(
    events: Sequence[MajorEvent],
    categories: Sequence[CategoryRow],
    responses: Sequence[ResponseRow],
    *,
    lead: str,
    now: datetime,
    collected: int = 1,
) -> tuple[Advice, ...]:
    """Propose two to four items, each resting on a counted fact of this issue."""
    items = [
        Advice(
            fact=f"{named(event.title)}至今{event.documents}篇、信源{event.sources}个，最高为{event.level.word}预警",
            proposal=event.next_step,
            lead=event.lead,
        )
        for event in events[:2]
        if event.level >= AlertLevel.YELLOW
    ]
    items += [
        Advice(fact=f"{named(row.title)}{fact}", proposal=proposal, lead=lead)
        for row in responses
        for fact, proposal in late_in(row.verdict(now))
    ][:1]
    rising = [row for row in categories if row.change.before and row.change.count >= row.change.before * RISE]
    items += [
        Advice(
            fact=f"{row.change.name}类稿件{row.change.count}篇，环比增长{row.change.words.lstrip('+')}",
            proposal="梳理共性问题，评估是否需要发布提示或开展检查",
            lead=lead,
        )
        for row in sorted(rising, key=lambda row: -row.change.count)[:1]
    ]
    return tuple(items[:4]) or (_unasked(collected, lead),)


def _unasked(collected: int, lead: str) -> Advice:
    """Return what is advised where no fact of the week asks for anything."""
    if not collected:
        return Advice(fact="本周没有收到稿件", proposal="查明信源采集和导入是否中断，恢复后重新生成本期", lead=lead)
    return Advice(fact="本周未出现黄色以上预警", proposal="保持常态监测，按计划开展科普与解读", lead=lead)
