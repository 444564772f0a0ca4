"""The ranks of a hot list over time, from snapshots on loopback to what the store remembers of each."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.access.egress import Egress
from crawlers.records import Source, document_id
from crawlers.run import crawl
from service.ports.store import Store
from service.storage.crawl import StoreCrawlState, StoreSink
from service.storage.sql import migrate, open_store
from tests.flows.conftest import NOW, Clock
from tests.flows.press import Page, Press

Declare = Callable[..., Source]
RULE = {"format": "json", "record": "rows", "title": "t", "heat": "h"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def snapshot(press: Press, egress: Egress, clock: Clock, store: Store, declare: Declare) -> Callable[..., None]:
    source = declare(kind="hot_list", url=press.url("/hot"), list=RULE)

    def take(rows: Sequence[tuple[str, str]]) -> None:
        body = json.dumps({"rows": [{"t": title, "h": heat} for title, heat in rows]}, ensure_ascii=False)
        press.pages["/hot"] = Page(body=body.encode(), kind="application/json")
        asyncio.run(
            crawl(
                [source],
                make_sink=lambda: StoreSink(store, clock),
                make_state=lambda: StoreCrawlState(store),
                egress=egress,
                now=clock,
                author_key=b"0123456789abcdef",
                time_limit_seconds=20,
            )
        )

    return take


def test_every_snapshot_keeps_its_ranks_and_heats(snapshot: Callable[..., None], store: Store, clock: Clock) -> None:
    boards = [
        [("甲事件", "100万"), ("乙事件", "90万")],
        [("乙事件", "120万"), ("丙事件", "95万"), ("甲事件", "90万")],
        [("乙事件", "150万"), ("甲事件", "爆")],
    ]
    for board in boards:
        snapshot(board)
        clock.forward(minutes=10)

    def history(title: str) -> list[tuple[int | None, int | None]]:
        moments = [NOW + timedelta(minutes=10 * number, seconds=1) for number in range(3)]
        with store.read() as work:
            points = [work.looks.counts_before(document_id("daily", title), moment) for moment in moments]
        return [(point.rank, point.heat) for point in points if point is not None]

    assert history("甲事件") == [(1, 1_000_000), (3, 900_000), (2, None)]
    assert history("乙事件") == [(2, 900_000), (1, 1_200_000), (1, 1_500_000)]
    # It left the list: nothing is said of it then, and nothing is made up.
    assert history("丙事件") == [(2, 950_000), (2, 950_000)]
    with store.read() as work:
        assert work.documents.count() == 3
