"""The event stream that tells open pages that alerts changed."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from service.api.identity import QuietReader, still_reads
from service.web.live import RevisionFeed

router = APIRouter()


def heard_by(request: Request, identity: QuietReader) -> Callable[[], AsyncIterator[int]]:
    """Return what a page of this person listens to. Raises `TooManyStreamsError` before anything is sent."""
    feed = request.app.state.feed
    assert isinstance(feed, RevisionFeed)
    feed.check_room(identity.person.id)
    return partial(feed.changes, identity.person.id, partial(still_reads, request))


@router.get("/events/stream", response_class=EventSourceResponse)
async def stream(
    changes: Annotated[Callable[[], AsyncIterator[int]], Depends(heard_by)],
    seen: Annotated[int | None, Query()] = None,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
) -> AsyncIterator[ServerSentEvent]:
    """Send the revision at once and with every change; the browser reconnects when the stream ends.

    `seen` is the revision by which the page was rendered. Where the first one sent is another than the page knows, it says
    so like any change: what happened while no stream was open is not to wait for the next change.
    """
    known = last_event_id or ("" if seen is None else str(seen))
    async for revision in changes():
        told = str(revision)
        yield ServerSentEvent(raw_data=told, event="hello" if known in {"", told} else "revision", id=told, retry=3000)
        known = "changed"
