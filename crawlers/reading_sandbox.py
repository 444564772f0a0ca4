"""Reads article pages and feeds in one child process with hard limits: what a page or feed of a stranger costs, it costs the child."""

import base64
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from crawlers.child import ChildDied, serve
from crawlers.lists.feed import FeedNotRead, NotAFeed, read_feed
from crawlers.lists.listed import Fault, Listed, Reading
from crawlers.parsing.sandbox import ExtractionSandbox, answer_page
from crawlers.records import DatePrecision

__all__ = ["ReadingSandbox"]


class ReadingSandbox(ExtractionSandbox):
    """A child process that extracts articles and reads feeds.

    The parser of feeds is written for honest ones: a megabyte of attributes, or of letters before an `@`, keeps it busy
    for a quarter of an hour, and a thread cannot be ended.
    """

    module = "crawlers.reading_sandbox"

    def read_feed(self, raw: bytes, *, url: str, content_type: str, now: datetime) -> Reading:
        """Do as `crawlers.lists.feed.read_feed` does, in the child.

        Raises:
            NotAFeed: the bytes are no feed.
            FeedNotRead: the child ended before it had read them: out of time or memory, or killed.
        """
        question = {"feed": True, "url": url, "content_type": content_type, "now": now.isoformat()}
        try:
            answer = self._child.ask(question, raw)
        except ChildDied as ending:
            raise FeedNotRead(f"解析这个订阅源的子进程中断（{ending}），下一次换新进程") from ending
        if "refused" in answer:
            raise NotAFeed(answer["refused"], is_login=answer["is_login"])
        return Reading(
            records=tuple(_listed_from_json(record) for record in answer["records"]),
            faults=tuple(Fault(**fault | {"sample": base64.b64decode(fault["sample"])}) for fault in answer["faults"]),
        )


def _listed_from_json(record: Mapping[str, Any]) -> Listed:
    moment = record["published_at"]
    published_at = datetime.fromisoformat(moment) if moment else None
    return Listed(**{**record, "published_at": published_at, "precision": DatePrecision(record["precision"])})


def _listed_to_json(record: Listed) -> dict[str, Any]:
    return asdict(record) | {"published_at": record.published_at.isoformat() if record.published_at else None}


def _answer(question: dict[str, Any], raw: bytes) -> dict[str, Any]:
    if not question.get("feed"):
        return answer_page(question, raw)
    now = datetime.fromisoformat(question["now"])
    try:
        reading = read_feed(raw, url=question["url"], content_type=question["content_type"], now=now)
    except NotAFeed as refused:
        return {"refused": str(refused), "is_login": refused.is_login}
    faults = [asdict(fault) | {"sample": base64.b64encode(fault.sample).decode()} for fault in reading.faults]
    return {"records": [_listed_to_json(record) for record in reading.records], "faults": faults}


if __name__ == "__main__":
    serve(_answer)
