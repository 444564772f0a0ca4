"""Looking again at the documents of open events: what is due, and what the answers change.

That an original is gone is a signal for people; nothing acts on it by itself.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawlers.records import Engagement, Source
from crawlers.schedule.looks import Answer, Look, LookState, answered, first_look, is_flat
from crawlers.second_look import Errand, PageAgain, Seen
from service.ports.fetching import Relook
from service.ports.store import Store, Work

__all__ = ["LOOK_EVERY", "LooksTaken", "plan_looks", "take_looks"]

LOOK_EVERY = timedelta(seconds=60)
"""How often a crawl process asks what is due."""

# With a delay of 5 s, a pass of a source takes at most a quarter of its minute from the lists.
_PAGES_OF_A_SOURCE = 3
_PAGES_OF_A_PASS = 60
_OPEN_EVENTS = 500
_COUNTS = ("views", "likes", "comments", "reposts")


@dataclass(slots=True)
class LooksTaken:
    """Counts of what a pass of looks found."""

    looked: int = 0
    gone: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)


def plan_looks(store: Store, sources: Sequence[Source], *, now: datetime) -> list[Errand]:
    """Return what is to be looked at again: documents of open alerts' events, of sources whose pages are fetched.

    A document that is new to this is given its first look time. At most three pages of a source and sixty in all.
    """
    known = {source.id: source for source in sources if _fetches_pages(source)}
    with store.write() as work:
        events = [alert.event_id for alert in work.alerts.open(limit=_OPEN_EVENTS)]
        if not events or not known:
            return []
        fresh = work.looks.not_begun(events, list(known), limit=_PAGES_OF_A_PASS)
        work.looks.save_all([_begun(one, now) for one in fresh])
        due = work.looks.due(events, now=now, limit=4 * _PAGES_OF_A_PASS)
        return _errands(work, due, known)


def take_looks(store: Store, seen: Sequence[Seen]) -> LooksTaken:
    """Keep what was seen, with an audit row where an original went or came back; what was due and not reached stays due."""
    taken = LooksTaken()
    if not seen:
        return taken
    with store.write() as work:
        looks = work.looks.get_all([one.document_id for one in seen])
        moved = [_moved(work, looks[one.document_id], one) for one in seen if one.document_id in looks]
        work.looks.save_all([after for _, after in moved])
        for before, after in moved:
            taken.looked += 1
            if before.state is not after.state:
                _tell(work, before, after, taken)
    return taken


def _moved(work: Work, look: Look, seen: Seen) -> tuple[Look, Look]:
    # Both are ahead only where the clock was set back: the looks begin anew with this one.
    look = replace(look, since=min(look.since, seen.at))
    document = work.documents.get(look.document_id)
    published = document.happened_at if document is not None else look.since
    if published > seen.at:
        published = look.since
    flat = seen.answer is Answer.LIVE and _hardly_grew(work, look, seen.engagement)
    return look, answered(look, seen.answer, published_at=published, now=seen.at, flat=flat)


def _hardly_grew(work: Work, look: Look, engagement: Engagement | None) -> bool:
    if engagement is None:
        return False
    before = work.looks.counts_before(look.document_id, engagement.seen_at)
    return before is not None and is_flat(_counts(before), _counts(engagement))


def _counts(engagement: Engagement) -> dict[str, int | None]:
    return {name: getattr(engagement, name) for name in _COUNTS}


def _tell(work: Work, before: Look, after: Look, taken: LooksTaken) -> None:
    if after.state is LookState.GONE:
        action, told = "document.gone", taken.gone
    elif after.state is LookState.RESTORED:
        action, told = "document.restored", taken.restored
    else:
        return
    told.append(after.document_id)
    detail = {"source": after.source_id, "since": before.since.isoformat()}
    now = after.looked_at or after.since
    work.audit.append(actor="system", action=action, subject=f"document:{after.document_id}", detail=detail, now=now)


def _begun(relook: Relook, now: datetime) -> Look:
    look = relook.look
    # A source may date its pages ahead.
    published = min(relook.published_at, now)
    return first_look(look.document_id, look.source_id, published_at=published, now=now)


def _errands(work: Work, due: Sequence[Relook], known: Mapping[str, Source]) -> list[Errand]:
    pages: dict[str, list[Relook]] = defaultdict(list)
    for relook in due:
        held = pages[relook.look.source_id]
        if relook.look.source_id in known and len(held) < _PAGES_OF_A_SOURCE:
            held.append(relook)
    errands = []
    for source_id, relooks in pages.items():
        if relooks:
            asked = [relook.look.document_id for relook in relooks]
            again = tuple(_again(relook) for relook in relooks)
            canary = work.looks.canary(source_id, besides=asked)
            errands.append(Errand(source=known[source_id], pages=again, canary=canary))
    return errands


def _again(relook: Relook) -> PageAgain:
    return PageAgain(
        document_id=relook.look.document_id, native_id=relook.native_id, title=relook.title, url=relook.url
    )


def _fetches_pages(source: Source) -> bool:
    article = source.declaration.get("article")
    fetched = article.get("fetch", True) if isinstance(article, Mapping) else True
    return source.enabled and source.url is not None and bool(fetched) and source.kind in _PAGED


_PAGED = frozenset({"feed", "sitemap", "listing", "json_api", "search"})
