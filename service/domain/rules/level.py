"""Which opinion level an event has: by score, by single triggers, moved by floors and ceilings.

The scale is the product's own (内部舆情预警); a statutory warning is issued by government. All numbers come from the
register.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import TypeAlias

from analysis.events.heat import Authority, Heat, Relevance
from service.domain.alerts.alert import AlertLevel, LevelFinding, Trigger
from service.domain.events.facts import IncidentFacts, holds
from service.domain.rules.register import Bound, Register, TriggerRule

__all__ = ["TRIGGER_NUMBERS", "find_level"]


def find_level(heat: Heat, facts: IncidentFacts, register: Register) -> LevelFinding:
    """Return the level with every reason for it.

    An event without any risk document has no level, whatever its spread. Floors raise first, ceilings cut last, so a
    ceiling wins where both apply.
    """
    by_score = _by_score(heat.score, register)
    if not facts.risk:
        return LevelFinding(
            level=AlertLevel.NONE, score=heat.score, by_score=by_score, applied=("未见风险内容，不预警",)
        )
    rules = (rule for level in register.levels for rule in level.triggers)
    fired = tuple(trigger for rule in rules if (trigger := _fire(rule, heat, facts)) is not None)
    level = max([by_score, *(trigger.level for trigger in fired)])
    categories = facts.spread.categories
    level, raised = _move(level, register.floors, categories, facts, up=True)
    level, cut = _move(level, register.ceilings, categories, facts, up=False)
    return LevelFinding(
        level=level,
        score=heat.score,
        by_score=by_score,
        triggers=fired,
        applied=(*raised, *cut, *facts.disputes),
        disputed=facts.disputed,
        death=facts.suspects_death,
        deaths=(facts.spread.deaths or 0) if facts.suspects_death else 0,
    )


def _by_score(score: float, register: Register) -> AlertLevel:
    return next((rule.level for rule in register.levels if score >= rule.score), AlertLevel.NONE)


def _move(
    level: AlertLevel, bounds: Collection[Bound], categories: Collection[str], facts: IncidentFacts, *, up: bool
) -> tuple[AlertLevel, list[str]]:
    words: list[str] = []
    for bound in bounds:
        outside = level < bound.level if up else level > bound.level
        if outside and holds(bound.when, categories, facts):
            level = bound.level
            words.append(bound.words)
    return level, words


def _fire(rule: TriggerRule, heat: Heat, facts: IncidentFacts) -> Trigger | None:
    sentence = _TRIGGERS[rule.id](facts, heat, rule.numbers)
    return None if sentence is None else Trigger(id=rule.id, level=rule.level, sentence=sentence)


_Numbers: TypeAlias = Mapping[str, float]


def _death_suspected(facts: IncidentFacts, _: Heat, __: _Numbers) -> str | None:
    if not (facts.suspects_death and facts.products):
        return None
    count = f"{facts.told_dead.words if facts.told_dead else facts.spread.deaths}例" if facts.spread.deaths else ""
    return f"疑似死亡{count}，涉及{_subject(facts)}"


def _subject(facts: IncidentFacts) -> str:
    names = facts.products or facts.firms
    return f"“{'”“'.join(names[:3])}”" if names else ""


def _cluster_50(facts: IncidentFacts, _: Heat, numbers: _Numbers) -> str | None:
    if facts.harmed >= numbers["persons"]:
        return _so_many(facts, numbers)
    return "称多人受影响而人数不明" if facts.large_cluster and not facts.harmed else None


def _media_headline(facts: IncidentFacts, _: Heat, __: _Numbers) -> str | None:
    fires = facts.headline and facts.spread.authority is Authority.MEDIA and facts.spread.relevance is Relevance.LOCAL
    # That the product or firm is of the province is not known of most: 右美沙芬 is made elsewhere.
    about = f"，涉及{_subject(facts)}" if _subject(facts) else ""
    return f"中央或省级媒体以标题报道涉及本省的情况{about}" if fires else None


def _two_provinces(facts: IncidentFacts, _: Heat, numbers: _Numbers) -> str | None:
    fires = facts.products and facts.suspects_cluster and facts.spread.provinces >= numbers["provinces"]
    also = f"（另见“{facts.other_province_title}”）" if facts.other_province_title else ""
    return f"{facts.spread.provinces}个省份报告同一产品{_subject(facts)}的情况{also}" if fires else None


def _cluster_10(facts: IncidentFacts, _: Heat, numbers: _Numbers) -> str | None:
    return _so_many(facts, numbers) if facts.harmed >= numbers["persons"] else None


def _so_many(facts: IncidentFacts, numbers: _Numbers) -> str:
    told = facts.told_harmed.words if facts.told_harmed else facts.harmed
    return f"受影响{told}人，达到{numbers['persons']:.0f}人"


def _recall_1(facts: IncidentFacts, _: Heat, __: _Numbers) -> str | None:
    return f"一级召回{_subject(facts)}" if facts.recall_class == 1 else None


def _vaccine_growth(facts: IncidentFacts, _: Heat, numbers: _Numbers) -> str | None:
    growth = facts.growth_1h
    if "R07" not in facts.spread.categories or growth is None or growth <= numbers["growth"]:
        return None
    return f"疫苗类舆情近1小时增至此前的{growth:.1f}倍"


def _hot_search_agency(facts: IncidentFacts, _: Heat, __: _Numbers) -> str | None:
    return "全国热搜词条点名药监部门" if facts.hot_agency else None


def _three_posts(facts: IncidentFacts, _: Heat, numbers: _Numbers) -> str | None:
    posts = facts.spread.independent_24h
    fires = facts.products and posts >= numbers["posts"]
    return f"24小时内{posts}个独立信源谈及{_subject(facts)}" if fires else None


def _notice_dispute(facts: IncidentFacts, _: Heat, __: _Numbers) -> str | None:
    return "抽检或质量公告引发争议" if facts.notice_dispute else None


def _local_media(facts: IncidentFacts, _: Heat, __: _Numbers) -> str | None:
    return f"本地媒体报道企业“{facts.firms[0]}”" if facts.local_media and facts.firms else None


def _single_credible(facts: IncidentFacts, heat: Heat, numbers: _Numbers) -> str | None:
    severity = round(heat.severity.share * 5)
    return (
        f"已有署名的可信信源报道，事件严重程度{severity}级"
        if facts.credible and severity >= numbers["severity"]
        else None
    )


def _slow_rise(facts: IncidentFacts, _: Heat, numbers: _Numbers) -> str | None:
    spread = facts.spread
    if not spread.mean_2h or spread.items_24h < numbers["items"]:
        return None
    # Counts and no ratio: two items after one of yesterday are 24 times its mean and tell nobody anything.
    told = f"热度上升，近2小时{spread.last_2h}篇，此前24小时平均每2小时{spread.mean_2h:.1f}篇"
    return told if spread.last_2h / spread.mean_2h >= numbers["growth"] else None


_TRIGGERS: Mapping[str, Callable[[IncidentFacts, Heat, _Numbers], str | None]] = MappingProxyType(
    {
        "death_suspected": _death_suspected,
        "cluster_50": _cluster_50,
        "media_headline": _media_headline,
        "two_provinces": _two_provinces,
        "cluster_10": _cluster_10,
        "recall_1": _recall_1,
        "vaccine_growth": _vaccine_growth,
        "hot_search_agency": _hot_search_agency,
        "three_posts": _three_posts,
        "notice_dispute": _notice_dispute,
        "local_media": _local_media,
        "single_credible": _single_credible,
        "slow_rise": _slow_rise,
    }
)

TRIGGER_NUMBERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **dict.fromkeys(_TRIGGERS, frozenset()),
        "cluster_50": frozenset({"persons"}),
        "cluster_10": frozenset({"persons"}),
        "two_provinces": frozenset({"provinces"}),
        "vaccine_growth": frozenset({"growth"}),
        "three_posts": frozenset({"posts"}),
        "single_credible": frozenset({"severity"}),
        "slow_rise": frozenset({"growth", "items"}),
    }
)
"""The triggers that the data may name, each with the numbers that it needs."""
