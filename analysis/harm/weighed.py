"""One person harmed where no pattern found anybody: a card of points over named cues, fitted by logistic regression.

A cue is a word sign of one sentence that tells an ailment, of that sentence and the one before, or of the whole text; each has
a name and points. Where the points reach `ENOUGH`, one person counts, and the cues that spoke for it can be told. Pure.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from analysis.assessment import EntityType
from analysis.harm.ailments import ailment_after_use, first_ailment, is_general, tells_ailment
from analysis.harm.circumstances import (
    USE,
    has_statistic,
    is_another_story,
    is_harm_told,
    is_refuted,
    quoted_spans,
    supposes,
)
from analysis.harm.people import KIN, PeopleCount

__all__ = ["ENOUGH", "POINTS", "Weighed", "cues_of", "tells_of_several", "weigh", "weighed_one"]

_OWN = re.compile("本人|我(?!国|省|市|县|院|局|校|司)|俺|自己|鄙人|咱|敏感肌")
_KIN = re.compile(f"(?:{KIN}|闺蜜|室友|舍友|同事|朋友|邻居|对象|发小)(?![们针群圈])")
_ONE = re.compile(
    "[一1][名位]|她(?!们)|他(?!们)|女子|男子|[男女][童孩婴]|患[者儿]|孕妇|产妇|顾客|消费者|当事人|[一-鿿](?:女士|先生|师傅|阿姨|大爷|某)|老人|小伙|姑娘|主播|博主|学生|工人|"
    "糖友|早产儿|新生儿|婴儿"
)
_REASON = re.compile(
    "(?:治|消|缓解|调理|能|专治|主治)[^,。]{0,6}$|给(?:病人|患者|老人)|提醒|别(?:先|再|也)|朋友提个醒|注意|切忌|记住"
)
_FEELS = re.compile("笑|气得|吓得|急死|激动|感动|冻得|手都在抖|好险")
_MANY = re.compile(
    "[0-9一二三四五六七八九十百千几两]+[多余来]?[名个位]?(?:人|患者|学生|老人|村民|孩子)|大家|人们|很多人|们"
)
# Nobody says how many: one would be a false number.
_UNCOUNTED = re.compile(
    "(?:多|数|几|好几|好些|不少|许多|很多|大量|众多|一些|部分|若干|大批|个别|有些)[名位个例]?"
    "(?:患者|病人|家长|学生|孩子|儿童|婴幼儿|老人|居民|村民|网友|网民|用户|消费者|顾客|买家|宝妈|群友|受害者|女士|人)"
)
_DOCTOR = re.compile("医生|大夫|医院|门诊|急诊|住院|抽血|拍片|b超|ct|诊断|确诊|皮肤科|眼科|儿科|耳鼻喉|鉴定|病历|检查")
_TREATED = re.compile(
    "开刀|植皮|清创|拔甲|换肝|洗胃|缝了|手术取|二次手术|120|救护车|呼吸机|切开|引流|抢救|icu|监护|输血|吸氧|挂水|复查|休克|住院"
)
_HAPPENED = re.compile(
    "了|后|结果|现在|上周|昨|今[天早晚]|第[二三四五六七八九十]+[天次]|[0-9]+月[0-9]+|当[晚天场]|半夜|凌晨|至今|到现在|突然|反倒|直接|致|造成|导致"
)
_WELL = re.compile(
    "没(?:啥|什么)?事|[无没](?:有)?(?:任何)?(?:不适|异常|问题|反应|副作用)|没出过|未出现|没买|没吃|没打|没敢|恢复(?:得)?[很特]?[别良]?好|平安|顺利|[蛮挺很]好|见效|好转|有效|效果|差一?点就|拦[下住]|抢下|虚惊|放心|"
    "一切正常|正常。|都正常"
)
_OFFICIAL = re.compile(
    "通知|公告|办法|招募|活动|召开|抓获|查获|企业|公司|股|亿|万元|研究|专家|会议|发布|上市|审批|集采|医保|抽检|培训|讲座|科普|宣传|演练|典型案例|犯罪|嫌疑|警方|全省|各地"
)
_UPSET = re.compile(
    "崩溃|求助|求查|投诉|维权|避雷|救命|急[!,]|坑|骗|后悔|哭|谁懂|赔|遭罪|造孽|真该死|害[我了人]|举报|要求|诉求|请查|处罚|停业|立案"
)
_ASKS = re.compile("怎么办|是不是|能不能|要不要|正常吗|请问|求问|有没有|会不会|吗|[??]")
_WRONGLY = re.compile(
    "过期|[打拿发吃用给装]错|错[打发]|误[服食吃喝用种]|别人的|无证|未经注册|三无|假[的药]|黑诊所|工作室|微商|直播|网购|偏方|祖传|神医|义诊|散装|当成|当作|来源不明"
)
_COSMETIC = re.compile(
    "面膜|精油|祛[斑痘痣]|美白|防晒|脱毛|染发|美瞳|隔离霜|护肤|唇|眼线|纹眉|美甲|医美|美容|玻尿酸|水光|溶脂|热玛吉|口红|卸妆|酸"
)
# Of products that words of using do not name.
_PRODUCT = re.compile("霜|精油|面膜|牙套|取环|手术|治疗仪|血氧仪|理疗|护膝|脱毛|纹眉|正畸")
_MEDICINE = re.compile("药|胶囊|片|针|膏|丸|颗粒|口服液|栓|贴|散剂|滴|喷雾|胰岛素|维生素")

_Sign = Callable[[str], object]
# Signs of a sentence that tells an ailment.
_BESIDE: Mapping[str, _Sign] = MappingProxyType(
    {
        "another story": is_another_story,
        "supposed": supposes,
        "grave harm": lambda words: is_harm_told(words, hard=True),
        "ailment behind a use": ailment_after_use,
        "that it happened": _HAPPENED.search,
        "a doctor": _DOCTOR.search,
        "an everyday ailment": tells_ailment,
        "why a medicine is taken": _REASON.search,
        "laughter or fright": _FEELS.search,
        "a question": _ASKS.search,
        "official words": _OFFICIAL.search,
        "the writer": _OWN.search,
        "kin or a friend": _KIN.search,
    }
)
# Signs of that sentence with the one before it.
_NEAR: Mapping[str, _Sign] = MappingProxyType(
    {
        "one person near": _ONE.search,
        "a use near": USE.search,
        "wrongly given near": _WRONGLY.search,
    }
)
# Signs of the whole text.
_THROUGHOUT: Mapping[str, _Sign] = MappingProxyType(
    {
        "refuted": is_refuted,
        "all is well anywhere": _WELL.search,
        "official words anywhere": _OFFICIAL.search,
        "upset anywhere": _UPSET.search,
        "a doctor anywhere": _DOCTOR.search,
        "a question anywhere": _ASKS.search,
        "the writer anywhere": _OWN.search,
        "one person anywhere": _ONE.search,
        "several people anywhere": _MANY.search,
        "wrongly given anywhere": _WRONGLY.search,
        "a cosmetic anywhere": _COSMETIC.search,
        "a medicine anywhere": _MEDICINE.search,
        "another story anywhere": is_another_story,
    }
)
_LONG = 250
_SENTENCES_READ = 40

POINTS: Mapping[str, float] = MappingProxyType(
    {
        "an everyday ailment": 1.25,
        "grave harm": 1.22,
        "that it happened": 1.10,
        "ailment behind a use": 1.09,
        "the writer": 0.72,
        "told plainly of somebody": 0.61,
        "kin or a friend": 0.61,
        "a doctor anywhere": 0.55,
        "a cosmetic anywhere": 0.55,
        "the writer anywhere": 0.48,
        "one person near": 0.41,
        "wrongly given anywhere": 0.37,
        "a doctor": 0.35,
        "wrongly given near": 0.29,
        "a use near": 0.29,
        "upset anywhere": 0.22,
        "a long text": -0.15,
        "a medicine anywhere": -0.18,
        "a question": -0.28,
        "refuted": -0.29,
        "why a medicine is taken": -0.29,
        "a question anywhere": -0.30,
        "several people anywhere": -0.36,
        "all is well anywhere": -0.37,
        "one person anywhere": -0.44,
        "official words anywhere": -0.50,
        "supposed": -0.50,
        "laughter or fright": -0.52,
        "another story": -0.52,
        "official words": -0.80,
        "another story anywhere": -1.19,
    }
)
"""Points of each cue, natural logarithms of odds: docs/adr/0026 says what they were fitted on."""
ENOUGH = 4.8
"""Points from which one person counts: odds of 2 to 1."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was weighed: points, and the cues that spoke for it, the strongest first; `start`, `end` are those of the ailment."""

    points: float
    spoke: tuple[str, ...]
    start: int
    end: int


def cues_of(text: str, sentences: Sequence[tuple[int, str]]) -> tuple[frozenset[str], tuple[int, int]] | None:
    """Return the names of the cues of a normalised text and the span of its first ailment; `None` where it tells none."""
    told = [
        (number, offset, words)
        for number, (offset, words) in enumerate(sentences[:_SENTENCES_READ])
        if tells_ailment(words) or is_harm_told(words) or _TREATED.search(words)
    ]
    if not told:
        return None
    cues = {name for name, sign in _THROUGHOUT.items() if sign(text)}
    for number, _, words in told:
        near = sentences[number - 1][1] + words if number else words
        beside = {name for name, sign in _BESIDE.items() if sign(words)}
        cues |= beside | {name for name, sign in _NEAR.items() if sign(near)}
        against = supposes(words) or has_statistic(words) or is_general(words) or is_another_story(words)
        if not against and (beside & {"the writer", "kin or a friend"} or _ONE.search(words)):
            cues.add("told plainly of somebody")
    if len(text) > _LONG:
        cues.add("a long text")
    _, offset, words = told[0]
    start, end = first_ailment(words) or (0, len(words))
    return frozenset(cues), (offset + start, offset + end)


def weigh(text: str, sentences: Sequence[tuple[int, str]]) -> Weighed | None:
    """Weigh whether a normalised text tells of one person harmed; `sentences` are those of the text with their starts."""
    found = cues_of(text, sentences)
    if found is None:
        return None
    cues, (start, end) = found
    spoke = sorted((cue for cue in cues if POINTS.get(cue, 0) > 0), key=lambda cue: -POINTS[cue])
    return Weighed(sum(POINTS.get(cue, 0) for cue in cues), tuple(spoke), start, end)


def weighed_one(text: str, sentences: Sequence[tuple[int, str]]) -> list[PeopleCount]:
    """Return the one person of whom the cues of a text say that harm befell, or nobody.

    Who asks, and a text that quotes, is left to the patterns: whose harm it is, and whether it came from the product, is not
    plain there. Where a text tells of several without a number (多名患者), one is not what it says.
    """
    if _ASKS.search(text) or not (USE.search(text) or _PRODUCT.search(text)):
        return []
    weighed = weigh(text, sentences)
    if weighed is None or weighed.points < ENOUGH or tells_of_several(text) or quoted_spans(text):
        return []
    return [PeopleCount(EntityType.HARMED, weighed.start, weighed.end, 1, named=False)]


def tells_of_several(text: str) -> bool:
    """Tell whether a normalised text tells of several people without saying how many (多名患者)."""
    return bool(_UNCOUNTED.search(text))
