"""Regions of China with their GB/T 2260 codes, and the short forms under which people write them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

__all__ = ["COUNTY_DIGITS", "JIANGXI", "JIANGXI_CODE", "Region", "inner_names", "load_regions", "region_names"]

JIANGXI = "江西省"
JIANGXI_CODE = "36"
"""What the GB/T 2260 codes of the province and of all its places begin with."""
COUNTY_DIGITS = 6
"""So many digits of a code of GB/T 2260 name a county or district; what follows names a town."""
_FULL_NAME_LENGTH = 3
_SUFFIX = re.compile(
    "(特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|(?:[一-鿿]{1,3}族)+自治[州县]|地区|林区|盟|省|市|县)$"
)


_INNER_SUFFIX = re.compile(
    "(特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|(?:[一-鿿]{1,3}族)+自治[州县]|地区|林区|矿区|新区|盟|省|市|县|区|旗)$"
)
_TOWN_SUFFIX = re.compile("(?:民族)?(?:街道办事处|街道|镇|乡|垦殖场|林场|管理处|管理委员会)$")
# Autonomous prefectures and districts of Jiangxi are spoken of under forms that no suffix rule gives.
_PREFECTURES = [
    "延边",
    "恩施",
    "湘西",
    "阿坝",
    "甘孜",
    "凉山",
    "黔东南",
    "黔南",
    "黔西南",
    "楚雄",
    "红河",
    "文山",
    "西双版纳",
    "大理",
    "德宏",
    "怒江",
    "迪庆",
    "临夏",
    "甘南",
    "海北",
    "黄南",
    "果洛",
    "玉树",
    "海西",
    "昌吉",
    "博尔塔拉",
    "巴音郭楞",
    "克孜勒苏",
    "伊犁",
]
_DISTRICTS = frozenset(
    [
        "南康",
        "临川",
        "柴桑",
        "信州",
        "广信",
        "渝水",
        "安源",
        "湘东",
        "余江",
        "袁州",
        "吉州",
        "青原",
        "章贡",
        "红谷滩",
        "青云谱",
        "青山湖",
        "浔阳",
        "濂溪",
        "珠山",
        "广丰",
        "东乡",
        "月湖",
    ]
)
# Divisions that were renamed or merged and are spoken of by their old name: the code of what they became.
_FORMER = {
    "湾里": "360112",
    "湾里区": "360112",
    "新建县": "360112",
    "九江县": "360404",
    "星子县": "360483",
    "南康市": "360703",
    "赣县": "360704",
    "龙南县": "360783",
    "上饶县": "361104",
    "广丰县": "361103",
    "余江县": "360603",
    "东乡县": "361003",
    "贵溪县": "360681",
    "赣南": "360700",
    "赣江新区": "360100",
    "仙女湖区": "360502",
}
# County-level cities outside Jiangxi that news name by the short form, less those that are ordinary words (东方, 高平).
_COUNTY_CITIES = frozenset(
    [
        "昆山",
        "义乌",
        "都江堰",
        "江阴",
        "张家港",
        "常熟",
        "太仓",
        "慈溪",
        "余姚",
        "瑞安",
        "乐清",
        "福清",
        "宜兴",
        "溧阳",
        "如皋",
        "高邮",
        "仪征",
        "句容",
        "诸暨",
        "嵊州",
        "桐乡",
        "温岭",
        "启东",
        "邳州",
        "新沂",
        "巢湖",
        "桐城",
        "福鼎",
        "建瓯",
        "邵武",
        "胶州",
        "莱西",
        "滕州",
        "莱阳",
        "莱州",
        "招远",
        "青州",
        "诸城",
        "寿光",
        "安丘",
        "邹城",
        "曲阜",
        "肥城",
        "荣成",
        "乳山",
        "乐陵",
        "临清",
        "邹平",
        "巩义",
        "荥阳",
        "新郑",
        "汝州",
        "林州",
        "卫辉",
        "辉县",
        "长垣",
        "沁阳",
        "孟州",
        "禹州",
        "长葛",
        "邓州",
        "永城",
        "项城",
        "济源",
        "大冶",
        "丹江口",
        "枝江",
        "老河口",
        "枣阳",
        "钟祥",
        "安陆",
        "汉川",
        "松滋",
        "监利",
        "麻城",
        "武穴",
        "潜江",
        "浏阳",
        "宁乡",
        "醴陵",
        "湘乡",
        "韶山",
        "耒阳",
        "武冈",
        "邵东",
        "汨罗",
        "沅江",
        "冷水江",
        "涟源",
        "吉首",
        "祁阳",
        "南雄",
        "乐昌",
        "恩平",
        "廉江",
        "雷州",
        "吴川",
        "化州",
        "信宜",
        "英德",
        "普宁",
        "罗定",
        "陆丰",
        "岑溪",
        "桂平",
        "凭祥",
        "儋州",
        "琼海",
        "彭州",
        "邛崃",
        "崇州",
        "广汉",
        "什邡",
        "绵竹",
        "江油",
        "阆中",
        "仁怀",
        "盘州",
        "都匀",
        "宣威",
        "腾冲",
        "个旧",
        "蒙自",
        "景洪",
        "瑞丽",
        "香格里拉",
        "韩城",
        "华阴",
        "敦煌",
        "格尔木",
        "库尔勒",
        "石河子",
        "伊宁",
        "奎屯",
        "满洲里",
        "牙克石",
        "扎兰屯",
        "瓦房店",
        "庄河",
        "公主岭",
        "梅河口",
        "延吉",
        "敦化",
        "珲春",
        "肇东",
        "绥芬河",
        "涿州",
        "定州",
        "辛集",
        "迁安",
        "任丘",
        "黄骅",
        "霸州",
        "高碑店",
        "介休",
        "平度",
        "海宁",
        "临海",
        "东阳",
    ]
)
_PEOPLES = re.compile(
    "(?:(?:土家|苗|侗|瑶|壮|回|满|蒙古|藏|彝|白|傣|哈尼|傈僳|拉祜|佤|纳西|布依|仡佬|黎|畲|羌|朝鲜|哈萨克|东乡|撒拉|保安|土|裕固|达斡尔|锡伯|毛南|仫佬|水|各|布朗|独龙|怒|普米|塔吉克|景颇)族?)+自治县$"
)
# Short forms of autonomous prefectures that leave out the name of their people and more.
_ABBREVIATED = {"克州": "653000", "博州": "652700", "湘西州": "433100", "呼市": "150100", "乌市": "650100"}
_NO_NAMES = frozenset({"市辖区", "城区", "郊区", "矿区", "新区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A division: `path` names it from the province down; `level` is province, city, county or town."""

    code: str
    level: str
    name: str
    path: tuple[str, ...]

    @property
    def in_jiangxi(self) -> bool:
        """Tell whether the region lies in Jiangxi (or is Jiangxi)."""
        return self.path[0] == JIANGXI

    @property
    def canonical(self) -> str:
        """Return the full path in one word, as an address is written."""
        return "".join(self.path)


def load_regions(*tables: str) -> dict[str, tuple[Region, ...]]:
    """Read tables of code, level, name, path and return the regions under every written form."""
    found: dict[str, dict[str, Region]] = {}
    for region in _rows(tables):
        for written in _written_forms(region):
            found.setdefault(written, {})[region.code] = region
    by_code = {region.code: region for regions in found.values() for region in regions.values()}
    for written, code in {**_FORMER, **_ABBREVIATED}.items():
        if written not in found and code in by_code:
            found[written] = {code: by_code[code]}
    return {written: tuple(regions.values()) for written, regions in found.items()}


def region_names(regions: Mapping[str, tuple[Region, ...]]) -> tuple[str, ...]:
    """Return every written form, in the order of the tables."""
    return tuple(regions)


def inner_names(regions: Mapping[str, tuple[Region, ...]]) -> dict[tuple[str, ...], dict[str, Region]]:
    """Return, by the path of a region, the regions within it under the short forms that follow its name.

    龙华 alone is many things; after 深圳 it is the district. Towns are known in Jiangxi alone, by that of their county.
    """
    found: dict[tuple[str, ...], dict[str, Region]] = {}
    for region in {r.code: r for named in regions.values() for r in named}.values():
        town = _TOWN_SUFFIX.sub("", region.name) if region.level == "town" else ""
        if len(town) > 1 and town[-1] not in "路街":
            found.setdefault(region.path[:-1], {}).setdefault(town, region)
        short = next((n for n in _PREFECTURES if region.name.startswith(n)), "") if region.level == "city" else ""
        short = short or _INNER_SUFFIX.sub("", region.name)
        if region.level in {"city", "county"} and len(short) > 1 and region.name not in _NO_NAMES:
            for depth in range(1, len(region.path)):
                found.setdefault(region.path[:depth], {}).setdefault(short, region)
    for written, code in _FORMER.items():
        for became in (r for r in regions.get(written, ()) if r.code == code):
            for depth in range(1, len(became.path)):
                found.setdefault(became.path[:depth], {}).setdefault(_INNER_SUFFIX.sub("", written), became)
    return found


def _rows(tables: Iterable[str]) -> Iterator[Region]:
    for table in tables:
        for line in table.splitlines():
            if not line or line.startswith("#"):
                continue
            code, level, name, above = line.split("\t")
            yield Region(code=code, level=level, name=name, path=(*filter(None, above.split("/")), name))


def _written_forms(region: Region) -> Iterator[str]:
    yield region.name
    if region.level == "county" and not region.in_jiangxi:
        yield from _county_elsewhere(region.name)
        return
    if region.level == "town":
        return
    if region.level == "county" and region.name.endswith("区"):
        if region.name[:-1] in _DISTRICTS:
            yield region.name[:-1]
        return
    if region.level == "city" and region.name.endswith("自治州"):
        short = next((name for name in _PREFECTURES if region.name.startswith(name)), region.name)
        yield from (short, f"{short}州")
        return
    short = _SUFFIX.sub("", region.name)
    if len(short) > 1 and short != region.name and len(region.name) >= _FULL_NAME_LENGTH:
        yield short


def _county_elsewhere(name: str) -> Iterator[str]:
    """Yield the short form of a county outside Jiangxi: of well-known cities, and 酉阳县 of an autonomous county."""
    if name.endswith("市") and name[:-1] in _COUNTY_CITIES:
        yield name[:-1]
    if name.endswith("自治县") and len(short := _PEOPLES.sub("", name)) > 1:
        yield f"{short}县"
