"""Drugs that no list holds, by the stem their name is built on: 艾多沙班 is told by 沙班, 艾普拉唑 by 拉唑."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

__all__ = ["built_drugs", "compound_end"]

# The syllables in which such names are written down. Those that are words of every sentence are left out (来, 可, 大, 地):
# a name that begins with one is cut short or missed, and no sentence is taken for a name.
_SYLLABLES = frozenset(
    "阿埃艾安奥巴贝倍苯比吡必苄波泊博布达德丁多度厄恩伐法凡非芬夫弗氟福伏呋戈格古哈环吉加佳甲卡坎康考克库奎喹拉兰朗劳乐雷利林磷硫卢"
    "鲁罗洛吗马玛麦曼美咪米莫那纳奈尼诺帕哌培喷匹普齐羟曲瑞噻赛塞沙舍舒顺司丝斯仕苏索他塔坦特替托妥拓维伟沃乌西硝辛溴亚依伊吲茚"
    "英尤右扎泽珠左佐昔瓦泰奇孟屈亭氨氯唑磺仑孚琥佩莱凯昂缬毗芦迪庞隆谷匹伏"
)
# A stem of its own needs one syllable before it; one that is a word or a syllable of foreign names needs two.
_SHORT = (
    "格列净 格列汀 格列酮 肝素 库铵 库溴铵 西泮 唑仑 巴比妥 曲坦 昔布 司琼 沙班 加群 昔康 洛芬 诺贝特 扎贝特 唑嗪 康唑 硝唑 达唑 芬净 佐米 帕利 "
    "培南 氮平 硫平 度胺 莫司 膦酸 巴坦 兰特罗 达特罗 莫特罗 美特罗 卡特罗 伐普坦 格雷洛 格瑞洛 曲泊帕"
)
_SHORT_STEMS = frozenset(_SHORT.split())
_LONG = (
    "他汀 沙坦(?!丁) 普利(?![兹司斯策特茅]) 洛尔 地平(?![线原均整]) 拉唑 替丁 替尼 替康 非尼 单抗(?!体) 霉素 环素 沙星 西林(?!瓶) 夫定 鲁肽 那肽 卡因 那非(?!尼) 拉非(?!尼) "
    "司特 西汀 他滨 铂(?<=利铂) 氧芬酸 昔洛韦 溴铵"
)
# Stems that foreign names share: read only where no more of such a name follows, as in 卡斯特罗 and 巴西利亚.
_SHARED = (
    "布韦 卡韦 他韦 洛韦 那韦 福韦 瑞韦 托韦 匹韦 莫韦 拉韦 替韦 巴林 格隆 那新 列汀 米芬 哌唑 西利 雷塞 托克拉 司他(?!韦|赛|滨|汀|琼) 必利 色罗 司汀 斯汀 莫德 卡朋 吉泮 瑞林 "
    "瑞克 西普 司亭 班特 列龙 西呱 西坦 酰胺 帕肽 洛肽 瑞肽 培肽 巴肽 诺雷 帕奈 泊汀 沙酯 替平 替胺 索罗定"
)
_BEFORE_LIFE = "拉生 那生 诺生"
_MORE_OF_A_NAME = "(?![亚斯特德尔伦森恩诺夫奇科托多娜纳曼姆伯顿])"
# Every alternative begins with a character, none in a bracket: so the engine skips to the next that begins one, and a title costs half.
_STEMS = re.compile(
    "|".join(
        (
            *_LONG.split(),
            *(f"{stem}{_MORE_OF_A_NAME}" for stem in _SHARED.split()),
            *(f"{stem}(?![产活命意日存死前态物长])" for stem in _BEFORE_LIFE.split()),
            *(f"{stem}(?![亚哥斯])" if stem == "帕利" else stem for stem in sorted(_SHORT_STEMS)),
        )
    )
)
_MOST_SYLLABLES = 6
_LEAST_BEFORE_LONG = 2
# The second substance of a compound stands behind the first and its salt: 哌拉西林钠他唑巴坦钠.
_SECOND = re.compile("[钠钾钙]?(?:舒巴坦|他唑巴坦|阿维巴坦|西司他丁|克拉维酸|氢氯噻嗪|氨氯地平|替卡松)[钠钾]?")


def built_drugs(joined: str, listed_ends: AbstractSet[int]) -> Iterator[tuple[int, int]]:
    """Yield start and end of what is named as drugs are and ends in no drug of a list; its salt is not looked at.

    Args:
        joined: The normalised text.
        listed_ends: Where names of the lexicon end.
    """
    for stem in _STEMS.finditer(joined):
        least = 1 if stem.group() in _SHORT_STEMS else _LEAST_BEFORE_LONG
        start, floor = stem.start(), max(0, stem.start() - _MOST_SYLLABLES)
        while start > floor and joined[start - 1] in _SYLLABLES:
            start -= 1
        if stem.start() - start >= least and stem.end() not in listed_ends:
            yield start, stem.end()


def compound_end(joined: str, end: int) -> int:
    """Return where a name ends with the second substance that is written behind it without a mark, else `end`."""
    second = _SECOND.match(joined, end)
    return second.end() if second else end
