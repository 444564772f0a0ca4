"""What is told beside the matter: no harm of now, though people, products and dead stand in the text.

An exercise plays its patients, an examination asks about one, a lesson in law and a judgment tell of a case of years
ago, who remembers tells of childhood, and a lorry in a pharmacy is no matter of medicines. Each is read where a text
says what it is: in its title, or in the first words where it has none.
"""

import re

from analysis.beginnings import beginning
from analysis.harm.circumstances import SENTENCE, counts_all_reports
from analysis.reading import Reading

__all__ = ["is_long_ago", "is_taken_back", "judges_the_past", "tells_no_harm"]

_FIRST_WORDS = 60

_EXERCISE = re.compile("演练|演习|推演")
# One that took place before what is told.
_EXERCISE_BEFORE = re.compile("(?:此前|之前|不久前|前不久|刚|曾|上[周个]|[天周日月年]前)[^。]{0,12}(?:演练|演习|推演)")
# Somebody came to harm while it was played, or what was played has happened.
_EXERCISE_OF_EARNEST = re.compile(
    "(?:演练|演习|推演)(?:时|中|期间|过程中|现场)?[^,。]{0,4}(?:致|导致|发生|意外|事故|身亡|死亡|变成?真)|不是演[练习]|并非演[练习]"
)
_PAPER = re.compile(
    "真题|考题|模拟题|单选题|多选题|选择题|题库|试题|每日一[题练]|(?:历年|章节|冲刺|押题|模拟)[^,。]{0,4}[题卷练]|(?:药师|医师|护士|护考|规培)[^,。]{0,6}(?<![问专话主课难])题|(?<![问专话主课难])题目[^,。]{0,2}[求解]"
)
_CHOICE = re.compile(
    "a[.、:)][^。]{1,40}?b[.、:)]|问[:,][^。]{2,30}(?:\\?|是)|最可能的|(?:下列|以下)(?:哪|何|说法|描述)", re.IGNORECASE
)
# A chapter of a novel, none of a law.
_CHAPTER = re.compile(
    "(?<!法)(?<!条例)(?<!办法)(?<!规定)[^法例定]第 ?[0-9一二三四五六七八九十百零]{1,6} ?[章回](?:[ :]|$)"
)
_TOLD_AS_FICTION = re.compile(
    "重生|穿越|王爷|师尊|娘娘|皇上|陛下|系统提示|总裁|仙[尊君]|宿主|侯府|掌柜|丹药|修仙|嫡[女出]"
)
# What is remembered on its day; that it goes on or comes back is of now.
_REMEMBERED = re.compile(
    '(?:历史上|[0-9一二三四五六七八九十]{1,4}年前)的今[天日]|(?:事件|惨案|悲剧|灾难|案)[”"」』]?[^,。]{0,2}?(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})(?:周?年)(?![前内间])|[0-9一二三四五六七八九十]{1,3}周年(?:祭|回顾|纪念|之际)'
)
_GOES_ON = re.compile("[又再仍]|至今|还在|重[现演]|翻版|索赔|维权|家属|受害|未(?:获|见|果|解|决)|没有?(?:等|结果|说法)")
_PAST_YEAR = re.compile("(?:^|[^0-9])(?:19[0-9]{2}|20(?:0[0-9]|1[0-9]))年")
# A paper takes its report back as a whole; that the number was another is no such thing, nor is a hospital's apology.
_TAKEN_BACK = re.compile("^(?:更正|撤稿|(?:致歉|道歉)(?:声明|启事|说明)?(?:$|[: ]))")
_WHOLE_FALSE = re.compile("(?:本[报号台网刊社]|我[台社])[^。]{0,60}?(?:失实|不实|有误|不准确)")
_RIGHT_NUMBER = re.compile("(?:应|实|改|更正)[为是系][^,。]{0,8}[0-9一二两三四五六七八九十]")
# The year's report of a centre: what it counts came to harm by whatever product, and nobody is to be alerted of it.
_YEARLY = re.compile(
    "(?:不良反应|不良事件|异常反应)[^,。]{0,8}(?:年度?报告|年报|季报|监测(?:情况|数据)|统计)|(?:年度?|全年|季度|半年)[^,。]{0,14}(?:不良反应|不良事件|异常反应)[^,。]{0,6}(?:监测|报告|情况)|(?:收到|上报|接收|报告|采集)[^,。]{0,12}(?:不良反应|不良事件|异常反应)[^,。]{0,8}报告[^,。]{0,4}(?:[0-9.]+万|[0-9]{4,})"
)
_LESSON = re.compile("以案[释说普]法|法官[说释]法|检察官[说释]法|案例教学|警示教育片")
_WRECK = re.compile(
    "(?:货|轿|汽|客|卡|罐|半挂|面包|公交|三轮|电动)车[^,。]{0,8}(?:冲进|冲入|撞|失控|侧翻)|坍塌|倒塌|持刀|砍[伤人死]|溺水|坠[楼亡崖]"
)
_JUDGED = re.compile(
    "宣判|一审|二审|终审|获刑|(?:被判|判)(?:赔|令赔)|被判(?:刑|处|死|承担|担责|支付|[^,。]{0,6}年)|判处"
)
_COURT = re.compile("法院|法庭|被告|公诉|检察|判决|判处|宣判")
_STILL = re.compile("曾|此前|前科|再|又|新增|出狱|刑满|缓刑|重操旧业|[刑判]后")
_MEDICINE = re.compile("药(?![店房厂企铺])|疫苗|注射|输液|打针|接种")
_LONG_AGO = beginning(
    "23456七三上九二五八六几咱四我记",
    "(?:我们?|咱们?|记得)[^,。]{0,3}小时候|[五六七八九]几年|[五六七八九]十年代|上世纪|(?:几|[二三四五六])十[多几]?年前|[2-6]0多?年前",
)
# A sentence that begins with the year of what it tells; who was born or what was founded then is told of now.
_OLD_YEAR = re.compile(
    "[^0-9一-鿿]{0,2}(?:早在)?(?:19[0-9]{2}|20(?:0[0-9]|1[0-5]))年(?![^,。]{0,6}(?:出?生|成立|建|创|注册|获批|上市|开业|出厂|投产|批号|买|购|上岗|起|以来|至))(?![^。]*20(?:1[6-9]|[2-9][0-9])年)"
)
_YEAR_OF_NOW = re.compile("20(?:1[6-9]|[2-9][0-9])年")
# What a year long past is told of: a matter that has a name. 2013年出厂的呼吸机停机,患者死亡 is told of a machine of now.
_PAST_MATTER = re.compile(
    "年(?![^,。]{0,8}(?:出厂|生产|投产|批号|批次|买|购|植入|装|种|打|注射|上岗))[^。]{0,20}?(?:事件|惨案|惨剧|悲剧|风波)"
)
_DAY = re.compile("(?<![年0-9])[0-9]{1,2}月[0-9]{1,2}日")
_NOW = re.compile("今[天早晚日年]|昨[天早晚日]|前天|刚[才刚]?|现在|凌晨|本[周月日]|最近|近日")


def tells_no_harm(reading: Reading) -> bool:
    """Tell whether a text tells of no harm of now.

    It is an exercise, an examination's question, history, the count of a year's reports, a chapter of a novel, what is remembered
    on its day, a report taken back, a lesson in law, or of a wreck or violence without medicine.
    """
    title, parts = _title(reading), _parts(reading)
    if all(_EXERCISE.search(part) for part in parts):
        return not any(_EXERCISE_OF_EARNEST.search(part) or _EXERCISE_BEFORE.search(part) for part in parts)
    if _PAPER.search(title) and _CHOICE.search(reading.joined):
        return True
    if _YEARLY.search(title) and any(map(counts_all_reports, _sentences(reading))):
        return True
    if (
        _is_history(title, reading.joined)
        or _is_novel(title, reading.joined)
        or _is_remembered(title, reading.joined)
        or is_taken_back(reading)
    ):
        return True
    return bool(_LESSON.search(title) or (_WRECK.search(title) and not any(map(_MEDICINE.search, parts))))


def _is_history(title: str, joined: str) -> bool:
    """Tell whether a title is of a known matter of a year long past, and nothing that is told goes on or comes back."""
    past = _OLD_YEAR.match(title) and _PAST_MATTER.search(title) and not _GOES_ON.search(title)
    return bool(past) and not any(now.search(joined) for now in (_NOW, _YEAR_OF_NOW, _DAY))


def _is_novel(title: str, joined: str) -> bool:
    return bool(_CHAPTER.search(title) and _TOLD_AS_FICTION.search(joined))


def _is_remembered(title: str, joined: str) -> bool:
    remembered = _REMEMBERED.search(title) and _PAST_YEAR.search(joined)
    return bool(remembered) and not _GOES_ON.search(title) and not _NOW.search(_REMEMBERED.sub("", joined))


def is_taken_back(reading: Reading) -> bool:
    """Tell whether a paper takes its report back as a whole."""
    parts = _parts(reading)
    taken = _TAKEN_BACK.search(_title(reading)) and any(map(_WHOLE_FALSE.search, parts))
    return bool(taken) and not any(map(_RIGHT_NUMBER.search, parts))


def judges_the_past(reading: Reading) -> bool:
    """Tell whether a title tells of a judgment, whose dead are those of a case of long before; the text tells of the court."""
    title = reading.title.text
    return bool(_JUDGED.search(title) and not _STILL.search(title)) and all(map(_COURT.search, _parts(reading)[1:]))


def is_long_ago(sentence: str) -> bool:
    """Tell whether a sentence says that it is of childhood, of decades ago or of a year long past, and names no time of now."""
    return bool(_LONG_AGO.search(sentence) or _OLD_YEAR.match(sentence)) and not _NOW.search(sentence)


def _sentences(reading: Reading) -> list[str]:
    return [match.group() for match in SENTENCE.finditer(reading.joined)]


def _parts(reading: Reading) -> list[str]:
    return [part.text for part in (reading.title, reading.text) if part.text]


def _title(reading: Reading) -> str:
    return reading.title.text or reading.text.text[:_FIRST_WORDS]
