"""Shops, practices and small firms that a reading names: in quotation marks, or in a list behind their county."""

import re
from collections.abc import Iterator, Mapping, Sequence

from analysis.assessment import EntityType
from analysis.entities.firms import DOING, SOFT_WORDS
from analysis.entities.names import HAN, Span, product_stops, runs
from analysis.lexicon import Hit, Lexicon
from analysis.reading import Reading

__all__ = ["named_shops"]

_QUOTES = ("“", '"', "「", "『")
_QUOTED = re.compile(f'[“"「『]([{HAN}a-z0-9]{{3,14}})(?=[”"」』]| [{HAN}])')
_SHOPS = re.compile(
    "(?:大?药房|(?<!膏)药店|药铺|药行|药号|国药馆|国医馆|国医堂|中医馆|医馆|诊所|门诊部|旗舰店|专卖店|专营店|眼镜店|体验店|体验馆|养生馆|养肤馆|美容馆|美肤馆|理疗馆|推拿馆|艾灸馆|"
    "美容院|美容会所|视光中心|视力中心|听力中心|助听中心|护眼中心|康养中心|饮片|生物|日化|药业|(?<![仿自管研])制药|医药|生物科技|医疗科技|"
    f"(?<![课讲食学天礼祠教殿厅大满哄公灵弄名亮一])堂(?:[{HAN}]{{2,4}}店)?)$"
)
# What one calls a shop by its kind, in quotation marks too: “双通道药店”, “网红诊所”.
_GENERIC = re.compile(
    "(?:双通道|定点|网上|网络|网红|互联网|线上|线下|社会|社区|智慧|共享|无人|自助|慢病|慢特病|门特|特药|便民|惠民|平价|低价|零差价|差价|零售|连锁|单体|实体|乡村|村|黑|假|毒|正规|合法|无证|民营|公立|私人|个体|中西医|中医|西医|口腔|牙科|宠物|官方|海外|跨境|品牌|天猫|京东|淘宝|拼多多|抖音|快手|小时|全科|家庭|合成|海洋|古|微|有害|外来|水生|野生|病原|大|小|老|新|云|某|本|该|我家|自家|隔壁|门口|路边|街边|[0-9a-z])+"
)
# Words that no name holds, in a sentence that someone quotes.
_NO_NAME = frozenset(
    "的了是不没这那某被把我你他她吗呢吧都就还再在从到给让对向或但因会要能想说看问买卖吃喝打断进出查罚里"
)
_CALLED = re.compile(
    "(?:商家|店家|店铺|网店|厂家|厂名|店名|公司|企业|诊所|药店|药房|门店|作坊|美容院|工作室|机构|牌子|品牌|[一这那某]家)(?:的?(?:名字|名称|店名))?(?:就?叫做?|名叫|名为)"
    f'[“"「『]([{HAN}]{{3,8}})[”"」』]'
)
_GOODS = re.compile("[霜膏乳液露片丸囊粒素贴粉剂茶饮水膜仪器]$")
_ENDINGS = re.compile(
    "(?:药店|药房|诊所|咨询部|经营部|门市部|商行|保健品店|化妆品店|美容店|养生馆|理疗馆|眼镜店)"
    f"(?=[,;:、。()\n把因未被于从]|等(?:[{HAN}]?[0-9一二三四五六七八九十]|$)|涉嫌|销售|违法|违反|违规|利用|发布|擅自|经营|使用|$)"
)
# What stands right behind a town, whatever is told of it: 棠阴镇仁和堂药店空刷医保卡.
_IN_TOWN = re.compile(
    f"(?<=[镇乡])(?P<name>(?P<stem>[{HAN}]{{2,5}}?)(?:大药房|药店|药房|诊所|(?:口腔|中医|综合)?门诊部))(?![{HAN}]?公司)"
)
_NO_STEM = re.compile("卫生|[院站所]|有|没|多|[一二三四五六七八九十]家|中心|街|村")
_ADDRESS = re.compile(f"[县市区][{HAN}]{{2,3}}[镇乡]$")
# A shop is told by its name in quotation marks and by its kind behind them: “玉颜坊”美容院.
_KIND_BEHIND = re.compile(
    f'[“"「『]([{HAN}]{{2,6}})[”"」』](?:美容院|美容店|美甲店|诊所|药店|药房|大药房|门诊部|视光中心|养生馆|理疗馆|医美|医美机构|化妆品店|母婴店|眼镜店|口腔)'
)
_LONGEST_NAME = 20
_CLAUSES = frozenset(":、;,。(\n")
_COUNTIES = ("县", "市", "区")
_TOWNS = ("镇", "乡", "街道")
_TOWN = re.compile(f"(?![某各一那这])[{HAN}]{{1,4}}?(?:镇|乡(?!镇)|街道)")
_SHORTEST_STEM, _LONGEST_STEM = 2, 8


def named_shops(reading: Reading, lexicon: Lexicon, places: Sequence[Hit]) -> Iterator[Span]:
    """Yield the shops, practices and firms that are named in quotation marks, or behind their county in a list.

    Precision comes first: a quoted word that segmentation knows (“平安药房”) may be a kind or a claim, and is passed over.
    """
    joined = reading.joined
    if any(quote in joined for quote in _QUOTES):
        yield from _quoted(reading)
    for match in _IN_TOWN.finditer(joined) if "镇" in joined or "乡" in joined else ():
        stem = match.group("stem")
        if not _NO_STEM.search(stem) and (_is_own_name(stem, reading) or _is_addressed(joined, match.start(), stem)):
            yield Span(EntityType.FIRM, *match.span("name"), canonical=match.group("name"))
    if places and _ENDINGS.search(joined):
        yield from _behind_their_county(reading, lexicon, places)


def _quoted(reading: Reading) -> Iterator[Span]:
    joined = reading.joined
    for match in _QUOTED.finditer(joined):
        shop = _SHOPS.search(match.group(1))
        if shop and _is_own_name(match.group(1)[: shop.start()], reading):
            yield Span(EntityType.FIRM, *match.span(1), canonical=match.group(1))
    for match in _KIND_BEHIND.finditer(joined):
        if _is_own_name(match.group(1), reading):
            yield Span(EntityType.FIRM, *match.span(1), canonical=match.group(1))
    for match in _CALLED.finditer(joined):
        if not _GOODS.search(match.group(1)) and _is_own_name(match.group(1), reading):
            yield Span(EntityType.FIRM, *match.span(1), canonical=match.group(1))


def _is_addressed(joined: str, start: int, stem: str) -> bool:
    """Tell whether a shop stands behind its county and town, where a word everyone knows is its name: 平安, 皓齿."""
    known = _GENERIC.fullmatch(stem) or not _NO_NAME.isdisjoint(stem)
    return not known and bool(_ADDRESS.search(joined[max(0, start - 5) : start]))


def _is_own_name(stem: str, reading: Reading) -> bool:
    """Tell whether a name is nobody else's: at least one of its characters makes no word with its neighbours."""
    if len(stem) < _SHORTEST_STEM or _GENERIC.fullmatch(stem) or DOING.match(stem) or not _NO_NAME.isdisjoint(stem):
        return False
    return any(len(word) == 1 and "一" <= word <= "鿿" for word in reading.segmenter.cut(stem))


def _behind_their_county(reading: Reading, lexicon: Lexicon, places: Sequence[Hit]) -> Iterator[Span]:
    """Yield what notices list: 武宁县新宁镇杏德堂药店. A town written in full is the address, else the place is part of the name."""
    joined, stops = reading.joined, product_stops(lexicon)
    ends = {hit.start: hit.end for hit in sorted(places, key=lambda hit: hit.end)}
    for run in runs(_ENDINGS, joined, _LONGEST_NAME):
        if run.start not in ends or (run.start and joined[run.start - 1] not in _CLAUSES):
            continue
        seat = _end_of_places(run.start, ends)
        town = _TOWN.match(joined, seat, run.ending)
        own = town.end() if town else seat
        stem = joined[own : run.ending].removesuffix("大")
        known = any(word in stops and word not in SOFT_WORDS for word in reading.segmenter.cut(stem))
        if len(stem) > _LONGEST_STEM or known or not joined[run.start : own].endswith((*_COUNTIES, *_TOWNS)):
            continue
        if _is_own_name(stem, reading):
            start = own if joined[own - 2 : own].endswith(_TOWNS) else run.start
            yield Span(EntityType.FIRM, start, run.end, canonical=joined[start : run.end])


def _end_of_places(start: int, ends: Mapping[int, int]) -> int:
    while start in ends:
        start = ends[start]
    return start
