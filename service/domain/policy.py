"""Published policies, their articles, and the shipped register of facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

__all__ = ["Policy", "PolicyArticle"]


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
