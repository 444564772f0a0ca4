"""Where a happening is: Chinese regions by GB/T 2260 code, other countries by ISO 3166 code.

Two reports of one event name the same place, or one names it more closely; two events of the same drug usually differ
in nothing but the place.
"""

import re
from collections.abc import Set as AbstractSet
from enum import StrEnum

from analysis.lexicon.regions import COUNTY_DIGITS

__all__ = ["NATIONS", "PlaceRelation", "are_apart", "local_codes", "mentioned_nations", "relate_places"]

# Chinese short names as news titles write them; ISO 3166-1 alpha-2 codes.
_NATION_ROWS = """
JP 日本 日媒 日方 东京 大阪 福岛 福井 冲绳|KR 韩国 韩媒 首尔|KP 朝鲜|US 美国 美媒 纽约 加州 FDA|GB 英国 英媒 伦敦|FR 法国 巴黎|DE 德国 柏林
IT 意大利|ES 西班牙|PT 葡萄牙|NO 挪威|SE 瑞典|DK 丹麦|FI 芬兰|IS 冰岛|NL 荷兰|BE 比利时|CH 瑞士|AT 奥地利|PL 波兰|CZ 捷克|HU 匈牙利|GR 希腊
IE 爱尔兰|RU 俄罗斯 莫斯科|UA 乌克兰|TR 土耳其|IL 以色列|IR 伊朗|IQ 伊拉克|SA 沙特|AE 阿联酋 迪拜|EG 埃及|ZA 南非|NG 尼日利亚|KE 肯尼亚|IN 印度 新德里
PK 巴基斯坦|BD 孟加拉国|LK 斯里兰卡|NP 尼泊尔|TH 泰国 曼谷|VN 越南|MM 缅甸|KH 柬埔寨|LA 老挝|MY 马来西亚|SG 新加坡|ID 印尼 印度尼西亚|PH 菲律宾
AU 澳大利亚 澳洲|NZ 新西兰|CA 加拿大|MX 墨西哥|BR 巴西|AR 阿根廷|CL 智利|PE 秘鲁|CO 哥伦比亚|CU 古巴|UZ 乌兹别克斯坦|KZ 哈萨克斯坦|MN 蒙古国
GM 冈比亚|GA 加蓬|CM 喀麦隆|CG 刚果|CI 科特迪瓦|GH 加纳|SN 塞内加尔|ML 马里共和国|NE 尼日尔|TD 乍得|SD 苏丹|SS 南苏丹|ET 埃塞俄比亚|SO 索马里|UG 乌干达|TZ 坦桑尼亚
RW 卢旺达|ZM 赞比亚|ZW 津巴布韦|MZ 莫桑比克|AO 安哥拉|NA 纳米比亚|BW 博茨瓦纳|MG 马达加斯加|MU 毛里求斯|MW 马拉维|LR 利比里亚|SL 塞拉利昂|GN 几内亚|BF 布基纳法索
BJ 贝宁|TG 多哥|DZ 阿尔及利亚|MA 摩洛哥|TN 突尼斯|LY 利比亚|SY 叙利亚|LB 黎巴嫩|JO 约旦|YE 也门|OM 阿曼|QA 卡塔尔|KW 科威特|BH 巴林|AF 阿富汗|TJ 塔吉克斯坦
KG 吉尔吉斯斯坦|TM 土库曼斯坦|GE 格鲁吉亚|AM 亚美尼亚|AZ 阿塞拜疆|BY 白俄罗斯|MD 摩尔多瓦|RO 罗马尼亚|BG 保加利亚|RS 塞尔维亚|HR 克罗地亚|SI 斯洛文尼亚|SK 斯洛伐克
LT 立陶宛|LV 拉脱维亚|EE 爱沙尼亚|MV 马尔代夫|BT 不丹|BN 文莱|TL 东帝汶|PG 巴布亚新几内亚|FJ 斐济|WS 萨摩亚|MH 马绍尔群岛|FM 密克罗尼西亚|VE 委内瑞拉|EC 厄瓜多尔
BO 玻利维亚|PY 巴拉圭|UY 乌拉圭|PA 巴拿马|CR 哥斯达黎加|GT 危地马拉|HN 洪都拉斯|SV 萨尔瓦多|NI 尼加拉瓜|DO 多米尼加|HT 海地|JM 牙买加
EU 欧盟 欧洲 欧洲药品管理局
"""

NATIONS: dict[str, str] = {
    name: row.split()[0] for row in _NATION_ROWS.replace("\n", "|").split("|") if row for name in row.split()[1:]
}
"""Name to code, for every foreign country that the remit's news mentions; not a complete list of the world."""

# 印度 must not be read inside 印度尼西亚: the longest name wins.
_NATION = re.compile("|".join(sorted(map(re.escape, NATIONS), key=len, reverse=True)))
_CITY_DIGITS = 4
_FEW_PLACES = 2
_EUROPE = frozenset(
    [
        "GB",
        "FR",
        "DE",
        "IT",
        "ES",
        "PT",
        "NO",
        "SE",
        "DK",
        "FI",
        "IS",
        "NL",
        "BE",
        "CH",
        "AT",
        "PL",
        "CZ",
        "HU",
        "GR",
        "IE",
    ]
)


class PlaceRelation(StrEnum):
    """How the places of two reports agree."""

    UNKNOWN = "unknown"
    SAME = "same"
    SAME_REGION = "same_region"
    WITHIN = "within"
    IN_PROVINCE = "in_province"
    APART = "apart"
    ELSEWHERE = "elsewhere"


def mentioned_nations(text: str) -> frozenset[str]:
    """Return the codes of the foreign countries that `text` names."""
    return frozenset(NATIONS[match] for match in _NATION.findall(text))


def relate_places(a: AbstractSet[str], b: AbstractSet[str]) -> PlaceRelation:
    """Return how two sets of place codes agree; the best agreement of any two codes counts. A town is its county.

    `SAME` is a city or county, `SAME_REGION` a province or another country, `WITHIN` where one is a city and the other a
    county of it, `IN_PROVINCE` where one is only the province of the other. `ELSEWHERE` is a clear contradiction: both
    sides name one or two places, all of them cities, counties or other countries, and no two lie in one city; `APART` is
    every other disagreement. An empty side is `UNKNOWN`.
    """
    if not a or not b:
        return PlaceRelation.UNKNOWN
    a, b = _without_towns(a), _without_towns(b)
    shared = a & b
    if local_codes(shared):
        return PlaceRelation.SAME
    outer = {x for x in a | b for y in (b if x in a else a) if x != y and _contains(x, y)}
    if outer:
        return PlaceRelation.WITHIN if any(_depth(code) > 1 for code in outer) else PlaceRelation.IN_PROVINCE
    if shared:
        return PlaceRelation.SAME_REGION
    far = _is_definite(a) and _is_definite(b) and _cities(a).isdisjoint(_cities(b))
    return PlaceRelation.ELSEWHERE if far else PlaceRelation.APART


def are_apart(a: AbstractSet[str], b: AbstractSet[str]) -> bool:
    """Tell whether two reports each name one or two places, and none of one side can be a place of the other.

    Beyond `ELSEWHERE` these are two counties of one city, and two towns of one county.
    """
    if not a or not b or not (_is_definite(a) and _is_definite(b)):
        return False
    return not any(_is_part(x, y) or _is_part(y, x) for x in a for y in b)


def _is_part(outer: str, inner: str) -> bool:
    return outer == inner or _contains(outer, inner)


def _without_towns(codes: AbstractSet[str]) -> frozenset[str]:
    return frozenset(code[:COUNTY_DIGITS] if code.isdigit() else code for code in codes)


def _cities(codes: AbstractSet[str]) -> frozenset[str]:
    return frozenset(code[:_CITY_DIGITS] if code.isdigit() else code for code in codes)


def _is_definite(codes: AbstractSet[str]) -> bool:
    return len(codes) <= _FEW_PLACES and all(_depth(code) > 1 for code in codes)


def local_codes(codes: AbstractSet[str]) -> list[str]:
    """Return the cities and counties among `codes`, a town as its county; provinces and countries are left out."""
    local = {code[:COUNTY_DIGITS] for code in codes if code.isdigit() and _depth(code) > 1}
    return sorted(local)


def _depth(code: str) -> int:
    stem = _stem(code)
    return len(stem) // 2 if stem.isdigit() else 2


def _stem(code: str) -> str:
    if not code.isdigit() or (len(code) > COUNTY_DIGITS and not code.endswith("000")):
        return code
    while len(code) > 2 and code.endswith("00"):  # noqa: PLR2004 - a province code has two digits
        code = code[:-2] if len(code) % 2 == 0 else code[:-3]
    return code


def _contains(outer: str, inner: str) -> bool:
    if outer == "EU":
        return inner in _EUROPE
    return outer.isdigit() and inner.isdigit() and _stem(inner).startswith(_stem(outer))
