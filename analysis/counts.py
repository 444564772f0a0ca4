"""Counts of harmed and dead people as a text claims them: where they stand and which integer they say."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from analysis.ailments import ailment_after_use
from analysis.assessment import EntityType
from analysis.circumstances import (
    SENTENCE,
    is_another_story,
    is_harm_told,
    is_refuted,
    is_statistic,
    is_supposed,
    is_unrelated,
    names_harm,
    quoted_spans,
)
from analysis.denials import denied_spans, stands_in
from analysis.numerals import chinese_number
from analysis.one_told import one_told, wrongly_given
from analysis.people import AGE, KIN, MEASURE, NUMBER, WHO, PeopleCount

__all__ = ["PeopleCount", "people_counts"]

# Who they are may be told first: 四位吃这散剂的中老年人.
_WHO_LATER = re.compile(f"[^,。;:、0-9]{{0,14}}?的?(?:小|初中|高中|中老年)?{WHO}")
_RELATIVES = re.compile(f"{WHO}?的?(?:家属|亲属|律师|代理人)")
_PEOPLE = re.compile(
    f"(?:至少)?(?<![0-9.])(?<![0-9],)(?:(?P<n>{NUMBER}) ?(?P<more>多|余|来)? ?{MEASURE}|(?P<few>[仨俩])(?={WHO})){AGE}(?P<who>{WHO})?(?P<cases>急性\\w{{2,6}}炎|死亡(?:报告|病例)?)?"
)
# How all but the few numbers of people end, and a character of each word for kin: most sentences hold neither.
_COUNT_END = re.compile("[0-9万几十百千余零〇一二两三四五六七八九] ?[多余来]? ?[名个位例人号口]")
_FEW = re.compile("[仨俩]")
_KIN_SIGN = re.compile("[口仨俩妈爸爷外二两2双妹弟]")
_DEAD_AND_HURT = re.compile(f"(?P<dead>{NUMBER})(?:人)?死(?:亡)?[,、]?(?P<hurt>{NUMBER})(?:人)?(?:重)?伤")
# What they were given may have a long name, 例 and 名 in it: 两名儿童注射某药业的头孢曲松后高热死亡. Behind a numeral these count others.
_DEAD_AFTER = re.compile(
    "^(?:在?(?:注射|输注?|静滴|滴注|接种|口服|服用?|使用|用|吃|喝|打)(?:[^,;0-9例名]|(?<![0-9一二两三四五六七八九十百千万几多余数])[例名]){1,24}?[后时])?"
    "(?:(?!至少)[^,0-9一二两三四五六七八九十几数及和与、例名]{0,12}?)(?P<dead>死亡|病故|病亡|亡故|过世|殒命|不在人世|停止了?呼吸|没救过来|没能?救回|身亡|丧生|遇难|离世|去世|丧命|不治|猝死|死于|夭折|没了)(?!率|风险|原因|证明|时间)"
)
# 接种后无死亡病例, 用药后无人死亡; 两名护士打错针致患者死亡 tells of other people.
_NOBODY_DEAD = re.compile("(?:无|未|没有?|零)一?[人例]?(?:人员)?(?:发生|出现|造成|报告|有|见)?$")
_OTHERS_DEAD = re.compile(f"[致使害][^,]{{0,4}}?{WHO}")
_DEAD_WITHIN = 44
_DEAD_COUNT = re.compile(
    f"(?:造成|导致|致|已致|已有|致使|夺走)(?:至少|约|了)? ?(?P<n>{NUMBER}) ?(?:多|余)? ?{MEASURE}?(?:的)?{WHO}?(?:死亡|身亡|丧生|丧命|死|(?:的)?生命)"
    f"|死亡(?:人数|病例|报告)?(?:已|又|共|总计|累计)?(?:为|达到?|至|共|升至|增至|上升[到至]|增加[到至])? ?(?P<m>{NUMBER}) ?(?:多|余)? ?(?:人|例|名)"
    f"|(?<![吓气急累害烦笑])(?:死了(?P<k>{NUMBER}) ?(?:多|余)? ?[个名位]?人|没了(?P<g>{NUMBER})个(?![月多小]))"
    f"|(?:毒|喝|吃|打|治|戴|害|输)死(?:过|了)?(?P<h>{NUMBER})[个名](?:人|娃|{WHO})|死了(?P<i>{NUMBER})[个名位]{WHO}"
)
_ONE_DEATH = re.compile(
    "(?:病故|过世|亡故)(?!的|前|后|多年|[0-9一二三四五六七八九十几]+年)|殒命|病亡|(?:已|都)不在人世|宣告(?:不治|死亡)|宣布(?:临床)?死亡|停止了?呼吸|人(?:已经|已)没了|(?:送医|经)?抢救无效(?:后)?(?:死亡|身亡|离世|去世)?|不治身亡|不幸(?:身亡|离世|去世)|猝死|身亡|(?<!险)(?<!险些)(?<!差点)丧命|(?:次日凌晨)?(?:被发现)?呼吸心跳停止|(?:没有?能?|没|未能)(?:再)?(?:救|抢救|醒|挺|缓)(?:得)?(?:回来|过来|过去|来)|没再醒|没下来台|下不来手术台|(?:周[一二三四五六日天]|昨晚|昨天|昨夜|凌晨|当晚|他|她|人)走的(?!时候|路|是)|(?:妻子|丈夫|孩子|娃|爸|妈|人|弟|妹|哥|姐|儿子|女儿|老婆|老公|老伴)(?:就|也|都)?没了(?![一二两三四五六七八九十]|心思|办法|消息)|没了呼吸|没了心跳|没了气|人(?:已经|就|都|早)?凉了|没能?留住|走在(?:去年|今年|[0-9]+月)|(?:天亮|夜里|半夜|后半夜)(?:人)?没了|(?:妻子|丈夫|父亲|母亲|爸爸?|妈妈?|爷爷|奶奶|外公|外婆|老伴|弟弟?|哥哥?|姐姐?|妹妹?|儿子|女儿|孩子|娃|人|周[一二三四五六日天]|昨天|昨晚|当晚|凌晨)(?:就|已经?)?走了(?![一二两几之个很大过进出回约半多]|[0-9])|(?:上个?月|上周|上星期|前[天晚]|今[早晨]|去年|年初|年底)走了(?=$|,(?:留下|才|不到|年仅))|(?:屋里|医院|家里|路上)没的|抢救.{0,12}没有?成功|(?:撤|拔)(?:了|掉|下)呼吸机|呼吸机撤了|"
    "(?<!可)(?<!能)(?<!会)(?<!易)(?<!无)(?<!因)(?<!脑)(?<!即将)(?<!甚至)(?<!或)(?<!和)(?<!、)死亡(?!率|风险|人数|报告|病例|证明|赔偿|原因|威胁|时间|通知|笔记|谷|信息|登记|注销)|(?<![可能足会虐导])致死(?!亡)(?![率量剂性])|夭折|人没了|去世了?|离世|人就走了"
)
# Who nearly died lives: 差一点人就没了, 再晚十分钟就没救过来了.
_NEARLY = re.compile("差一?点|险些|几乎|幸亏|幸好|不然|否则|再晚|再迟|要不是|以为")
_NEARLY_WITHIN = 12
_ANY_DEATH = re.compile(
    "死|病故|病亡|亡故|过世|殒命|人世|宣告不治|停止了?呼吸|身亡|丧生|遇难|离世|去世|丧命|不治|夭折|没了|抢救无效|呼吸心跳停止|生命|人就走了|救回来|醒|救过来|挺过|缓过|没有?成功|呼吸机|凉了|没留住|走了|走的|下来台|手术台|没的|留住|走在"
)
# People counted by what they are to each other.
_KIN = re.compile(
    "(?:一家|全家|一家子)(?:老小|上下|大小)?(?P<n>[二两三四五六七八九十2-9])口|(?:夫妻|母子|母女|父子|父女|姐妹|兄弟|姐弟|兄妹|婆媳|祖孙|爷孙|婆孙|祖孙三代)(?P<k>[三四五六七3-7])人|(?:我们|咱们?|他们|她们|姐妹|闺蜜|室友|同事)(?P<m>[仨俩])|(?:娘儿?|爷儿?|爷们|哥|姐|兄妹|姐弟|公媳|婆媳)(?P<o>[仨俩])|(?<![第])(?P<s>[两三四])(?:姐妹|兄弟|兄妹)(?!们)|我妈[和跟]我?爸|我爸[和跟]我?妈|爷爷[和跟]奶奶|外公[和跟]外婆|(?:夫妻|夫妇|爷孙|婆孙|母子|母女|父子|父女|姐妹|兄弟|姐弟|兄妹|婆媳|祖孙|爷孙|老两口|小两口|两口子)(?:俩|二人|两人|2人|双双)|(?:老|小)?两口子?(?=[^,。]{0,12}(?:都|双双|一起|先后))|(?:[我俺]|(?:[我俺]家?)?(?:"
    + KIN
    + "))[和跟](?:[我俺]家?)?(?:"
    + KIN
    + ")(?:俩|两个)?(?=(?:全|也)?(?:都|均|双双|先后|一起|同时))|(?:一对)?双胞胎(?:姐妹|兄弟|女儿|儿子|宝宝)?(?=都|均|双双|同时|一起)"
)
_CLAUSE_REST = re.compile("[^,。;!?\n]{0,30}")
_SUB_COUNT = re.compile("(?:其中|另有?|还有|此外)[^,。]{0,3}$")
_IN_GROUP = re.compile(
    "群里(?:已?有|的)?|群友|我们这(?:里|边)?|同(?:病房|村|班|事)(?:有|里)?|(?:加上|算上|连)我们?家?(?:在内|的)?[,]?$"
)
# Others to whom the same befell, the harm told before: 还有三个孩子跟我们一样, 一起被拿来练手的共有七八个.
_LIKE_US = re.compile(
    "^(?:也|都)?[跟和同像]我们?(?:家?(?:孩子|娃|的)?)?一样|^(?:也|都|全)?(?:是)?(?:这样|一样|同样|中招|这症状)"
)
_SAME_BEFORE = re.compile(
    "像[我他她]们?[^,。]{0,3}这样的(?:病人|患者|人|情况|老人|家长|宝妈|受害者)[^。]{0,12}$|(?:一起|同样|一样|类似|和我|跟我|像她|像他|跟她)[^,。]{0,12}(?:共?有|约有|足有|不下|得有)$|(?:加起来|总共|接着又有|(?:一起|同批|同天|同样)(?:打|吃|用|买|做|种|喝|输|贴)(?:过|了)?针?的)$"
)
_WHOLE = re.compile("^(?:不正常|中招|都|也|一样|一模一样|全|出现|发生|中毒|住院|送|过敏|发|感染|受|因|在?抢救|死)")
# A number that ends a clause, of those to whom the word before it happened: 救护车拉走七个.
_BEFALLEN_BEFORE = re.compile(
    "(?:住进|送进|送走|送去|拉走|拉了|抬走|倒下|放倒|收治|凑齐|进了?icu|中招)(?:了|去|来|医院)?(?:有)?$"
)
# Who they are or what befell them stands before the number: 用过的宝宝有5个, 烂脸的六个.
_WHO_BEFORE = re.compile(f"{WHO}(?:一?共|总共|已经?|目前)?有?(?:至少|约|近)?$")
_HARM_BEFORE = 8
_CLAUSE_END = re.compile("[,。;!?\n]|$")
# The whole before its part in one clause: 用的六个人五个不正常.
_WHOLE_BEFORE = frozenset({"", "里", "中", "里有", "中有", "有", "里面"})
# 分给三个人,其中一个男生心悸: the one was harmed.
_PART = re.compile("(?:其中|里面|里头|当中)(?:有|的)?")
_TOOK_PART = re.compile(
    "[^,]{0,6}(?:去|排队|参加|报名|购?买|交[了钱]|一[起同]|吃|喝|[使服]?用|打|做|接种|注射|检查|体检)"
)
_MISUSED = re.compile("吞|误服|误食|滥用|吸食")
_NEXT_WORDS = re.compile("[^,。;、0-9]{0,7}")
_BARE = frozenset({"个", "位"})
_BOTH = re.compile("[都全均]")
_ONES = frozenset({"1", "一", "两", "二", "好几"})
# A title about what followed a death tells that death.
_AFTER_DEATH = re.compile("(?:去世|离世)后")
_GROUP_WITHIN = 5
_SAME_WITHIN = 20
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
    if found and is_refuted(text):
        quoted = quoted_spans(text)
        found = [c for c in found if not stands_in(quoted, c.start)]
    found = found or list(wrongly_given(text))
    found = found or list(islice(one_told(text, sentences), 1))
    if found and (denied := denied_spans(sentences)):
        found = [c for c in found if not stands_in(denied, c.start)]
    title = text.partition("\n")[0]
    if not found or is_refuted(title) or is_another_story(_AFTER_DEATH.sub("", title)):
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
    return bool(_ANY_DEATH.search(text, count.end, text.find("。", count.end) + 1 or len(text)))


def _harm_in_clause(text: str, count: PeopleCount) -> bool:
    rest = _CLAUSE_REST.match(text, count.end)
    return bool(rest and names_harm(rest.group()))


def _moved(count: PeopleCount, offset: int) -> PeopleCount:
    return PeopleCount(count.type, count.start + offset, count.end + offset, count.value, count.named)


def _may_count(text: str) -> bool:
    """Tell whether a sentence of a text may count anybody: half of the texts hold no word for it, and are asked once."""
    return bool(
        _ANY_DEATH.search(text)
        or _COUNT_END.search(text)
        or _FEW.search(text)
        or (_KIN_SIGN.search(text) and _KIN.search(text))
    )


def _in_sentence(words: str) -> list[PeopleCount]:
    kept: list[PeopleCount] = []
    for count in islice((*_deaths(words), *_harmed(words)), _MOST_COUNTS):
        if all(count.end <= other.start or count.start >= other.end for other in kept):
            kept.append(count)
    return sorted(kept, key=lambda count: count.start) if kept and not is_another_story(words) else []


def _deaths(words: str) -> Iterator[PeopleCount]:
    if not _ANY_DEATH.search(words):
        return
    counted = False
    for kind, start, end, written in _written_deaths(words):
        counted = True
        if not is_supposed(words, start, end) and not is_unrelated(words, start, end):
            yield from _counted(kind, start, end, written)
    if counted:
        return
    for match in _ONE_DEATH.finditer(words):
        nearly = _NEARLY.search(words, max(0, match.start() - _NEARLY_WITHIN), match.start())
        if not nearly and not is_supposed(words, *match.span()) and not is_statistic(words, *match.span()):
            yield PeopleCount(EntityType.DEATHS, match.start(), match.end(), 1, named=False)
            return


def _written_deaths(words: str) -> Iterator[tuple[EntityType, int, int, str]]:
    for match in _DEAD_AND_HURT.finditer(words):
        yield EntityType.DEATHS, match.start("dead"), match.end("dead") + 1, match.group("dead")
        yield EntityType.HARMED, match.start("hurt"), match.end("hurt") + 1, match.group("hurt")
    for match in _DEAD_COUNT.finditer(words):
        yield EntityType.DEATHS, match.start(), match.end(), match.group(match.lastgroup or "n")
    for match in _numbers_of_people(words):
        says_dead = match.group("cases") and "死亡" in match.group("cases")
        dead = _dead_by(words, match.end())
        if says_dead or dead:
            yield EntityType.DEATHS, match.start(), dead or match.end(), match.group("n") or match.group("few")
    for match in _KIN.finditer(words) if _KIN_SIGN.search(words) else ():
        if dead := _dead_by(words, match.end()):
            yield EntityType.DEATHS, match.start(), dead, match.group(match.lastgroup or 0) if match.lastgroup else "两"


def _dead_by(words: str, begin: int) -> int | None:
    """Return where the words end that say of people counted before `begin` that they died; `None` where none say so."""
    after = _DEAD_AFTER.match(words[begin : begin + _DEAD_WITHIN])
    if after is None:
        return None
    between = after.group()[: after.start("dead")]
    return None if _NOBODY_DEAD.search(between) or _OTHERS_DEAD.search(between) else begin + after.end()


def _numbers_of_people(words: str) -> list[re.Match[str]]:
    return list(_PEOPLE.finditer(words)) if _COUNT_END.search(words) or _FEW.search(words) else []


def _harmed(words: str) -> Iterator[PeopleCount]:
    matches = _numbers_of_people(words)
    kin = _KIN_SIGN.search(words) and _KIN.search(words)
    if not matches and not kin:
        return
    told = is_harm_told(words) or bool(ailment_after_use(words))
    following = [*(match.start() for match in matches[1:]), -1][: len(matches)]
    for match, start in zip(matches, following, strict=True):
        if start > 0 and _is_mere_whole(words, match.end(), start):
            continue
        grouped = _shares(words, match)
        if not (told or grouped) or not _counts_people(words, match, grouped=grouped):
            continue
        if not is_supposed(words, *match.span()) and not is_unrelated(words, *match.span()):
            yield from _counted(EntityType.HARMED, match.start(), match.end(), match.group("n") or match.group("few"))
    if told and kin:
        yield from _kin(words)


def _is_mere_whole(words: str, end: int, start: int) -> bool:
    """Tell whether the number that ends at `end` is only the whole of which the next, from `start`, was harmed."""
    between = words[end:start]
    if between in _WHOLE_BEFORE:
        return True
    whole, comma, part = between.partition(",")
    if not comma or is_harm_told(whole) or _MISUSED.search(whole):
        return False
    # 十四个人去查,七个血糖飙升: what befell the next is said of it alone.
    rest = _CLAUSE_REST.match(words, start)
    befallen = not part and _TOOK_PART.match(whole) and rest and names_harm(rest.group())
    return bool(_PART.fullmatch(part) or befallen)


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
        both = words[match.end() - 1] == "人" or _BOTH.match(words, match.end())
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
        return bool(_WHOLE.match(words[end:]) or (following and names_harm(following.group())))
    if measure == "例":
        return bool(names_harm(words[end : end + 10]) or names_harm(words[: match.start()]))
    return True


def _stands_after_harm(before: str) -> bool:
    return bool(
        _BEFALLEN_BEFORE.search(before)
        or _WHO_BEFORE.search(before)
        or (before.endswith("的") and names_harm(before[-_HARM_BEFORE:]))
    )


def _counted(kind: EntityType, start: int, end: int, written: str) -> Sequence[PeopleCount]:
    value = chinese_number(written)
    return [PeopleCount(kind, start, end, value, named=True)] if value and value <= _MOST_PEOPLE else []
