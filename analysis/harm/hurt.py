"""Which of the people that a sentence counts came to harm: those it says it of, the part of a whole, the share of many.

All patterns read normalised text. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis.assessment import EntityType
from analysis.harm.ailments import ailment_after_use, names_ailment, tells_ailment
from analysis.harm.circumstances import is_harm_told, is_supposed, is_unrelated, names_harm
from analysis.harm.numbers import (
    MOST_PEOPLE,
    counted,
    counted_as_titles_do,
    counted_by_name,
    counted_kin,
    number_at,
    numbers_of_people,
    written_number,
)
from analysis.harm.passed_on import infected
from analysis.harm.people import KIN, WHO, PeopleCount
from analysis.harm.shares import share_harmed
from analysis.numerals import chinese_number

__all__ = ["harmed"]

# Who they are may be told first: 四位吃这散剂的中老年人.
_WHO_LATER = re.compile(f"[^,。;:、0-9]{{0,14}}?的?(?:小|初中|高中|中老年)?{WHO}")
_RELATIVES = re.compile(f"{WHO}?的?(?:家属|亲属|律师|代理人)")
_CLAUSE_REST = re.compile("[^,。;!?\n]{0,30}")
_IN_GROUP = re.compile(
    "群里(?:已?有|的)?|群友|我们这(?:里|边)?|同(?:病房|村|班|事)(?:有|里)?|(?:认识|知道|晓得|身边|见过|听说)的?(?:就|已经|都)?有|(?:加上|算上|连)我们?家?(?:在内|的)?[,]?$"
)
# Others to whom the same befell, the harm told before: 还有三个孩子跟我们一样, 一起被拿来练手的共有七八个.
_LIKE_US = re.compile(
    "^(?:也|都)?说(?:是|的)?(?:也|都)?一样|^(?:也|都)?[跟和同像]我们?(?:家?(?:孩子|娃|的)?)?一样|^(?:也|都|全)?(?:是)?(?:这样|一样|同样|中招|这症状)"
)
_SAME_BEFORE = re.compile(
    "像[我他她]们?[^,。]{0,3}这样的(?:病人|患者|人|情况|老人|家长|宝妈|受害者)[^。]{0,12}$|(?:一起|同样|一样|类似|和我|跟我|像她|像他|跟她)[^,。]{0,12}(?:共?有|约有|足有|不下|得有)$|(?:加起来|总共|接着又有|(?:一起|同批|同天|同样)(?:打|吃|用|买|做|种|喝|输|贴)(?:过|了)?针?的)$"
)
_WHOLE = re.compile("^(?:不正常|中招|都|也|一样|一模一样|全|出现|发生|中毒|住院|送|过敏|发|感染|受|因|在?抢救|死)")
# A number that ends a clause, of those to whom the word before it happened: 救护车拉走七个.
_BEFALLEN_BEFORE = re.compile(
    "(?:住进|送进|送走|送去|拉走|拉了|抬走|倒下|倒|放倒|收治|凑齐|进了?icu|中招|[吃喝打输弄搞]倒|晕(?:倒|厥|过去)?|病倒|吐|抽搐|瘫|瞎|残|昏迷|住院|烂脸|毁容|过敏|休克)(?:了|去|来|医院)?(?:有)?$"
)
# Who they are or what befell them stands before the number: 用过的宝宝有5个, 烂脸的六个.
_WHO_BEFORE = re.compile(f"{WHO}(?:一?共|总共|已经?|目前)?有?(?:至少|约|近)?$")
_OF_WHOM = re.compile("的(?:已经|都|就|有)?$")
_HARM_BEFORE = 8
_CLAUSE_END = re.compile("了?(?:[,。;!?\n]|$)")
# The whole before its part in one clause: 用的六个人五个不正常.
_WHOLE_BEFORE = frozenset({"", "里", "中", "里有", "中有", "有", "里面"})
# 12位消费者中,8位肝功能异常; 为3名顾客注射,致1名顾客感染.
_OUT_OF = frozenset({"中", "里", "当中"})
_GIVEN_TO = re.compile("(?:注射|接种|使用|手术|治疗|做|打|输液|提供)")
_HARMED_OF_THEM = re.compile("(?:其中)?(?:致使?|造成|导致)$")
_TWO_OF_A_KIND = re.compile(
    f"[^,。;:、0-9]{{1,3}}{WHO}|(?:老)?(?:阿[婆公姨]|婆婆|奶奶|爷爷|大娘|大伯|伯伯|老太太?|老头|老妈妈|母亲|父亲|幼儿|中毒者|伤者|死者|食客|透析者)(?!的?(?:家属|儿子|女儿))"
)
# 分给三个人,其中一个男生心悸: the one was harmed.
_SUFFERED_TOO = re.compile("模样|这样|一样|情况|失联|遇险|吞|误服|误食|滥用|吸食")
_FURTHER = re.compile("另|还有|此外|又|再")
_FURTHER_WITHIN = 6
_PART = re.compile("(?:其中|里面|里头|当中)(?:有|的)?")
_TOOK_PART = re.compile(
    "[^,]{0,6}(?:去|排队|参加|报名|购?买|交[了钱]|一[起同]|吃|喝|[使服]?用|打|做|接种|注射|检查|体检)"
)
_MISUSED = re.compile("吞|误服|误食|滥用|吸食")
_NEXT_WORDS = re.compile("[^,。;、0-9]{0,7}")
# How many were given it, not harmed by it: 当日接种312人,有6名学生头晕.
_MERE_TAKERS = re.compile("(?:接种|受种|使用|服用|筛查|体检|检查|随访|涉及|抽血抽|查)(?:了|过|共|约|人数|者)?$")
# 接到3例使用该产品后出现潮红的病例报告: what befell a case may stand behind a long clause.
_CASE_OF_USE = re.compile("[^,。;]{0,4}(?:使用|服用|接种|注射|输注|用药|用后|滴注)[^。;]{0,30}?(?:后|出现|病例|报告)")
# 一个宿舍八个,五个用了那洗面奶烂脸: what befell them stands behind what they took.
_USED_IT = re.compile("(?:全|都|也)?(?:[用吃喝打涂抹敷贴戴输挂做种染]|接种|注射)(?:了|完|过)[^,。;0-9]{1,24}")
_BARE = frozenset({"个", "位"})
_BOTH = re.compile("[都全均]")
# Of 两个 only what befalls people stands right behind: 挂水后两个在icu.
_IN_CARE = re.compile(
    "(?:还|也|正|直接)?(?:[在进送住躺]了?[^,。]{0,3}(?:icu|重症|抢救|医院|急诊|院)|昏迷|休克|瘫|残废|失明|晕|过敏|抽搐)"
)
_ONES = frozenset({"1", "一", "两", "二", "好几"})
# 目前12人在县医院治疗: who lies there was harmed, though the sentence does not say how.
_IN_HOSPITAL = re.compile(
    "(?:仍|尚|还|正)?在[^,。;:]{0,8}?(?:医院|卫生[院所室]|icu|重症监护室|病房)(?:接受)?(?:治疗|救治|抢救|住院|留观)(?:中|观察|治疗)?(?=$|[,。;:])"
)
# 一家四口除了我都进了医院, 一家五口就我没事: the one who is left out was not harmed.
_ALL_BUT = re.compile(
    f",?(?:除了?|除开)(?:[我他她]们?家?(?:{KIN})?|(?:{KIN})|(?P<n>[一两二三12])[个人名位])(?:没[^,。]{{1,5}})?|,?(?:就|只有|唯独)(?:[我他她]家?(?:{KIN})?|(?:{KIN}))没"
)
_GROUP_WITHIN = 5
_SAME_WITHIN = 20


def harmed(words: str) -> Iterator[PeopleCount]:
    """Yield the numbers of people of whom a sentence says that harm came to them."""
    matches = numbers_of_people(words)
    kin = list(counted_kin(words))
    listed = list(counted_by_name(words))
    for start, end, written in infected(words):
        yield from counted(EntityType.HARMED, start, end, written)
    if not matches and not kin and not listed and not any(counted_as_titles_do(words)):
        return
    told = is_harm_told(words) or tells_ailment(words) or bool(ailment_after_use(words))
    following = [*(match.start() for match in matches[1:]), -1][: len(matches)]
    for match, start in zip(matches, following, strict=True):
        if start <= 0 or not _is_mere_whole(words, match, start):
            yield from _number_or_share(words, match, told=told)
    if told:
        yield from _kin(words)
        yield from _titled(words)
        yield from listed


def _number_or_share(words: str, match: re.Match[str], *, told: bool) -> Iterator[PeopleCount]:
    """Yield the number where it counts people harmed; of those to only a share of whom it happened, the share."""
    if not _is_counted(words, match, told=told):
        return
    written = written_number(match)
    share = share_harmed(words, match.end(), chinese_number(written) or 0) if told else None
    if share is None:
        yield from _but_those_left_out(words, match.end(), counted(EntityType.HARMED, *match.span(), written))
    elif 0 < share[0] <= MOST_PEOPLE:
        yield PeopleCount(EntityType.HARMED, match.start(), share[1], share[0], named=True)


def _but_those_left_out(words: str, end: int, counts: Sequence[PeopleCount]) -> Iterator[PeopleCount]:
    """Yield the counts without those whom the words behind them, from `end`, leave out."""
    left = _ALL_BUT.match(words, end)
    spared = (chinese_number(left.group("n") or "一") or 0) if left else 0
    for count in counts:
        yield replace(count, value=max(1, count.value - spared))


def _is_counted(words: str, match: re.Match[str], *, told: bool) -> bool:
    grouped = _shares(words, match)
    told = told or bool(_IN_HOSPITAL.match(words, match.end()))
    if not (told or grouped) or not _counts_people(words, match, grouped=grouped):
        return False
    return not is_supposed(words, *match.span()) and not is_unrelated(words, *match.span())


def _titled(words: str) -> Iterator[PeopleCount]:
    for match in counted_as_titles_do(words):
        if not is_supposed(words, *match.span()) and not is_unrelated(words, *match.span()):
            yield from counted(EntityType.HARMED, match.start(), match.end(), match.group("n"))


def _is_mere_whole(words: str, match: re.Match[str], start: int) -> bool:
    """Tell whether a number is only the whole of which the next, from `start`, was harmed."""
    between = words[match.end() : start]
    if between in _WHOLE_BEFORE:
        return True
    if _IN_HOSPITAL.match(between):
        return False
    whole, comma, part = between.partition(",")
    if comma and (
        whole in _OUT_OF or (_GIVEN_TO.match(whole) and _HARMED_OF_THEM.match(part) and not is_harm_told(whole))
    ):
        return True
    if _is_part_harmed(words, match, start):
        return True
    if not comma or is_harm_told(whole) or _MISUSED.search(whole) or ("没" not in whole and names_ailment(whole)):
        return False
    # 十四个人去查,七个血糖飙升: what befell the next is said of it alone.
    rest = _CLAUSE_REST.match(words, start)
    befallen = not part and _TOOK_PART.match(whole) and rest and names_harm(rest.group())
    return bool(_PART.fullmatch(part) or befallen)


def _is_part_harmed(words: str, match: re.Match[str], start: int) -> bool:
    """Tell whether nothing is told of a whole, and of the smaller number behind it what befell so many: 九个人拼单,…,六个心慌."""
    between = words[match.end() : start]
    if _names_any(between) or _SUFFERED_TOO.search(between) or _FURTHER.search(between[-_FURTHER_WITHIN:]):
        return False
    part = number_at(words, start)
    rest = _CLAUSE_REST.match(words, part.end()) if part else None
    parts = sum(chinese_number(other.group("n") or "") or 0 for other in numbers_of_people(words, start))
    # 两名学生…,一个昏迷,一个抽搐: parts that make up the whole are the whole.
    return bool(rest and _names_any(rest.group())) and parts < (chinese_number(match.group("n") or "") or 0)


def _shares(words: str, match: re.Match[str]) -> bool:
    """Tell whether a number counts those to whom the same befell as to the one told of before."""
    before = words[max(0, match.start() - _SAME_WITHIN) : match.start()]
    return bool(
        _IN_GROUP.search(before[-_GROUP_WITHIN:]) or _SAME_BEFORE.search(before) or _LIKE_US.match(words[match.end() :])
    )


def _kin(words: str) -> Iterator[PeopleCount]:
    for match, written in counted_kin(words):
        if not is_supposed(words, *match.span()) and not is_unrelated(words, *match.span()):
            yield from _but_those_left_out(words, match.end(), counted(EntityType.HARMED, *match.span(), written))


def _counts_people(words: str, match: re.Match[str], *, grouped: bool) -> bool:
    """Tell whether a number counts people at all: 一名 needs a word for people, 七个 that or what befell them."""
    if _RELATIVES.match(words, match.end()):
        return False
    if match.group("who"):
        return True
    if match.group("n") in _ONES and not match.group("cases"):
        if match.group("n") == "两" and words[match.end() - 1] in "名位" and _TWO_OF_A_KIND.match(words, match.end()):
            return True
        end = match.end()
        both = words[end - 1] == "人" or _BOTH.match(words, end) or _IN_CARE.match(words, end)
        return match.group("n") not in {"1", "一"} and bool(both or _BEFALLEN_BEFORE.search(words[: match.start()]))
    return bool(_WHO_LATER.match(words, match.end())) or grouped or _befell(words, match)


def _befell(words: str, match: re.Match[str]) -> bool:
    """Tell whether what stands beside a number says that something happened to so many."""
    measure, end = words[match.end() - 1], match.end()
    if _CLAUSE_END.match(words, end) and _stands_after_harm(
        words[max(0, match.start() - _SAME_WITHIN) : match.start()]
    ):
        return True
    if measure in _BARE:
        following = _NEXT_WORDS.match(words, end)
        if _WHOLE.match(words[end:]) or (following and _names_any(following.group())):
            return True
        return bool((used := _USED_IT.match(words, end)) and _names_any(used.group()))
    if measure == "例":
        used = _CASE_OF_USE.match(words, end)
        return bool(used or names_harm(words[end : end + 10]) or names_harm(words[: match.start()]))
    return not (_MERE_TAKERS.search(words[: match.start()]) and _CLAUSE_END.match(words, end))


def _names_any(words: str) -> bool:
    return names_harm(words) or names_ailment(words)


def _stands_after_harm(before: str) -> bool:
    return bool(
        _BEFALLEN_BEFORE.search(before)
        or _WHO_BEFORE.search(before)
        or (_OF_WHOM.search(before) and _names_any(before[-_HARM_BEFORE:]))
    )
