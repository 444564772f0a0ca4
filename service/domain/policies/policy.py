"""Published policies, their articles, and the shipped register of facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from service.domain.policies.checks import OPEN_WORD, Check

__all__ = [
    "ArticleGist",
    "Policy",
    "PolicyArticle",
    "PolicyBasis",
    "PolicyDocument",
    "PolicyFact",
    "PolicyKind",
    "PolicyLevel",
    "PolicyVersion",
    "Publication",
    "Standing",
    "Verdict",
    "Verification",
    "is_note",
]


class PolicyLevel(StrEnum):
    """Rank of a published document, highest first."""

    LAW = "law"
    REGULATION = "regulation"
    JUDICIAL = "judicial"
    RULE = "rule"
    LOCAL_REGULATION = "local_regulation"
    LOCAL_RULE = "local_rule"
    NORMATIVE = "normative"

    @property
    def word(self) -> str:
        """The rank in the interface."""
        return {
            "law": "法律",
            "regulation": "行政法规",
            "judicial": "司法解释",
            "rule": "部门规章",
            "local_regulation": "地方性法规",
            "local_rule": "地方政府规章",
            "normative": "规范性文件",
        }[self.value]


class PolicyKind(StrEnum):
    """What a document of the library is: only a policy binds; an interpretation explains one, a draft is not in force yet."""

    POLICY = "policy"
    INTERPRETATION = "interpretation"
    DRAFT = "draft"

    @property
    def word(self) -> str:
        """The kind in the interface."""
        return {"policy": "政策文件", "interpretation": "解读", "draft": "征求意见稿"}[self.value]


class Standing(StrEnum):
    """Whether a document binds on a day; what is not known is not claimed."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    NOT_BINDING = "not_binding"

    @property
    def word(self) -> str:
        """The standing in the interface."""
        return {
            "in_force": "现行有效",
            "not_yet": "尚未施行",
            "expired": "已失效",
            "unknown": f"效力{OPEN_WORD}",
            "not_binding": "不具约束力",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One published document in the library. `stem` is the stem of the imported file; keys of articles start with it.

    `region` is a GB/T 2260 code of six digits, `None` for the whole country. `version` counts the texts that were taken
    under this stem; `source_id` names the source that a crawled one came from, `None` where a person brought the file.
    """

    stem: str
    title: str
    issue_number: str | None = None
    body: str | None = None
    issued: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    superseded_by: str | None = None
    text_hash: str = ""
    extras: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    kind: PolicyKind = PolicyKind.POLICY
    level: PolicyLevel | None = None
    region: str | None = None
    url: str | None = None
    source_id: str | None = None
    version: int = 1
    imported_at: datetime | None = None
    imported_by: str | None = None

    def standing(self, on: date) -> Standing:
        """Return whether the document binds on that day."""
        if self.kind is not PolicyKind.POLICY:
            return Standing.NOT_BINDING
        if self.valid_to is not None and self.valid_to < on:
            return Standing.EXPIRED
        if self.valid_from is None:
            return Standing.UNKNOWN
        return Standing.IN_FORCE if self.valid_from <= on else Standing.NOT_YET


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One text that was taken under a stem, kept when a later one replaces it. `text` is what the file said, in full."""

    stem: str
    version: int
    title: str
    text_hash: str
    text: str
    imported_at: datetime
    imported_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleGist:
    """What one article demands, in this project's own words; never shown as the article's text. `source` says what was read."""

    key: str
    gist: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyArticle:
    """One article 条 of a policy, verbatim as imported. `key` is `<stem>#第N条`; `position` orders within the policy."""

    key: str
    stem: str
    number: str
    position: int
    chapter: str | None
    text: str


class Verification(StrEnum):
    """How well a fact of the register is known."""

    READ = "V"
    SECONDARY = "S"
    UNVERIFIED = "U"

    @property
    def word(self) -> str:
        """The code in the interface."""
        return {"V": "已核对原文", "S": "据公开报道", "U": OPEN_WORD}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """One published document as the register knows it.

    `issued` is an ISO date, shorter where the source gives less. `valid_from` and `valid_to` are the first and the last
    day in force, `None` where no such day is known. `stem` is the stem of the file under which the text may be
    imported.
    """

    id: str
    title: str
    issue_number: str | None = None
    body: str | None = None
    issued: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    superseded_by: str | None = None
    stem: str | None = None
    unverified: tuple[str, ...] = ()
    level: PolicyLevel | None = None
    check: Check | None = None

    @property
    def open_points(self) -> tuple[str, ...]:
        """What nobody has checked, shipped sources and the office's own check taken together."""
        return () if self.check is not None and self.check.holds else self.unverified

    def in_force(self, on: date) -> bool:
        """Tell whether the document was in force on that day; an unknown first day counts as past."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFact:
    """One duty of one document: what its articles demand, in this project's words, and how well that is known.

    `verified` is false where the duty or its limit is only recalled. `sources` are keys of the register's sources.
    """

    id: str
    document: PolicyDocument
    gist: str
    verification: Verification
    articles: tuple[str, ...] = ()
    limit: str | None = None
    duty: str | None = None
    publish: str | None = None
    unverified: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    check: Check | None = None

    @property
    def verified(self) -> bool:
        """Whether the fact may be shown as verified: what the office checked itself has the last word while it holds."""
        if self.check is not None and self.check.speaks:
            return self.check.holds
        return self.verification is not Verification.UNVERIFIED

    @property
    def mark(self) -> str:
        """How well the fact is known, in the interface's word."""
        if self.check is not None and self.check.speaks:
            return self.check.word
        return self.verification.word

    @property
    def open_points(self) -> tuple[str, ...]:
        """What nobody has checked, of the fact and of its document."""
        own = () if self.check is not None and self.check.holds else self.unverified
        return tuple(dict.fromkeys((*own, *self.document.open_points)))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its articles in the policy library, `<stem>#第N条`; empty where the text cannot be imported."""
        return tuple(f"{self.document.stem}#{article}" for article in self.articles) if self.document.stem else ()

    @property
    def citation(self) -> str:
        """Title, number and articles as a sentence quotes them."""
        number = f"（{self.document.issue_number}）" if self.document.issue_number else ""
        title = self.document.title
        quoted = title if title.startswith("《") else f"《{title}》"
        return f"{quoted}{number}{'、'.join(self.articles)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyBasis:
    """One policy that governs the answer to an event, and why it does."""

    policy_id: str
    title: str
    issue_number: str | None
    article: str | None
    article_keys: tuple[str, ...]
    gist: str
    limit: str | None
    verified: bool
    why: str

    def as_json(self) -> dict[str, Any]:
        """Return the entry as an alert keeps it."""
        return {
            "policy_id": self.policy_id,
            "title": self.title,
            "issue_number": self.issue_number,
            "article": self.article,
            "article_keys": list(self.article_keys),
            "gist": self.gist,
            "limit": self.limit,
            "verified": self.verified,
            "why": self.why,
        }


def is_note(entry: Mapping[str, Any]) -> bool:
    """Tell whether a matched entry has no article: it names a law that has ended, or whose matter it is, and nothing to quote."""
    return bool(entry.get("situation")) and not entry.get("article_keys")


class Verdict(StrEnum):
    """Whether this office may publish."""

    ALLOWED_LOCAL = "allowed_local"
    RESERVED_NATIONAL = "reserved_national"
    CHECK = "check"
    OTHER_BODY = "other_body"

    @property
    def word(self) -> str:
        """The verdict in the interface."""
        return {
            "allowed_local": "本局可发布",
            "reserved_national": "须由国家层面发布",
            "check": "发布权限待核对",
            "other_body": "由其他部门发布",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The publication-authority finding: may this office speak, on which basis, and what it can do otherwise."""

    verdict: Verdict
    sentence: str
    basis: str
    alternative: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the finding as an alert keeps it."""
        return {
            "verdict": self.verdict.value,
            "sentence": self.sentence,
            "basis": self.basis,
            "alternative": self.alternative,
        }
