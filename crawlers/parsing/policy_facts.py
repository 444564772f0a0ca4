"""What a policy document says of itself: its number, who issued it, from when it holds, what it interprets. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crawlers.parsing.counts import parse_count
from crawlers.parsing.dates import parse_date
from crawlers.records import BEIJING, POLICY_FACTS

__all__ = ["Lapse", "interpreted_in", "issue_number_in", "lapse_in", "policy_facts", "repealed_in"]

_HEAD = 1_500
_LONGEST_FACT = 200
_YEARS = range(1949, 2100)
# 国药监药管〔2023〕1号; the brackets are written in a dozen ways, 〔〕 is the one of the standard (GB/T 9704).
_BRACKETED = re.compile(
    r"([\u4e00-\u9fff]{1,20})\s*[〔\[［【(（﹝]\s*((?:19|20)\d{2})\s*[〕\]］】)）﹞]\s*(?:第)?\s*(\d{1,5})\s*号"
)
# 国家药品监督管理局公告2024年第97号, or (2024年第97号) behind a title.
_OF_YEAR = re.compile(r"((?:19|20)\d{2})\s*年\s*第\s*(\d{1,5})\s*号")
_ORDER = re.compile(r"(?:令|公告|通告|通报)\s*[（(]?\s*第\s*(\d{1,5})\s*号")
_NOT_A_BODY = re.compile(r"^.*?[，。；：、（(《》]|^(?:根据|依据|按照|文号|发文字号|和|及|与|的)+")
_CITED = re.compile(r"》\s*[（(〔\[【]?\s*$")
_DAY = r"((?:19|20)\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"
# The table at the head of a document of a government site, as text.
_HEAD_BODY = re.compile(
    r"(?:发文机关|发布机构|发文单位|制定机关|发布机关)\s*[:：]\s*([\u4e00-\u9fff、 ]{2,80}?)(?=\s*(?:\n|$|[^\u4e00-\u9fff、 ]|成文|发文|发布|文号|标题|主题|索引))"
)
_HEAD_DAY = re.compile(
    rf"(?:成文日期|发文日期|印发日期)\s*[:：]\s*(?:{_DAY}|((?:19|20)\d{{2}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}))"
)
# Who signs stands last, above the day of signing (GB/T 9704 section 7.3.5).
_LAST_DAY = re.compile(rf"{_DAY}\s*(?:\n|$)")
_NAME = re.compile(r"[\u4e00-\u9fff]{2,30}(?:局|委员会|委|部|厅|院|署|办公室|政府|中心)")
_MAX_SIGNERS = 6
_TAIL = 400
_EFFECTIVE = re.compile(rf"自\s*{_DAY}\s*起\s*(?:正式)?(?:施行|实施|执行|生效)")
_AT_ONCE = re.compile(
    r"(?:本(?:公告|通知|通告|办法|规定|意见|细则|指南|决定|规范|条例)?\s*)?自\s*(?:发布|印发|公布|发文)之日起\s*(?:正式)?(?:施行|实施|执行|生效)"
)
_INTERPRETS = re.compile(
    r"《([^《》]{2,120}(?:〈[^〉]{1,80}〉[^《》]{0,60})?)》[^。《》]{0,30}(?:解读|问答|答记者问|释义|说明)"
)
_ABOUT = re.compile(r"(?:解读|问答|答记者问|释义)[：:]?\s*《([^《》]{2,120})》")

_COUNT = "[0-9一二三四五六七八九十两]{1,3}"
_LAST_DAY_IN_FORCE = r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"
_OWN = r"本(?:办法|规定|细则|规则|规范|通知|公告|通告|意见|方案|条例|制度|指南|预案|标准|文件|决定|措施)"
# Said of the document itself: behind the day that it begins on, or behind its own name. Licences have a term of five years too.
_LAPSES = re.compile(
    rf"(?:起\s*(?:正式)?(?:施行|实施|执行|生效|试行)|{_OWN})\s*[，,；;。]?\s*(?:{_OWN})?\s*"
    rf"(?:(?P<term>(?:有效期|试行期?|施行期|暂行期)限?\s*(?:为|是)?\s*(?P<count>{_COUNT})\s*(?P<unit>年|个月))"
    rf"|(?P<last>(?:(?:有效期|试行期?|施行期|暂行期)限?)?\s*[至到]\s*{_LAST_DAY_IN_FORCE}))"
)
_NAMED = r"《([^《》]{2,120}(?:〈[^〉]{1,80}〉[^《》]{0,60})?)》"
_REPEALED_CLAUSE = re.compile(
    r"(?:同时|予以|即行|相应|自行|一并|均|自[^。；]{0,30}(?:起|日))\s*(?:予以)?(?:废止|失效)|废止(?:下列|以下)|宣布失效"
)
_REPEALS_TITLE = re.compile(r"(?:废止|宣布失效).{0,40}(?:决定|公告|通知|通告)")
_MOST_REPEALED = 50


@dataclass(frozen=True, slots=True)
class Lapse:
    """The last day on which a document is in force, and the words of it that say so."""

    last: date
    words: str


def lapse_in(text: str, begins: date | None) -> Lapse | None:
    """Return when a document that comes into force on `begins` says that it ends; `None` where it does not, or the day cannot be told."""
    for match in reversed(list(_LAPSES.finditer(text))):
        if match["last"]:
            told = _calendar_day(int(match["year"]), int(match["month"]), int(match["day"]))
            if told is not None and (begins is None or date.fromisoformat(told) > begins):
                return Lapse(date.fromisoformat(told), "".join(match["last"].split()))
        elif begins is not None and (count := parse_count(match["count"])):
            return Lapse(_after(begins, count * (12 if match["unit"] == "年" else 1)), "".join(match["term"].split()))
    return None


def _after(begins: date, months: int) -> date:
    """Return the day before the same day so many months later; of a month that has no such day, its last."""
    year, month = divmod(begins.year * 12 + begins.month - 1 + months, 12)
    day = begins.day
    while (told := _calendar_day(year, month + 1, day)) is None:
        day -= 1
    return date.fromisoformat(told) - timedelta(days=1)


def repealed_in(title: str, text: str) -> tuple[str, ...]:
    """Return the titles of the documents that a document says it ends (同时废止), in their order.

    Of a decision to repeal (关于废止……的决定) these are all that it names but itself.
    """
    whole = _REPEALS_TITLE.search(title) is not None
    clauses = [text] if whole else [one for one in re.split(r"[。；\n]", text) if _REPEALED_CLAUSE.search(one)]
    named = dict.fromkeys(match[1] for clause in clauses for match in re.finditer(_NAMED, clause))
    return tuple(name for name in named if name not in title)[:_MOST_REPEALED]


def policy_facts(
    title: str, text: str, *, published: datetime | None, declared: Mapping[str, str], now: datetime
) -> dict[str, str]:
    """Return the policy facts of a document (see `crawlers.records`): those that its source declares, else what it says itself.

    A date that is none, and an effective day that would have to be guessed, are left out: unknown is not today.
    """
    given = {key: value.strip()[:_LONGEST_FACT] for key, value in declared.items() if key in POLICY_FACTS and value}
    interpreted = (given.get("interprets") or "").strip("《》 ") or interpreted_in(title)
    # What an interpretation says of numbers and days it says of the document that it interprets.
    own = "" if interpreted else text
    facts: dict[str, str | None] = {
        "issue_number": _number(given.get("issue_number")) or issue_number_in(f"{title}\n{own[:_HEAD]}"),
        "issuing_body": " ".join((given.get("issuing_body") or "").split()) or _body_in(own),
        "issued": _day_of(given.get("issued"), now) or _issued_in(own, now) or (_iso(published) if published else None),
        "interprets": interpreted,
    }
    facts["effective"] = _day_of(given.get("effective"), now, ahead=True) or _effective(own, facts["issued"])
    return {key: value for key in POLICY_FACTS if (value := facts[key])}


def issue_number_in(text: str) -> str | None:
    """Return the number of the document (文号) whose title and text `text` is, brackets in their standard form.

    `None` where there is none; the numbers of documents that it cites are not its own.
    """
    for match in _BRACKETED.finditer(text):
        body = _NOT_A_BODY.sub("", match[1]).strip()
        if body and not _is_cited(text, match):
            return f"{body}〔{match[2]}〕{int(match[3])}号"
    for match in _OF_YEAR.finditer(text):
        if not _is_cited(text, match):
            return f"{match[1]}年第{int(match[2])}号"
    found = _ORDER.search(text)
    return f"第{int(found[1])}号" if found and not _is_cited(text, found) else None


def _is_cited(text: str, match: re.Match[str]) -> bool:
    """Return whether the number stands right behind a name in book-title marks: then it is that document's."""
    return _CITED.search(text, max(0, match.start() - 6), match.start()) is not None


def _body_in(text: str) -> str | None:
    """Return who issued the document, as the table at its head or the signature at its end says."""
    head = _HEAD_BODY.search(text[:_HEAD])
    if head is not None:
        return " ".join(head[1].replace("、", " ").split())[:_LONGEST_FACT] or None
    signed = _signature(text)
    return signed[0] if signed else None


def _issued_in(text: str, now: datetime) -> str | None:
    """Return the day of issue that the document itself says; not one to come."""
    head = _HEAD_DAY.search(text[:_HEAD])
    signed = _signature(text)
    said = ([group for group in head.groups() if group] if head else None, signed[1] if signed else None)
    for parts in said:
        found = _calendar_day(*(int(part) for part in parts)) if parts else None
        if found is not None and date.fromisoformat(found) <= _tomorrow(now):
            return found
    return None


def _signature(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Return who signed a document and the parts of the day: names of offices right above the last day of the text."""
    tail = text[-_TAIL:]
    days = list(_LAST_DAY.finditer(tail))
    if not days:
        return None
    names: list[str] = []
    for part in reversed(re.split(r"[\s、。）)；]+", tail[: days[-1].start()].rstrip())):
        if len(names) >= _MAX_SIGNERS or not _NAME.fullmatch(part):
            break
        names.insert(0, part)
    return (" ".join(names)[:_LONGEST_FACT], days[-1].groups()) if names else None


def _number(declared: str | None) -> str | None:
    if not declared:
        return None
    return issue_number_in(declared) or " ".join(declared.split())


def interpreted_in(title: str) -> str | None:
    """Return the title of the document that an interpretation names in its own title, `None` where it names none."""
    match = _INTERPRETS.search(title) or _ABOUT.search(title)
    return match[1] if match else None


def _effective(text: str, issued: str | None) -> str | None:
    match = _EFFECTIVE.search(text)
    if match is not None:
        return _calendar_day(*(int(group) for group in match.groups()))
    return issued if _AT_ONCE.search(text) else None


def _calendar_day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _day_of(text: str | None, now: datetime, *, ahead: bool = False) -> str | None:
    """Return the day that a field of a source names; a policy may hold from a day to come, but is not issued on one."""
    if not text:
        return None
    match = re.search(_DAY, text) or re.search(r"((?:19|20)\d{2})[-/.](\d{1,2})[-/.](\d{1,2})", text)
    if match is not None:
        found = _calendar_day(*(int(group) for group in match.groups()))
        return found if found and (ahead or date.fromisoformat(found) <= _tomorrow(now)) else None
    parsed = parse_date(text, now)
    return _iso(parsed.at) if parsed is not None and parsed.at.year in _YEARS else None


def _tomorrow(now: datetime) -> date:
    return now.astimezone(BEIJING).date() + timedelta(days=1)


def _iso(moment: datetime) -> str:
    return moment.astimezone(BEIJING).date().isoformat()
