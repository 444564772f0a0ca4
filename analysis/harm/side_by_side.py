"""People harmed who are told one beside the other instead of by one number: each with what befell them, in pairs, or in parts.

All patterns read normalised text. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from analysis.assessment import EntityType
from analysis.beginnings import beginning
from analysis.harm.ailments import names_ailment, tells_ailment
from analysis.harm.circumstances import is_another_story, is_harm_told, is_supposed, is_unrelated, names_harm
from analysis.harm.deaths import single_deaths
from analysis.harm.people import KIN, KIN_BEGIN, NUMBER, WHO, PeopleCount
from analysis.numerals import chinese_number

__all__ = ["told_beside_the_dead", "told_side_by_side"]

_NEAR = "闺蜜|室友|舍友|同事|同桌|朋友|邻居|对象|工友|同学"
_CALLED = "[一-鿿](?:阿姨|奶奶|爷爷|大妈|大爷|婶|某[某甲乙丙]?)"
_LETTERED = "(?:患者|病人|受访者|消费者|顾客|原告|当事人|受种者|求美者)[a-z甲乙丙丁]"
_PERSON = f"(?:[我俺咱他她]家?的?)?(?:{KIN}|{_NEAR})(?![们针群圈])|[我俺](?![们家国省市县院局校])|{_CALLED}|{_LETTERED}|[男女]方|[她他](?![们家的])"
# Who only tells, fears or helps is not the one to whom it happened.
_TELLS = "担心|怕|说|讲|问|看(?!不)|带|陪|送|发现|以为|觉得|想|叫|让|给|急|哭|气|知道|听|买|和|跟|与|、|也?没事|没有?"
_EACH = re.compile(
    f"(?:^|[,。;:!?\n 、])(?:结果|现在|后来|可是?|但|而)?(?P<who>{_PERSON})(?!{_TELLS})(?P<rest>[^,。;!?\n]{{1,30}})"
)
_PAIR = re.compile(
    f"(?P<one>{_PERSON})[和跟与](?P<other>{_PERSON})(?:俩|两个|两人)?[^,。;!?\n]{{0,16}}?[吃喝用打抹涂贴敷戴挂输服染做](?P<rest>[^。;!?\n]{{1,60}})"
)
_TOGETHER = re.compile("[和跟与]")
# To whom the same befell as to the one told of: 我室友更惨直接败血症, 我妈也是.
_TOO = beginning(
    KIN_BEGIN + "俺同室对工我朋舍邻",
    f"(?P<who>[我俺](?:家|的)?(?:{KIN}|{_NEAR})|(?<![一-鿿])(?:{KIN}|{_NEAR}))(?![们针群圈])(?:也(?:是|一样|[^,。;!?\n]{{0,6}}(?:[肿烂疼痒吐晕]|中招|住院|过敏|起))|更惨|更严重|比我还?[惨严]|跟我一样|同样的?(?:情况|症状))",
)
_WHO = re.compile(_PERSON)
# 男的死了,女的还在重症: each with a clause of its own.
_APART = re.compile(
    f"(?:^|[,。;:!?\n 、])(?:结果|现在|后来|可是?|但|而)?(?P<who>{_PERSON}|[男女]的|另(?:外)?[一1][个名位人])(?P<rest>[^,。;!?\n]{{1,30}})"
)
_PARTS = beginning(
    "0123456789〇一七万三上两九二五八六几十千四好数百超过近逾零",
    f"(?<!其中)(?:(?<![0-9第每])(?:{NUMBER})[人个名位](?![月天周年小礼星疗多])(?:(?!{NUMBER}[人个名位])[^,。;、0-9]){{2,12}}[,、 和及]?){{2,5}}",
)
_PART = re.compile(f"(?P<n>{NUMBER})[人个名位](?P<rest>(?:(?!{NUMBER}[人个名位])[^,。;、0-9]){{2,12}})")
_NAMED = re.compile(WHO)
_PREFIX = re.compile("^[我俺咱他她]家?的?(?=.)")
_FRIGHT = re.compile("手[都一直还也]*在?发?抖|腿软|发抖")
# How far apart two of whom harm is told may stand: a story of one and the writer's own fright are not side by side.
_CLOSE = 24
_MOST = 12
_TWO = 2


def told_side_by_side(words: str) -> Iterator[PeopleCount]:
    """Yield the counts of two and more that a text tells without one number for them, by who each is or by their parts.

    闺蜜贴完起水泡,我贴完起红斑 are two, so are 我妈和李阿姨喝了回来就昏昏沉沉; 一人右眼失明,两人视野缺损 are three.
    """
    yield from _each_told(words)
    too = _TOO.search(words)
    if too and _is_told(words[: too.start()]) and not is_supposed(words, *too.span()):
        yield PeopleCount(EntityType.HARMED, too.start("who"), too.end("who"), 2, named=True)
    for pair in islice(_PAIR.finditer(words), _MOST) if _TOGETHER.search(words) else ():
        rest = pair.group("rest")
        befallen = _is_told(rest) and not _WHO.search(rest.split(",")[0])
        if befallen and not is_supposed(words, *pair.span("other")) and not is_unrelated(words, *pair.span("other")):
            yield PeopleCount(EntityType.HARMED, pair.start(), pair.end("other"), 2, named=True)
    for parts in islice(_PARTS.finditer(words), _MOST):
        yield from _summed(words, parts)


def told_beside_the_dead(words: str) -> Iterator[PeopleCount]:
    """Yield how many lie ill of whom a sentence tells beside one who died, each in a clause of its own."""
    clauses = list(islice(_APART.finditer(words), _MOST))
    dead = [one for one in clauses if any(single_deaths(one.group()))]
    # 我妈打针后休克,我妈昨天死了 is told of one.
    gone = {_bare(one.group("who")) for one in dead}
    hurt = {
        one.group("who"): one
        for one in clauses
        if _bare(one.group("who")) not in gone
        and is_harm_told(one.group("rest"), hard=True)
        and not _WHO.search(one.group("rest"))
    }
    if dead and hurt and not is_another_story(words):
        first = next(iter(hurt.values()))
        yield PeopleCount(EntityType.HARMED, *first.span("who"), len(hurt), named=True)


def _bare(who: str) -> str:
    """Return a person without whose they are, and without the second of a doubled character: 我爸爸 is 爸."""
    named = _PREFIX.sub("", who)
    return named[:1] if len(set(named)) == 1 else named


def _each_told(words: str) -> Iterator[PeopleCount]:
    told: dict[str, re.Match[str]] = {}
    for one in islice(_EACH.finditer(words), _MOST):
        rest = one.group("rest")
        if (
            _is_told(rest)
            and not _FRIGHT.search(rest)
            and not _WHO.search(rest)
            and not is_supposed(words, *one.span("who"))
        ):
            told.setdefault(_PREFIX.sub("", one.group("who")), one)
    if len(told) > 1:
        first, last = min(m.start("who") for m in told.values()), max(m.end() for m in told.values())
        if last - first <= _CLOSE * len(told) and not is_another_story(words[first:last]):
            yield PeopleCount(EntityType.HARMED, first, first + 1, len(told), named=True)


def _summed(words: str, parts: re.Match[str]) -> Iterator[PeopleCount]:
    found = [(chinese_number(part.group("n")), part.group("rest")) for part in _PART.finditer(parts.group())]
    each = [number for number, rest in found if number and (names_harm(rest) or names_ailment(rest))]
    if len(each) < _TWO or _tells_its_parts(found):
        return
    if not is_supposed(words, *parts.span()) and not is_unrelated(words, *parts.span()):
        yield PeopleCount(EntityType.HARMED, parts.start(), parts.start() + 1, sum(each), named=True)


def _tells_its_parts(found: Sequence[tuple[int | None, str]]) -> bool:
    """Tell whether the first number is the whole and says who they are, and the others tell of some of them: 两个娃吐了,一个进了icu."""
    (whole, who), *parts = found
    unnamed = not any(_NAMED.match(rest) for _, rest in parts)
    return bool(_NAMED.match(who)) and unnamed and sum(number or 0 for number, _ in parts) < (whole or 0)


def _is_told(words: str) -> bool:
    return is_harm_told(words) or tells_ailment(words)
