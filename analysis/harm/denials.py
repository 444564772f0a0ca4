"""Claims that a text reports only to say, in so many words, that they are false (网传5人死亡。经核查,该信息为谣言).

What is reported (网传, 网民称) counts for nothing where one of the next two sentences gives the verdict on it, and nobody
insists after that (但家属…, 死亡证明, 反转). A doubt, an appeal not to spread rumours or a denial of the cause is no verdict.
All patterns read normalised text. Pure.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["corrected_spans", "denied_spans", "retracted_spans", "stands_in"]

_REPORTED = re.compile(
    "网传|网上(?:流传|传|出现|有)|网络(?:平台)?(?:上)?(?:出现|反映)|(?:网民|网友|有人|群众|博主|自媒体|账号|群里)[^,。]{0,8}(?:称|说|传|发布|发帖|编造|反映)|流传|传言|传闻"
)
_SAID = "(?:该|此|上述|以上|网传|相关|有关)(?:信息|消息|说法|内容|言论|视频|帖文|帖子|传言|传闻|情况)"
_FALSE = "(?:谣言|不实|虚假|不属实|假的|编造|捏造)"
_VERDICT = re.compile(
    f"(?:警方|官方|公安|网警|药监局?|卫健[委局]|疾控中心|市场监管局|网信办)[^,。]{{0,6}}?:?(?:系|为|纯属|均?属|这?是)(?:谣言|不实|假的|编造)|{_SAID}(?:[均系为是属乃]|纯属|属于|完全|并|与事实){{0,3}}(?:{_FALSE}|不符)|经[^,。]{{0,6}}[查实证],?[^,。]{{0,6}}(?:系|为|是|属){_FALSE}"
    # 该信息系王某为博取流量编造; 未发生此类事件.
    f"|{_SAID}(?:内容)?[系为是][^,。]{{1,14}}(?:编造|捏造|杜撰|虚构)|(?:未|没有)(?:曾)?发生过?(?:此类|该|上述)(?:事件|情况|事情)"
)
_LOOKED_INTO = re.compile("经(?:[^,。]{0,8})?(?:核查|核实|调查|查实|查)(?!看)")
_INSISTED = re.compile("但|然而|可是|却|家属(?!情绪)|承认|证明|打脸|反转|质疑|不认可|不接受|曝光|录音|真相")
_WITHIN = 2
# Who published it takes it back: 本报此前报道女童输液后死亡有误, 之前发的打针死人了是误会. What stands behind the verdict
# counts, and that others say it was wrong (他说我搞错了) takes nothing back.
_RETRACTED = re.compile(
    "(?:此前|之前|先前|早前|日前|昨[日天晚]|前[日天]|刚才|本[报号台网刊])[^。]{0,12}?(?:报道|刊发|发布|所发|发的|发过?|[说传]|转发?)(?P<told>(?:(?!(?:[他她们]|医生|医院|院方|官方|警方|护士)(?:都|就|还)?(?:说|称|讲|回|告诉))[^。]){1,60}?)"
    "(?:有误|失实|不实|不准确|系误报|是误报|(?<![不非])是(?:个|一场)?误会|(?<![不非没])(?:是)?我?(?:听|看|写|搞|弄|传|记)错)"
)


def denied_spans(sentences: Sequence[tuple[int, str]]) -> list[tuple[int, int]]:
    """Return start and end of what is reported and then said to be false; `sentences` are those of a text with their starts.

    From the word that reports (网传) to the end of its sentence, or to the verdict where that follows in the same one.
    """
    verdicts = [(number, match) for number, (_, words) in enumerate(sentences) for match in _VERDICT.finditer(words)]
    if not verdicts:
        return []
    last, verdict = verdicts[0]
    after = [sentences[last][1][verdict.end() :], *(words for _, words in sentences[last + 1 :])]
    if any(_INSISTED.search(words) for words in after):
        return []
    spans: list[tuple[int, int]] = []
    told = dict(reversed(verdicts))
    for number, (offset, words) in enumerate(sentences):
        reported = _REPORTED.search(words)
        if reported is None:
            continue
        if (own := told.get(number)) is not None and own.start() > reported.start():
            spans.append((offset + reported.start(), offset + own.start()))
        elif any(number + step in told for step in range(1, _WITHIN + 1)):
            spans.append((offset + reported.start(), offset + len(words)))
    return spans


def corrected_spans(sentences: Sequence[tuple[int, str]]) -> list[tuple[int, int]]:
    """Return the sentences that report what the next one then looks into (网传47名住院。经核查,…): its own number counts."""
    return [
        (offset, offset + len(words))
        for (offset, words), (_, following) in pairwise(sentences)
        if _REPORTED.search(words) and _LOOKED_INTO.match(following)
    ]


def retracted_spans(sentences: Sequence[tuple[int, str]]) -> list[tuple[int, int]]:
    """Return start and end of what a text says that its own author told before and takes back, in order."""
    return [
        (offset + match.start("told"), offset + match.end("told"))
        for offset, words in sentences
        for match in _RETRACTED.finditer(words)
    ]


def stands_in(spans: Sequence[tuple[int, int]], position: int) -> bool:
    """Tell whether a position lies in one of the spans, which stand in order and apart."""
    before = bisect_right(spans, position, key=lambda span: span[0])
    return before > 0 and position < spans[before - 1][1]
