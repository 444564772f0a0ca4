"""Counts of harmed and dead people as a text claims them: where they stand and which integer they say."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from analysis.assessment import EntityType
from analysis.beginnings import beginning
from analysis.harm.ailments import ailment_after_use, names_ailment, tells_ailment
from analysis.harm.circumstances import (
    SENTENCE,
    counts_all_reports,
    is_another_story,
    is_harm_told,
    is_refuted,
    is_statistic,
    is_supposed,
    is_unrelated,
    names_harm,
    quoted_spans,
)
from analysis.harm.deaths import dead_by, died_in_a_trial, may_tell_death, plainly_spelled, single_deaths, totals
from analysis.harm.denials import stands_in
from analysis.harm.one_told import one_told, wrongly_given
from analysis.harm.passed_on import infected
from analysis.harm.people import AGE, KIN, KIN_BEGIN, MEASURE, NUMBER, WHO, PeopleCount
from analysis.harm.shares import share_harmed
from analysis.harm.side_by_side import told_side_by_side
from analysis.harm.taken_back import refutes_all, without_taken_back
from analysis.harm.weighed import weighed_one
from analysis.numerals import chinese_number

__all__ = ["people_counts"]

# Who they are may be told first: 四位吃这散剂的中老年人.
_WHO_LATER = re.compile(f"[^,。;:、0-9]{{0,14}}?的?(?:小|初中|高中|中老年)?{WHO}")
_RELATIVES = re.compile(f"{WHO}?的?(?:家属|亲属|律师|代理人)")
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
    "(?:一家|全家|一家子)(?:老小|上下|大小)?(?P<n>[二两三四五六七八九十2-9])口|(?:夫妻|母子|母女|父子|父女|姐妹|兄弟|姐弟|兄妹|婆媳|祖孙|爷孙|婆孙|祖孙三代)(?P<k>[三四五六七3-7])人|(?:我们|咱们?|他们|她们|姐妹|闺蜜|室友|同事)(?P<m>[仨俩])|(?:娘儿?|爷儿?|爷们|哥|姐|兄妹|姐弟|公媳|婆媳)(?P<o>[仨俩])|(?<![第])(?P<s>[两三四])(?:姐妹|兄弟|兄妹)(?!们)|我妈[和跟]我?爸|我爸[和跟]我?妈|爷爷[和跟]奶奶|外公[和跟]外婆|(?:夫妻|夫妇|情侣|爷孙|婆孙|母子|母女|父子|父女|姐妹|兄弟|姐弟|兄妹|婆媳|祖孙|老两口|小两口|两口子)(?:俩|二人|两人|2人|[两2]个|双双)|(?<![一-鿿])(?:夫妻|夫妇|情侣|爷孙|婆孙|母子|母女|父子|父女|姐弟|兄妹|婆媳|祖孙)(?=[^。;]{1,20}(?:都|均|双双|先后))|(?:我们|咱们?)(?:老两口|小两口|两口子|两公婆|夫妻|母女|母子|父子|父女|兄弟|姐妹)(?![们说想觉])|(?:爸妈|父母|公婆)(?=[^,。]{0,6}(?:都|双双|先后|同时|两个|一人一))|(?:老|小)?两口子?(?=[^,。]{0,12},?(?:都|双双|一起|先后|并排|一同|同时))|(?:[我俺]|(?:[我俺]家?)?"
    f"(?:{KIN}))[和跟](?:[我俺]家?)?(?:{KIN})"
    "(?:俩|两个)?(?=(?:全|也)?(?:都|均|双双|先后|一起|同时))|[我俺][和跟](?:[^,。]{0,6}的)?(?:同事|室友|闺蜜|朋友|邻居|同桌|[小老阿][一-鿿])(?=[^,。]{0,8}(?:都|均|双双))|(?:一对)?双胞胎(?:姐妹|兄弟|女儿|儿子|宝宝)?(?=[^,。;]{0,16}(?:都|均|双双)|同时|一起)",
)
# As titles count, without a measure: 三女子联名起诉, 致两宝宝发育异常, 两姐弟误食.
_TITLED = re.compile(
    "(?<![第初高大小研周期被和及与0-9一二三四五六七八九十几])(?P<n>[两二三四五六七八九十]|[2-9]|[1-9][0-9])"
    "(?:女子|男子|老人|儿童|孩子|小?学生|女生|男生|女孩|男孩|女童|男童|宝宝|婴儿|幼童|幼儿|新生儿|患者|居民|村民|工人|同学|游客|顾客|消费者|大妈|老太|母亲|大学生|中学生|姑娘|小伙|姐弟|夫妻)(?![们节])"
)
_CLAUSE_REST = re.compile("[^,。;!?\n]{0,30}")
_SUB_COUNT = re.compile("(?:其中|另有?|还有|此外)[^,。]{0,3}$")
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
_HARM_BEFORE = 8
_CLAUSE_END = re.compile("了?(?:[,。;!?\n]|$)")
# The whole before its part in one clause: 用的六个人五个不正常.
_WHOLE_BEFORE = frozenset({"", "里", "中", "里有", "中有", "有", "里面"})
# 12位消费者中,8位肝功能异常; 为3名顾客注射,致1名顾客感染.
_OUT_OF = frozenset({"中", "里", "当中"})
_GIVEN_TO = re.compile("(?:注射|接种|使用|手术|治疗|做|打|输液|提供)")
_HARMED_OF_THEM = re.compile("(?:其中)?(?:致使?|造成|导致)$")
_TWO_OF_A_KIND = re.compile(f"[^,。;:、0-9]{{1,3}}{WHO}")
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
# 其中2起造成患者低血糖: what was reported of devices is counted by the case.
_REPORTED_CASES = re.compile(
    f"(?:其中)?(?P<n>{NUMBER})[起件](?:事件)?[^,。;]{{0,4}}(?:造成|导致|致)(?:使用者|患者|病人|消费者)"
)
# How many were given it, not harmed by it: 当日接种312人,有6名学生头晕.
_MERE_TAKERS = re.compile("(?:接种|受种|使用|服用|筛查|体检|检查|随访|涉及|抽血抽|查)(?:了|过|共|约|人数|者)?$")
# 接到3例使用该产品后出现潮红的病例报告: what befell a case may stand behind a long clause.
_CASE_OF_USE = re.compile("[^,。;]{0,4}(?:使用|服用|接种|注射|输注|用药|用后|滴注)[^。;]{0,30}?(?:后|出现|病例|报告)")
# 一个宿舍八个,五个用了那洗面奶烂脸: what befell them stands behind what they took.
_USED_IT = re.compile("(?:全|都|也)?(?:[用吃喝打涂抹敷贴戴输挂做种染]|接种|注射)(?:了|完|过)[^,。;0-9]{1,24}")
# Each named by the family name alone: 致消费者周某、吴某出现上睑下垂.
_NAMED_EACH = re.compile(
    "(?:致使?|导致|造成|使)(?:消费者|患者|顾客|受害人|购买者|求美者|病人)?(?P<names>(?:[一-鿿]某[某甲乙丙丁]?[、和及与])+[一-鿿]某)"
)
_BARE = frozenset({"个", "位"})
_BOTH = re.compile("[都全均]")
# Of 两个 only what befalls people stands right behind: 挂水后两个在icu.
_IN_CARE = re.compile(
    "(?:还|也|正|直接)?(?:[在进送住躺]了?[^,。]{0,3}(?:icu|重症|抢救|医院|急诊|院)|昏迷|休克|瘫|残废|失明|晕|过敏|抽搐)"
)
_ONES = frozenset({"1", "一", "两", "二", "好几"})
# A title about what followed a death tells that death.
_AFTER_DEATH = re.compile("(?:去世|离世)后")
# More are told by a number alone.
_FEW_TOLD = 3
_TIME = re.compile("个(?:半|多)?(?:礼拜|星期|月|小时|钟头|疗程|周期|季度|头(?![晕痛疼]))")
_GROUP_WITHIN, _SAME_WITHIN = 5, 20
_MOST_COUNTS = 40
_MOST_PEOPLE = 9_999


def people_counts(text: str) -> list[PeopleCount]:
    """Return the counts of harmed and dead people that a normalised text claims, in order, none inside another.

    Only sentences that tell of harm or death are read, so that five doctors at a meeting are not five victims. What is
    denied, supposed, a statistic, a trial, history, quoted to be refuted, or reported and then said to be false is no claim. Where no number of harmed
    people is claimed, the first person of whom harm is told counts as one.
    """
    # What refutes a count is looked for last: most texts count nobody.
    sentences = [(match.start(), match.group()) for match in SENTENCE.finditer(text)]
    counted = sentences if _may_count(text) else ()
    found = [_moved(count, offset) for offset, words in counted for count in _in_sentence(words)]
    if all(c.type is EntityType.HARMED and c.value < _FEW_TOLD for c in found):
        most = max((c.value for c in found), default=0)
        found = [*islice((c for c in told_side_by_side(text) if c.value > most), 1), *found]
    if found and is_refuted(text):
        quoted = quoted_spans(text)
        found = [c for c in found if not stands_in(quoted, c.start)]
    found = found or list(wrongly_given(text))
    found = found or list(islice(one_told(text, sentences), 1)) or weighed_one(text, sentences)
    found = list(without_taken_back(text, sentences, found))
    title = text.partition("\n")[0]
    if not found or refutes_all(title) or is_another_story(_AFTER_DEATH.sub("", title)):
        return []
    return _without_parts(text, found)


def _without_parts(text: str, found: Sequence[PeopleCount]) -> list[PeopleCount]:
    """Drop what another count holds already: the one who died, 其中3人 after 12名患者, one of many without a harm of its own, a death told twice."""
    most = max((c.value for c in found if c.type is EntityType.HARMED), default=0)
    dead = {c.value for c in found if c.type is EntityType.DEATHS}
    if most == 1 and dead:
        found = [c for c in found if c.type is EntityType.DEATHS]
    found = [c for c in found if c.type is EntityType.DEATHS or c.value not in dead or not _dies(text, c)]
    body, kept = text.find("\n") + 1, list[PeopleCount]()
    told: dict[tuple[EntityType, bool], int] = {}
    for count in found:
        before = told.get((count.type, count.start < body), 0)
        if count.type is EntityType.DEATHS:
            is_part = before > 0 and not count.named
        else:
            is_part = before > count.value and bool(_SUB_COUNT.search(text[max(0, count.start - 6) : count.start]))
            is_part = is_part or (count.value == 1 < most and not _harm_in_clause(text, count))
        if not is_part:
            kept.append(count)
            told[count.type, count.start < body] = max(before, count.value)
    return kept


def _dies(text: str, count: PeopleCount) -> bool:
    return may_tell_death(text, count.end, text.find("。", count.end) + 1 or len(text))


def _harm_in_clause(text: str, count: PeopleCount) -> bool:
    rest = _CLAUSE_REST.match(text, count.end)
    return bool(rest and names_harm(rest.group()))


def _moved(count: PeopleCount, offset: int) -> PeopleCount:
    return PeopleCount(count.type, count.start + offset, count.end + offset, count.value, count.named)


def _may_count(text: str) -> bool:
    """Tell whether a sentence of a text may count anybody: half of the texts hold no word for it, and are asked once."""
    return bool(
        may_tell_death(text)
        or _COUNT_END.search(text)
        or _FEW.search(text)
        or _TITLED.search(text)
        or (_KIN_SIGN.search(text) and _KIN.search(text))
        or ("某" in text and _NAMED_EACH.search(text))
    )


def _in_sentence(words: str) -> list[PeopleCount]:
    kept: list[PeopleCount] = []
    words = plainly_spelled(words)
    for count in islice((*_deaths(words), *_harmed(words)), _MOST_COUNTS):
        if all(count.end <= other.start or count.start >= other.end for other in kept):
            kept.append(count)
    if not kept or is_another_story(words) or counts_all_reports(words):
        return []
    return sorted(kept, key=lambda count: count.start)


def _deaths(words: str) -> Iterator[PeopleCount]:
    if not may_tell_death(words):
        return
    counted = False
    if trial := died_in_a_trial(words):
        yield PeopleCount(EntityType.DEATHS, *trial, 1, named=False)
        return
    for kind, start, end, written in _written_deaths(words):
        counted = True
        if not is_supposed(words, start, end) and not is_unrelated(words, start, end):
            yield from _counted(kind, start, end, written)
    if counted:
        return
    for start, end in single_deaths(words):
        if not is_supposed(words, start, end) and not is_statistic(words, start, end):
            yield PeopleCount(EntityType.DEATHS, start, end, 1, named=False)
            return


def _written_deaths(words: str) -> Iterator[tuple[EntityType, int, int, str]]:
    yield from totals(words)
    for match in _numbers_of_people(words):
        says_dead = match.group("cases") and "死亡" in match.group("cases")
        dead = dead_by(words, match.end())
        if says_dead or dead:
            yield EntityType.DEATHS, match.start(), dead or match.end(), match.group("n") or match.group("few")
    for match in _KIN.finditer(words) if _KIN_SIGN.search(words) else ():
        if dead := dead_by(words, match.end()):
            yield EntityType.DEATHS, match.start(), dead, match.group(match.lastgroup or 0) if match.lastgroup else "两"


def _numbers_of_people(words: str) -> list[re.Match[str]]:
    if not _COUNT_END.search(words) and not _FEW.search(words):
        return []
    return [match for match in _PEOPLE.finditer(words) if not _TIME.match(words, match.end() - 1)]


def _harmed(words: str) -> Iterator[PeopleCount]:
    matches = _numbers_of_people(words)
    kin = _KIN_SIGN.search(words) and _KIN.search(words)
    listed = list(_listed(words))
    for start, end, written in infected(words):
        yield from _counted(EntityType.HARMED, start, end, written)
    if not matches and not kin and not listed and not _TITLED.search(words):
        return
    told = is_harm_told(words) or tells_ailment(words) or bool(ailment_after_use(words))
    following = [*(match.start() for match in matches[1:]), -1][: len(matches)]
    for match, start in zip(matches, following, strict=True):
        if start <= 0 or not _is_mere_whole(words, match, start):
            yield from _number_or_share(words, match, told=told)
    if told and kin:
        yield from _kin(words)
    if told:
        yield from _titled(words)
        yield from listed


def _number_or_share(words: str, match: re.Match[str], *, told: bool) -> Iterator[PeopleCount]:
    """Yield the number where it counts people harmed; of those to only a share of whom it happened, the share."""
    if not _is_counted(words, match, told=told):
        return
    written = match.group("n") or match.group("few")
    share = share_harmed(words, match.end(), chinese_number(written) or 0) if told else None
    if share is None:
        yield from _counted(EntityType.HARMED, match.start(), match.end(), written)
    elif 0 < share[0] <= _MOST_PEOPLE:
        yield PeopleCount(EntityType.HARMED, match.start(), share[1], share[0], named=True)


def _is_counted(words: str, match: re.Match[str], *, told: bool) -> bool:
    grouped = _shares(words, match)
    if not (told or grouped) or not _counts_people(words, match, grouped=grouped):
        return False
    return not is_supposed(words, *match.span()) and not is_unrelated(words, *match.span())


def _titled(words: str) -> Iterator[PeopleCount]:
    for match in _TITLED.finditer(words):
        if not is_supposed(words, *match.span()) and not is_unrelated(words, *match.span()):
            yield from _counted(EntityType.HARMED, match.start(), match.end(), match.group("n"))


def _listed(words: str) -> Iterator[PeopleCount]:
    """Yield the people that a list of family names counts, or the cases reported of a device."""
    for match in _NAMED_EACH.finditer(words) if "某" in words else ():
        start, end = match.span("names")
        yield PeopleCount(EntityType.HARMED, start, end, match.group("names").count("某"), named=True)
    for match in _REPORTED_CASES.finditer(words) if "起" in words or "件" in words else ():
        yield from _counted(EntityType.HARMED, match.start("n"), match.end("n") + 1, match.group("n"))


def _is_mere_whole(words: str, match: re.Match[str], start: int) -> bool:
    """Tell whether a number is only the whole of which the next, from `start`, was harmed."""
    between = words[match.end() : start]
    if between in _WHOLE_BEFORE:
        return True
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
    part = _PEOPLE.match(words, start)
    rest = _CLAUSE_REST.match(words, part.end()) if part else None
    parts = sum(chinese_number(other.group("n") or "") or 0 for other in _PEOPLE.finditer(words, start))
    # 两名学生…,一个昏迷,一个抽搐: parts that make up the whole are the whole.
    return bool(rest and _names_any(rest.group())) and parts < (chinese_number(match.group("n") or "") or 0)


def _shares(words: str, match: re.Match[str]) -> bool:
    """Tell whether a number counts those to whom the same befell as to the one told of before."""
    before = words[max(0, match.start() - _SAME_WITHIN) : match.start()]
    return bool(
        _IN_GROUP.search(before[-_GROUP_WITHIN:]) or _SAME_BEFORE.search(before) or _LIKE_US.match(words[match.end() :])
    )


def _kin(words: str) -> Iterator[PeopleCount]:
    for match in _KIN.finditer(words):
        if not is_supposed(words, *match.span()) and not is_unrelated(words, *match.span()):
            yield from _counted(
                EntityType.HARMED,
                match.start(),
                match.end(),
                match.group(match.lastgroup or 0) if match.lastgroup else "两",
            )


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
        or (before.endswith("的") and _names_any(before[-_HARM_BEFORE:]))
    )


def _counted(kind: EntityType, start: int, end: int, written: str) -> Sequence[PeopleCount]:
    value = chinese_number(written)
    return [PeopleCount(kind, start, end, value, named=True)] if value and value <= _MOST_PEOPLE else []
