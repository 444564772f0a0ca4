"""The counts that a page shows of itself: what it states for machines, then what it labels in words. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from crawlers.parsing.counts import parse_count
from crawlers.records import Engagement

__all__ = ["read_engagement"]

_MAX_TEXT = 400_000
# A script that is never closed takes the rest of the page, as in a browser: to look for its end from each place where one
# begins takes time that grows with the square of the page.
_LINKED = re.compile(
    r"<script\b[^<>]{1,400}?application/ld\+json[^<>]{0,400}>(?:(.*?)</script>|.*)", re.DOTALL | re.IGNORECASE
)
_MARKUP = re.compile(r"<(script|style)\b(?:.*?</\1\s{0,9}>|.*)|<[^<>]*>", re.DOTALL | re.IGNORECASE)
# schema.org InteractionCounter: the action says what is counted.
_ACTIONS = {
    "ViewAction": "views",
    "ReadAction": "views",
    "WatchAction": "views",
    "LikeAction": "likes",
    "CommentAction": "comments",
    "ShareAction": "reposts",
    "BookmarkAction": "saves",
}
_COUNT = r"[:：]?\s*(\d[\d,]*(?:\.\d+)?\s*[万亿wW]?)(?![\d.%％年月日时分:：/-])"
_LABELLED = {
    "views": re.compile(r"(?:阅读|浏览|点击|播放|围观)(?:量|数|次数|人数)?" + _COUNT),
    "likes": re.compile(r"(?:点赞|赞)(?:量|数)?" + _COUNT),
    "comments": re.compile(r"(?:评论|跟帖|留言)(?:量|数)?" + _COUNT),
    "reposts": re.compile(r"(?:转发|分享|转载)(?:量|数)?" + _COUNT),
    "saves": re.compile(r"收藏(?:量|数)?" + _COUNT),
}


def read_engagement(markup: str, *, seen_at: datetime) -> Engagement | None:
    """Return the counts that a page tells, `None` where it tells none; a count that it does not tell is unknown."""
    head = markup[:_MAX_TEXT]
    found = dict(_stated(head))
    text = _MARKUP.sub(" ", head)
    for name, pattern in _LABELLED.items():
        match = pattern.search(text)
        count = parse_count(match[1].replace(" ", "")) if match and name not in found else None
        if count is not None:
            found[name] = count
    return Engagement(seen_at=seen_at, **found) if found else None


def _stated(markup: str) -> Iterator[tuple[str, int]]:
    for match in _LINKED.finditer(markup):
        try:
            stated = json.loads(match[1] or "")
        except (ValueError, RecursionError):
            continue
        for entry in stated if isinstance(stated, list) else [stated]:
            if isinstance(entry, Mapping):
                yield from _counters(entry)


def _counters(entry: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    counters = entry.get("interactionStatistic")
    for counter in counters if isinstance(counters, list) else [counters]:
        if not isinstance(counter, Mapping):
            continue
        action = counter.get("interactionType")
        action = action.get("@type", "") if isinstance(action, Mapping) else str(action or "")
        name = _ACTIONS.get(action.rsplit("/", 1)[-1])
        count = parse_count(str(counter.get("userInteractionCount", "")))
        if name is not None and count is not None:
            yield name, count
