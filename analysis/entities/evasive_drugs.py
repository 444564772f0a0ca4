"""Drugs as they are spelled to get around filters, and the code words of their trade, that no likeness of sound explains.

A code word (p8) is one only where somebody buys or sells; a name with a figure inside (左氧5沙星) is one anywhere.
"""

import re
from collections.abc import Iterator

from analysis.assessment import EntityType
from analysis.entities.names import Span

__all__ = ["evasive_drugs", "with_qualifier"]

_FIRST = "左氧氟?|氧氟|环丙|诺氟|莫西|阿莫|氨苄|阿奇|红|罗红|克拉|阿托伐|瑞舒伐|辛伐|缬|氯|厄贝|硝苯|氨氯|美托|比索|奥美|兰索|艾司奥美|普瑞|加巴|三|阿普|艾司|氯硝|地|劳拉|司美格|利拉|替尔泊?|布洛|曲"
_LAST = "沙星|西林|霉素|他汀|沙坦|地平|洛尔|拉唑|巴林|喷丁|唑仑|西泮|鲁肽|格鲁肽|泊?肽|马多|洛芬"
_BROKEN = re.compile(f"(?P<first>{_FIRST})[0-9*+.·/x]{{1,2}}(?P<last>{_LAST})")
_BASE = {"左氧": "左氧氟"}
_CODES = {
    "p8": "普瑞巴林",
    "替马多": "曲马多",
    "取马多": "曲马多",
    "屈马多": "曲马多",
    "曲玛多": "曲马多",
    "地芬诺脂": "地芬诺酯",
    "阿普挫仑": "阿普唑仑",
    "右美": "右美沙芬",
    "格列苯脲": "格列本脲",
    "莲花清瘟": "连花清瘟",
}
_CODE = re.compile(
    "(?<![a-z0-9])p8(?![0-9a-z])|替马多|[取屈]马多|曲玛多|地芬诺脂|阿普挫仑|右美(?!沙|托|国|洲)|格列苯脲|莲花清瘟"
)
# Misspelt names are names anywhere; these mean something else outside the trade.
_TRADE_ONLY = frozenset({"p8", "右美"})
_TRADED = re.compile("[收出卖买]|代购|转让|求购|[几十两0-9]板|原装|滥用|上瘾|普瑞|沙芬")
# Which of its kinds a name is, in brackets behind it: 六味地黄丸(浓缩丸), 注射用益气复脉(冻干), 脂肪乳氨基酸(17)葡萄糖(11%)注射液.
_QUALIFIER = re.compile(
    "(?:氨基酸)?\\((?:17|18)\\)葡萄糖\\([0-9]{1,2}%\\)注射液|\\((?:冻干|浓缩丸|水蜜丸|大蜜丸|小蜜丸|水丸|浓缩|无糖型?|[ⅰⅱⅲⅳ]|i{1,3}|iv)\\)"
)


def evasive_drugs(joined: str) -> Iterator[Span]:
    """Yield the drugs that a normalised text spells with a figure inside, misspells, or names by a code word."""
    for match in _BROKEN.finditer(joined):
        first = match.group("first")
        yield Span(EntityType.DRUG, *match.span(), canonical=f"{_BASE.get(first, first)}{match.group('last')}")
    for match in _CODE.finditer(joined):
        if match.group() not in _TRADE_ONLY or _TRADED.search(joined):
            yield Span(EntityType.DRUG, *match.span(), canonical=_CODES[match.group()])


def with_qualifier(joined: str, end: int) -> int:
    """Return where the name of a drug ends with the brackets behind it that belong to it."""
    qualifier = _QUALIFIER.match(joined, end) if joined[end : end + 1] in {"(", "氨"} else None
    return qualifier.end() if qualifier else end
