"""Published policies, their articles, and the shipped register of facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

__all__ = [
    "Policy",
    "PolicyArticle",
    "PolicyBasis",
    "PolicyDocument",
    "PolicyFact",
    "Publication",
    "Verdict",
    "Verification",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One published document in the library. `stem` is the stem of the imported file; keys of articles start with it."""

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
        return {"V": "已核对原文", "S": "据公开报道", "U": "待核实"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """One published document as the register knows it.

    `issued` is an ISO date, shorter where the source gives less. `valid_from` and `valid_to` are the first and the last day
    in force, `None` where no such day is known. `stem` is the stem of the file under which the text may be imported.
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

    @property
    def verified(self) -> bool:
        """Whether the fact may be shown as verified."""
        return self.verification is not Verification.UNVERIFIED

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


class Verdict(StrEnum):
    """Whether this office may publish."""

    ALLOWED_LOCAL = "allowed_local"
    RESERVED_NATIONAL = "reserved_national"
    CHECK = "check"

    @property
    def word(self) -> str:
        """The verdict in the interface."""
        return {"allowed_local": "本局可发布", "reserved_national": "须由国家层面发布", "check": "发布权限待核对"}[
            self.value
        ]


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
