"""Compare the search projection with the store, range by range, and repair it where asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from service.ports.search import Search, SearchRefusedError
from service.ports.store import Store

__all__ = ["VerifyReport", "is_older", "note_rules", "verify"]

_RANGE = 1000
_BATCH = 256

_Version = tuple[int, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What was found, before any repair.

    `missing` are not in the projection, `stale` are there in another version, `orphaned` are there but not in the
    store; `refused` are those that a repair could not index, with why. `repaired` counts documents put right. `older` says that
    the projection was made by other rules than those in force: then a repair makes every document anew.
    """

    compared: int = 0
    missing: int = 0
    stale: int = 0
    orphaned: int = 0
    repaired: int = 0
    older: bool = False
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Whether the projection held exactly what the store holds."""
        return not (self.missing or self.stale or self.orphaned)


def verify(
    store: Store,
    search: Search,
    repair: bool,  # noqa: FBT001 - the command's one switch
    *,
    whole: bool = False,
    progress: Callable[[int], None] | None = None,
) -> VerifyReport:
    """Compare `(id, version)` of everything in order of `seq`; with `repair` put right what differs, with `whole` too everything.

    Runs beside writers: a document judged meanwhile may count as stale, and repairing it again does no harm. Neither
    side is held open or loaded whole. Raises `SearchUnavailableError` and `StoreUnavailableError`.
    """
    older = is_older(store, search)
    anew = older or whole
    compared = missing = stale = orphaned = repaired = 0
    refused: dict[str, str] = {}
    for truth, shown in _ranges(store, search):
        absent = [key for key in truth if key not in shown]
        differing = [key for key, version in truth.items() if key in shown and shown[key] != version]
        unknown = [key for key in shown if key not in truth]
        compared += len(truth)
        missing, stale, orphaned = missing + len(absent), stale + len(differing), orphaned + len(unknown)
        if repair and (absent or differing or unknown or anew):
            # A version ahead of the truth (a store restored from a backup) would be kept; so it goes first.
            ahead = [key for key in differing if shown[key] > truth[key]]
            gone = [document_id for _, document_id in [*unknown, *ahead]]
            wanted = [document_id for _, document_id in (truth if anew else [*absent, *differing])]
            failures = _repair(store, search, gone, wanted)
            refused |= failures
            repaired += len(unknown) + len(wanted) - len(failures)
        if progress is not None:
            progress(compared)
    if repair:
        note_rules(store, search)
    return VerifyReport(
        compared=compared,
        missing=missing,
        stale=stale,
        orphaned=orphaned,
        repaired=repaired,
        older=older,
        refused=refused,
    )


def note_rules(store: Store, search: Search) -> None:
    """Keep in the projection that all of it was made by the rules in force."""
    with store.read() as work:
        rules = work.documents.searched_by()
    if search.made_by() != rules:
        search.note_made_by(rules)


def is_older(store: Store, search: Search) -> bool:
    """Tell whether the projection holds documents and was made by other rules than those in force."""
    with store.read() as work:
        rules = work.documents.searched_by()
    return search.made_by() != rules and bool(search.versions(after_seq=0, limit=1))


def _ranges(store: Store, search: Search) -> Iterator[tuple[dict[tuple[int, str], int], dict[tuple[int, str], int]]]:
    """Yield both sides of one range of `seq` after the other, as version by (seq, id)."""
    after = 0
    while True:
        with store.read() as work:
            truth = work.documents.search_versions(after_seq=after, limit=_RANGE)
        shown = search.versions(after_seq=after, limit=_RANGE)
        if not truth and not shown:
            return
        # A full page says nothing about what lies behind its end.
        ends = [page[-1][0] for page in (truth, shown) if len(page) == _RANGE]
        end = min(ends) if ends else max(page[-1][0] for page in (truth, shown) if page)
        yield _until(truth, end), _until(shown, end)
        after = end


def _until(page: list[_Version], end: int) -> dict[tuple[int, str], int]:
    return {(seq, document_id): version for seq, document_id, version in page if seq <= end}


def _repair(store: Store, search: Search, gone: list[str], wanted: list[str]) -> dict[str, str]:
    if gone:
        search.remove(gone)
    refused: dict[str, str] = {}
    for start in range(0, len(wanted), _BATCH):
        with store.read() as work:
            documents = work.documents.search_documents_of(wanted[start : start + _BATCH])
        try:
            search.index(documents)
        except SearchRefusedError as error:
            refused |= error.reasons
    return refused
