"""Claims that a text reports only to say, in so many words, that they are false (网传5人死亡。经核查,该信息为谣言).

What is reported (网传, 网民称) counts for nothing where one of the next two sentences gives the verdict on it, and nobody
insists after that (但家属…, 死亡证明, 反转). A doubt, an appeal not to spread rumours or a denial of the cause is no verdict.
All patterns read normalised text. Pure.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from analysis.harm.people import KIN

__all__ = [
    "Survival",
    "corrected_spans",
    "denied_spans",
    "lives_after_all",
    "retracted_spans",
    "says_nobody_died",
    "stands_in",
    "survivals",
]

_REPORTED = re.compile(
    "网传|网上(?:流传|传|出现|有)|网络(?:平台)?(?:上)?(?:出现|反映)|(?:网民|网友|有人|群众|博主|自媒体|账号|群里)[^,。]{0,8}(?:称|说|传|发布|发帖|编造|反映)|流传|传言|传闻"
)
_SAID = "(?:该|此|上述|以上|网传|相关|有关)(?:信息|消息|说法|内容|言论|视频|帖文|帖子|传言|传闻|情况)"
_FALSE = "(?:谣言|不实|虚假|不属实|假的|编造|捏造)"
_VERDICT = re.compile(
    f"(?:警方|官方|公安|网警|药监局?|卫健[委局]|疾控中心|市场监管局|网信办|院方|医院)(?:[^,。没未不非]{{0,6}}?:?(?:系|为|纯属|均?属|这?是)(?:谣言|不实|假的|编造)|(?:回应|通报|澄清|辟谣)?:(?:不实|谣言|假的|没有此事|查无此事|子虚乌有))|{_SAID}(?:[均系为是属乃]|纯属|属于|完全|并|与事实){{0,3}}(?:{_FALSE}|不符)|经[^,。]{{0,6}}[查实证],?[^,。]{{0,6}}(?:系|为|是|属){_FALSE}"
    # 该信息系王某为博取流量编造; 未发生此类事件.
    f"|{_SAID}(?:内容)?[系为是][^,。]{{1,14}}(?:编造|捏造|杜撰|虚构)|(?:未|没有)(?:曾)?发生过?(?:此类|该|上述)(?:事件|情况|事情)"
)
_LOOKED_INTO = re.compile("经(?:[^,。]{0,8})?(?:核查|核实|调查|查实|查)(?!看)")
_INSISTED = re.compile("但|然而|可是|却|家属(?!情绪)|承认|证明|打脸|反转|质疑|不认可|不接受|曝光|录音|真相")
_WITHIN = 2
# Others who say that it was wrong take nothing back, unless it is theirs.
_OTHERS_SAY = "(?:[他她们]|医生|医院|院方|官方|警方|护士|家属|家长)(?:都|就|还)?(?:说|称|讲|回|告诉)"
_COUNT = "[0-9一二两三四五六七八九十百]{1,4}[人例名]"
# A right number, or other words in quotation marks.
_RIGHT = f'[^,。]{{0,6}}?(?:{_COUNT}|["“「『])'
# Who published it takes it back: 本报此前报道女童输液后死亡有误, 之前发的打针死人了是误会. What stands behind the verdict
# counts, and that others say it was wrong (他说我搞错了) takes nothing back.
_RETRACTED = re.compile(
    f"(?:此前|之前|先前|早前|前期|原先|起初|最初|原(?=[报通])|日前|昨[日天晚]|前[日天]|刚才|本[报号台网刊])[^。]{{0,12}}?(?:报道|刊发|发布|通报|公布|所[发报说传称]|发的|发过?|[说传称报]|转发?)(?P<told>(?:(?!{_OTHERS_SAY})[^。]){{1,60}}?)"
    "(?:有误|失实|不实|不准确|[系是为]?误[报传]|系谣传|(?<![不非])是(?:个|一场)?误会|(?<![不非没])(?:是)?我?(?:听|看|写|搞|弄|传|记)错|有?重复(?:统计|计算)|不对(?=$|[,。!])"
    f"|[,、]?(?:现|已|经[^,。]{{2,10}})?(?:更正|订正|修正|核减|勘正)[为成](?={_RIGHT})|[,、]?(?:经[^,。]{{2,10}},?)?[应实]为(?={_RIGHT}))"
    # What is told stands before what says that it is wrong: 死亡2人的说法不准确, "死亡2人"应为"受伤2人", 由15人更正为13人.
    f"|(?P<claim>[^,。;:]{{2,40}}?)(?:的|这一|等)?(?:说法|报道|稿件?|稿子|一文|推文|推送|消息|信息|传言|传闻|表述|一句|字样|数字|数据|人数|死讯)(?:并?不(?:准确|实|属实|真实)|有误|[系是为]误[报传]?|系谣[言传]|与事实(?:严重)?不符|有出入)"
    '|["“「『](?P<quoted>[^"“”「」『』]{2,40})["”」』](?:一句|字样|表述)?(?:有误)?,?(?:更正为|应[为是]|应改为|实为)(?=["“「『])'
    # 编造"疫苗打死3个娃"的虚假信息, 认定其散布的…为虚假信息.
    "|(?:散布|编造|捏造|传播|散播)(?P<spread>[^。]{2,40}?)(?:的|等|为|系|是){0,2}(?:虚假(?:信息|言论|消息)|谣言|不实(?:信息|言论|消息))"
    # 网传3人死亡不实,实际死亡1人.
    "|网传(?P<rumour>[^,。]{1,30}?)(?:不实|不属实|系谣言|系?误传|与事实不符)"
    f"|[由从](?P<number>{_COUNT})[更订修]正为(?={_COUNT})"
)
# One of these stands in all of them: a sentence without any is not looked through, which costs a title 35 µs.
_RETRACTION = re.compile("[误实准谣错复对正减为入应假]")
# What says of somebody told dead that he lives, of whoever the next words are about: 患者未死亡, 人没死, 仍健在.
_NOT_DEAD = "(?:(?<![再另])(?:并?未|没有?|无人?|不曾)(?:有人|出现|发生)?(?:死亡|身亡|去世|离世|死)(?!率|病例|报告|[于心绝])|(?:仍|还)(?:然)?(?:健在|活着)|(?:不是|并非)(?:死亡|去世|离世|身亡|死)|人没事|母子平安|平安无事)"
_LIVES = (
    "(?<![没未无不法能再])(?:脱离(?:了)?(?:生命)?危险|脱险|苏醒|醒(?:过来|来)了?|康复|抢救(?:成功|过来|回来)|救(?:了)?(?:过来|回来)|恢复(?:了)?(?:心跳|意识|自主呼吸)"
    "|[仍还](?:然)?在(?:icu|重症|抢救|救治|治疗|医院)|转入(?:普通)?病房|转院治疗|生命体征(?:已|目前)?(?:平稳|稳定)|[均都已]已?出院)"
)
_ALIVE = re.compile(f"(?P<not_dead>{_NOT_DEAD})|{_LIVES}")
_ALL = re.compile("[均都全]")
_KIN_WHO_LIVES = re.compile(KIN)
# Before what was told: 网传, 此前报道, 患者已被宣布死亡的消息. What a text says in its own voice it does not take back so.
_TOLD_BEFORE = re.compile(
    '网[传上络]|流传|传言|[误谣被]传|报道|刊发|推送|[^号名自职]称|[听人前都天晚上]说|之前发|宣布|["“「『]|回应|更正|勘误|澄清|辟谣'
)
_TOLD_WITHIN = 60
_CLAUSE_WITHIN = 200
_MOST_SURVIVALS = 50
_CONFIRMED = re.compile("(?<!不)属实|确有|(?:确认|证实)[^,。]{0,8}(?:死亡|身亡|离世|去世)(?![^,。]{0,6}(?:不实|谣|假))")
_WHO_LIVES = re.compile(
    "另|其余|其他|其它|其中|别的|还有|剩|医[生师]|护士|大夫|责任人|负责人|店[主员]|老板|记者|专班|调查组|嫌疑|同时|一同|曾|一度|短暂|其[妻夫子女父母儿家]|同批|同室|同病房|邻床|多数|部分|[0-9一二两三四五六七八九十几]+[名个位例人](?!都|均|全)"
)
# Somebody is told dead only by others, or is taken back in so many words.
_CORRECTION = re.compile(
    '更正|勘误|订正|误[传报]|谣[传言]|[搞弄]错|有误|不实|澄清|辟谣|否认|情况说明|(?:今日|现已)证实|实际(?!上?死)|网传|网上(?:说|传|流传)|被报道|被传|(?:之前|此前|先前)[^,。]{0,10}?(?:报道|称|说|传|通报)|媒体报道称|所谓|回应[^。]{0,20}(?:一事|传闻|说法)|回应[^,。]{0,3}["“「『]'
)

# Who answers a rumour or a report; what a notice counts (3人住院,无人死亡) answers nothing.
_ANSWERS = re.compile("回应|澄清|辟谣|网传|传言|传闻|不实|误传|情况说明")


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
        (offset + match.start(told), offset + match.end(told))
        for offset, words in sentences
        if _RETRACTION.search(words)
        for match in _RETRACTED.finditer(words)
        if (told := match.lastgroup)
    ]


@dataclass(frozen=True, slots=True)
class Survival:
    """A place where a text says that somebody lives.

    `of_all` says that it does so of all who were told dead, or in so many words that nobody died. `kin_at` is where the
    kinsman of whom it is said was named before: -1 where he was not, none where it is said of no kinsman.
    """

    of_all: bool
    kin_at: int | None


def says_nobody_died(text: str) -> bool:
    """Tell whether a text answers in so many words that nobody died: 患者未死亡,卫健委回应; nobody insists on it afterwards."""
    if not _ANSWERS.search(text) or _CONFIRMED.search(text):
        return False
    alive = next((match for match in islice(_ALIVE.finditer(text), _MOST_SURVIVALS) if match.group("not_dead")), None)
    return (
        alive is not None and not _INSISTED.search(text, alive.end()) and not _WHO_LIVES.search(text[: alive.start()])
    )


def survivals(text: str, since: int) -> list[Survival]:
    """Return where a text says behind `since` that somebody lives whom it may have told dead, as others or it told it before.

    Only a text that corrects or answers what was told does: that others of the same practice are out of danger takes no
    death back, nor does what somebody insists on afterwards. Linear in the text.
    """
    if not _CORRECTION.search(text) or _CONFIRMED.search(text):
        return []
    insisted = max((match.start() for match in _INSISTED.finditer(text, since)), default=-1)
    found = []
    for alive in islice(_ALIVE.finditer(text, since), _MOST_SURVIVALS):
        reach = max(0, alive.start() - _CLAUSE_WITHIN)
        clause = max(reach, *(text.rfind(mark, reach, alive.start()) + 1 for mark in ",。;:!?\n"))
        if insisted >= alive.end() or _WHO_LIVES.search(text, clause, alive.start()):
            continue
        kin = _KIN_WHO_LIVES.search(text, clause, alive.start())
        of_all = bool(alive.group("not_dead") or _ALL.search(text, clause, alive.start()))
        found.append(Survival(of_all, text.rfind(kin.group(), 0, clause) if kin else None))
    return found


def lives_after_all(text: str, dead: int, said: Sequence[Survival], *, several: bool) -> bool:
    """Tell whether one of the survivals `said` is that of whom the text tells dead at `dead`: of `several`, that of all.

    They have to stand behind the last death that it tells: who came round once may have died after all.
    """
    told = max(0, dead - _TOLD_WITHIN)
    return bool(said and _TOLD_BEFORE.search(text, told, dead)) and any(
        (one.kin_at is None or one.kin_at >= told) and (not several or one.of_all) for one in said
    )


def stands_in(spans: Sequence[tuple[int, int]], position: int) -> bool:
    """Tell whether a position lies in one of the spans, which stand in order and apart."""
    before = bisect_right(spans, position, key=lambda span: span[0])
    return before > 0 and position < spans[before - 1][1]
