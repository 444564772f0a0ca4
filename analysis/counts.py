"""Counts of harmed and dead people as a text claims them: where they stand and which integer they say."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from analysis.assessment import EntityType

__all__ = ["PeopleCount", "chinese_number", "people_counts"]

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5}
_DIGITS |= {"六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_VAGUE = {
    "十几": 10,
    "几十": 20,
    "数十": 20,
    "上百": 100,
    "数百": 100,
    "几百": 200,
    "近百": 90,
    "百余": 100,
    "百多": 100,
}
_VAGUE |= {"上千": 1000, "数千": 1000, "几个": 3, "好几": 3, "数": 3}

_NUMBER = "(?:[0-9]{1,6}(?:\\.[0-9]+)?万?|十几|几十|数十|上百|数百|几百|近百|百余|上千|数千|好几|[零〇一二两三四五六七八九十百千万]{1,7})"
_WHO = (
    "(?:(?:重症|住院|女|男|老年|低龄|受害|幼儿园|中|小)?(?:患者|病人|病患|儿童|孩子|小孩|学生|老人|婴儿|幼儿|宝宝|新生儿|"
    "产妇|孕妇|女性|男性|女子|男子|女生|男生|女孩|男孩|女童|男童|消费者|顾客|市民|居民|村民|工人|员工|接种者|受种者|受害者|"
    "志愿者|受试者|网友|家长|老太|大爷|大妈|人))"
)
_MEASURE = "(?:名|个|位|例|人)"
_AGE = "(?:(?:[0-9]{1,3}(?:至[0-9]{1,3})?|[一二三四五六七八九十]{1,3})(?:多|余)?岁的?)?"
_PEOPLE = re.compile(
    f"(?:至少)?(?P<n>{_NUMBER})(?P<more>多|余)?{_MEASURE}{_AGE}(?P<who>{_WHO})?(?P<cases>急性\\w{{2,6}}炎|死亡(?:报告|病例)?)?"
)
_DEAD_AND_HURT = re.compile(f"(?P<dead>{_NUMBER})死(?P<hurt>{_NUMBER})伤")
_DEAD_AFTER = re.compile("^(?:.{0,6}?)(?:死亡|身亡|丧生|遇难|离世|去世|丧命|不治|没了)")
_DEAD_COUNT = re.compile(
    f"(?:造成|导致|致|已致|已有|致使)(?P<n>{_NUMBER})(?:多|余)?{_MEASURE}?{_WHO}?(?:死亡|身亡|丧生|死)"
    f"|死亡(?:人数|病例)?(?:为|达|至|共)?(?P<m>{_NUMBER})(?:多|余)?(?:人|例|名)"
)
_ONE_DEATH = re.compile(
    "(?:送医|经)?抢救无效(?:后)?(?:死亡|身亡|离世|去世)?|不治身亡|不幸(?:身亡|离世|去世)|猝死|身亡|丧命|呼吸心跳停止|"
    "(?<!可)(?<!能)(?<!会)(?<!易)(?<!无)(?<!因)死亡(?!率|风险|人数|报告|病例|率|证明|赔偿|原因|威胁)|人没了|去世了?|离世"
)
_DENIED = re.compile("(?:无|没有|未|不会|并未|避免|防止|预防|降低|减少|可能|可|或|恐|易|会|能|谨防|小心)[^,。;]{0,6}$")
_HARMED_PERSON = re.compile(
    f"(?:一名|一位|一个|1名|1个|这名|该名)?{_AGE}(?:女子|男子|小伙|女孩|男孩|男童|女童|女生|男生|大学生|学生|患者|老人|婴儿|"
    "幼童|宝宝|孩子|孕妇|产妇|消费者|顾客|女士|先生|阿姨|大妈|大爷|奶奶|爷爷|我妈|我爸|我娃|我家娃|老公|老婆|妻子|丈夫|母亲|父亲|妈妈|女儿|儿子|外婆|外公)"
)
_HARM = re.compile(
    "中毒|昏迷|住院|住进|送医|送进|急诊|抢救|icu|病危|休克|过敏|红肿|溃烂|溃疡|失明|失聪|耳聋|瘫痪|面瘫|致残|截肢|切除|摘除|毁容|烂脸|"
    "肝损伤|肝衰|肾衰|尿毒症|坏死|感染|出血|呕吐|腹泻|抽搐|晕倒|晕厥|高烧|高热|寒战|发烧|发热|打冷战|发抖|打摆子|皮疹|畸形|失明|致盲|穿孔|烧伤|"
    "灼伤|烫伤|流产|不孕|心脏骤停|脑出血|心梗|洗胃|后遗症|伤残|肝炎|胰腺炎|皮炎|流脓|硬结|肿胀|不良反应|异常反应|受害|不适|损伤|性早熟|角膜|晕|发病"
)
_SENTENCE = re.compile("[^。!?;\n]+")
_ONES = frozenset({"1", "一", "两", "二", "好几"})
_DENIAL_REACH = 12
_MOST_COUNTS = 40
_MOST_PEOPLE = 1_000_000


@dataclass(frozen=True, slots=True)
class PeopleCount:
    """A claimed count; `start`, `end` count in the normalised text. `named` tells a number from a person spoken of."""

    type: EntityType
    start: int
    end: int
    value: int
    named: bool


def chinese_number(written: str) -> int | None:
    """Return the integer that digits or Chinese numerals say, `None` where they say none.

    Vague numbers give their least value: 十几 is 10, 上百 is 100, 一百多 is 100.
    """
    if written in _VAGUE:
        return _VAGUE[written]
    if match := re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(万?)", written):
        return round(float(match.group(1)) * (10_000 if match.group(2) else 1))
    total, section, digit = 0, 0, 0
    for character in written:
        if character in _DIGITS:
            digit = digit * 10 + _DIGITS[character] if digit else _DIGITS[character]
        elif character == "万":
            total, section, digit = (total + section + digit) * _UNITS["万"], 0, 0
        elif character in _UNITS:
            section, digit = section + (digit or 1) * _UNITS[character], 0
        else:
            return None
    return total + section + digit if written else None


def people_counts(text: str) -> list[PeopleCount]:
    """Return the counts of harmed and dead people in a normalised text, in order, none inside another.

    Only sentences that speak of harm or death are read, so that five doctors at a meeting are not five victims.
    """
    found: list[PeopleCount] = []
    for sentence in _SENTENCE.finditer(text):
        words, offset = sentence.group(), sentence.start()
        harmed, dead = bool(_HARM.search(words)), bool(_ONE_DEATH.search(words) or "死" in words)
        if harmed or dead:
            found.extend(_in_sentence(words, offset, harmed=harmed))
    return found


def _in_sentence(words: str, offset: int, *, harmed: bool) -> list[PeopleCount]:
    kept: list[PeopleCount] = []
    for count in islice((*_deaths(words), *(_harmed(words) if harmed else ())), _MOST_COUNTS):
        if all(count.end <= other.start or count.start >= other.end for other in kept):
            kept.append(count)
    spoken = [PeopleCount(c.type, c.start + offset, c.end + offset, c.value, c.named) for c in kept]
    return sorted(spoken, key=lambda count: count.start)


def _deaths(words: str) -> Iterator[PeopleCount]:
    counted = False
    for match in _DEAD_AND_HURT.finditer(words):
        yield from _counted(EntityType.DEATHS, match.start("dead"), match.end("dead") + 1, match.group("dead"))
        yield from _counted(EntityType.HARMED, match.start("hurt"), match.end("hurt") + 1, match.group("hurt"))
        counted = True
    for match in _DEAD_COUNT.finditer(words):
        yield from _counted(EntityType.DEATHS, match.start(), match.end(), match.group("n") or match.group("m"))
        counted = True
    for match in _PEOPLE.finditer(words):
        says_dead = match.group("cases") and "死亡" in match.group("cases")
        after = _DEAD_AFTER.match(words[match.end() : match.end() + 12])
        if says_dead or after:
            end = match.end() + (after.end() if after else 0)
            yield from _counted(EntityType.DEATHS, match.start(), end, match.group("n"))
            counted = True
    if not counted:
        for match in _ONE_DEATH.finditer(words):
            if not _DENIED.search(words[max(0, match.start() - _DENIAL_REACH) : match.start()]):
                yield PeopleCount(EntityType.DEATHS, match.start(), match.end(), 1, named=False)
                return


def _harmed(words: str) -> Iterator[PeopleCount]:
    counted = False
    for match in _PEOPLE.finditer(words):
        if not match.group("who") and match.group("n") in _ONES:
            continue  # 一名, 一个 and the like count people only with a word for people
        for count in _counted(EntityType.HARMED, match.start(), match.end(), match.group("n")):
            counted = True
            yield count
    person = None if counted else _HARMED_PERSON.search(words)
    if person:
        yield PeopleCount(EntityType.HARMED, person.start(), person.end(), 1, named=False)


def _counted(kind: EntityType, start: int, end: int, written: str) -> Sequence[PeopleCount]:
    value = chinese_number(written)
    return [PeopleCount(kind, start, end, value, named=True)] if value and value <= _MOST_PEOPLE else []
