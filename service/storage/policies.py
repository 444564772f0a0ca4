"""The imported policy library, its links, and the office's checks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select

from service.domain.policies.checks import Check
from service.domain.policies.library import ArticleHit, LibraryQuery, PolicyLink
from service.domain.policies.policy import Policy, PolicyArticle, PolicyKind, PolicyVersion, Standing
from service.storage.dialects import insert_new, upsert
from service.storage.rows import one_record, records, rows_of, values_of
from service.storage.schema import policies, policy_articles, policy_checks, policy_links, policy_versions

__all__ = ["SqlPolicies"]

_CHECK_COLUMNS = [column for column in policy_checks.columns if column.name != "seq"]


class SqlPolicies:
    """`service.ports.policies.Policies` within one transaction."""

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

    def keep_version(self, version: PolicyVersion) -> None:
        """Keep a text that was taken; one of the same stem and version is kept as it is."""
        insert_new(self._connection, policy_versions, [values_of(version, policy_versions)], keys=("stem", "version"))

    def get(self, stem: str) -> Policy | None:
        """Return the policy, or `None`."""
        return one_record(self._connection, Policy, select(policies).where(policies.c.stem == stem))

    def listing(self) -> list[Policy]:
        """Return every policy in order of its stem."""
        return records(self._connection, Policy, select(policies).order_by(policies.c.stem))

    def called(self, name: str) -> list[Policy]:
        """Return the policies whose title holds `name`, or whose stem or number it is; in order of their stem."""
        p = policies.c
        meant = or_(p.title.contains(name, autoescape=True), p.issue_number == name, p.stem == name)
        return records(self._connection, Policy, select(policies).where(meant).order_by(p.stem))

    def article(self, key: str) -> PolicyArticle | None:
        """Return the article, or `None`."""
        return one_record(self._connection, PolicyArticle, select(policy_articles).where(policy_articles.c.key == key))

    def articles(self) -> Iterator[PolicyArticle]:
        """Return every article, policy by policy in order of position."""
        statement = select(policy_articles).order_by(policy_articles.c.stem, policy_articles.c.position)
        return iter(records(self._connection, PolicyArticle, statement))

    def articles_of(self, stem: str) -> list[PolicyArticle]:
        """Return the articles of one policy in order."""
        chosen = select(policy_articles).where(policy_articles.c.stem == stem).order_by(policy_articles.c.position)
        return records(self._connection, PolicyArticle, chosen)

    def article_counts(self) -> Mapping[str, int]:
        """Return how many articles each policy has, by stem."""
        statement = select(policy_articles.c.stem, func.count()).group_by(policy_articles.c.stem)
        return dict(self._connection.execute(statement).all())

    def versions(self, stem: str) -> list[PolicyVersion]:
        """Return the texts that were taken under a stem, newest first."""
        chosen = select(policy_versions).where(policy_versions.c.stem == stem)
        return records(self._connection, PolicyVersion, chosen.order_by(policy_versions.c.version.desc()))

    def find(self, query: LibraryQuery) -> list[Policy]:
        """Return documents in which every word stands; in order of their stem."""
        v = policy_versions.c
        current = and_(v.stem == policies.c.stem, v.version == policies.c.version)
        statement = select(policies).outerjoin(policy_versions, current).where(*_asked(query))
        for word in query.words:
            places = (policies.c.title, policies.c.issue_number, policies.c.body, v.text)
            statement = statement.where(or_(*(place.contains(word, autoescape=True) for place in places)))
        return records(self._connection, Policy, statement.order_by(policies.c.stem).limit(query.limit))

    def find_articles(self, query: LibraryQuery) -> list[ArticleHit]:
        """Return articles that hold at least one word themselves, the others standing in article or title; in order of key."""
        if not query.words:
            return []
        a = policy_articles.c
        own = [or_(a.text.contains(w, autoescape=True), a.number == w) for w in query.words]
        near = [
            or_(hit, policies.c.title.contains(w, autoescape=True)) for hit, w in zip(own, query.words, strict=True)
        ]
        chosen = (
            select(policy_articles)
            .join(policies, policies.c.stem == a.stem)
            .where(or_(*own), *near, *_asked(query))
            .order_by(a.stem, a.position)
            .limit(query.limit)
        )
        found = records(self._connection, PolicyArticle, chosen)
        stems = {article.stem for article in found}
        held = {stem: policy for stem in stems if (policy := self.get(stem)) is not None}
        return [ArticleHit(policy=held[article.stem], article=article) for article in found]

    def save_link(self, link: PolicyLink) -> None:
        """Insert or replace a link."""
        upsert(self._connection, policy_links, [values_of(link, policy_links)], keys=("stem", "about", "kind"))

    def links(self, stem: str | None = None) -> list[PolicyLink]:
        """Return every link, or those from or to one document."""
        statement = select(policy_links).order_by(policy_links.c.about, policy_links.c.stem, policy_links.c.kind)
        if stem is not None:
            statement = statement.where(or_(policy_links.c.stem == stem, policy_links.c.about == stem))
        return records(self._connection, PolicyLink, statement)

    def add_check(self, check: Check) -> None:
        """Append a check."""
        values = {column.name: getattr(check, column.name) for column in _CHECK_COLUMNS}
        self._connection.execute(insert(policy_checks), values)

    def checks(self) -> dict[str, Check]:
        """Return the latest check of each subject."""
        statement = select(*_CHECK_COLUMNS).order_by(policy_checks.c.seq)
        return {row["subject"]: Check(**row) for row in rows_of(self._connection, statement)}

    def checks_of(self, subject: str) -> list[Check]:
        """Return every check of one subject, newest first."""
        chosen = select(*_CHECK_COLUMNS).where(policy_checks.c.subject == subject)
        return records(self._connection, Check, chosen.order_by(policy_checks.c.seq.desc()))

    def text_hashes(self) -> dict[str, str]:
        """Return the hash of the stored text of each policy, by stem."""
        statement = select(policies.c.stem, policies.c.text_hash)
        return dict(self._connection.execute(statement).all())


def _asked(query: LibraryQuery) -> list[ColumnElement[Any]]:
    p = policies.c
    conditions: list[ColumnElement[Any]] = []
    if query.kind is not None:
        conditions.append(p.kind == query.kind)
    if query.level is not None:
        conditions.append(p.level == query.level)
    if query.region is not None:
        own = p.region == query.region
        conditions.append(or_(own, p.region.is_(None)) if query.national else own)
    if query.standing is not None:
        conditions.append(_stands(query.standing, query.on))
    return conditions


def _stands(standing: Standing, on: date) -> ColumnElement[Any]:
    p = policies.c
    binding = p.kind == PolicyKind.POLICY
    over = and_(p.valid_to.is_not(None), p.valid_to < on)
    lives = and_(binding, or_(p.valid_to.is_(None), p.valid_to >= on))
    match standing:
        case Standing.IN_FORCE:
            return and_(lives, p.valid_from <= on)
        case Standing.NOT_YET:
            return and_(lives, p.valid_from > on)
        case Standing.UNKNOWN:
            return and_(lives, p.valid_from.is_(None))
        case Standing.EXPIRED:
            return and_(binding, over)
        case Standing.NOT_BINDING:
            return p.kind != PolicyKind.POLICY
