"""Regions that a text names, with their GB/T 2260 codes: nested names as one, short forms only where they are places."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.lexicon import Hit, Lexicon
from analysis.lexicon.regions import JIANGXI, JIANGXI_CODE, Region
from analysis.reading import Reading

__all__ = ["FoundRegion", "found_regions"]

_PLACE_AFTER = re.compile(
    "^(?:县|市|区|省|这|那|药[交市]|[一二]小|小学|中学|哪|老城|的(?:幼儿园|小学|中学|学校|药店|医院|诊所|村)|接种|中医|妇幼|卫生|有位|籍|当地|本地|一(?!个?月|年|天|周|次|下|般|定|样|直|旦)|某|公安|警方|人民|药监|市监|市场监管|法院|检察|卫健|疾控|医保|的老乡|老乡|这边|那边|有个|有家|有人|某|网友|居民|街|街道|镇|乡|通报|药店|医院|诊所|那家|这家|中药材|的药|的诊|的医|的宠)"
)
_PLACE_BEFORE = re.compile("(?:在|跑遍|先去|地是|来自|坐标|位于|江西|家乡|老家|听说|带.{0,2}去|我们|我是|【)$")
_ALONE_BEFORE = re.compile(r"[。,!?;\s]|^$")
_ALONE_AFTER = re.compile(r"[。,!?;\s]|$")
_TOWN_AFTER = re.compile(
    "(?![一全这那的在人男女医药卫公警有个]|乡镇)"
    "(?:(?:国家)?(?:高新|经开|经济技术开发|高新技术产业开发)区|(?:(?![某各])[一-鿿]){1,4}?(?:街道|镇(?!静|痛|定|咳|卫生)|(?<![一-鿿]{4})乡(?!村|亲|镇|下)|(?<=[区县市].{2})街(?![道头上边舞坊])(?<![行业食吃老古品货条]街)|经开区|高新区|开发区|新区)|(?:(?![某各])[一-鿿]){1,3}镇(?=卫生院))"
)
_SUFFIX_AFTER = re.compile("自治州|自治县|州|区|县|市")
# A street that is called after another place (上海路), and a dish or a way of speaking (河南话).
_NAMED_AFTER = re.compile(
    "[东南西北中]?[一二三四]?(?:路(?![边人过程途上])|堂(?:[医药大]|店|诊|连)|湖(?:[边畔水面心的,。、]|区(?:抢|各|渔|农|的))|拌粉|炒粉|米粉|瓦罐|大道|大街|街(?![头道上])|大桥|大厦)|话(?!题)|烤鸭|板鸭|拉面"
)
# What a place of another province gives its name to, told of a place before it: 萍乡那家湖南湘雅诊所, 赣州上海花园小区.
_CALLED_AFTER = re.compile(
    "(?:(?![某一那这的])[一-鿿]){0,3}?(?:花园|小区|家园|公馆|新村|公寓|商城|(?<![一-鿿]{3})城(?=[小门东西南北一二三])|大?酒店|宾馆|饭店|大?药房|药店|诊所|眼镜店?|推拿|美容院|口腔)"
)
_IN_ONE_CLAUSE = re.compile("[^,。;!?、:]{0,14}(?<![在去到来从往赴回])")
# 九江路上那家大药房 is a shop in a street, 回九江路上 is on the way.
_ON_A_ROAD = re.compile("路上(?=[的那这有某一]{0,2}[家间个处]?[^,。]{0,4}(?:店|药房|诊所|医院|美容院))")
_GOING = frozenset("去回往到赴来从")
_SUFFIXES = frozenset("省市县区")
# An authority's branch is where its district is: 赣州市公安局章贡分局.
_BRANCH = re.compile("(?:公安|市场监督管理|市场监管|生态环境|医疗保障|医保)局(?P<in>[一-鿿]{2,4})分局")
_NO_SUFFIX = ("市场", "市民", "市区", "区域", "区别")  # 宜春市场监管局 names 宜春
# 修水产的丸 is made in 修水, no fish.
_MADE_THERE = frozenset({"水产", "国产"})
_REACH = 4
_LONGEST_SHORT_NAME = 2
_LEVELS = ("province", "city", "county", "town")


@dataclass(frozen=True, slots=True)
class FoundRegion:
    """A named region: the span of its whole nested name in the normalised text, and the innermost region."""

    start: int
    end: int
    region: Region


def found_regions(
    reading: Reading, hits: Sequence[Hit], lexicon: Lexicon, *, home: str | None = None
) -> list[FoundRegion]:
    """Return the regions of a text in order; a name that several regions share counts only where one is implied.

    A short form that only means a place after the region above it (龙华 after 深圳) belongs to the name, and so does
    the town or zone that follows a county; of these the code is that of the county. `home` is the code of the region of
    the source: a town without its county is known to whom it is near.
    """
    text, regions, ambiguous = reading.joined, lexicon.regions, lexicon.names["ambiguous_regions"]
    alone = [hit for hit in _longest(hits) if _stands_alone(reading, hit, lexicon)]
    if len({hit.term.label for hit in alone}) > 1:
        alone = [hit for hit in alone if not _lends_its_name(text, hit)]
        alone = [hit for n, hit in enumerate(alone) if not (n and _is_called_after(text, alone[n - 1], hit, regions))]
    chains = list(_chains(alone, regions))
    spoken = {r.name for chain in chains for hit in chain for r in regions[hit.term.label] if _is_sure(hit, r)}
    starts = {chain[0].start for chain in chains}
    if not spoken and (home or "").startswith(JIANGXI_CODE):
        spoken = {JIANGXI}
    found = []
    for chain in chains:
        region = _resolve(chain, regions, spoken) if _is_place(text, chain, ambiguous, lexicon) else None
        if region is not None:
            end, innermost = _extended(text, chain[-1].end, region, lexicon, starts)
            end -= text[end - 1 : end + 1] in _NO_SUFFIX
            found.append(FoundRegion(chain[0].start, end, innermost))
    return [place for n, place in enumerate(found) if n == 0 or place.start >= found[n - 1].end]


def _stands_alone(reading: Reading, hit: Hit, lexicon: Lexicon) -> bool:
    """Tell whether a name is one, and not cut out of two words (大连 in 大连锁药店) or lent to a street."""
    if hit.end - hit.start > _LONGEST_SHORT_NAME:
        return True
    text = reading.joined
    if _lends_its_name(text, hit):
        return False
    county = lexicon.regions[hit.term.label]
    if len(county) == 1 and _with_town(text, hit.end, county[0], lexicon)[0] > hit.end:
        return True
    first = max(0, hit.start - _REACH)
    position = first
    for word in reading.segmenter.cut(text[first : hit.end + _REACH]):
        if position < hit.end < position + len(word) and position != hit.start and word not in _MADE_THERE:
            return False
        position += len(word)
    return True


def _lends_its_name(text: str, hit: Hit) -> bool:
    """Tell whether a name is that of a street, a dish or a way of speaking; who names the county itself writes 县."""
    if text[hit.end - 1] in _SUFFIXES:
        return False
    on_a_road = _ON_A_ROAD.match(text, hit.end) and text[max(0, hit.start - 1) : hit.start] not in _GOING
    return bool(on_a_road or _NAMED_AFTER.match(text, hit.end))


def _is_called_after(text: str, before: Hit, hit: Hit, regions: Mapping[str, tuple[Region, ...]]) -> bool:
    """Tell whether a place is only in the name of what lies in the place told just before it, in another province."""
    provinces = ({region.path[0] for region in regions[one.term.label]} for one in (before, hit))
    return bool(
        set.isdisjoint(*provinces)
        and text[hit.end - 1] not in _SUFFIXES
        and _IN_ONE_CLAUSE.fullmatch(text, before.end, hit.start)
        and _CALLED_AFTER.match(text, hit.end)
    )


def _extended(text: str, end: int, region: Region, lexicon: Lexicon, starts: set[int]) -> tuple[int, Region]:
    """Return end and region with the short form of a place inside it, and the town, that stand right behind."""
    branch = _BRANCH.match(text, end) if region.level == "city" else None
    if branch and (within := lexicon.inner.get(region.path, {}).get(branch["in"])):
        return branch.end(), within
    if region.level in {"province", "city"} and (end not in starts or region.level == "province"):
        inner = lexicon.inner.get(region.path, {})
        for length in (5, 4, 3, 2):
            name = text[end : end + length]
            if within := inner.get(name):
                suffix = _SUFFIX_AFTER.match(text, end + len(name))
                return _with_town(text, suffix.end() if suffix else end + len(name), within, lexicon)
    return _with_town(text, end, region, lexicon)


def _with_town(text: str, end: int, region: Region, lexicon: Lexicon) -> tuple[int, Region]:
    """Return the end with the town, zone or, in a county, the short form of a town (都昌多宝) right behind a name."""
    if region.level not in {"city", "county"}:
        return end, region
    if town := _TOWN_AFTER.match(text, end):
        return town.end(), region
    towns = lexicon.inner.get(region.path, {}) if region.level == "county" else {}
    short = end + len(next((text[end : end + n] for n in (4, 3, 2) if text[end : end + n] in towns), ""))
    return end if _NAMED_AFTER.match(text, short) else short, region


def _longest(hits: Iterable[Hit]) -> Iterator[Hit]:
    position = 0
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if hit.start >= position:
            yield hit
            position = hit.end


def _chains(hits: Sequence[Hit], regions: Mapping[str, tuple[Region, ...]]) -> Iterator[list[Hit]]:
    """Yield runs of neighbouring names, each of which may lie within the one before it."""
    chain: list[Hit] = []
    for hit in hits:
        if chain and not (chain[-1].end == hit.start and _may_lie_within(hit, chain[-1], regions)):
            yield chain
            chain = []
        chain.append(hit)
    if chain:
        yield chain


def _may_lie_within(inner: Hit, outer: Hit, regions: Mapping[str, tuple[Region, ...]]) -> bool:
    names = {region.name for region in regions[outer.term.label]}
    return any(name in names for region in regions[inner.term.label] for name in region.path[:-1])


def _is_sure(hit: Hit, region: Region) -> bool:
    return region.level in {"province", "city"} or (region.name == hit.term.label and region.level == "county")


def _is_place(text: str, chain: Sequence[Hit], ambiguous: frozenset[str], lexicon: Lexicon) -> bool:
    if len(chain) > 1 or chain[0].term.label not in ambiguous:
        return True
    county = lexicon.regions[chain[0].term.label]
    if len(county) == 1 and _with_town(text, chain[0].end, county[0], lexicon)[0] > chain[0].end:
        return True
    # A clause of nothing but the name tells where: 永新,这人以前还是志愿者。
    if _ALONE_BEFORE.search(text[: chain[0].start][-1:]) and _ALONE_AFTER.match(text[chain[0].end :][:1]):
        return True
    before, after = text[max(0, chain[0].start - 4) : chain[0].start], text[chain[0].end : chain[0].end + 4]
    return bool(_PLACE_BEFORE.search(before)) or bool(_PLACE_AFTER.match(after))


def _resolve(chain: Sequence[Hit], regions: Mapping[str, tuple[Region, ...]], spoken: set[str]) -> Region | None:
    """Return the innermost region of a chain of neighbouring names, each within the one before it."""
    resolved: Region | None = None
    for hit in chain:
        candidates = list(regions[hit.term.label])
        if resolved is not None:
            candidates = [r for r in candidates if r.path[: len(resolved.path)] == resolved.path and r != resolved] or [
                resolved
            ]
        chosen = _choose(candidates, spoken)
        if chosen is None:
            return resolved
        resolved = chosen
    return resolved


def _choose(candidates: Sequence[Region], spoken: set[str]) -> Region | None:
    """Return the one region that is meant: a province or city of that name, else what lies in a region the text names."""
    for level in ("province", "city"):
        if named := [r for r in candidates if r.level == level]:
            return named[0] if len(named) == 1 else None
    implied = [r for r in candidates if any(name in spoken for name in r.path[:-1])]
    pool = implied or [r for r in candidates if r.level != "town"]
    if not pool:
        return None
    best = min(_LEVELS.index(r.level) for r in pool)
    highest = [r for r in pool if _LEVELS.index(r.level) == best]
    return highest[0] if len(highest) == 1 else None
