"""Reads one file of a published document: its header, its text, its articles; what is wrong is said with the line."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from analysis.articles import article_lines, article_number, missing_articles, split_articles
from crawlers.gate import Refusal, repair_text
from crawlers.parsing.papers import read_paper
from crawlers.parsing.policy_facts import interpreted_in, issue_number_in
from crawlers.parsing.sandbox import ExtractionSandbox
from service.domain.library import kind_of, level_of, name_of, region_of
from service.domain.policy import Policy, PolicyArticle, PolicyKind, PolicyLevel
from service.domain.register import Register
from service.flows.policy_given import KEYS, NAMES

__all__ = ["SUFFIXES", "PolicyFile", "PolicyFileError", "articles_in", "effective_day", "read_policy_file"]

SUFFIXES = (".md", ".txt", ".html", ".htm", ".docx", ".pdf")

Member = TypeVar("Member", PolicyKind, PolicyLevel)

_LIMIT_BYTES = 8 * 2**20
_LIMIT_PAPER_BYTES = 32 * 2**20
_LIMIT_ARTICLES = 3000
_LIMIT_HEADER_LINES = 40
_RARE_NUL = 20
"""Of so many bytes one may be NUL in a text."""
_DATED = re.compile(r"^(?P<title>.+?)[(（](?P<day>\d{4}-\d{2}-\d{2})[)）]$")
_HEADER_MARK = re.compile(r"^-{3,}\s*$")
_HEADER_LINE = re.compile(r"^(?P<key>[^:：]{1,20})[:：]\s*(?P<value>.*)$")
_EFFECTIVE = re.compile(r"自\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*起\s*(?:施行|实施|执行|生效)")
_DAY = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_REFERRED = re.compile(r"本(?:法|条例|办法|规定|细则|规则)第([零〇一二三四五六七八九十百千]+)条")
_HEAD = 1500
_MOST_MISSING = 5
_NONE_GIVEN: Mapping[str, str] = MappingProxyType({})


class PolicyFileError(ValueError):
    """A file is not taken; `line` is where, 0 for the file as a whole. The sentence (Chinese) says what to do."""

    def __init__(self, sentence: str, line: int = 0) -> None:
        """Keep sentence and line."""
        super().__init__(f"第 {line} 行：{sentence}" if line else sentence)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """What was read: the document, its articles, the whole text, and what a person should look at though it is taken.

    `interprets` names the document that this one interprets, by title, number or stem.
    """

    policy: Policy
    articles: tuple[PolicyArticle, ...]
    text: str
    notices: tuple[str, ...] = ()
    interprets: str | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    text: str
    header: Mapping[str, tuple[str, int]]
    first_line: int
    title: str | None = None
    issued: date | None = None
    body: str | None = None


def read_policy_file(
    file: Path, register: Register, *, now: datetime, given: Mapping[str, str] = _NONE_GIVEN
) -> PolicyFile:
    """Read one file, bounded in size, pages and time; `given` are lines of a header for what has none, such as a page or a PDF.

    Raises:
        PolicyFileError: The file is not to be taken.
        OSError, ValueError: It cannot be read.
    """
    stem = file.stem
    source, raw = _source(file, now)
    source = _with_given(source, given)
    policy = _describe(stem, source, register)
    if policy.issued is None and policy.valid_from is None:
        raise PolicyFileError(
            f"缺少公布日期：请把文件命名为“标题(2019-08-26)”，或{_how(file, '公布日期', '2019-08-26')}"
        )
    if policy.valid_from and policy.valid_to and policy.valid_to < policy.valid_from:
        line = source.header.get("valid_to", ("", 0))[1]
        raise PolicyFileError(f"失效日期 {policy.valid_to} 早于施行日期 {policy.valid_from}", line)
    articles = articles_in(source.text, stem, first_line=source.first_line)
    if not articles and not _may_have_none(source, policy):
        raise PolicyFileError(
            f"没有找到条文：每条须另起一行、以“第一条”开头；不分条的通知、解读请{_how(file, '类别', '解读')}，通知写“政策文件”"
        )
    interprets = _given(source, "interprets")
    if interprets is None and policy.kind is PolicyKind.INTERPRETATION:
        interprets = interpreted_in(policy.title)
    return PolicyFile(
        policy=replace(policy, text_hash=hashlib.sha256(raw).hexdigest()),
        articles=articles,
        text=source.text,
        notices=(*_other_name(policy, register), *_notices(stem, articles, register)),
        interprets=interprets,
    )


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


def _how(file: Path, key: str, value: str) -> str:
    """Say how a person describes a file: at its beginning where one can write there, else with the command."""
    if file.suffix.lower() in {".md", ".txt"}:
        return f"在文件开头写“---”、“{key}: {value}”、“---”三行"
    return f"单独导入这份文件，命令后加 --set {key}={value}"


def _with_given(source: _Source, given: Mapping[str, str]) -> _Source:
    unknown = next((name for name in given if name.strip() not in KEYS), None)
    if unknown is not None:
        raise PolicyFileError(f"--set 的“{unknown[:20]}”无法识别，可用的是 {'、'.join(NAMES)}")
    header = {KEYS[name.strip()]: (value.strip(), 0) for name, value in given.items()}
    return replace(source, header={**source.header, **header})


def _source(file: Path, now: datetime) -> tuple[_Source, bytes]:
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise PolicyFileError(f"不支持的格式 {suffix or '（无扩展名）'}，可用的是 {'、'.join(SUFFIXES)}")
    limit = _LIMIT_PAPER_BYTES if suffix in {".docx", ".pdf"} else _LIMIT_BYTES
    if file.stat().st_size > limit:
        raise PolicyFileError(f"文件超过 {limit // 2**20} MiB")
    raw = file.read_bytes()
    if not raw.strip():
        raise PolicyFileError("文件是空的")
    if suffix in {".docx", ".pdf"}:
        return _with_header(read_paper(raw, suffix).text), raw
    if suffix in {".html", ".htm"}:
        return _page(raw, now), raw
    return _with_header(_decoded(raw)), raw


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    # One that strayed into a text is left out; a program or a picture is full of them.
    if raw.count(0) * _RARE_NUL > len(raw):
        raise PolicyFileError("不是文本文件，或已损坏")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = error.start
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        raise PolicyFileError(f"既不是 UTF-8 也不是 GB18030 文本（第 {place} 字节）") from None


def _page(raw: bytes, now: datetime) -> _Source:
    with ExtractionSandbox() as sandbox:
        article = sandbox.extract(raw, now=now)
    if isinstance(article, Refusal):
        raise PolicyFileError(f"网页无法读取：{article.reason}，{article.detail}")
    issued = article.published.date() if article.published else None
    return _Source(article.body, {}, 1, title=article.title or None, issued=issued, body=article.origin)


def _with_header(read: str) -> _Source:
    text = repair_text(read)
    lines = text.splitlines()
    if not lines or not _HEADER_MARK.match(lines[0]):
        return _Source(text, {}, 1)
    header: dict[str, tuple[str, int]] = {}
    for at, line in enumerate(lines[1 : _LIMIT_HEADER_LINES + 1], start=2):
        if _HEADER_MARK.match(line):
            return _Source("\n".join(lines[at:]), header, at + 1)
        if not line.strip():
            continue
        match = _HEADER_LINE.match(line.rstrip())
        key = KEYS.get(match["key"].strip()) if match else None
        if match is None or key is None:
            raise PolicyFileError(f"文件开头的“{line.strip()[:20]}”无法识别，可用的是 {'、'.join(NAMES)}", at)
        if key in header:
            raise PolicyFileError(f"文件开头的“{match['key'].strip()}”写了两次", at)
        header[key] = (match["value"], at)
    raise PolicyFileError("文件开头的“---”没有收尾的“---”", 1)


def _describe(stem: str, source: _Source, register: Register) -> Policy:
    known = next((document for document in register.documents.values() if document.stem == stem), None)
    dated = _DATED.match(stem)
    title = (
        _given(source, "title")
        or (known.title if known else None)
        or (dated["title"] if dated else source.title)
        or stem
    )
    kind = _member(source, "kind", PolicyKind) or kind_of(title)
    # The numbers that an interpretation names are those of the document that it interprets.
    own = "" if kind is PolicyKind.INTERPRETATION else f"{source.title or title}\n{source.text[:_HEAD]}"
    number = _given(source, "issue_number") or (known.issue_number if known else issue_number_in(own))
    body = _given(source, "body") or (known.body if known else source.body)
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
        valid_to=_day(source, "valid_to") or (known.valid_to if known else None),
        superseded_by=_given(source, "superseded_by") or (known.superseded_by if known else None),
        kind=kind,
        level=rank if kind is PolicyKind.POLICY else None,
        region=_region(source) or region_of(title, body),
        url=_given(source, "url"),
    )


def _given(source: _Source, key: str) -> str | None:
    return source.header.get(key, ("", 0))[0] or None


def _day(source: _Source, key: str) -> date | None:
    value, line = source.header.get(key, ("", 0))
    if not value:
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


def _member(source: _Source, key: str, members: type[Member]) -> Member | None:
    value, line = source.header.get(key, ("", 0))
    if not value:
        return None
    for member in members:
        if value in {member.value, member.word}:
            return member
    raise PolicyFileError(f"不认识的“{value}”，可用的是 {'、'.join(member.word for member in members)}", line)


def _region(source: _Source) -> str | None:
    value, line = source.header.get("region", ("", 0))
    if not value:
        return None
    if not re.fullmatch(r"\d{6}", value):
        raise PolicyFileError(f"地区“{value}”应为六位行政区划代码，如 360000", line)
    return value


def _may_have_none(source: _Source, policy: Policy) -> bool:
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


def _missing(labels: Sequence[str], last: str) -> str:
    named = "、".join(labels[:_MOST_MISSING]) + (f" 等 {len(labels)} 条" if len(labels) > _MOST_MISSING else "")
    return f"条文编到{last}，其中没有{named}：请核对原文是否漏排、识别有误，或条号没有另起一行；只收节选的可以不理会"


def _dangling(articles: Sequence[PolicyArticle], last: int) -> list[str]:
    return [
        f"{article.number}提到的第{match[1]}条不存在（全文共 {last} 条）"
        for article in articles
        for match in _REFERRED.finditer(article.text)
        if article_number(f"第{match[1]}条") > last
    ]
