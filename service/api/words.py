"""The part of the JSON interface that tells of the office's own words. Read-only: words are kept through the page or a table."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from service.api.identity import MAY_READ, context_of
from service.api.routes import Limit, Offset, plain
from service.domain.words.own_words import OwnWord, WordSort, lay_over
from service.flows.words.acts import changed_at, shipped_vocabulary

__all__ = ["router"]

router = APIRouter()


@router.get("/api/words", dependencies=[MAY_READ])
def list_words(
    request: Request,
    sort: Annotated[WordSort | None, Query()] = None,
    q: Annotated[str, Query(max_length=60)] = "",
    limit: Limit = 50,
    offset: Offset = 0,
    *,
    removed: Annotated[bool, Query()] = False,
) -> dict[str, Any]:
    """Return own words, the latest first, each with why it cannot be used, if so; and what tells judgements made with them."""
    with context_of(request).store.read() as work:
        held = work.words.in_force()
        found = work.words.listing(sort=sort, query=q.strip(), removed=removed, limit=limit, offset=offset)
        changed = changed_at(work)
        waiting = work.rejudgements.open_count()
    laid, faults = lay_over(held, shipped_vocabulary())
    return {
        "words": [_row(word) | {"fault": faults.get(word.id)} for word in found],
        "in_force": len(held),
        "identity": laid.identity,
        "changed_at": plain(changed),
        "judging_again": waiting,
    }


def _row(word: OwnWord) -> dict[str, Any]:
    return {name: plain(getattr(word, name)) for name in OwnWord.__dataclass_fields__}
