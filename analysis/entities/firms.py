"""Firms that a reading names: by the lexicon, else by how firms are called, and the short forms of those."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from analysis.assessment import EntityType
from analysis.entities.names import HAN, VERB_ENDS, Run, Span, has_no_name, runs
from analysis.lexicon import Hit, Lexicon
from analysis.reading import Reading

__all__ = ["DOING", "SOFT_WORDS", "called_firms", "listed_firms"]

# A trade ends a name only where no kind of firm follows, with its seat in brackets before it too: 某某制药(赣州)有限公司.
_ON = f"(?!(?:\\([{HAN}]{{2,8}}\\))?(?:股份|有限|集团|公司|连锁|控股|总)|[{HAN}]{{2,4}}有限公司)"
# Every alternative begins with a character: so the engine skips to the next that begins one.
_ENDINGS = re.compile(
    "(?:股份有限公司|有限责任公司|有限公司|集团公司|制药厂|制药总厂|"
    f"制药集团{_ON}|药业集团{_ON}|医药集团{_ON}|"
    f"医药连锁{_ON}(?![企店化率协])|大药房连锁{_ON}(?![企店化率协])|药房连锁{_ON}(?![企店化率协])|饮片厂|化妆品厂|器械厂|试剂厂|卫材厂|卫生材料厂|生物制品研究所|医药商行|药业{_ON}|制药(?<![仿自管研]制药){_ON}(?![业厂企品师]|巨头|工程)|大药房{_ON}|日化厂|医疗美容门诊部|医疗美容医院|美容门诊部|"
    f"研究院|健康管理中心|洗护用品厂|日用品厂|用品厂|公司)(?![{HAN}]?法(?!定|人))"
)
_WITHIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789()")
_LONGEST_NAME = 24
_NO_FIRM = re.compile(
    "(?:当时|主播|带货|所属|签约|旗下|游戏|广告|保险|医药|商业|制药|药品|药物|药材|生物|上市|跨国|快递|物流|外卖|平台|第三方|科技|贸易|母|子|分|总|全|本|该|各|我|小|大|多家|两家|几家|食品|物业|化妆品|医疗器械|器械|日化|来|全资|控股|参股|关联|上游|下游|中药|中成药|饮片|医美|医疗|美容|生产|经营|销售|批发|零售|直播|美妆|自媒体|维保|兽药|疫苗|代运营|咨询|投资|传媒|网络|科创|国内|国外|外资|合资|民营|国有|大型|小型|知名|头部|连锁|大药房|药房|正规)*"
    "(?:公司|药业|制药|研究院|集团公司|有限公司|有限责任公司|股份有限公司|制药厂|制药集团|医药集团|饮片厂|化妆品厂|器械厂|试剂厂|医药连锁|药房连锁|大药房连锁|大药房|日化厂|门诊部|医院)$"
)
_ANY_FIRM = re.compile("[全该本各此]公司$")
DOING = re.compile("某?(?:药厂|药企|药房|药店|厂家|企业|工厂|商家)(?:[拿把将靠]|用(?!品)|偷偷|竟)")
"""How a sentence begins that says what a firm does, and ends as a name does: 药厂用死人头发制药."""
# What tests, watches and sets standards is a public body, whatever it is called besides.
_PUBLIC = re.compile(
    "(?:检验|检测|检定|监测|监督|评价|审评|质量|标准化?|计量|质检|疾控|医学科学|中医药|卫生)研究院$|(?:大学|学院|医院|科学院|省).{0,12}研究院$"
)
# Of these the words before tell a kind as often as a name (疫苗公司, 产业研究院).
_LOOSE = re.compile("(?<!有限)(?<!有限责任)(?<!集团)公司$|研究院$")
_MOST_FIRMS = 64
_SHORTEST_FIRM = 4
# What stands before the name in notices: the part that the firm plays, and what is done to it.
_LEADS = frozenset(
    [
        *("厂家", "厂商", "生产厂", "生产厂家", "生产商", "制造商", "进口商", "供应商", "经销商", "开发商", "运营商"),
        *(
            "被告",
            "原告",
            "申请人",
            "单位",
            "机构",
            "平台",
            "公司",
            "店家",
            "卖家",
            "商户",
            "客户",
            "厂名",
            "店名",
            "受托",
            "受托方",
            "供货方",
        ),
        *("收到", "注销", "撤销", "吊销", "收回", "核发", "换发", "变更", "依法", "一并", "同时", "责成", "督促"),
        *(
            "告知",
            "指导",
            "协助",
            "检查",
            "前往",
            "走进",
            "走访",
            "调研",
            "入驻",
            "牵头",
            "携手",
            "问及",
            "判",
            "进驻",
            "严查",
            "城区",
            "主城区",
        ),
        *("配送", "供货", "发布", "公示", "公告", "辖区", "辖区内", "涉案", "当事", "股公司", "介绍"),
    ]
)
_NO_PART_OF_NAME = (
    *VERB_ENDS,
    "监局",
    "管理局",
    "总局",
    "公安局",
    "委员会",
    "政府",
    "法院",
    "检察院",
    "支队",
    "卫健委",
)
# Words that elsewhere end a name are the trade here, right before the kind of firm: 大药房连锁有限公司.
_TRADES = frozenset(
    ["连锁", "批发", "物流", "药物", "药品", "销售", "经营", "零售", "供应", "快递", "口服", "外用", "保险", "生产"]
)
SOFT_WORDS = frozenset("和家方来为都人商好能容")
"""Words that end a name elsewhere and stand within one behind its seat: 亳州市谯和堂, 景德镇瓷都云商, 百家惠."""
_SAYING = frozenset("以由为经即系传称告诉查罚判购投令促助访问见指")
_COUNTRY = "中国"
_COUNTED = frozenset("家个所间名位批种款")
_AMOUNT = re.compile("(?:[0-9]{1,4}|[一二两三四五六七八九几多数半十][十百千]?)[余多]?[家个所间名位]")
# What is counted or pointed at is a kind of firm: 一家短剧公司, 某疫苗公司, 杭州一医美公司.
_KIND_BEFORE = re.compile("(?:[一二两三四五六七八九十多几数某这那该哪各首余0-9]家|[某一该各])$")
_LONGEST_KIND_BEFORE = 2
_LONGEST_DOING = 8
# Before a place, what belongs to the name of a firm: 国药控股江西…, 同仁堂南昌….
_BRAND_ENDS = (
    "堂",
    "集团",
    "控股",
    "药业",
    "医药",
    "制药",
    "生物",
    "科技",
    "健康",
    "大药房",
    "药房",
    "连锁",
    "医疗",
    "股份",
)
_SEAT_BEHIND = re.compile(f"\\([{HAN}]{{2,8}}\\)$")
_BRACKET = re.compile(f"\\((?![{HAN}]{{2,6}}\\))|(?<![{HAN}])\\)|^\\)")
_TRADE = re.compile(
    "生物|制药|药业|医药|医疗|科技|基因|健康|日化|化妆品?|器械|诊断|大药房|中药|饮片|药材|生化|卫生|电子|文化|眼镜|商贸|化妆品|卫材|日用品|洗护|物流|教育|影像|美容|集团"
)
# Words that stand before a trade without naming a firm: 国际医疗, 现代中药.
_WIDE = frozenset(
    [
        "中国",
        "国际",
        "中华",
        "全国",
        "全球",
        "环球",
        "世界",
        "现代",
        "民族",
        "传统",
        "生命",
        "人类",
        "家庭",
        "社区",
        "智能",
        "智慧",
        "绿色",
        "天然",
        "健康",
        "数字",
        "远程",
        "移动",
        "基层",
        "生物",
        "大众",
        "东方",
        "中西",
        "中西医",
        "高端",
        "进口",
        "国产",
    ]
)
_SHORTEST_STEM, _SHORTEST_ALONE = 2, 3
_MOST_MENTIONS = 16


def listed_firms(hits: Sequence[Hit]) -> Iterator[Span]:
    """Yield the firms of the lexicon."""
    for hit in hits:
        yield Span(EntityType.FIRM, hit.start, hit.end, canonical=hit.term.canonical)


def called_firms(
    reading: Reading, lexicon: Lexicon, places: Sequence[Hit] = (), listed: Sequence[Hit] = ()
) -> Iterator[Span]:
    """Yield what is called as firms are (某某药业, 某某有限公司), each name once, then the short forms of those names.

    赣明舟公司 after 赣明舟制药有限公司 is the same and left out; 赣明舟制药 is told, with the whole name as its canonical one.

    Args:
        reading: What text processing made of the document.
        lexicon: The words of the field.
        places: The names of places in the reading: the registered name of a firm begins with its seat.
        listed: The firms of the lexicon in the reading: one that stands at the end is the name, with its seat at most.
    """
    called: list[Span] = []
    stems: dict[str, str] = {}
    ends: dict[int, int] | None = None
    for run in runs(_ENDINGS, reading.joined, _LONGEST_NAME, more=_WITHIN):
        ends = _ends_of_places(places) if ends is None else ends
        start, seat_end = _name_start(run, reading, _stops(lexicon), ends)
        start = _behind_town(run, start, seat_end)
        known = _listed_within(listed, start, run)
        start = known.start if known and known.start > seat_end else start
        name = reading.joined[start : run.end]
        if len(name) >= _SHORTEST_FIRM and not _is_kind(start, seat_end, run, reading):
            called.append(Span(EntityType.FIRM, start, run.end, canonical=name))
            if known is None:
                stems.setdefault(name, reading.joined[seat_end : run.ending])
    # In the order of the text: of two names in full that a shorter one may stand for, the first is meant, in every process.
    names = dict.fromkeys(span.canonical or "" for span in called[:_MOST_FIRMS])
    for span in called:
        name = span.canonical or ""
        whole = next((other for other in names if name.removesuffix("公司") in other and name != other), None)
        if whole is None or not name.endswith("公司"):
            yield replace(span, canonical=whole or name)
    if stems:
        yield from _short_forms(reading, {name: stems[name] for name in names if name in stems})


@cache
def _joined_stops(words: frozenset[str]) -> frozenset[str]:
    return words | _LEADS


def _stops(lexicon: Lexicon) -> frozenset[str]:
    return _joined_stops(lexicon.names["name_stop_words"])


def _ends_of_places(places: Sequence[Hit]) -> dict[int, int]:
    ends: dict[int, int] = {}
    for hit in places:
        if hit.end > ends.get(hit.start, hit.start + 1):
            ends[hit.start] = hit.end
    return ends


def _name_start(run: Run, reading: Reading, stops: frozenset[str], places: Mapping[int, int]) -> tuple[int, int]:
    """Return where the name of a firm begins and where the seat that it begins with ends (the same where it has none)."""
    words = reading.segmenter.cut(run.written)
    last = _first_of_trade(words, run)
    position = start = seat_end = run.start
    for number, word in enumerate(words):
        begin, position = position, position + len(word)
        if begin >= last:
            break
        if begin < seat_end:
            continue
        end = places.get(begin)
        before = words[number - 1] if number else ""
        seated = seat_end > start or run.text.startswith(_COUNTRY, start)
        if end is not None and (begin in {start, seat_end} or (not seated and _leads_to_seat(before, run, end))):
            start, seat_end = (start if begin == seat_end > start else begin), end
        elif _ends_name(before, word, stops):
            after = words[number + 1] if number + 1 < len(words) else ""
            soft = (
                seat_end > start
                and word in SOFT_WORDS
                and position < last
                and after[:1] not in _COUNTED
                and before + word not in stops
            )
            if not soft:
                start = seat_end = position
    if has_no_name(run, start):
        return run.end, run.end
    return _behind_brackets(run, start, seat_end)


def _first_of_trade(words: Sequence[str], run: Run) -> int:
    """Return where the words of trade begin that stand right before the ending: 药品批发 in 某某药品批发有限公司.

    Before 公司 alone they tell a kind (药品批发公司), and end a name as elsewhere.
    """
    if run.text.startswith(("公司", "研究院"), run.ending):
        return run.ending
    seat = _SEAT_BEHIND.search(run.text, run.start, run.ending)
    ending = seat.start() if seat else run.ending
    position, first = run.end, ending
    for word in reversed(words):
        position -= len(word)
        if position < ending and word not in _TRADES:
            break
        first = min(first, position)
    return first if first > run.start else ending


def _ends_name(before: str, word: str, stops: frozenset[str]) -> bool:
    # Segmentation may cut 下架 before a word that it does not know.
    return word in stops or before + word in stops or word.endswith(_NO_PART_OF_NAME)


def _leads_to_seat(before: str, run: Run, end: int) -> bool:
    """Tell whether a name begins with a place behind `before`: behind a word that is no brand, with a name behind it."""
    known = before in _SAYING or (len(before) > 1 and not before.endswith(_BRAND_ENDS))
    return known and run.ending - end >= _SHORTEST_STEM and not _TRADE.match(run.text, end)


def _behind_brackets(run: Run, start: int, seat_end: int) -> tuple[int, int]:
    """Return the start behind a bracket that belongs to no name, and behind an amount: 两家某某公司."""
    for bracket in _BRACKET.finditer(run.text, start, run.ending):
        start = max(start, bracket.end())
    if seat_end <= start and (amount := _AMOUNT.match(run.text, start, run.ending)):
        start = amount.end()
    return start, max(start, seat_end)


def _behind_town(run: Run, start: int, seat_end: int) -> int:
    """Return the start behind the address of a shop: a town is part of no pharmacy's name (凤冈镇康隆大药房)."""
    address = run.text.startswith("大药房", run.ending) and run.text.startswith(("镇", "乡"), seat_end - 1)
    return seat_end if start < seat_end < run.ending and address else start


def _listed_within(listed: Sequence[Hit], start: int, run: Run) -> Hit | None:
    """Return the listed firm that a run ends with (以岭药业, and 以岭 in 以岭药业股份有限公司)."""
    # 卫材 is a firm, and the trade in the names of others: 某某卫材股份有限公司.
    within = (hit for hit in listed if start <= hit.start and run.ending <= hit.end <= run.end)
    return next(
        (hit for hit in within if hit.start == start or not _TRADE.fullmatch(run.text, hit.start, hit.end)), None
    )


def _is_kind(start: int, seat_end: int, run: Run, reading: Reading) -> bool:
    """Tell whether a name is that of a kind of firm or of a public body, or begins in a bracket."""
    name = run.text[start : run.end]
    if (
        name.startswith("(")
        or _NO_FIRM.match(name)
        or DOING.match(name)
        or _ANY_FIRM.search(name)
        or _PUBLIC.search(name)
    ):
        return True
    if seat_end <= start and DOING.search(run.text, max(0, start - _LONGEST_DOING), run.end):
        return True
    if not _LOOSE.search(name):
        return False
    before = run.text[max(0, start - _LONGEST_KIND_BEFORE) : start]
    if seat_end > start:
        return _NO_FIRM.match(run.text, seat_end, run.end) is not None
    return bool(_KIND_BEFORE.search(before)) or all(len(word) > 1 for word in reading.segmenter.cut(name))


def _short_forms(reading: Reading, stems: Mapping[str, str]) -> Iterator[Span]:
    """Yield the short forms of firms that the text names in full: 冀岚生物 after 河北冀岚生物制品有限公司."""
    joined = reading.joined
    for name, stem in stems.items():
        for short in _shortened(stem, reading):
            at = joined.find(short)
            for _ in range(_MOST_MENTIONS):
                if at < 0:
                    break
                if not joined.startswith("公司", at + len(short)):
                    yield Span(EntityType.FIRM, at, at + len(short), canonical=name)
                at = joined.find(short, at + len(short))


def _shortened(stem: str, reading: Reading) -> Iterator[str]:
    stem = stem.partition("(")[0]
    trade = _TRADE.search(stem, _SHORTEST_STEM)
    own = stem[: trade.start()] if trade else stem
    words = reading.segmenter.cut(own)
    if not own or len(own) < _SHORTEST_STEM or own in _WIDE:
        return
    if trade:
        yield stem[: trade.end()]
        # A later word of the trade alone, behind the name: 陇秦元饮片 of 陇秦元中药饮片有限公司.
        for later in _TRADE.finditer(stem, trade.end()):
            yield own + later.group()
    # A name without its trade only where segmentation knows no word in it: what it knows is said of other things too.
    if len(own) >= _SHORTEST_ALONE and len(words) >= max(_SHORTEST_ALONE, len(own) - 1):
        yield own
