"""The ranks of a hot list over time, from snapshots on loopback to what the store remembers of each."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.access.egress import Egress
from crawlers.personal_data import words_id
from crawlers.records import Document, DocumentKind, Source, document_id
from crawlers.run import crawl
from service.ports.store import Store
from service.storage.crawl import StoreCrawlState, StoreSink
from service.storage.sql import migrate, open_store
from tests.flows.conftest import NOW, Clock
from tests.flows.press import Page, Press

Declare = Callable[..., Source]
KEY = b"0123456789abcdef"
NAME = "欧阳甲乙"
RULE = {"format": "json", "record": "rows", "title": "t", "heat": "h"}


def entry_id(title: str) -> str:
    return document_id("daily", words_id(KEY, "daily", title))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    opened = open_store(url, author_key=lambda: KEY)
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
                author_key=KEY,
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
            points = [work.looks.counts_before(entry_id(title), moment) for moment in moments]
        return [(point.rank, point.heat) for point in points if point is not None]

    assert history("甲事件") == [(1, 1_000_000), (3, 900_000), (2, None)]
    assert history("乙事件") == [(2, 900_000), (1, 1_200_000), (1, 1_500_000)]
    # It left the list: nothing is said of it then, and nothing is made up.
    assert history("丙事件") == [(2, 950_000), (2, 950_000)]
    with store.read() as work:
        assert work.documents.count() == 3


def stored(store: Store) -> list[Document]:
    with store.write() as work:
        return [one.document for one in work.documents.claim(limit=10, lease=timedelta(minutes=1), now=NOW)]


def test_nobody_without_the_key_tells_by_the_id_of_an_entry_what_its_title_was(
    snapshot: Callable[..., None], store: Store
) -> None:
    title = f"{NAME}输注后寒战，电话13812345678"
    snapshot([(title, "100万")])
    [entry] = stored(store)
    assert entry.title == entry.native_id == f"{NAME}输注后寒战，电话138********"
    masked = entry.title
    guesses = (title, masked, entry.native_id)
    assert entry.id not in {document_id("daily", guess) for guess in guesses}
    assert entry.id == entry_id(title)


def test_an_entry_of_an_earlier_build_is_the_same_one_and_brings_no_hidden_name_back(
    snapshot: Callable[..., None], store: Store, clock: Clock
) -> None:
    title = f"{NAME}输注后寒战"
    former = document_id("daily", title)
    entry = Document(
        id=former,
        source_id="daily",
        native_id=title,
        kind=DocumentKind.HOT_ENTRY,
        title=title,
        text="",
        fetched_at=NOW - timedelta(hours=1),
    )
    with store.write() as work:
        work.documents.put([entry], now=NOW)
        area = work.hiding.area(former, whole_event=False)
        assert area is not None
        work.hiding.hide(area, NAME, authorless=False, now=NOW)
    clock.forward(minutes=10)
    snapshot([(title, "100万"), ("丙事件", "90万")])
    assert {one.id: one.title for one in stored(store)} == {former: "＊＊＊＊输注后寒战", entry_id("丙事件"): "丙事件"}
