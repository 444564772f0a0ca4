"""The event stream that tells open pages that alerts changed."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from service.api.identity import Guard
from service.domain.people.person import Act
from service.web.live import RevisionFeed

router = APIRouter()


def feed_with_room(request: Request) -> RevisionFeed:
    """Return the application's feed. Raises `TooManyStreamsError` before anything is sent."""
    feed = request.app.state.feed
    assert isinstance(feed, RevisionFeed)
    feed.check_room()
    return feed


@router.get("/events/stream", response_class=EventSourceResponse, dependencies=[Depends(Guard(Act.READ, touch=False))])
async def stream(feed: Annotated[RevisionFeed, Depends(feed_with_room)]) -> AsyncIterator[ServerSentEvent]:
    """Send the revision at once and with every change; the browser reconnects when the stream ends."""
    first = True
    async for revision in feed.changes():
        # The page was rendered with the first revision already; it asks for parts only when something changed after.
        yield ServerSentEvent(raw_data=str(revision), event="hello" if first else "revision", retry=3000)
        first = False
