"""The one person harmed whom a text tells of without a number, and those given a vaccine that was none."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from analysis.assessment import EntityType
from analysis.beginnings import beginning
from analysis.harm.ailments import ailment_after_use
from analysis.harm.circumstances import (
    USE,
    is_another_story,
    is_harm_told,
    is_refuted,
    is_statistic,
    is_supposed,
    is_unrelated,
)
from analysis.harm.people import HARMED_PERSON, KIN, KIN_BEGIN, NUMBER, WHO, PeopleCount
from analysis.numerals import chinese_number

__all__ = ["one_told", "wrongly_given"]

# The wrong or an expired vaccine given to one child: harm in itself, though nothing is told of its health.
_WRONGLY_GIVEN = re.compile(
    "打错|错打|误种|错种|误打|打成了?|打了?过期|过期.{0,6}(?:疫苗|针)|疫苗.{0,12}(?:过期|失效)|有效期[到至].{0,40}(?:!|几号)|超过有效期"
)

_FAULTY_VACCINE = re.compile(
    "规格.{0,8}(?:差错|错)|接种差错|误种|错种|打错|失效|超过有效期|一[针支]两用|拿错了?[^,。]{0,2}[药苗针]|(?<!等)成人疫苗|同一[支根]|重复使用|共用|跳闸|断电|停电|脱冷|冻结|温控"
)

_GIVEN = re.compile(
    f"(?:打了(?P<g>{NUMBER})(?:多|余|来)?[个名]{WHO})|(?P<n>{NUMBER})(?:多|余|来)?[个名]{WHO}(?:先后|陆续|分别|相继)?(?:受种|接种|挨个打|被打)|受种者(?:共|有|共有|约)?(?P<k>{NUMBER})(?:多|余)?[人名]|给(?P<p>{NUMBER})[个名位]{WHO}(?:都|全)?(?:打|接种|注射)了?|打给了?(?P<m>{NUMBER})(?:多|余)?[个名]{WHO}"
)

_OWN_CHILD = re.compile(
    "(?<![每有多些名个种的])(?:我?(?:家)?(?:孩子|娃|宝宝|女儿|儿子|外孙|孙子|孙女|侄女|侄子))(?!们|都能|家长)"
)

_VACCINE = re.compile("疫苗|接种|打.{0,4}[针苗]")

# A complaint that leaves out its own subject names only what befell it.
_OWN_HARM = re.compile(
    "(?:化学性|药物性|急性|严重|接触性|过敏性|中毒性)?(?:烧伤|灼伤|皮炎|肝损伤|肾损伤|休克|溃疡|失明|毁容)|(?:双腿|下肢|双下肢|四肢|全身)瘫痪|要?(?:二次|再次)手术|人(?:就)?晕了?过去|人休克了|脸(?:全)?烂了|(?:渗|流)黄水|(?:肋骨|骨头|跟腱).{0,4}(?:断|裂)|嘴唇烂|肋骨裂|转氨酶[0-9一二三四五六七八九几上]|吊保肝|糜烂|鼓膜穿孔|尿血|便血|小便像|鼻尖.{0,3}[白黑]|电灼伤|眼前发黑|通红发硬|脸肿|嘴肿|喉咙肿|晕倒|昏倒|耳鸣|听不见|满脸|昏过[一去两]|起大泡|嘴里全是泡|粒细胞0|低血糖昏|电灼伤|角膜(?:掉皮|溃疡)|满脸脓包|风团|眼白黄|破了流脓|起疱脱皮|手指头?全红|留个坑|留疤|(?:二度)?化学灼伤|酸中毒|掉了一大片|才缓过来|水泡一个|起[^,]{0,3}红(?:疙瘩|疹|点)|眼皮都?[抬睁]不|手[脚又][^,]{0,3}抖|心[跳率]2[0-9]{2}|眼睛?看不见了"
)

_OWN_STORY = re.compile(
    "皮肤科|住(?:在|进)?icu|住了.{1,4}天|把我|怎么算|怪谁|能要求|要不要上报|售后|医生一?[问看查]|我(?:爸|妈|婆婆|老公|老婆)|店[员家长主]|店里|客服|商家|算谁的|找谁|谁来?管|医生说|医院说|医生讲|大夫说|诊断(?:为|是|书)|确诊|求查|请查|请抽检|要求|投诉|举报|维权|避雷|踩雷|后悔|求你们|求助|现在.{0,8}(?:烂|肿|疼)"
)

_KIN_OF_WRITER = beginning(
    KIN_BEGIN + "俺兄同咱室我朋本舍邻隔",
    f"(?:[我俺咱]们?家?的?|本人的?|家里)(?:{KIN})|(?:^|(?<=[,。;!?:\n]))(?:{KIN})(?![们针])|[我俺]?(?:同事|闺蜜|室友|舍友|朋友|邻居|隔壁姐妹|兄弟)(?![群圈们])",
)
# An ailment that nobody is named for counts where it was bad enough to be looked at.
_SEEN_BY_DOCTORS = re.compile("医生|大夫|医院|门诊|急诊|住院|抽血|拍片|b超|诊断|确诊|皮肤科|眼科|儿科|耳鼻喉|修复")
# How many sentences on the harm may stand after the person: 我老公三叉神经痛。…。吃到第12天发高烧.
_STORY = 3
_TOLD = beginning(
    "0123456789上了今仍住做凌出到医吃后吐喝回已开当得戴打抢抹抽挂掉敷昏昨晕查涂现用直确第被诊输连送那醒",
    "了|后|吃完|打完|用完|送到|上个?[周月]|上星期|第.{1,2}[周月]|现在|开始|住院|送医|送进|确诊|诊断|查出|抢救|昨|今天|[0-9]月[0-9]|第.{1,2}天|到现在|凌晨|连夜|当晚|已|被|医生说|医院说|查肝|仍在|出现|用药|直接|[昏晕吐抽]过[一两几]?[次回]|[吃用戴打抹涂敷喝]一[天晚夜次周]|那天|醒来|打进|[做打挂输用]到一半|得[站走睡喝吃拿躺]|回家|掉到",
)


def wrongly_given(text: str) -> Iterator[PeopleCount]:
    """Yield how many were given a vaccine of which the text tells that it was the wrong one or had lost its strength."""
    if not (_VACCINE.search(text) and _GIVEN.search(text) and _FAULTY_VACCINE.search(text)):
        return
    if not is_refuted(text) and not is_another_story(text):
        for match in islice(_GIVEN.finditer(text), 1):
            if not is_supposed(text, *match.span()) and not is_statistic(text, *match.span()):
                value = chinese_number(match.group(match.lastgroup or 0))
                if value:
                    yield PeopleCount(EntityType.HARMED, *match.span(), value, named=True)


def _own_child(text: str) -> Iterator[PeopleCount]:
    """Yield the child of a writer who tells that it was given the wrong or an expired vaccine."""
    if not _VACCINE.search(text) or not _WRONGLY_GIVEN.search(text) or is_refuted(text) or is_another_story(text):
        return
    begin = text.find("\n") + 1
    given = _WRONGLY_GIVEN.search(text)
    child = _OWN_CHILD.search(text, begin) or _OWN_CHILD.search(text)
    if given and child and not is_supposed(text, *given.span()) and not is_statistic(text, *given.span()):
        yield PeopleCount(EntityType.HARMED, child.start(), child.end(), 1, named=False)


def _own_harm(text: str, sentences: Sequence[tuple[int, str]]) -> Iterator[PeopleCount]:
    if not _OWN_STORY.search(text) or is_refuted(text):
        return
    for offset, words in sentences:
        for harm in () if is_another_story(words) else _OWN_HARM.finditer(words):
            if is_harm_told(words, hard=True) and not (
                is_supposed(words, *harm.span()) or is_statistic(words, *harm.span())
            ):
                yield PeopleCount(EntityType.HARMED, offset + harm.start(), offset + harm.end(), 1, named=False)


def _is_told_of_one(words: str) -> bool:
    """Tell whether a sentence says that harm came to somebody by a product; the dearest question is asked last."""
    return bool(is_harm_told(words, hard=True) or ailment_after_use(words)) and not is_another_story(words)


def _one_harmed(words: str) -> Iterator[tuple[int, int]]:
    """Yield the span of the person of whom a sentence tells harm as something that happened."""
    if not _TOLD.search(words) or not _is_told_of_one(words):
        return
    for person in HARMED_PERSON.finditer(words):
        if not is_supposed(words, *person.span()) and not is_unrelated(words, *person.span()):
            yield person.span()
            return


def one_told(text: str, sentences: Sequence[tuple[int, str]]) -> Iterator[PeopleCount]:
    """Yield those who may be the one person harmed, the surest first; `sentences` are those of the text with their starts."""
    if not USE.search(text):
        return
    for offset, words in sentences:
        for start, end in _one_harmed(words):
            yield PeopleCount(EntityType.HARMED, offset + start, offset + end, 1, named=False)
    yield from _own_child(text)
    yield from _own_harm(text, sentences)
    if not is_refuted(text):
        yield from _in_story(sentences)
        yield from _own_ailment(text, sentences)


def _in_story(sentences: Sequence[tuple[int, str]]) -> Iterator[PeopleCount]:
    """Yield the kin of the writer of whom one of the next sentences tells harm."""
    for number, (offset, words) in enumerate(sentences):
        person = _KIN_OF_WRITER.search(words)
        if person is None or is_another_story(words):
            continue
        for _, told in sentences[number : number + _STORY]:
            if _TOLD.search(told) and _is_told_of_one(told):
                yield PeopleCount(EntityType.HARMED, offset + person.start(), offset + person.end(), 1, named=False)
                return
        return


def _own_ailment(text: str, sentences: Sequence[tuple[int, str]]) -> Iterator[PeopleCount]:
    """Yield what befell a writer who leaves out who it was: 用了两天痘全平,停一周整脸爆发."""
    if not _OWN_STORY.search(text) and not _SEEN_BY_DOCTORS.search(text):
        return
    for offset, words in sentences:
        ailment = ailment_after_use(words)
        if ailment and not is_another_story(words):
            yield PeopleCount(EntityType.HARMED, offset + ailment[0], offset + ailment[1], 1, named=False)
            return
