"""What is kept of an answer: its bytes as they came, and what its headers said."""

from datetime import datetime

from scrapy.http import Response

from crawlers.snapshots import Snapshot, snapshot_of

__all__ = ["answer_kept"]


def answer_kept(response: Response, fetched_at: datetime) -> Snapshot:
    """Return the snapshot of an answer; compressing takes some milliseconds, so it is called in a thread."""
    asked = response.meta.get("redirect_urls") or [response.url]
    given = {name: response.headers.get(name) for name in ("Content-Type", "Last-Modified", "ETag")}
    return snapshot_of(
        response.body,
        url=str(asked[0]),
        final_url=response.url,
        status=response.status,
        headers={name: value.decode("latin-1") for name, value in given.items() if value},
        fetched_at=fetched_at,
    )
