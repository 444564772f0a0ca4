"""Firms that a reading names: by the lexicon, else by how firms are called."""

import re
from collections.abc import Iterator, Sequence

from analysis.assessment import EntityType
from analysis.lexicon import Hit, Lexicon
from analysis.names import HAN, VERB_ENDS, Span, name_start, runs
from analysis.reading import Reading

__all__ = ["called_firms", "listed_firms"]

# Every alternative begins with a character: so the engine skips to the next that begins one.
_ENDINGS = re.compile(
    "(?:股份有限公司|有限责任公司|有限公司|集团公司|制药厂|制药总厂|"
    "制药集团(?!股份|有限|公司|控股|总)|药业集团(?!股份|有限|公司|控股|总)|医药集团(?!股份|有限|公司|控股|总)|"
    "医药连锁(?!有限|股份|集团|公司|企|店|化|率)|大药房连锁(?!有限|股份|集团|公司|企|店|化|率)|药房连锁(?!有限|股份|集团|公司|企|店|化|率)|饮片厂|化妆品厂|器械厂|试剂厂|卫材厂|卫生材料厂|生物制品研究所|医药商行|药业(?!有限|股份|集团|公司|连锁)|制药(?<![仿自管研]制药)(?!业|有限|股份|集团|公司|厂|企|巨头|品|师|工程)|大药房(?!连锁)|日化厂|医疗美容门诊部|医疗美容医院|美容门诊部|"
    f"研究院|健康管理中心|公司)(?![{HAN}]{{0,1}}法)"
)
_WITHIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789()")
_LONGEST_NAME = 24
_NO_FIRM = re.compile(
    "^(?:当时|游戏|广告|保险|医药|商业|制药|药品|生物|上市|跨国|快递|物流|外卖|平台|第三方|科技|贸易|母|子|分|总|全|本|该|各|我|小|大|多家|两家|几家|食品|物业|化妆品|医疗器械|器械|日化|来|全资|控股|参股|关联|上游|下游|中药|中成药|饮片|医美|医疗|美容|药材|生产|经营|直播|代运营|咨询|投资|传媒|网络|科创|国内|国外|外资|合资|民营|国有|大型|小型|知名|头部|连锁|大药房|药房|正规)*"
    "(?:公司|药业|制药|研究院|集团公司|有限公司|制药厂|制药集团|医药集团|饮片厂|化妆品厂|器械厂|试剂厂|医药连锁|药房连锁|大药房|日化厂|门诊部|医院)$"
)
_ANY_FIRM = re.compile("[全该本各此]公司$")
_MOST_FIRMS = 64
_SHORTEST_FIRM = 4


def listed_firms(hits: Sequence[Hit]) -> Iterator[Span]:
    """Yield the firms of the lexicon."""
    for hit in hits:
        yield Span(EntityType.FIRM, hit.start, hit.end, canonical=hit.term.canonical)


def called_firms(reading: Reading, lexicon: Lexicon) -> Iterator[Span]:
    """Yield what is called as firms are (某某药业, 某某有限公司), each name once: 赣明舟公司 after 赣明舟制药有限公司 is the same."""
    called: list[Span] = []
    for run in runs(_ENDINGS, reading.joined, _LONGEST_NAME, more=_WITHIN):
        start = name_start(run, reading.segmenter, lexicon.names["name_stop_words"], ends=VERB_ENDS)
        start += reading.joined.startswith(("(", ")"), start)
        name = reading.joined[start : run.end]
        if len(name) >= _SHORTEST_FIRM and not _NO_FIRM.match(name) and not _ANY_FIRM.search(name):
            called.append(Span(EntityType.FIRM, start, run.end, canonical=name))
    names = {span.canonical or "" for span in called[:_MOST_FIRMS]}
    for span in called:
        short = (span.canonical or "").removesuffix("公司")
        if not any(short in name and name != span.canonical for name in names):
            yield span
