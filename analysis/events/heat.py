"""Heat of an event: the product's own 0 to 100 scale, with every part explained.

`score = 25 severity + 25 spread + 20 velocity + 15 authority + 15 relevance`, every part 0 to 1. The colours of the
scale follow the plans for drug-safety emergencies, the numbers are product defaults without a source and belong to be
calibrated per province: all of them are in `HeatSettings`. The one figure that is law is the threshold of 500 reposts
or 5,000 views from which evidence is to be frozen (法释〔2013〕21号第二条). Pure: facts in, heat out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

__all__ = ["Authority", "EventFacts", "Heat", "HeatPart", "HeatSettings", "Relevance", "heat_of"]


class Authority(StrEnum):
    """The weightiest voice that has spoken of an event."""

    MEDIA = "media"
    LARGE_ACCOUNT = "large_account"
    ORDINARY = "ordinary"


class Relevance(StrEnum):
    """What ties an event to this office's own place."""

    LOCAL = "local"
    NATIONAL = "national"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What is known of an event at one moment. Unknown counts are `None`, which never counts as zero growth.

    `last_2h` is the number of items of the last two hours, `mean_2h` the mean per two hours of the 24 hours before
    them. `views` and `reposts` are the sums over the event, `views_peak` and `reposts_peak` the largest of one item.
    `independent_24h` is the number of sources, each with a text of its own, of the last 24 hours.
    `severity` overrides the category default where an assessment has set one (1 to 5, facts not yet added). `beyond` says
    that places outside the office's province are named too.
    """

    categories: tuple[str, ...] = ()
    severity: int | None = None
    death: bool = False
    vulnerable: bool = False
    similar_cases: int = 0
    items_24h: int = 0
    accounts: int = 0
    views: int | None = None
    reposts: int | None = None
    views_peak: int | None = None
    reposts_peak: int | None = None
    last_2h: int = 0
    mean_2h: float | None = None
    authority: Authority = Authority.ORDINARY
    relevance: Relevance = Relevance.OTHER
    provinces: int = 0
    beyond: bool = False
    independent_24h: int = 0
    persons_harmed: int | None = None
    deaths: int | None = None

    def __post_init__(self) -> None:
        """Refuse negative counts and a severity off the scale."""
        for name in ("similar_cases", "items_24h", "accounts", "last_2h", "provinces", "independent_24h"):
            if getattr(self, name) < 0:
                raise ValueError(f"EventFacts.{name} must not be negative, got {getattr(self, name)}")
        if self.severity is not None and not 1 <= self.severity <= _TOP:
            raise ValueError(f"EventFacts.severity must be 1 to 5, got {self.severity}")


_TOP = 5
_CATEGORY_SEVERITY: Mapping[str, int] = MappingProxyType(
    dict(zip((f"R{n:02}" for n in range(1, 15)), (3, 4, 2, 3, 2, 3, 4, 2, 2, 3, 2, 3, 3, 1), strict=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatSettings:
    """The numbers of the scale; the defaults are those of `levels.yaml`, to be calibrated per province."""

    weights: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"severity": 25.0, "spread": 25.0, "velocity": 20.0, "authority": 15.0, "relevance": 15.0}
        )
    )
    category_severity: Mapping[str, int] = field(default_factory=lambda: _CATEGORY_SEVERITY)
    similar_cases: int = 3
    items_24h: float = 200
    accounts: float = 500
    views: float = 1_000_000
    reposts: float = 5_000
    growth: tuple[float, float] = (1.0, 5.0)
    authority: Mapping[Authority, float] = field(
        default_factory=lambda: MappingProxyType(
            {Authority.MEDIA: 1.0, Authority.LARGE_ACCOUNT: 0.6, Authority.ORDINARY: 0.2}
        )
    )
    relevance: Mapping[Relevance, float] = field(
        default_factory=lambda: MappingProxyType({Relevance.LOCAL: 1.0, Relevance.NATIONAL: 0.5, Relevance.OTHER: 0.1})
    )
    freeze_views: int = 5_000
    freeze_reposts: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPart:
    """One part of the score: its share 0 to 1, its points, and why, in Chinese."""

    name: str
    share: float
    points: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """The score 0 to 100 with its five parts; `freeze_evidence` once one item has passed the legal figures."""

    score: float
    severity: HeatPart
    spread: HeatPart
    velocity: HeatPart
    authority: HeatPart
    relevance: HeatPart
    freeze_evidence: bool

    @property
    def parts(self) -> tuple[HeatPart, ...]:
        """Return the five parts in the order of the formula."""
        return (self.severity, self.spread, self.velocity, self.authority, self.relevance)


def heat_of(facts: EventFacts, settings: HeatSettings | None = None) -> Heat:
    """Return the heat of an event; more of any fact never lowers it."""
    numbers = settings or HeatSettings()
    shares = (
        _severity(facts, numbers),
        _spread(facts, numbers),
        _velocity(facts, numbers),
        ("authority", numbers.authority[facts.authority], _AUTHORITY_WORDS[facts.authority]),
        ("relevance", numbers.relevance[facts.relevance], _RELEVANCE_WORDS[facts.relevance]),
    )
    parts = {
        name: HeatPart(name=name, share=round(share, 4), points=round(share * numbers.weights[name], 2), words=words)
        for name, share, words in shares
    }
    frozen = (facts.views_peak or 0) >= numbers.freeze_views or (facts.reposts_peak or 0) >= numbers.freeze_reposts
    score = round(sum(part.points for part in parts.values()), 1)
    return Heat(score=min(100.0, score), freeze_evidence=frozen, **parts)


def _severity(facts: EventFacts, numbers: HeatSettings) -> tuple[str, float, str]:
    base = facts.severity or max((numbers.category_severity.get(c, 1) for c in facts.categories), default=1)
    added = [
        words
        for holds, words in (
            (facts.death or (facts.deaths or 0) > 0, "涉及死亡加一级"),
            (facts.vulnerable, "涉及儿童、孕产妇或老人加一级"),
            (facts.similar_cases >= numbers.similar_cases, f"同类情况{facts.similar_cases}起加一级"),
        )
        if holds
    ]
    level = min(_TOP, base + len(added))
    return "severity", level / _TOP, "，".join([f"严重程度{level}级（基准{base}级）", *added])


def _spread(facts: EventFacts, numbers: HeatSettings) -> tuple[str, float, str]:
    measured = (
        (facts.items_24h, numbers.items_24h, "24小时稿件{}篇"),
        (facts.accounts, numbers.accounts, "参与账号{}个"),
        (facts.views, numbers.views, "阅读{}次"),
        (facts.reposts, numbers.reposts, "转发{}次"),
    )
    shares = [(min(1.0, n / full), words.format(n)) for n, full, words in measured if n is not None]
    share, words = max(shares, key=lambda pair: pair[0])
    return "spread", share, f"{words}，为各项传播量中最高"


def _velocity(facts: EventFacts, numbers: HeatSettings) -> tuple[str, float, str]:
    if facts.mean_2h is None:
        return "velocity", 0.0, "此前24小时数据不足，暂不计增速"
    low, high = numbers.growth
    # An event of the last two hours has no past to be compared with: half an item stands for none.
    ratio = facts.last_2h / max(facts.mean_2h, 0.5)
    share = min(1.0, max(0.0, (ratio - low) / (high - low)))
    return "velocity", share, f"近2小时{facts.last_2h}篇，为此前24小时均值的{ratio:.1f}倍"


_AUTHORITY_WORDS: Mapping[Authority, str] = MappingProxyType(
    {
        Authority.MEDIA: "中央或省级媒体、其他机关官方账号已报道",
        Authority.LARGE_ACCOUNT: "有认证大号参与传播",
        Authority.ORDINARY: "目前为普通账号发布",
    }
)
_RELEVANCE_WORDS: Mapping[Relevance, str] = MappingProxyType(
    {
        Relevance.LOCAL: "涉及本省地点、企业或监管部门",
        Relevance.NATIONAL: "全国性产品，本省有销售",
        Relevance.OTHER: "未见与本省的直接关联",
    }
)
