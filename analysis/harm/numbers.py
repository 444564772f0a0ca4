"""Where a sentence counts people: by a number and a measure, by what they are to each other, as titles count, name by name.

Nothing here tells whether harm came to them. All patterns read normalised text. Pure.
"""

import re
from collections.abc import Iterator, Sequence

from analysis.assessment import EntityType
from analysis.beginnings import beginning
from analysis.harm.people import AGE, KIN, KIN_BEGIN, MEASURE, NUMBER, WHO, PeopleCount
from analysis.numerals import chinese_number

__all__ = [
    "MOST_PEOPLE",
    "counted",
    "counted_as_titles_do",
    "counted_by_name",
    "counted_kin",
    "may_count_people",
    "number_at",
    "numbers_of_people",
    "written_number",
]

_PEOPLE = beginning(
    "0123456789〇一七万三上两九二五仨俩八六几十千四好数百至超过近逾零",
    f"(?:至少)?(?<![0-9.])(?:(?<![0-9],)|(?![0-9]))(?:(?P<n>{NUMBER}) ?(?P<more>多|余|来)? ?{MEASURE}|(?P<few>[仨俩])(?={WHO})){AGE}(?P<who>{WHO})?(?P<cases>急性\\w{{2,6}}炎|死亡(?:报告|病例)?)?",
)
# How all but the few numbers of people end, and a character of each word for kin: most sentences hold neither.
_COUNT_END = re.compile("[0-9万几十百千余零〇一二两三四五六七八九] ?[多余来]? ?[名个位例人号口起]")
_FEW = re.compile("[仨俩]")
_KIN_SIGN = re.compile("[口仨俩妈爸爷外二两2双妹弟母婆夫]")
# People counted by what they are to each other.
_KIN = beginning(
    KIN_BEGIN + "一三两他俺兄全双同咱四夫她室情我祖",
    "(?:一家|全家|一家子)(?:老小|上下|大小)?(?P<n>[二两三四五六七八九十2-9])口|(?:夫妻|母子|母女|父子|父女|姐妹|兄弟|姐弟|兄妹|婆媳|祖孙|爷孙|婆孙|祖孙三代)(?P<k>[三四五六七3-7])人|(?:我们|咱们?|他们|她们|姐妹|闺蜜|室友|同事)(?P<m>[仨俩])|(?:娘儿?|爷儿?|爷们|哥|姐|兄妹|姐弟|公媳|婆媳)(?P<o>[仨俩])|(?<![第])(?P<s>[两三四])(?:姐妹|兄弟|兄妹)(?!们)|我妈[和跟]我?爸|我爸[和跟]我?妈|爷爷[和跟]奶奶|外公[和跟]外婆|(?:夫妻|夫妇|情侣|爷孙|婆孙|母子|母女|父子|父女|姐妹|兄弟|姐弟|兄妹|婆媳|祖孙|老两口|小两口|两口子)(?:俩|二人|两人|2人|[两2]个|双双)|(?<![一-鿿])(?:夫妻|夫妇|情侣|爷孙|婆孙|母子|母女|父子|父女|姐弟|兄妹|婆媳|祖孙)(?=[^。;]{1,20}(?:都|均|双双|先后))|(?:我们|咱们?)(?:老两口|小两口|两口子|两公婆|夫妻|母女|母子|父子|父女|兄弟|姐妹)(?![们说想觉])|(?:爸妈|父母|公婆)(?=[^,。]{0,6}(?:都|双双|先后|同时|两个|一人一))|(?:老|小)?两口子?(?=[^,。]{0,12},?(?:都|双双|一起|先后|并排|一同|同时))|(?:[我俺]|(?:[我俺]家?)?(?:"
    + KIN
    + "))[和跟](?:[我俺]家?)?(?:"
    + KIN
    + ")(?:俩|两个)?(?=(?:全|也)?(?:都|均|双双|先后|一起|同时))|[我俺][和跟](?:[^,。]{0,6}的)?(?:同事|室友|闺蜜|朋友|邻居|同桌|[小老阿][一-鿿])(?=[^,。]{0,8}(?:都|均|双双))|(?:一对)?双胞胎(?:姐妹|兄弟|女儿|儿子|宝宝)?(?=[^,。;]{0,16}(?:都|均|双双)|同时|一起)",
)
# As titles count, without a measure: 三女子联名起诉, 致两宝宝发育异常, 两姐弟误食.
_TITLED = re.compile(
    "(?<![第初高大小研周期被和及与0-9一二三四五六七八九十几])(?P<n>[两二三四五六七八九十]|[2-9]|[1-9][0-9])"
    "(?:女子|男子|老人|儿童|孩子|小?学生|女生|男生|女孩|男孩|女童|男童|宝宝|婴儿|幼童|幼儿|新生儿|患者|居民|村民|工人|同学|游客|顾客|消费者|大妈|老太|母亲|大学生|中学生|姑娘|小伙|姐弟|夫妻)(?![们节])"
)
# 其中2起造成患者低血糖: what was reported of devices is counted by the case.
_REPORTED_CASES = re.compile(
    f"(?:其中)?(?P<n>{NUMBER})[起件](?:事件)?[^,。;]{{0,4}}(?:造成|导致|致)(?:使用者|患者|病人|消费者)"
)
# Each named by the family name alone: 致消费者周某、吴某出现上睑下垂.
_NAMED_EACH = re.compile(
    "(?:致使?|导致|造成|使)(?:消费者|患者|顾客|受害人|购买者|求美者|病人)?(?P<names>(?:[一-鿿]某[某甲乙丙丁]?[、和及与])+[一-鿿]某)"
)
_TIME = re.compile("个(?:半|多)?(?:礼拜|星期|月|小时|钟头|疗程|周期|季度|头(?![晕痛疼]))")
MOST_PEOPLE = 9_999


def may_count_people(text: str) -> bool:
    """Tell whether a text may count anybody: half of the texts hold no word for it, and are asked once."""
    return bool(
        _COUNT_END.search(text)
        or _FEW.search(text)
        or _TITLED.search(text)
        or (_KIN_SIGN.search(text) and _KIN.search(text))
        or ("某" in text and _NAMED_EACH.search(text))
    )


def numbers_of_people(words: str, start: int = 0) -> list[re.Match[str]]:
    """Return the numbers with a measure of people from `start`, which groups `n`, `few`, `who`, `cases` divide."""
    if not _COUNT_END.search(words) and not _FEW.search(words):
        return []
    return [match for match in _PEOPLE.finditer(words, start) if not _TIME.match(words, match.end() - 1)]


def number_at(words: str, start: int) -> re.Match[str] | None:
    """Return the number of people that begins at `start`."""
    return _PEOPLE.match(words, start)


def written_number(match: re.Match[str]) -> str:
    """Return how a number of people is written: 12, 三, 俩."""
    return match.group("n") or match.group("few")


def counted_kin(words: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield those who are counted by what they are to each other, and how their number is written: 一家三口, 母女 are 两."""
    for match in _KIN.finditer(words) if _KIN_SIGN.search(words) else ():
        yield match, match.group(match.lastgroup or 0) if match.lastgroup else "两"


def counted_as_titles_do(words: str) -> Iterator[re.Match[str]]:
    """Yield numbers without a measure before a word for people: 致两宝宝发育异常."""
    return _TITLED.finditer(words)


def counted_by_name(words: str) -> Iterator[PeopleCount]:
    """Yield the people that a list of family names counts, or the cases reported of a device."""
    for match in _NAMED_EACH.finditer(words) if "某" in words else ():
        start, end = match.span("names")
        yield PeopleCount(EntityType.HARMED, start, end, match.group("names").count("某"), named=True)
    for match in _REPORTED_CASES.finditer(words) if "起" in words or "件" in words else ():
        yield from counted(EntityType.HARMED, match.start("n"), match.end("n") + 1, match.group("n"))


def counted(kind: EntityType, start: int, end: int, written: str) -> Sequence[PeopleCount]:
    """Return the count that a written number claims; none where it is no number, or one that counts no happening."""
    value = chinese_number(written)
    return [PeopleCount(kind, start, end, value, named=True)] if value and value <= MOST_PEOPLE else []
