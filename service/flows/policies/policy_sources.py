"""Reads the bytes of a policy file: its text, what its header or its page says of it, and how a person says more."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from crawlers.gate import GateRefusal, repair_text
from crawlers.parsing.papers import read_paper
from crawlers.parsing.sandbox import ExtractionSandbox
from service.flows.policies.policy_given import KEYS, NAMES

__all__ = ["SUFFIXES", "PolicyFileError", "PolicySource", "read_source"]

SUFFIXES = (".md", ".txt", ".html", ".htm", ".docx", ".pdf")

_PAPERS = frozenset({".docx", ".pdf"})
_PAGES = frozenset({".html", ".htm"})
_LIMIT_BYTES = 8 * 2**20
_LIMIT_PAPER_BYTES = 32 * 2**20
_LIMIT_HEADER_LINES = 40
_TRACKED = "Word 文件里还有未接受的修订，已按全部接受后的文本读入；请对照公布的文本核对，或在 Word 中接受修订后再导入"
_MOST_PAGES = 10
_OLD_WORD = frozenset({".doc", ".wps", ".rtf", ".dot"})
_RARE_NUL = 20
"""Of so many bytes one may be NUL in a text."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_HEADER_MARK = re.compile(r"^-{3,}\s*$")
_HEADER_LINE = re.compile(r"^(?P<key>[^:：]{1,20})[:：]\s*(?P<value>.*)$")


class PolicyFileError(ValueError):
    """A file is not taken; `line` is where, 0 for the file as a whole. The sentence (Chinese) says what to do."""

    def __init__(self, sentence: str, line: int = 0) -> None:
        """Keep sentence and line."""
        super().__init__(f"第 {line} 行：{sentence}" if line else sentence)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySource:
    """What a file holds: its text from `first_line` on, what its header says with the line, and what its page says.

    `form` is true where a person fills in a form beside it, and false where they write a header or a command. `notices`
    say what to look at in how it was read.
    """

    text: str
    suffix: str
    sha256: str
    header: Mapping[str, tuple[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    first_line: int = 1
    title: str | None = None
    issued: date | None = None
    body: str | None = None
    form: bool = False
    notices: tuple[str, ...] = ()

    def said(self, key: str) -> str | None:
        """Return what a person says under a key of `KEYS`, `None` where they say nothing."""
        return self.header.get(key, ("", 0))[0] or None

    def with_given(self, given: Mapping[str, str]) -> "PolicySource":
        """Return the source with more lines of a header, by their names.

        Raises:
            PolicyFileError: A name is none.
        """
        unknown = next((name for name in given if name.strip() not in KEYS), None)
        if unknown is not None:
            raise PolicyFileError(f"--set 的“{unknown[:20]}”无法识别，可用的是 {'、'.join(NAMES)}")
        header = {KEYS[name.strip()]: (value.strip(), 0) for name, value in given.items()}
        return replace(self, header={**self.header, **header})

    def how(self, key: str, value: str) -> str:
        """Say how a person describes the file: in the form, at its beginning where one can write there, else with the command."""
        if self.form:
            return f"在下面填写“{key}”，如 {value}"
        if self.suffix in {".md", ".txt"}:
            return f"在文件开头写“---”、“{key}: {value}”、“---”三行"
        return f"单独导入这份文件，命令后加 --set {key}={value}"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "text": self.text,
            "suffix": self.suffix,
            "sha256": self.sha256,
            "header": {key: [value, line] for key, (value, line) in self.header.items()},
            "first_line": self.first_line,
            "title": self.title,
            "issued": self.issued.isoformat() if self.issued else None,
            "body": self.body,
            "notices": list(self.notices),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any], *, form: bool) -> Self:
        """Return what `to_json` wrote."""
        read = dict(values)
        read["header"] = {key: (str(value), int(line)) for key, (value, line) in values["header"].items()}
        read["issued"] = date.fromisoformat(values["issued"]) if values["issued"] else None
        read["notices"] = tuple(values.get("notices", ()))
        return cls(**read, form=form)


def read_source(file: Path, *, now: datetime) -> PolicySource:
    """Read one file, bounded in size, pages and time: papers and pages are read by a child process with limits of its own.

    Raises:
        PolicyFileError: The file is not to be taken.
        OSError, ValueError: It cannot be read.
    """
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        instead = "；请在 Word 或 WPS 中打开，另存为 .docx 再导入" if suffix in _OLD_WORD else ""
        raise PolicyFileError(f"不支持的格式 {suffix or '（无扩展名）'}，可用的是 {'、'.join(SUFFIXES)}{instead}")
    limit = _LIMIT_PAPER_BYTES if suffix in _PAPERS else _LIMIT_BYTES
    if file.stat().st_size > limit:
        raise PolicyFileError(f"文件超过 {limit // 2**20} MiB")
    raw = file.read_bytes()
    if not raw.strip():
        raise PolicyFileError("文件是空的")
    read = PolicySource(text="", suffix=suffix, sha256=hashlib.sha256(raw).hexdigest())
    if suffix in _PAPERS:
        paper = read_paper(raw, suffix)
        notices = [_TRACKED] if paper.tracked else []
        if paper.scanned:
            listed = "、".join(map(str, paper.scanned[:_MOST_PAGES])) + (
                "等" if len(paper.scanned) > _MOST_PAGES else ""
            )
            notices.append(f"PDF 第 {listed} 页是图片，没有读到文字；其中有条文的，请先做文字识别再导入")
        return _with_header(replace(read, notices=tuple(notices)), paper.text)
    if suffix in _PAGES:
        return _page(read, raw, now)
    return _with_header(read, _decoded(raw))


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError as error:
            told = (
                f"开头说是 UTF-16，第 {error.start} 字节起却读不出，文件不完整或已损坏；请重新取得原件，或另存为 UTF-8"
            )
            raise PolicyFileError(told) from None
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


def _page(read: PolicySource, raw: bytes, now: datetime) -> PolicySource:
    with ExtractionSandbox() as sandbox:
        article = sandbox.extract(raw, now=now)
    if isinstance(article, GateRefusal):
        raise PolicyFileError(f"网页无法读取：{article.reason}，{article.detail}")
    issued = article.published.date() if article.published else None
    return replace(read, text=_visible(article.body), title=article.title or None, issued=issued, body=article.origin)


def _visible(text: str) -> str:
    """Return `text` without the characters that web pages put between others and nobody sees: they would hide 第一条 and part quotations."""
    return _INVISIBLE.sub("", text)


def _with_header(read: PolicySource, whole: str) -> PolicySource:
    text = _visible(repair_text(whole))
    lines = text.splitlines()
    if not lines or not _HEADER_MARK.match(lines[0]):
        return replace(read, text=text)
    header: dict[str, tuple[str, int]] = {}
    for at, line in enumerate(lines[1 : _LIMIT_HEADER_LINES + 1], start=2):
        if _HEADER_MARK.match(line):
            return replace(read, text="\n".join(lines[at:]), header=header, first_line=at + 1)
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
