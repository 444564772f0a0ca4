"""A person has a string taken out of a document, and of all that was derived from it: looked for first, hidden for good, proven gone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crawlers.records import DocumentKind
from service.domain.documents.hidden import HidingScope, fit_to_hide
from service.domain.people.person import Act, Person
from service.domain.refusal import NotFound, Refusal
from service.flows.acts import EVENTS, note, permit, reason_of
from service.flows.keeping.hidden_files import files_holding
from service.flows.telling.deliver import SEARCH, search_key
from service.ports.hiding import Found, HidingArea
from service.ports.search import Search, SearchQuery, SearchUnavailableError
from service.ports.store import Store, Work

__all__ = ["HIDDEN", "Beyond", "Proof", "hide_string", "look_for", "prove_gone", "refuse_told_in"]

HIDDEN = "document.hidden"
_PAGE = 100
_DEEPEST = 1000
_BACKUPS = 50
_PERSONS_WORDS = "理由中请不要写要隐去的内容：理由长期留在审计记录里"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """What lies outside of the store and may hold a string: the folder of briefings, and the search projection with its cutter."""

    briefings: Path | None = None
    search: Search | None = None
    cut: Callable[[str], Sequence[str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What still holds a string: in the store, in the projection (`None` where that does not answer), in files; backups may.

    `elsewhere` counts documents outside of the area that hold it too.
    """

    found: Found
    indexed: int | None
    elsewhere: int
    files: tuple[str, ...]
    backups: tuple[str, ...]

    @property
    def gone(self) -> bool:
        """Whether nothing that was looked at holds it; backups are not looked into."""
        return not (self.found.total or self.found.left or self.indexed is None or self.indexed or self.files)


def look_for(store: Store, person: Person, document_id: str, string: str, *, scope: HidingScope) -> Found:
    """Tell how often the string stands where it would be hidden, and what stays as it is; changes nothing.

    Raises:
        Forbidden: The role may not.
        NotFound: There is no such document.
        Refusal: Such a string cannot be hidden, or it does not stand in the document.
    """
    permit(person, Act.HIDE)
    fit = fit_to_hide(string)
    with store.read() as work:
        return _looked(work, document_id, fit, scope)[1]


def hide_string(
    store: Store,
    person: Person,
    document_id: str,
    string: str,
    *,
    reason: str,
    scope: HidingScope,
    authorless: bool,
    now: datetime,
) -> Found:
    """Hide the string in the person's name, for good, with the audit row in one transaction; the row holds a keyed hash of it.

    Judgements stay, as lengths do. The projection is brought up to date by the outbox.

    Raises:
        As `look_for` does; `Refusal` also where there is no reason, or the reason says what is to be hidden.
    """
    permit(person, Act.HIDE)
    fit = fit_to_hide(string)
    why = reason_of(reason, act="隐去内容")
    refuse_told_in(why, fit)
    with store.write() as work:
        work.alone(EVENTS)
        area, _ = _looked(work, document_id, fit, scope)
        found = work.hiding.hide(area, fit, authorless=authorless, now=now)
        versions = work.hiding.versions(found.documents or (document_id,))
        if versions:
            work.outbox.add(search_key(versions), SEARCH, {"documents": dict(versions)}, now=now)
        _note_each(work, person, area, _detail(work, found, fit, why, scope, authorless=authorless), document_id, now)
    return found


def refuse_told_in(reason: str, string: str) -> None:
    """Pass where the reason does not say what is to be hidden. Raises `Refusal`."""
    if string in reason:
        raise Refusal(_PERSONS_WORDS)


def prove_gone(store: Store, document_id: str, string: str, beyond: Beyond) -> Proof:
    """Look for the string everywhere that it can be looked for: in the event of the document, in the projection, in briefings.

    Raises:
        NotFound: There is no such document.
        Refusal: Such a string cannot be looked for.
    """
    fit = fit_to_hide(string)
    with store.read() as work:
        area = _area(work, document_id, HidingScope.EVENT)
        found = work.hiding.find(area, fit)
        backups = work.audit.rows(action="backup.made", limit=_BACKUPS)
    indexed, elsewhere = _indexed(beyond, area, fit)
    return Proof(
        found=found,
        indexed=indexed,
        elsewhere=elsewhere,
        files=tuple(files_holding(beyond.briefings, fit)),
        backups=tuple(dict.fromkeys(str(row.detail.get("file")) for row in backups)),
    )


def _area(work: Work, document_id: str, scope: HidingScope) -> HidingArea:
    area = work.hiding.area(document_id, whole_event=scope is HidingScope.EVENT)
    if area is None:
        raise NotFound("没有这篇稿件，可能链接已失效，请从事件页进入")
    return area


def _looked(work: Work, document_id: str, string: str, scope: HidingScope) -> tuple[HidingArea, Found]:
    document = work.documents.get(document_id)
    area = _area(work, document_id, scope)
    if document is not None and document.kind is DocumentKind.POLICY:
        raise Refusal("政策文件是公开发布的文件，已收入政策库，不在这里隐去内容")
    found = work.hiding.find(area, string)
    if not found.total:
        raise Refusal("这里没有找到要隐去的内容，请照稿件原文填写，一字不差")
    return area, found


def _detail(work: Work, found: Found, string: str, why: str, scope: HidingScope, *, authorless: bool) -> dict[str, Any]:
    return {
        "reason": why,
        "scope": scope.word,
        "places": found.total,
        "documents": list(found.documents),
        "counts": dict(found.places),
        "left": len(found.left),
        "authorless": authorless,
        "fingerprint": work.hiding.digest(string),
    }


def _note_each(
    work: Work, person: Person, area: HidingArea, detail: Mapping[str, Any], document_id: str, now: datetime
) -> None:
    """Write the act down with the event, where there is one: its page shows its own acts."""
    about = f"event:{area.events[0]}" if area.events else f"document:{document_id}"
    note(work, person, HIDDEN, about, {"document": document_id, **detail}, now)


def _indexed(beyond: Beyond, area: HidingArea, string: str) -> tuple[int | None, int]:
    """Return how many documents of the area the projection still shows with the string, and how many others."""
    words = tuple(beyond.cut(string)) if beyond.cut is not None else ()
    if beyond.search is None or not words:
        return 0, 0
    own = elsewhere = 0
    members = frozenset(area.documents)
    try:
        for offset in range(0, _DEEPEST, _PAGE):
            page = beyond.search.find(SearchQuery(tokens=words, limit=_PAGE, offset=offset))
            holding = [one.document for one in page.hits if _shows(one.document.title, one.document.text, string)]
            own += sum(one.document_id in members for one in holding)
            elsewhere += sum(one.document_id not in members for one in holding)
            if offset + _PAGE >= page.total:
                break
    except SearchUnavailableError:
        return None, elsewhere
    return own, elsewhere


def _shows(title: str, text: str, string: str) -> bool:
    return string in title or string in text
