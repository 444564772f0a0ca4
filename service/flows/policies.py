"""The policy library: import texts, split into articles, and offer them for matching with their days in force."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from analysis.articles import Article, split_articles
from analysis.retrieval import ArticleIndex, Validity
from service.domain.policy import Policy, PolicyArticle
from service.domain.register import Register
from service.ports.store import Store

__all__ = ["LIBRARY_CHANGED", "LibraryReport", "import_policies", "load_index"]

LIBRARY_CHANGED = "policies.changed"
"""Name of the stored value that every import changes."""

_LIMIT_BYTES = 8 * 1024 * 1024
_DATED = re.compile(r"^(?P<title>.+?)[(（](?P<day>\d{4}-\d{2}-\d{2})[)）]$")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryReport:
    """What was taken: policies and articles; `refused` holds one sentence per file that was not."""

    policies: int
    articles: int
    refused: tuple[str, ...]


def import_policies(store: Store, path: Path, *, register: Register, actor: str, now: datetime) -> LibraryReport:
    """Take one Markdown or text file, or every such file of a folder; a file imported again replaces its text.

    Raises:
        FileNotFoundError: there is nothing at `path`.
    """
    taken: list[tuple[Policy, list[PolicyArticle]]] = []
    refused: list[str] = []
    for file in _files(path):
        try:
            taken.append(_read(file, register))
        except (OSError, ValueError) as error:
            refused.append(f"{file.name}：{error}")
    with store.write() as work:
        for policy, articles in taken:
            work.policies.save(policy, articles)
            detail = {"articles": len(articles), "sha256": policy.text_hash}
            work.audit.append(
                actor=actor, action="policy.imported", subject=f"policy:{policy.stem}", detail=detail, now=now
            )
        if taken:
            work.set_value(LIBRARY_CHANGED, now.isoformat())
    return LibraryReport(
        policies=len(taken), articles=sum(len(articles) for _, articles in taken), refused=tuple(refused)
    )


def load_index(store: Store, tokenize: Callable[[str], Sequence[str]]) -> ArticleIndex:
    """Return the imported articles, ready for matching, each with the days its policy is in force."""
    with store.read() as work:
        policies = work.policies.listing()
        held = list(work.policies.articles())
    articles = [Article(key=one.key, number=one.number, chapter=one.chapter or "", text=one.text) for one in held]
    validity = {
        policy.stem: Validity(since=policy.valid_from, until=policy.valid_to + _DAY if policy.valid_to else None)
        for policy in policies
    }
    return ArticleIndex(articles, tokenize, validity)


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise FileNotFoundError(f"{path} 不存在")
    if path.is_file():
        yield path
        return
    yield from sorted(file for file in path.iterdir() if file.suffix in {".md", ".txt"} and file.name != "SOURCE.txt")


def _read(file: Path, register: Register) -> tuple[Policy, list[PolicyArticle]]:
    raw = file.read_bytes()
    if len(raw) > _LIMIT_BYTES:
        raise ValueError(f"文件超过 {_LIMIT_BYTES // 1024 // 1024} MiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"不是 UTF-8 文本（第 {error.start} 字节）") from error
    articles = split_articles(text, file.stem)
    policy = replace(_describe(file.stem, register), text_hash=hashlib.sha256(raw).hexdigest())
    return policy, [
        PolicyArticle(
            key=article.key,
            stem=file.stem,
            number=article.number,
            position=position,
            chapter=article.chapter or None,
            text=article.text,
        )
        for position, article in enumerate(articles)
    ]


def _describe(stem: str, register: Register) -> Policy:
    known = next((document for document in register.documents.values() if document.stem == stem), None)
    dated = _DATED.match(stem)
    issued = date.fromisoformat(dated["day"]) if dated else None
    if known is None:
        # Without a record of when it came into force, the day of issue is the earliest it can have been.
        return Policy(stem=stem, title=dated["title"] if dated else stem, issued=issued, valid_from=issued)
    return Policy(
        stem=stem,
        title=known.title,
        issue_number=known.issue_number,
        body=known.body,
        issued=issued,
        valid_from=known.valid_from,
        valid_to=known.valid_to,
        superseded_by=known.superseded_by,
    )
