"""The policy library as flows ask for it: documents with their articles and earlier texts, links, and the office's checks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from service.domain.policies.checks import Check
from service.domain.policies.library import ArticleHit, LibraryQuery, PolicyLink
from service.domain.policies.policy import Policy, PolicyArticle, PolicyVersion

__all__ = ["Policies"]


class Policies(Protocol):
    """The imported policy library."""

    def save(self, policy: Policy, articles: Sequence[PolicyArticle]) -> None:
        """Insert or replace a policy with all its articles."""
        ...

    def keep_version(self, version: PolicyVersion) -> None:
        """Keep a text that was taken; one of the same stem and version is kept as it is."""
        ...

    def get(self, stem: str) -> Policy | None: ...  # noqa: D102
    def listing(self) -> list[Policy]: ...  # noqa: D102
    def called(self, name: str) -> list[Policy]:
        """Return the policies whose title holds `name`, or whose stem or number it is; in order of their stem."""
        ...

    def article(self, key: str) -> PolicyArticle | None: ...  # noqa: D102
    def articles(self) -> Iterator[PolicyArticle]: ...  # noqa: D102
    def articles_of(self, stem: str) -> list[PolicyArticle]:
        """Return the articles of one policy in order."""
        ...

    def article_counts(self) -> Mapping[str, int]:
        """Return how many articles each policy has, by stem."""
        ...

    def versions(self, stem: str) -> list[PolicyVersion]:
        """Return the texts that were taken under a stem, newest first."""
        ...

    def find(self, query: LibraryQuery) -> list[Policy]:
        """Return documents in which every word stands, in title, number, issuing body or current text; in order of their stem."""
        ...

    def find_articles(self, query: LibraryQuery) -> list[ArticleHit]:
        """Return articles that hold at least one word themselves, the others standing in article or title; in order of key."""
        ...

    def save_link(self, link: PolicyLink) -> None:
        """Insert or replace a link."""
        ...

    def links(self, stem: str | None = None) -> list[PolicyLink]:
        """Return every link, or those from or to one document."""
        ...

    def add_check(self, check: Check) -> None:
        """Append a check."""
        ...

    def checks(self) -> dict[str, Check]:
        """Return the latest check of each subject."""
        ...

    def checks_of(self, subject: str) -> list[Check]:
        """Return every check of one subject, newest first."""
        ...

    def text_hashes(self) -> dict[str, str]:
        """Return the hash of the stored text of each policy, by stem."""
        ...
