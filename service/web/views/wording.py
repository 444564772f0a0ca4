"""Words for times, durations, states and codes as people here write them. Pure; shown times are Beijing time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from analysis.assessment import CATEGORY_NAMES
from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.beijing import BEIJING
from service.domain.beijing import dated as day_or_moment
from service.domain.people.person import Role

__all__ = [
    "Chip",
    "ago",
    "article_word",
    "category_word",
    "dated",
    "day_of",
    "duration",
    "duty_name",
    "level_chip",
    "limit_word",
    "local",
    "moment",
    "remaining",
    "spent_of",
    "weekday",
    "word",
]


_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "source_class": {
            "official": "政府与官方",
            "central_media": "中央媒体",
            "provincial_media": "省级媒体",
            "media": "市场化媒体",
            "trade": "行业媒体",
            "social": "社交平台",
            "hot_list": "热榜",
            "complaint": "投诉举报",
            "other": "其他",
        },
        "kind": {
            "article": "文章",
            "post": "帖文",
            "comment": "评论",
            "complaint": "投诉",
            "hot_entry": "热榜条目",
            "notice": "公告",
            "policy": "政策",
        },
        "tone": {"neg": "负面", "neu": "中性", "pos": "正面"},
        "judged": {"0": "无关", "1": "职责相关", "2": "风险"},
        "alert": {state.value: state.word for state in AlertState} | {"open": "未确认"},
        "clock": {
            "proposed": "待确认启动",
            "armed": "计时中",
            "paused": "已暂停",
            "met": "按时完成",
            "met_late": "超时完成",
            "cancelled": "已取消",
            "expired": "已失效",
        },
        # As the work flow names them; what a package tells of its case has the state's id alone.
        "case": {
            "detected": "已发现",
            "triaged": "已初筛",
            "assessing": "研判中",
            "assessed": "已研判",
            "reported": "已上报",
            "drafting": "起草中",
            "submitted": "送审中",
            "reviewed-1": "已过一审",
            "reviewed-2": "已过二审",
            "reviewed-3": "三审通过",
            "approving": "待签批",
            "approved": "已签批",
            "published": "已发布",
            "tracking": "跟踪中",
            "evaluated": "已评估",
            "archived": "已归档",
            "closed-fp": "误报关闭",
            "closed": "已关闭",
        },
        "role": {"own": "本局时限", "watch": "督促他方"},
        "person_role": {role.value: role.word for role in Role},
        "grade": {"I": "Ⅰ级", "II": "Ⅱ级", "III": "Ⅲ级", "IV": "Ⅳ级"},
        "access": {"open": "公开抓取", "import": "文件导入", "api": "授权接口", "licensed": "授权接口"},
        "probe": {
            "waiting": "探查中",
            "late": "等待采集进程",
            "found": "可以采集，待保存",
            "refused": "不能采集",
            "saved": "已保存为信源",
        },
        "spider": {
            "file_drop": "文件导入",
            "feed": "订阅源",
            "listing": "列表页",
            "hot_list": "热榜",
            "json_api": "接口",
            "sitemap": "站点地图",
            "search": "搜索页",
            "push": "签名推送",
        },
        "outbox": {
            "mail": "邮件",
            "search": "检索索引",
            "index": "检索索引",
            "webhook": "群消息",
            "unindex": "移出索引",
        },
        "delivery": {
            "queued": "待发送",
            "waiting": "等待重试",
            "leased": "发送中",
            "dead": "已放弃",
            "done": "已发送",
        },
        "drill": {"running": "进行中", "finished": "已结束", "failed": "未完成"},
        "stage": {
            "gate": "入口检查",
            "parse": "解析",
            "import": "文件导入",
            "assess": "研判",
            "deliver": "发送",
            "fetch": "抓取",
            "push": "推送",
            "policy": "政策入库",
        },
    }
)

_LIMIT_UNITS = (("wd", "个工作日"), ("h", "小时"), ("d", "天"))
_MINUTES_BELOW = 120
_MINUTES_READ = 360
_HOURS_BELOW = 72
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Chip:
    """A level as shape, word and style key, so that colour never carries it alone."""

    mark: str
    word: str
    key: str


def local(at: datetime) -> datetime:
    """Return the moment in Beijing time."""
    return at.astimezone(BEIJING)


def day_of(at: datetime) -> date:
    """Return the Beijing calendar day of the moment."""
    return local(at).date()


def moment(at: datetime | None, now: datetime) -> str:
    """Return `11月25日 14:32`, with the year where it is not this year's; `—` for no time."""
    if at is None:
        return "—"
    shown = local(at)
    text = f"{shown.month}月{shown.day}日 {shown:%H:%M}"
    return text if shown.year == local(now).year else f"{shown.year}年{text}"


def dated(at: datetime | None, now: datetime) -> str:
    """Return a time as `moment` does, and the day alone where it is midnight to the second; `—` for no time."""
    return "—" if at is None else day_or_moment(at, now)


def weekday(at: datetime) -> str:
    """Return `周三`."""
    return f"周{_WEEKDAYS[local(at).weekday()]}"


def duration(span: timedelta) -> str:
    """Return a length of time in words: `26 小时`, `12 分钟`, `3 天`; below a minute `不到 1 分钟`."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < _MINUTES_BELOW:
        return f"{minutes} 分钟"
    if minutes < _HOURS_BELOW * 60:
        return f"{minutes // 60} 小时"
    return f"{minutes // 1440} 天"


def ago(at: datetime | None, now: datetime) -> str:
    """Return how long before or after `now` the moment is."""
    if at is None:
        return "—"
    return f"{duration(now - at)}前" if at <= now else f"{duration(at - now)}后"


def remaining(left: timedelta) -> str:
    """Return a countdown: `02:41:18` below three hours, `21小时07分` below four days, else `6天4小时`.

    A missed deadline counts up in the same shape; whoever shows it adds the word 超时.
    """
    seconds = int(abs(left.total_seconds()))
    if seconds < 3 * 3600:
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if seconds < 96 * 3600:
        return f"{seconds // 3600}小时{seconds // 60 % 60:02d}分"
    return f"{seconds // 86400}天{seconds // 3600 % 24}小时"


def spent_of(used: int, planned: int) -> str:
    """Return minutes used of those planned: `114 / 45 分`; from six hours on `23小时58分 / 15 分`, as 1438 is read by nobody."""
    if used < _MINUTES_READ:
        return f"{used} / {planned} 分"
    return f"{used // 60}小时{used % 60:02d}分 / {planned} 分"


def limit_word(limit: str) -> str:
    """Return the limit of a clock in words: `5h` is `5 小时`, `20wd` `20 个工作日`, `immediate` `立即`."""
    fixed = {"immediate": "立即", "prompt": "及时"}.get(limit)
    if fixed is not None:
        return fixed
    for suffix, unit in _LIMIT_UNITS:
        number = limit.removesuffix(suffix)
        if number != limit and number.isdigit():
            return f"{number} {unit}"
    return limit


def duty_name(limit: str, action: str) -> str:
    """Return a duty with its limit as one reads it: `5 小时发布权威信息`; an action that says 立即 or 及时 itself says it once."""
    words = limit_word(limit)
    return action if words in action else f"{words}{action}"


def level_chip(level: AlertLevel | str) -> Chip:
    """Return the chip of a level given as enum or as its lower-case key."""
    known = level if isinstance(level, AlertLevel) else AlertLevel[level.upper()]
    return Chip(mark=known.mark, word=known.word, key=known.key)


def category_word(code: str) -> str:
    """Return `R01 不良反应与群体事件`; an unknown code stays as it is."""
    name = CATEGORY_NAMES.get(code)
    return code if name is None else f"{code} {name}"


def article_word(key: str) -> str:
    """Return an article's key as people write it: `药品管理法(2019-08-26)#第八十二条` is `药品管理法 第八十二条`."""
    stem, _, number = key.partition("#")
    return f"{stem.partition('(')[0]} {number}".strip()


def word(table: str, code: object) -> str:
    """Return the word for a code of one of the tables above; an unknown code stays as it is."""
    key = str(code)
    return _WORDS[table].get(key, key)
