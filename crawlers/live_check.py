"""The live check (上线检查) of a source: one real, gentle visit, and whether what it brought is enough to switch the source on.

The visit is an ordinary one (robots rules, delays, gate, kill switch, sandbox; documents are stored), but reads the
list as if nothing of it were known, so that a second check sees as much as the first.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crawlers.catalogue.declaration import Declaration
from crawlers.gate import GateRefusal
from crawlers.pages import UNREAD
from crawlers.ports import CrawlState, DocumentSink, KeptFile, PutResult, QuarantineEntry, SourceProgress
from crawlers.records import Document, Source
from crawlers.remembered import DAY, REQUESTS
from crawlers.visits.conclusion import CUT_SHORT, NO_FAULT, SourceReport

__all__ = ["CHECK_ARTICLES", "CHECK_WORDS", "Brought", "LiveChecks", "Verdict", "gently", "verdict"]

CHECK_ARTICLES = 3
CHECK_WORDS = 3
# What a day's allowance has cost stays remembered; all else would make the list look shorter than it is.
_KEPT = (DAY, REQUESTS)


@dataclass(slots=True)
class Brought:
    """What a visit handed on: documents, and how many of them have a title and a published time."""

    documents: int = 0
    titled: int = 0
    dated: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a live check came to; `passed` is `None` where the crawl, not the source, ended the visit too soon."""

    passed: bool | None
    reason: str | None = None


def verdict(source: Source, report: SourceReport, brought: Brought) -> Verdict:
    """Decide by one visit. Pure.

    Passed: the visit did not fail, listed at least `expect.min_items` (and one), at least one document has a title, and
    where times are to be had not all are missing. A visit cut short that brought all this has passed as well.
    """
    declared = Declaration.model_validate(dict(source.declaration))
    reason = _lacking(declared, report, brought)
    if report.failure_code in CUT_SHORT and reason is not None:
        return Verdict(None, report.failed)
    if report.failure_code is not None and report.failure_code not in NO_FAULT:
        return Verdict(passed=False, reason=report.failed)
    return Verdict(passed=reason is None, reason=reason)


def _lacking(declared: Declaration, report: SourceReport, brought: Brought) -> str | None:
    wanted = max(1, declared.expect.min_items)
    if report.listed < wanted:
        return report.failed or f"列表只列出 {report.listed} 条，至少应有 {wanted} 条。"
    if brought.documents == 0:
        causes = "、".join(f"{name} {count}" for name, count in report.dropped.items())
        return f"列出 {report.listed} 条，但没有取到一篇稿件{f'（{causes}）' if causes else ''}。"
    if brought.titled == 0:
        return f"取到的 {brought.documents} 篇稿件都读不出标题。"
    if brought.dated == 0 and _tells_times(declared):
        return f"取到的 {brought.documents} 篇稿件都读不出发布时间。"
    return None


def _tells_times(declared: Declaration) -> bool:
    if declared.kind == "hot_list":
        return False
    return declared.article.fetch or declared.kind == "feed" or bool(declared.list and declared.list.published)


def gently(source: Source, *, articles: int, words: int = 1) -> Source:
    """Return the source as a check or a test visits it: one page of the list, few words, few articles, never more than declared."""
    declared = Declaration.model_validate(dict(source.declaration))
    declaration: dict[str, Any] = dict(source.declaration)
    for group, limits in {
        "politeness": {"max_articles": min(articles, declared.politeness.max_articles)},
        "paging": {"max_pages": 1},
        "search": {"per_visit": min(words, declared.search.per_visit)},
        "sitemap": {"max_files": min(3, declared.sitemap.max_files)},
    }.items():
        declaration[group] = {**dict(declaration.get(group) or {}), **limits}
    return replace(source, declaration=declaration)


@dataclass(frozen=True, slots=True)
class LiveChecks:
    """The sources of a crawl that are visited for their live check, beside any number that are visited as always."""

    ids: Collection[str]
    brought: dict[str, Brought] = field(default_factory=dict)

    def as_visited(self, sources: Sequence[Source]) -> list[Source]:
        """Return the sources of the crawl, those under check as a check visits them."""
        return [
            gently(source, articles=CHECK_ARTICLES, words=CHECK_WORDS) if source.id in self.ids else source
            for source in sources
        ]

    def sink(self, make: Callable[[], DocumentSink]) -> Callable[[], DocumentSink]:
        """Return a factory of sinks that hand on everything and count what sources under check bring."""
        return lambda: _CountingSink(make(), self)

    def state(self, make: Callable[[], CrawlState]) -> Callable[[], CrawlState]:
        """Return a factory of memories in which nothing is known of sources under check."""
        return lambda: _FreshState(make(), self.ids)

    def note(self, documents: Sequence[Document]) -> None:
        """Count the documents of sources under check."""
        for document in documents:
            if document.source_id in self.ids and UNREAD not in document.extras:
                seen = self.brought.setdefault(document.source_id, Brought())
                seen.documents += 1
                seen.titled += bool(document.title.strip())
                seen.dated += document.published_at is not None

    def verdicts(self, sources: Sequence[Source], reports: Sequence[SourceReport]) -> Mapping[str, Verdict]:
        """Return what came of each check, by source id."""
        known = {source.id: source for source in sources}
        return {
            report.source_id: verdict(known[report.source_id], report, self.brought.get(report.source_id, Brought()))
            for report in reports
            if report.source_id in self.ids
        }


class _CountingSink:
    def __init__(self, under: DocumentSink, checks: LiveChecks) -> None:
        self._under = under
        self._checks = checks

    def put(self, documents: Sequence[Document]) -> PutResult:
        stored = self._under.put(documents)
        self._checks.note(documents)
        return stored

    def keep(self, file: KeptFile) -> GateRefusal | None:
        return self._under.keep(file)

    def quarantine(self, entries: Sequence[QuarantineEntry]) -> None:
        self._under.quarantine(entries)


class _FreshState:
    def __init__(self, under: CrawlState, ids: Collection[str]) -> None:
        self._under = under
        self._ids = ids

    def progress(self, source_id: str) -> SourceProgress:
        known = self._under.progress(source_id)
        if source_id not in self._ids:
            return known
        memory = {name: known.memory[name] for name in _KEPT if name in known.memory}
        return replace(known, etag=None, last_modified=None, list_hash=None, memory=memory)

    def save_progress(self, progress: SourceProgress) -> None:
        self._under.save_progress(progress)

    def unseen(self, source_id: str, native_ids: Sequence[str]) -> set[str]:
        return set(native_ids) if source_id in self._ids else self._under.unseen(source_id, native_ids)
