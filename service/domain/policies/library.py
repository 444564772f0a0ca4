"""The policy library's own rules: ranks, overlapping validity, links between documents, and what "published together" means."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from service.domain.policies.policy import Policy, PolicyArticle, PolicyKind, PolicyLevel, Standing

__all__ = [
    "ArticleHit",
    "LibraryQuery",
    "LinkKind",
    "PolicyLink",
    "Together",
    "kind_of",
    "level_of",
    "name_of",
    "overlapping",
    "region_of",
    "together",
    "written_out",
]

_LEVEL_BY_NUMBER: Sequence[tuple[re.Pattern[str], PolicyLevel]] = (
    (re.compile(r"主席令"), PolicyLevel.LAW),
    (re.compile(r"国务院令"), PolicyLevel.REGULATION),
    (re.compile(r"^法释|高检发释字"), PolicyLevel.JUDICIAL),
    (re.compile(r"(?:总局|局|部|委员会|办公室)令"), PolicyLevel.RULE),
    (re.compile(r"(?:省|市|自治区)(?:人民政府)?令"), PolicyLevel.LOCAL_RULE),
)
_LOCAL = re.compile(r"^(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区|市|州|县|区))(?!级|场)")
_LEVEL_BY_TITLE: Sequence[tuple[re.Pattern[str], PolicyLevel]] = (
    (re.compile(r"最高人民(?:法院|检察院).*解释$"), PolicyLevel.JUDICIAL),
    (re.compile(r"(?:通知|公告|通告|意见|要点|方案|预案|批复|函|清单|指南)$"), PolicyLevel.NORMATIVE),
    (re.compile(r"法$"), PolicyLevel.LAW),
    (re.compile(r"条例(?:实施细则|施行细则)?$"), PolicyLevel.REGULATION),
    (re.compile(r"(?:办法|规定|规则|细则|规范)$"), PolicyLevel.RULE),
)
_METHOD_NOT_LAW = re.compile(r"办法$|方法$|做法$|说法$")
_INTERPRETATION = re.compile(r"解读|答记者问|一图读懂|政策问答|图解")
_DRAFT = re.compile(r"征求意见稿|草案|公开征求.{0,40}意见")
_DECORATION = re.compile(
    r"^中华人民共和国|[《》〈〉\s]|[（(][^（）()]{0,12}(?:试行|暂行|修订|修正|修改|文本|公布|版|年)[^（）()]{0,8}[）)]$"
)
# Documents of which one version is in force at a time; notices and bulletins of one name are issued again and again.
_ONE_IN_FORCE = re.compile(r"(?:法|条例|办法|规定|规则|细则|规范|解释|预案)$")
_ABBREVIATION = re.compile(r"[\u4e00-\u9fff]{1,20}?(条例|办法|规定|规则|细则|(?<=[\u4e00-\u9fff]{2})法)")
# 市 of a county and 区 of a city are not told apart from the whole country by their name alone, so only provinces are.
_PROVINCES: Mapping[str, str] = MappingProxyType({"江西": "360000"})


class LinkKind(StrEnum):
    """What one document of the library says of another."""

    INTERPRETS = "interprets"
    IMPLEMENTS = "implements"

    @property
    def word(self) -> str:
        """The kind in the interface."""
        return {"interprets": "解读", "implements": "配套"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLink:
    """One document (`stem`) that speaks of another (`about`), who recorded it, and what is on record of their making.

    `drafted_together` and `approved_together` are `yes` or `no`, `None` where nobody recorded it.
    """

    stem: str
    about: str
    kind: LinkKind
    person: str
    at: datetime
    drafted_together: str | None = None
    approved_together: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryQuery:
    """What is looked for: every word must stand in title, number, body or text; the rest must be equal.

    `standing` is asked of the day `on`. `region` finds documents of that region and of the whole country above it where
    `national` is set.
    """

    words: tuple[str, ...] = ()
    kind: PolicyKind | None = None
    level: PolicyLevel | None = None
    standing: Standing | None = None
    on: date
    region: str | None = None
    national: bool = False
    limit: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleHit:
    """An article that holds what was looked for, with its document."""

    policy: Policy
    article: PolicyArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Whether a policy and its interpretation were drafted, approved and published together (三同步), in words.

    `met` is true where all three are on record as so, false where one is on record as not so, `None` where something is
    not on record.
    """

    met: bool | None
    sentence: str


def name_of(title: str) -> str:
    """Return a title as documents are told apart by: without 中华人民共和国, book-title marks, blanks and 试行."""
    return _DECORATION.sub("", _DECORATION.sub("", title.strip()))


def written_out(word: str, names: Collection[str]) -> str:
    """Return the name of the one document that an abbreviation stands for (疫苗法, 麻精条例), the word itself where it is none or of several.

    `names` are those of the library as `name_of` gives them. An abbreviation ends as the name does and keeps its order.
    """
    ending = _ABBREVIATION.fullmatch(word)
    if ending is None or any(word in name for name in names):
        return word
    ends = re.compile(rf"(?<!办){ending[1]}$")
    meant = {name for name in names if ends.search(name) and _in_order(word, name)}
    return meant.pop() if len(meant) == 1 else word


def _in_order(word: str, name: str) -> bool:
    rest = iter(name)
    return all(sign in rest for sign in word)


def kind_of(title: str) -> PolicyKind:
    """Return what a title says that the document is."""
    if _INTERPRETATION.search(title):
        return PolicyKind.INTERPRETATION
    return PolicyKind.DRAFT if _DRAFT.search(title) else PolicyKind.POLICY


def level_of(title: str, issue_number: str | None, body: str | None = None) -> PolicyLevel | None:
    """Return the rank that number, title and issuing body tell; `None` where they do not."""
    for pattern, level in _LEVEL_BY_NUMBER:
        if issue_number and pattern.search(issue_number):
            return level
    if issue_number and "〔" in issue_number:
        return PolicyLevel.NORMATIVE
    name = name_of(title)
    local = _LOCAL.match(name) is not None or (body is not None and _LOCAL.match(body) is not None)
    for pattern, level in _LEVEL_BY_TITLE:
        if pattern.search(name) and not (level is PolicyLevel.LAW and _METHOD_NOT_LAW.search(name)):
            return _LOCAL_RANK.get(level, level) if local else level
    return None


_LOCAL_RANK: Mapping[PolicyLevel, PolicyLevel] = MappingProxyType(
    {PolicyLevel.REGULATION: PolicyLevel.LOCAL_REGULATION, PolicyLevel.RULE: PolicyLevel.LOCAL_RULE}
)


def region_of(title: str, body: str | None) -> str | None:
    """Return the province that title or issuing body begin with, `None` for the whole country."""
    for name, code in _PROVINCES.items():
        if title.lstrip("《").startswith(name) or (body or "").startswith(name):
            return code
    return None


def overlapping(policy: Policy, others: Iterable[Policy]) -> Policy | None:
    """Return another text of the same document that binds on a day on which this one does, `None` where there is none.

    Two versions of one law cannot both be in force: which article would govern could not be told.
    """
    if policy.kind is not PolicyKind.POLICY:
        return None
    name = name_of(policy.title)
    if not _ONE_IN_FORCE.search(name):
        return None
    same = (
        one
        for one in others
        if one.stem != policy.stem and one.kind is PolicyKind.POLICY and name_of(one.title) == name
    )
    # Two bodies may issue documents of the same name; where one of the bodies is not known, they count as one.
    rivals = (
        one for one in same if one.region == policy.region and (one.body or policy.body) == (policy.body or one.body)
    )
    return next((one for one in rivals if _meet(policy, one)), None)


def _meet(one: Policy, other: Policy) -> bool:
    first, last = one.valid_from or date.min, one.valid_to or date.max
    return first <= (other.valid_to or date.max) and (other.valid_from or date.min) <= last


def together(policy: Policy, made: Sequence[tuple[Policy, PolicyLink]]) -> Together:
    """Say whether a policy was drafted, approved and published together with its interpretation."""
    interpretations = [pair for pair in made if pair[1].kind is LinkKind.INTERPRETS]
    if not interpretations:
        return Together(met=False, sentence="没有关联的解读")
    interpretation, link = min(interpretations, key=lambda pair: (pair[0].issued or date.max, pair[0].stem))
    parts = [_published(policy, interpretation)]
    for recorded, word in ((link.drafted_together, "起草"), (link.approved_together, "审批")):
        parts.append((None if recorded is None else recorded == "yes", _recorded(recorded, word)))
    states = [state for state, _ in parts]
    met = False if False in states else None if None in states else True
    return Together(met=met, sentence="，".join(words for _, words in parts))


def _recorded(recorded: str | None, word: str) -> str:
    return f"{word}情况未登记" if recorded is None else f"同步{word}" if recorded == "yes" else f"未同步{word}"


def _published(policy: Policy, interpretation: Policy) -> tuple[bool | None, str]:
    if policy.issued is None or interpretation.issued is None:
        return None, "公布日期不全，不能判断是否同步公布"
    late = interpretation.issued - policy.issued
    if late == timedelta(0):
        return True, "同日公布"
    return False, f"解读{'晚' if late > timedelta(0) else '早'}于文件 {abs(late.days)} 日公布"
