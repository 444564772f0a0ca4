"""Tells what a policy file is: the document, its dates and rank, its articles; what is wrong is said with the line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from analysis.matching.articles import article_lines, article_number, missing_articles, split_articles
from crawlers.disk_words import legible
from crawlers.parsing.policy_facts import interpreted_in, issue_number_in, lapse_in, repealed_in
from service.domain.policies.library import kind_of, level_of, name_of, region_of
from service.domain.policies.policy import Policy, PolicyArticle, PolicyDocument, PolicyKind, PolicyLevel
from service.domain.rules.register import Register
from service.flows.policies.policy_given import NONE_SAID
from service.flows.policies.policy_sources import PolicyFileError, PolicySource, read_source

__all__ = [
    "PolicyFile",
    "articles_in",
    "describe",
    "effective_day",
    "listed",
    "policy_file",
    "read_policy_file",
]

Member = TypeVar("Member", PolicyKind, PolicyLevel)

_LIMIT_ARTICLES = 3000
_DATED = re.compile(r"^(?P<title>.+?)[(（](?P<day>\d{4}-\d{2}-\d{2})[)）]$")
_EFFECTIVE = re.compile(r"自\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*起\s*(?:施行|实施|执行|生效)")
_DAY = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_REFERRED = re.compile(r"本(?:法|条例|办法|规定|细则|规则)第([零〇一二三四五六七八九十百千]+)条")
_AMENDS = re.compile(r"关于修(?:改|订|正).+的决定$")
_COMPARED = re.compile("^｜第.+条", re.MULTILINE)
_FEWEST_WHOLE = 5
_HEAD = 1500
_MOST_MISSING = 5
_NONE_GIVEN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """What was read: the document, its articles, the whole text, and what a person should look at though it is taken.

    `interprets` names the document that this one interprets, by title, number or stem; `repeals` are titles of those that it
    says it ends.
    """

    policy: Policy
    articles: tuple[PolicyArticle, ...]
    text: str
    notices: tuple[str, ...] = ()
    interprets: str | None = None
    repeals: tuple[str, ...] = ()


def read_policy_file(
    file: Path, register: Register, *, now: datetime, given: Mapping[str, str] = _NONE_GIVEN
) -> PolicyFile:
    """Read one file, bounded in size, pages and time; `given` are lines of a header for what has none, such as a page or a PDF.

    Raises:
        PolicyFileError: The file is not to be taken.
        OSError, ValueError: It cannot be read.
    """
    return policy_file(legible(file).stem, read_source(file, now=now).with_given(given), register)


def policy_file(stem: str, source: PolicySource, register: Register) -> PolicyFile:
    """Tell what was read, under the name of the library.

    Raises:
        PolicyFileError: It is not to be taken.
    """
    policy = describe(stem, source, register)
    if policy.issued is None and policy.valid_from is None:
        named = "" if source.form else "把文件命名为“标题(2019-08-26)”，或"
        raise PolicyFileError(f"缺少公布日期：请{named}{source.how('公布日期', '2019-08-26')}")
    if policy.valid_from and policy.valid_to and policy.valid_to < policy.valid_from:
        line = source.header.get("valid_to", ("", 0))[1]
        raise PolicyFileError(f"失效日期 {policy.valid_to} 早于施行日期 {policy.valid_from}", line)
    articles = articles_in(source.text, stem, first_line=source.first_line)
    inserted = _inserted(policy.title, articles)
    if inserted:
        articles = ()
    elif not articles and not _may_have_none(source, policy):
        if _COMPARED.search(source.text):
            raise PolicyFileError("条文都在表格里，像修订对照表；对照表不作为条文收入，请导入修订后的全文")
        raise PolicyFileError(
            f"没有找到条文：每条须另起一行、以“第一条”开头；不分条的通知、解读请{source.how('类别', '解读')}，"
            f"通知{'选' if source.form else '写'}“政策文件”"
        )
    interprets = source.said("interprets")
    if interprets is None and policy.kind is PolicyKind.INTERPRETATION:
        interprets = interpreted_in(policy.title)
    return PolicyFile(
        policy=policy,
        articles=articles,
        text=source.text,
        notices=(
            *source.notices,
            *inserted,
            *_lapses(source, policy, register),
            *_other_name(policy, register),
            *_notices(stem, articles, register),
        ),
        interprets=interprets,
        repeals=repealed_in(policy.title, source.text) if policy.kind is PolicyKind.POLICY else (),
    )


def _inserted(title: str, articles: Sequence[PolicyArticle]) -> list[str]:
    """Say that the articles of a decision are those of the document that it amends, where it does not print that whole.

    Under the decision's name they would be cited as articles that it does not have.
    """
    if not articles or _AMENDS.search(title) is None:
        return []
    if len(articles) >= _FEWEST_WHOLE and not missing_articles(one.number for one in articles):
        return []
    named = listed([one.number for one in articles])
    return [f"这是修改决定，正文里的{named}是被修改文件的条文，没有作为本决定的条文收入；请另行导入修改后的全文"]


def articles_in(text: str, stem: str, *, first_line: int = 1) -> tuple[PolicyArticle, ...]:
    """Return the articles of a text in order, none where it has none.

    Raises:
        PolicyFileError: A number stands twice or goes backwards, or there are more articles than any law has.
    """
    numbered = article_lines(text)
    if len(numbered) > _LIMIT_ARTICLES:
        raise PolicyFileError(f"超过 {_LIMIT_ARTICLES} 条，不像一份文件")
    before: dict[str, int] = {}
    highest, highest_label = 0, ""
    for label, at in numbered:
        line = at + first_line - 1
        if label in before:
            raise PolicyFileError(
                f"{label}写了两次（前一次在第 {before[label]} 行），请删去重复的一条或把附件另存", line
            )
        before[label] = line
        number = article_number(label)
        if number < highest:
            raise PolicyFileError(f"{label}排在{highest_label}之后，条文次序有误", line)
        highest, highest_label = number, label
    if not numbered:
        return ()
    return tuple(
        PolicyArticle(
            key=article.key,
            stem=stem,
            number=article.number,
            position=position,
            chapter=article.chapter or None,
            text=article.text,
        )
        for position, article in enumerate(split_articles(text, stem))
    )


def effective_day(text: str, issued: date | None) -> date | None:
    """Return the day that a text says it comes into force on, never before its issue; `issued` where it names none or an earlier one.

    An amended law repeats the day of its first version, so an earlier day says nothing of this one.
    """
    found = [day for match in _EFFECTIVE.finditer(text) if (day := _calendar_day(match)) is not None]
    if not found:
        return issued
    return max(found[-1], issued) if issued is not None else found[-1]


def _calendar_day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def describe(stem: str, source: PolicySource, register: Register) -> Policy:
    """Tell what header, name, register and text say of a document, without asking whether that is enough.

    Raises:
        PolicyFileError: A value of the header is none of its kind.
    """
    known = next((document for document in register.documents.values() if document.stem == stem), None)
    dated = _DATED.match(stem)
    title = (
        source.said("title") or (known.title if known else None) or (dated["title"] if dated else source.title) or stem
    )
    kind = _member(source, "kind", PolicyKind) or kind_of(title)
    # The numbers that an interpretation names are those of the document that it interprets.
    own = "" if kind is PolicyKind.INTERPRETATION else f"{source.title or title}\n{source.text[:_HEAD]}"
    number = source.said("issue_number") or (known.issue_number if known else issue_number_in(own))
    number = None if number == NONE_SAID else number
    body = source.said("body") or (known.body if known else source.body)
    issued = _day(source, "issued") or (_day_in_name(dated["day"]) if dated else source.issued)
    begins = _day(source, "valid_from") or (known.valid_from if known else effective_day(source.text, issued))
    rank = _member(source, "level", PolicyLevel) or (known.level if known else None) or level_of(title, number, body)
    return Policy(
        stem=stem,
        title=title,
        issue_number=number,
        body=body,
        issued=issued,
        valid_from=begins if kind is PolicyKind.POLICY else None,
        valid_to=_last_day(source, known, begins) if kind is PolicyKind.POLICY else _day(source, "valid_to"),
        superseded_by=source.said("superseded_by") or (known.superseded_by if known else None),
        kind=kind,
        level=rank if kind is PolicyKind.POLICY else None,
        region=_region(source) or region_of(title, body),
        url=source.said("url"),
        text_hash=source.sha256,
    )


def _last_day(source: PolicySource, known: PolicyDocument | None, begins: date | None) -> date | None:
    """Return the last day in force: as a person says, as the register knows the document, else as its text says."""
    if source.said("valid_to"):
        return _day(source, "valid_to")
    if known is not None:
        return known.valid_to
    lapse = lapse_in(source.text, begins)
    return lapse.last if lapse else None


def _lapses(source: PolicySource, policy: Policy, register: Register) -> list[str]:
    """Say that the last day in force was read in the text, and how it is said that the document goes on."""
    registered = any(document.stem == policy.stem for document in register.documents.values())
    if policy.kind is not PolicyKind.POLICY or source.said("valid_to") or registered:
        return []
    lapse = lapse_in(source.text, policy.valid_from)
    if lapse is None or policy.valid_to != lapse.last:
        return []
    how = "清空下面的“失效日期”" if source.form else source.how("失效日期", NONE_SAID)
    return [f"正文写明“{lapse.words}”，失效日期读作 {lapse.last}；已延长或没有期限的，请{how}"]


def _day(source: PolicySource, key: str) -> date | None:
    value, line = source.header.get(key, ("", 0))
    if not value or (value == NONE_SAID and key == "valid_to"):
        return None
    match = _DAY.fullmatch(value)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else date.fromisoformat(value)
    except ValueError:
        raise PolicyFileError(f"“{value}”不是日期，应为 2019-12-01 这样的写法", line) from None


def _day_in_name(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise PolicyFileError(f"文件名里的“{written}”不是日期，应为 2019-12-01 这样的写法") from None


def _member(source: PolicySource, key: str, members: type[Member]) -> Member | None:
    value, line = source.header.get(key, ("", 0))
    if not value:
        return None
    for member in members:
        if value in {member.value, member.word}:
            return member
    raise PolicyFileError(f"不认识的“{value}”，可用的是 {'、'.join(member.word for member in members)}", line)


def _region(source: PolicySource) -> str | None:
    value, line = source.header.get("region", ("", 0))
    if not value:
        return None
    if not re.fullmatch(r"\d{6}", value):
        raise PolicyFileError(f"地区“{value}”应为六位行政区划代码，如 360000", line)
    return value


def _may_have_none(source: PolicySource, policy: Policy) -> bool:
    return policy.kind is not PolicyKind.POLICY or bool(policy.issue_number) or "kind" in source.header


def _other_name(policy: Policy, register: Register) -> list[str]:
    """Say where the register knows this document under another file name: alerts look for its articles under that one."""
    known = [document for document in register.documents.values() if document.stem]
    if policy.kind is not PolicyKind.POLICY or any(document.stem == policy.stem for document in known):
        return []
    same = [document for document in known if name_of(document.title) == name_of(policy.title)]
    return [
        f"政策目录里《{document.title}》的文本名为“{document.stem}”，同一文本请改用这个文件名，预警才能引用"
        for document in same
        if policy.issued is not None and document.issued == policy.issued.isoformat()
    ]


def _notices(stem: str, articles: Sequence[PolicyArticle], register: Register) -> list[str]:
    """Say which articles are missing, or are named and do not exist; of a text with gaps the second cannot be told."""
    numbers = {article_number(article.number) for article in articles}
    if not numbers:
        return []
    if missing := missing_articles(article.number for article in articles):
        return [_missing(missing, articles[-1].number)]
    held = {article.number for article in articles}
    cited = [
        f"政策目录的 {fact.id} 引用{number}，这份文件没有这一条"
        for fact in register.policies.values()
        if fact.document.stem == stem
        for number in fact.articles
        if number not in held
    ]
    summed = [
        f"概括 {key} 没有对应的条文"
        for key in register.gists
        if key.partition("#")[0] == stem and key.partition("#")[2] not in held
    ]
    return [*cited, *summed, *_dangling(articles, len(numbers))]


def listed(labels: Sequence[str]) -> str:
    """Name the first five of some articles, and how many they are where there are more."""
    return "、".join(labels[:_MOST_MISSING]) + (f" 等 {len(labels)} 条" if len(labels) > _MOST_MISSING else "")


def _missing(labels: Sequence[str], last: str) -> str:
    return f"条文编到{last}，其中没有{listed(labels)}：请核对原文是否漏排、识别有误，或条号没有另起一行；只收节选的可以不理会"


def _dangling(articles: Sequence[PolicyArticle], last: int) -> list[str]:
    return [
        f"{article.number}提到的第{match[1]}条不存在（全文共 {last} 条）"
        for article in articles
        for match in _REFERRED.finditer(article.text)
        if article_number(f"第{match[1]}条") > last
    ]
