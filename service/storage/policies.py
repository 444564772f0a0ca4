"""The imported policy library."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, delete, insert, select

from service.domain.policy import Policy, PolicyArticle
from service.storage.dialects import upsert
from service.storage.rows import one_record, records, values_of
from service.storage.schema import policies, policy_articles

__all__ = ["SqlPolicies"]


class SqlPolicies:
    """`service.ports.store.Policies` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def save(self, policy: Policy, articles: Sequence[PolicyArticle]) -> None:
        """Insert or replace a policy with all its articles."""
        upsert(self._connection, policies, [values_of(policy, policies)], keys=("stem",))
        self._connection.execute(delete(policy_articles).where(policy_articles.c.stem == policy.stem))
        if articles:
            self._connection.execute(
                insert(policy_articles), [values_of(article, policy_articles) for article in articles]
            )

    def listing(self) -> list[Policy]:
        """Return every policy in order of its stem."""
        return records(self._connection, Policy, select(policies).order_by(policies.c.stem))

    def article(self, key: str) -> PolicyArticle | None:
        """Return the article, or `None`."""
        return one_record(self._connection, PolicyArticle, select(policy_articles).where(policy_articles.c.key == key))

    def articles(self) -> Iterator[PolicyArticle]:
        """Return every article, policy by policy in order of position."""
        statement = select(policy_articles).order_by(policy_articles.c.stem, policy_articles.c.position)
        return iter(records(self._connection, PolicyArticle, statement))
