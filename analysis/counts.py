"""Counts of harmed and dead people as a text claims them: where they stand and which integer they say."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from analysis.assessment import EntityType
from analysis.circumstances import (
    HARM,
    SENTENCE,
    USE,
    is_another_story,
    is_harm_told,
    is_refuted,
    is_statistic,
    is_supposed,
    is_unrelated,
    quoted_spans,
)
from analysis.numerals import chinese_number

__all__ = ["PeopleCount", "people_counts"]

_NUMBER = "(?:[0-9]{1,6}(?:\\.[0-9]+)?万?|十几|几十|数十|上百|数百|几百|近百|百余|逾百|超百|过百|上千|数千|好几|[零〇一二两三四五六七八九十百千万]{1,7})"
_WHO = (
    "(?:(?:重症|住院|女|男|老年|低龄|受害|幼儿园|中|小)?(?:患者|病人|病患|儿童|孩子|小孩|学生|老人|婴儿|幼儿|宝宝|新生儿|"
    "产妇|孕妇|女性|男性|女子|男子|女生|男生|女孩|男孩|女童|男童|消费者|顾客|市民|居民|村民|工人|员工|接种者|受种者|受害者|"
    "志愿者|受试者|老太|大爷|大妈|女士|先生|阿姨|大叔|姑娘|小伙子?|青年|年轻人|茶农|司机|游客|买家|女孩子|男孩子|老?病友|糖友|娃娃?|透析患者|人(?!士|员|民|家|次|份|数|格|气)))"
)
# Who they are may be told first: 四位吃这散剂的中老年人.
_WHO_LATER = re.compile(f"[^,。;:、0-9]{{0,14}}?的?(?:小|初中|高中|中老年)?{_WHO}")
_RELATIVES = re.compile(f"{_WHO}?的?(?:家属|亲属|律师|代理人)")
_MEASURE = "(?:名|个|位|例|人)"
_AGE = "(?:(?:[0-9]{1,3}(?:至[0-9]{1,3})?|[一二三四五六七八九十]{1,3})(?:多|余)?岁的?)?"
_PEOPLE = re.compile(
    f"(?:至少)?(?:(?P<n>{_NUMBER}) ?(?P<more>多|余|来)? ?{_MEASURE}|(?P<few>[仨俩])(?={_WHO})){_AGE}(?P<who>{_WHO})?(?P<cases>急性\\w{{2,6}}炎|死亡(?:报告|病例)?)?"
)
# How all but the few numbers of people end, and a character of each word for kin: most sentences hold neither.
_COUNT_END = re.compile("[0-9万几十百千余零〇一二两三四五六七八九] ?[多余来]? ?[名个位例人]")
_FEW = re.compile("[仨俩]")
_KIN_SIGN = re.compile("[口仨俩妈爸爷外二两2双]")
_DEAD_AND_HURT = re.compile(f"(?P<dead>{_NUMBER})(?:人)?死(?:亡)?[,、]?(?P<hurt>{_NUMBER})(?:人)?(?:重)?伤")
# What they were given may have a long name: 两名儿童注射某药业的头孢曲松后高热死亡.
_DEAD_AFTER = re.compile(
    "^(?:(?:注射|输注?|静滴|滴注|接种|口服|服用?|使用|用|吃|喝|打)[^,;0-9例名]{1,24}?[后时])?"
    "(?:(?!至少)[^,0-9一二两三四五六七八九十几数及和与、例名]{0,12}?)(?P<dead>死亡|身亡|丧生|遇难|离世|去世|丧命|不治|猝死|死于|夭折|没了)(?!率|风险|原因|证明|时间)"
)
# 接种后无死亡病例, 用药后无人死亡; 两名护士打错针致患者死亡 tells of other people.
_NOBODY_DEAD = re.compile("(?:无|未|没有?|零)一?[人例]?(?:人员)?(?:发生|出现|造成|报告|有|见)?$")
_OTHERS_DEAD = re.compile(f"[致使害][^,]{{0,4}}?{_WHO}")
_DEAD_WITHIN = 44
_DEAD_COUNT = re.compile(
    f"(?:造成|导致|致|已致|已有|致使|夺走)(?:至少|约|了)? ?(?P<n>{_NUMBER}) ?(?:多|余)? ?{_MEASURE}?(?:的)?{_WHO}?(?:死亡|身亡|丧生|丧命|死|(?:的)?生命)"
    f"|死亡(?:人数|病例|报告)?(?:已|又|共|总计|累计)?(?:为|达到?|至|共|升至|增至|上升[到至]|增加[到至])? ?(?P<m>{_NUMBER}) ?(?:多|余)? ?(?:人|例|名)"
    f"|(?<![吓气急累害烦笑])(?:死了(?P<k>{_NUMBER}) ?(?:多|余)? ?[个名位]?人|没了(?P<g>{_NUMBER})个(?![月多小]))"
    f"|(?:毒|喝|吃|打|治|戴|害|输)死(?:过|了)?(?P<h>{_NUMBER})[个名](?:人|娃|{_WHO})|死了(?P<i>{_NUMBER})[个名位]{_WHO}"
)
_ONE_DEATH = re.compile(
    "(?:送医|经)?抢救无效(?:后)?(?:死亡|身亡|离世|去世)?|不治身亡|不幸(?:身亡|离世|去世)|猝死|身亡|(?<!险)(?<!险些)(?<!差点)丧命|(?:次日凌晨)?(?:被发现)?呼吸心跳停止|(?:没有?能?|没|未能)(?:再)?(?:救|抢救|醒|挺|缓)(?:得)?(?:回来|过来|过去|来)|没再醒|没下来台|下不来手术台|(?:周[一二三四五六日天]|昨晚|昨天|昨夜|凌晨|当晚|他|她|人)走的(?!时候|路|是)|(?:妻子|丈夫|孩子|娃|爸|妈|人|弟|妹|哥|姐|儿子|女儿|老婆|老公|老伴)(?:就|也|都)?没了(?![一二两三四五六七八九十]|心思|办法|消息)|没了呼吸|没了心跳|没了气|人(?:已经|就|都|早)?凉了|没能?留住|走在(?:去年|今年|[0-9]+月)|(?:天亮|夜里|半夜|后半夜)(?:人)?没了|(?:妻子|丈夫|父亲|母亲|爸爸?|妈妈?|爷爷|奶奶|外公|外婆|老伴|弟弟?|哥哥?|姐姐?|妹妹?|儿子|女儿|孩子|娃|人|周[一二三四五六日天]|昨天|昨晚|当晚|凌晨)(?:就|已经?)?走了(?![一二两几之个很大过进出回约半多]|[0-9])|(?:上个?月|上周|上星期|前[天晚]|今[早晨]|去年|年初|年底)走了(?=$|,(?:留下|才|不到|年仅))|(?:屋里|医院|家里|路上)没的|抢救.{0,12}没有?成功|(?:撤|拔)(?:了|掉|下)呼吸机|呼吸机撤了|"
    "(?<!可)(?<!能)(?<!会)(?<!易)(?<!无)(?<!因)(?<!脑)(?<!即将)(?<!甚至)(?<!或)(?<!和)(?<!、)死亡(?!率|风险|人数|报告|病例|证明|赔偿|原因|威胁|时间|通知|笔记|谷|信息|登记|注销)|(?<![可能足会虐导])致死(?!亡)(?![率量剂性])|夭折|人没了|去世了?|离世|人就走了"
)
_ANY_DEATH = re.compile(
    "死|身亡|丧生|遇难|离世|去世|丧命|不治|夭折|没了|抢救无效|呼吸心跳停止|生命|人就走了|救回来|醒|救过来|挺过|缓过|没有?成功|呼吸机|凉了|没留住|走了|走的|下来台|手术台|没的|留住|走在"
)
_PEOPLE_WORD = (
    "(?:女子|男子|小伙|女孩|男孩|男童|女童|女生|男生|大学生|学生|患者|老人|婴儿|幼童|宝宝|孩子|孕妇|产妇|消费者|顾客|女士|先生|阿姨|大妈|大爷|奶奶|爷爷|体验者|购买者|"
    "受害者|[一-鿿](?:女士|先生|师傅|大爷|大妈|阿姨|奶奶|婆婆)|我妈|我爸|我娃|我家娃|娃|老公|老婆|妻子|丈夫|母亲|父亲|妈妈|女儿|儿子|外婆|外公|侄女|侄子|外甥|表弟|表妹|同事|朋友|病人|室友|舍友|同桌|男婴|女婴|儿童|闺女|姑父|姑姑|姑妈|舅舅|弟弟|哥哥|姐姐|妹妹|老太太|老爷子|老爸|老妈|岳父|岳母|公公|婆婆|亲家|邻居|老大|老二|崽|我舅|我姨|我哥|我弟|我姐|我妹|婆婆|宝宝|我婆婆|我娘)"
)
_HARMED_PERSON = re.compile(
    f"(?:(?:一名|一位|一个|1名|1个|这名|该名|我家?|他家?|她家?|邻居家?的?)(?:来自[^,]{{2,6}}的)?{_AGE}{_PEOPLE_WORD}|[0-9三四五六七八九十]{{1,3}}岁(?:的)?{_PEOPLE_WORD}|[宝娃](?=[才刚]?[0-9一二三四五六七八九十]{{1,2}}(?:个(?:多|半)?月|岁))|(?<![不每家人儿量名些多有批等数])"
    f"(?!患者|病人|消费者|顾客|儿童){_PEOPLE_WORD}(?![们针油霜])(?!家长|发现|送我|叫了|报警)|本人|我(?!国|省|市|县|院|局|们|家|婶|叔|舅|姑|姨|伯|嫂|哥|弟|姐|妹|公婆|岳|同学|闺蜜|邻居|觉得|想|看|听|问|说|查|去|买|就想|只想|以为|知道)|她|他(?!们))"
)
# People counted by what they are to each other.
_KIN = re.compile(
    "一家(?P<n>[三四五六七])口|(?:我们|咱们?|他们|她们|姐妹|闺蜜|室友|同事)(?P<m>[仨俩])|我妈[和跟]我?爸|我爸[和跟]我?妈|爷爷[和跟]奶奶|外公[和跟]外婆|(?:夫妻|夫妇|母子|母女|父子|父女|姐妹|兄弟|姐弟|兄妹|婆媳|祖孙|爷孙|老两口|小两口)(?:俩|二人|两人|2人|双双)|(?:一对)?双胞胎(?:姐妹|兄弟|女儿|儿子|宝宝)?(?=都|均|双双|同时|一起)"
)
_CLAUSE_REST = re.compile("[^,。;!?\n]{0,30}")
_SUB_COUNT = re.compile("(?:其中|另有?|还有|此外)[^,。]{0,3}$")
# The wrong or an expired vaccine given to one child: harm in itself, though nothing is told of its health.
_WRONGLY_GIVEN = re.compile(
    "打错|错打|误种|错种|误打|打成了?|打了?过期|过期.{0,6}(?:疫苗|针)|疫苗.{0,12}(?:过期|失效)|有效期[到至].{0,40}(?:!|几号)|超过有效期"
)
_FAULTY_VACCINE = re.compile("规格.{0,8}(?:差错|错)|接种差错|误种|错种|打错|失效|超过有效期|跳闸|断电|停电|脱冷")
_GIVEN = re.compile(
    f"(?:打了(?P<g>{_NUMBER})(?:多|余|来)?[个名]{_WHO})|(?P<n>{_NUMBER})(?:多|余|来)?[个名]{_WHO}(?:受种|接种|挨个打|被打)"
)
_OWN_CHILD = re.compile(
    "(?<![每有多些名个种的])(?:我?(?:家)?(?:孩子|娃|宝宝|女儿|儿子|外孙|孙子|孙女|侄女|侄子))(?!们|都能|家长)"
)
_VACCINE = re.compile("疫苗|接种|打.{0,4}[针苗]")
# A complaint that leaves out its own subject names only what befell it.
_OWN_HARM = re.compile(
    "(?:化学性|药物性|急性|严重|接触性|过敏性|中毒性)?(?:烧伤|灼伤|皮炎|肝损伤|肾损伤|休克|溃疡|失明|毁容)|要?(?:二次|再次)手术|人(?:就)?晕了?过去|人休克了|脸(?:全)?烂了|(?:渗|流)黄水|(?:肋骨|骨头|跟腱).{0,4}(?:断|裂)|嘴唇烂|肋骨裂|转氨酶[0-9]|粒细胞0|低血糖昏|电灼伤|角膜(?:掉皮|溃疡)|满脸脓包|风团|眼白黄|破了流脓|起疱脱皮|手指头?全红|留个坑|留疤|(?:二度)?化学灼伤|酸中毒|掉了一大片|才缓过来|水泡一个|起[^,]{0,3}红(?:疙瘩|疹|点)|眼皮都?[抬睁]不|手[脚又][^,]{0,3}抖|心[跳率]2[0-9]{2}|眼睛?看不见了"
)
_OWN_STORY = re.compile(
    "皮肤科|住(?:在|进)?icu|住了.{1,4}天|把我|怎么算|怪谁|能要求|要不要上报|售后|医生问|我(?:爸|妈|婆婆|老公|老婆)|店[员家长主]|店里|客服|商家|算谁的|找谁|谁来?管|医生说|医院说|医生讲|大夫说|诊断(?:为|是|书)|确诊|求查|请查|请抽检|要求|投诉|举报|维权|避雷|踩雷|后悔|求你们|求助|现在.{0,8}(?:烂|肿|疼)"
)
_TOLD = re.compile(
    "了|后|住院|送医|送进|确诊|诊断|查出|抢救|昨|今天|[0-9]月[0-9]|第.{1,2}天|到现在|凌晨|连夜|当晚|已|被|医生说|医院说|查肝|仍在|出现|用药|直接"
)
_IN_GROUP = re.compile(
    "群里(?:已?有|的)?|群友|我们这(?:里|边)?|同(?:病房|村|班|事)(?:有|里)?|(?:加上|算上|连)我们?家的?[,]?"
)
_WHOLE = re.compile("^(?:不正常|中招|都|也|一样|一模一样|全|出现|发生|中毒|住院|送|过敏|发|感染|受|因|在?抢救|死)")
# A number that ends a clause, of those to whom the word before it happened: 救护车拉走七个.
_BEFALLEN_BEFORE = re.compile(
    "(?:住进|送进|送走|送去|拉走|拉了|抬走|倒下|放倒|收治|进了?icu|中招)(?:了|去|来|医院)?(?:有)?$"
)
_CLAUSE_END = re.compile("[,。;!?\n]|$")
# The whole before its part in one clause: 用的六个人五个不正常.
_WHOLE_BEFORE = frozenset({"", "里", "中", "里有", "中有", "有", "里面"})
_NEXT_WORDS = re.compile("[^,。;、0-9]{0,7}")
_BARE = frozenset({"个", "位"})
_ONES = frozenset({"1", "一", "两", "二", "好几"})
# A title about what followed a death tells that death.
_AFTER_DEATH = re.compile("(?:去世|离世)后")
_MOST_COUNTS = 40
_MOST_PEOPLE = 9_999


@dataclass(frozen=True, slots=True)
class PeopleCount:
    """A claimed count; `start`, `end` count in the normalised text. `named` tells a number from a person spoken of."""

    type: EntityType
    start: int
    end: int
    value: int
    named: bool


def people_counts(text: str) -> list[PeopleCount]:
    """Return the counts of harmed and dead people that a normalised text claims, in order, none inside another.

    Only sentences that tell of harm or death are read, so that five doctors at a meeting are not five victims. What is
    denied, supposed, a statistic, a trial, history, or quoted to be refuted is no claim. Where no number of harmed
    people is claimed, the first person of whom harm is told counts as one.
    """
    # What refutes a count is looked for last: most texts count nobody.
    sentences = [(match.start(), match.group()) for match in SENTENCE.finditer(text)]
    counted = sentences if _may_count(text) else ()
    found = [_moved(count, offset) for offset, words in counted for count in _in_sentence(words)]
    if found and is_refuted(text):
        quoted = quoted_spans(text)
        found = [c for c in found if not any(start <= c.start < end for start, end in quoted)]
    if not found and _VACCINE.search(text) and _GIVEN.search(text):
        found = list(_wrongly_given(text))
    if not found and USE.search(text):
        single = (_moved(c, at) for at, words in sentences for c in _one_harmed(words))
        found.extend(islice(chain(single, _own_child(text), _own_harm(text, sentences)), 1))
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
    return bool(rest and HARM.search(rest.group()))


def _wrongly_given(text: str) -> Iterator[PeopleCount]:
    """Yield how many were given a vaccine of which the text tells that it was the wrong one or had lost its strength."""
    if _FAULTY_VACCINE.search(text) and not is_refuted(text):
        for match in islice(_GIVEN.finditer(text), 1):
            if not is_supposed(text, *match.span()) and not is_statistic(text, *match.span()):
                yield from _counted(EntityType.HARMED, match.start(), match.end(), match.group("n") or match.group("g"))


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
        if not is_supposed(words, *match.span()) and not is_statistic(words, *match.span()):
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
            yield EntityType.DEATHS, match.start(), dead, match.group("n") or match.group("m") or "两"


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
    told = is_harm_told(words)
    following = [*(match.start() for match in matches[1:]), -1][: len(matches)]
    for match, start in zip(matches, following, strict=True):
        if start > 0 and words[match.end() : start] in _WHOLE_BEFORE:
            continue
        grouped = bool(_IN_GROUP.search(words[max(0, match.start() - 5) : match.start()]))
        if not (told or grouped) or not _counts_people(words, match, grouped=grouped):
            continue
        if not is_supposed(words, *match.span()) and not is_unrelated(words, *match.span()):
            yield from _counted(EntityType.HARMED, match.start(), match.end(), match.group("n") or match.group("few"))
    if told and kin:
        yield from _kin(words)


def _kin(words: str) -> Iterator[PeopleCount]:
    for match in _KIN.finditer(words):
        if not is_supposed(words, *match.span()) and not is_unrelated(words, *match.span()):
            yield from _counted(
                EntityType.HARMED, match.start(), match.end(), match.group("n") or match.group("m") or "两"
            )


def _counts_people(words: str, match: re.Match[str], *, grouped: bool) -> bool:
    """Tell whether a number counts people at all: 一名 needs a word for people, 七个 that or what befell them."""
    if _RELATIVES.match(words, match.end()):
        return False
    if match.group("who"):
        return True
    if match.group("n") in _ONES and not match.group("cases"):
        return match.group("n") not in {"1", "一"} and words[match.end() - 1] == "人"
    return bool(_WHO_LATER.match(words, match.end())) or grouped or _befell(words, match)


def _befell(words: str, match: re.Match[str]) -> bool:
    """Tell whether what stands beside a number says that something happened to so many."""
    measure, end = words[match.end() - 1], match.end()
    if _CLAUSE_END.match(words, end) and _BEFALLEN_BEFORE.search(words[: match.start()]):
        return True
    if measure in _BARE:
        following = _NEXT_WORDS.match(words, end)
        return bool(_WHOLE.match(words[end:]) or (following and HARM.search(following.group())))
    if measure == "例":
        return bool(HARM.search(words[end : end + 10]) or HARM.search(words[: match.start()]))
    return True


def _one_harmed(words: str) -> Iterator[PeopleCount]:
    """Yield the person of whom a sentence tells harm as something that happened."""
    if not _TOLD.search(words) or not is_harm_told(words, hard=True) or is_another_story(words):
        return
    for person in _HARMED_PERSON.finditer(words):
        if not is_supposed(words, *person.span()) and not is_unrelated(words, *person.span()):
            yield PeopleCount(EntityType.HARMED, person.start(), person.end(), 1, named=False)
            return


def _counted(kind: EntityType, start: int, end: int, written: str) -> Sequence[PeopleCount]:
    value = chinese_number(written)
    return [PeopleCount(kind, start, end, value, named=True)] if value and value <= _MOST_PEOPLE else []
