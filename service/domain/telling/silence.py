"""Silences (静默): a named person says, for a while and with a reason, of what nobody needs to be mailed.

A silence mutes mail, never the alert: it stays on the dashboard, and what still waits when the silence ends is told
then. Deadlines are never silenced. Red is silenced by approvers and administrators only, and for a day at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.alerts.alert import AlertLevel
from service.domain.beijing import beijing
from service.domain.people.person import Act, Person, may
from service.domain.places import CITY_DIGITS
from service.domain.refusal import Forbidden, Refusal
from service.domain.telling.routing import Labels

__all__ = ["Matcher", "MatcherField", "Reach", "Silence", "check_silence", "reach_of", "silencing"]

LEAST_MATCHERS = 2
"""A silence names an event, or at least this many different properties: one alone is a province gone quiet."""
LONGEST = timedelta(days=7)
LONGEST_RED = timedelta(hours=24)
_LONGEST_REASON = 500


class MatcherField(StrEnum):
    """What a silence may look at."""

    EVENT = "event"
    PRODUCT = "product"
    FIRM = "firm"
    CATEGORY = "category"
    REGION = "region"

    @property
    def word(self) -> str:
        """The field in the interface."""
        return {"event": "事件", "product": "产品", "firm": "企业", "category": "类别", "region": "地区"}[self.value]


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition: the alert's event has this value; a region matches by its code's beginning."""

    field: MatcherField
    value: str

    def matches(self, labels: Labels) -> bool:
        """Tell whether the alert has the value."""
        if self.field is MatcherField.REGION:
            return any(code.startswith(self.value) for code in labels.regions)
        held = {
            MatcherField.EVENT: (labels.event_id,),
            MatcherField.PRODUCT: labels.products,
            MatcherField.FIRM: labels.firms,
            MatcherField.CATEGORY: labels.categories,
        }[self.field]
        return self.value in held


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """All matchers must hold. `up_to` is the gravest level that is muted; `ended_at` is set where somebody ended it early."""

    id: str
    matchers: tuple[Matcher, ...]
    up_to: AlertLevel
    author: str
    reason: str
    begins_at: datetime
    ends_at: datetime
    created_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None

    def active(self, now: datetime) -> bool:
        """Tell whether it mutes at `now`; it ends by itself."""
        return self.begins_at <= now < (self.ended_at or self.ends_at)

    def covers(self, labels: Labels) -> bool:
        """Tell whether the alert is one of those that it is about."""
        return labels.level <= self.up_to and all(matcher.matches(labels) for matcher in self.matchers)


def silencing(silences: Sequence[Silence], labels: Labels, now: datetime) -> Silence | None:
    """Return the silence that mutes this alert now, of several the one that ends last."""
    found = [silence for silence in silences if silence.active(now) and silence.covers(labels)]
    return max(found, key=lambda silence: (silence.ends_at, silence.id), default=None)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a silence would mute at this moment: how many of the unclosed alerts."""

    matched: int
    unclosed: int

    @property
    def nothing(self) -> bool:
        """Whether it mutes nothing now."""
        return self.matched == 0

    @property
    def sentence(self) -> str:
        """The preview."""
        return f"现有未关闭预警{self.unclosed}条，此静默匹配{self.matched}条"


def reach_of(silence: Silence, unclosed: Sequence[Labels]) -> Reach:
    """Count what the silence matches now, whatever its times."""
    return Reach(sum(silence.covers(labels) for labels in unclosed), len(unclosed))


def check_silence(silence: Silence, author: Person, reach: Reach, *, now: datetime, sure: bool = False) -> None:
    """Pass where the author may silence this.

    What matches every unclosed alert is refused where there is more than one; what matches none is asked about once:
    `sure` says that it is meant for what is to come.

    Raises:
        Forbidden: The role may not silence, or not red.
        Refusal: Too few or blank matchers, no reason, no end, too long an end, everything or nothing matched.
    """
    if author.disabled or not may(author.role, Act.HANDLE_ALERT):
        raise Forbidden(f"{author.name}（{author.role.word}）没有静默权限")
    if silence.up_to is AlertLevel.RED and not may(author.role, Act.CLOSE_ALERT):
        raise Forbidden("红色预警不能由研判员静默，请由审批人或系统管理员办理")
    _check_words(silence)
    _check_times(silence, now)
    named = any(matcher.field is MatcherField.EVENT for matcher in silence.matchers)
    if reach.unclosed > 1 and reach.matched == reach.unclosed and not named:
        raise Refusal(f"{reach.sentence}，等于全部静默，不予设置；请增加条件")
    if reach.nothing and not sure:
        raise Refusal(f"{reach.sentence}；如确是为今后的预警设置，请勾选“没有匹配也设置”再提交")


def _check_words(silence: Silence) -> None:
    for matcher in silence.matchers:
        if not matcher.value.strip():
            raise Refusal(f"静默条件“{matcher.field.word}”是空的，请填写")
        if matcher.field is MatcherField.REGION and len(matcher.value) < CITY_DIGITS:
            raise Refusal("地区条件须具体到设区市，全省范围不能静默")
    fields = {matcher.field for matcher in silence.matchers}
    if MatcherField.EVENT not in fields and len(fields) < LEAST_MATCHERS:
        raise Refusal(f"静默须指明一个事件，或至少{LEAST_MATCHERS}项不同条件（产品、企业、类别、地区）")
    if not silence.reason.strip():
        raise Refusal("静默须写明理由")
    if len(silence.reason) > _LONGEST_REASON:
        raise Refusal(f"理由请控制在{_LONGEST_REASON}字以内")


def _check_times(silence: Silence, now: datetime) -> None:
    longest = LONGEST_RED if silence.up_to is AlertLevel.RED else LONGEST
    if silence.ends_at <= max(now, silence.begins_at):
        raise Refusal("静默的结束时间须晚于现在")
    if silence.ends_at - max(now, silence.begins_at) > longest:
        whom = "含红色的静默最长24小时" if longest == LONGEST_RED else "静默最长7天"
        raise Refusal(f"{whom}，现到{beijing(silence.ends_at, now)}，请缩短")
