import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from structlog.testing import capture_logs

from service.web import live
from service.web.live import RevisionFeed, TooManyStreamsError
from service.web.pages.stream import stream


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_POLL_SECONDS", 0.01)


async def _yes() -> bool:
    return True


async def _take(feed: RevisionFeed, number: int, between: Callable[[int], None] = lambda _: None) -> list[int]:
    taken: list[int] = []
    stream = feed.changes("p", _yes)
    async with asyncio.timeout(5):
        async for revision in stream:
            taken.append(revision)
            if len(taken) == number:
                break
            between(revision)
    await stream.aclose()  # type: ignore[attr-defined]
    return taken


def test_a_listener_hears_the_revision_at_once_and_then_each_change() -> None:
    store = [7]
    feed = RevisionFeed(lambda: store[0])

    def change(revision: int) -> None:
        store[0] = revision + 1

    assert asyncio.run(_take(feed, 3, change)) == [7, 8, 9]


def test_a_store_that_does_not_answer_ends_no_stream() -> None:
    answers: list[int | None] = [3, None, None, 4]
    feed = RevisionFeed(lambda: answers.pop(0) if len(answers) > 1 else answers[0])
    assert asyncio.run(_take(feed, 2)) == [3, 4]


def test_what_nobody_foresaw_ends_no_stream_and_is_logged_once() -> None:
    answers: list[int | Exception] = [RuntimeError("can't start new thread"), RuntimeError("can't start new thread"), 4]

    def read() -> int:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    with capture_logs() as logged:
        assert asyncio.run(_take(RevisionFeed(read), 2)) == [0, 4]
    assert [line["event"] for line in logged] == ["live.failed"]


def test_the_number_of_listeners_is_bounded_and_leaving_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_MOST_STREAMS", 1)
    feed = RevisionFeed(lambda: 1)

    async def scenario() -> None:
        first = feed.changes("p", _yes)
        assert await anext(first) == 1
        with pytest.raises(TooManyStreamsError):
            feed.check_room("p")
        await first.aclose()  # type: ignore[attr-defined]
        feed.check_room("p")

    asyncio.run(scenario())


def test_one_person_leaves_room_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_MOST_OF_ONE", 2)
    feed = RevisionFeed(lambda: 1)

    async def scenario() -> None:
        first, second, other = feed.changes("p", _yes), feed.changes("p", _yes), feed.changes("q", _yes)
        for one in (first, second, other):
            assert await anext(one) == 1
        with pytest.raises(TooManyStreamsError):
            feed.check_room("p")
        feed.check_room("q")
        for one in (first, second, other):
            await one.aclose()  # type: ignore[attr-defined]
        feed.check_room("p")

    asyncio.run(scenario())


def test_a_stopped_feed_ends_its_streams() -> None:
    feed = RevisionFeed(lambda: 1)

    async def scenario() -> list[int]:
        taken = []
        async with asyncio.timeout(5):
            async for revision in feed.changes("p", _yes):
                taken.append(revision)
                feed.stop()
        return taken

    assert asyncio.run(scenario()) == [1]


def test_who_may_no_longer_listen_hears_of_no_further_change() -> None:
    store, may = [7], [True]
    feed = RevisionFeed(lambda: store[0])

    async def still() -> bool:
        return may[0]

    async def scenario() -> list[int]:
        taken = []
        async with asyncio.timeout(5):
            async for revision in feed.changes("p", still):
                taken.append(revision)
                may[0] = len(taken) < 2
                store[0] += 1
        feed.check_room("p")
        return taken

    assert asyncio.run(scenario()) == [7, 8]


def test_who_may_no_longer_listen_is_let_go_also_where_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_LOOK_SECONDS", 0.02)
    answers = [True, None, False]

    async def still() -> bool | None:
        return answers.pop(0)

    async def scenario() -> list[int]:
        async with asyncio.timeout(5):
            return [revision async for revision in RevisionFeed(lambda: 7).changes("p", still)]

    assert asyncio.run(scenario()) == [7]
    assert answers == []


def test_where_it_is_not_known_who_may_listen_a_change_waits_until_it_is() -> None:
    store, answers = [7], [None, None, True]

    async def still() -> bool | None:
        return answers.pop(0) if answers else True

    feed = RevisionFeed(lambda: store[0])

    async def scenario() -> list[int]:
        taken = []
        async with asyncio.timeout(5):
            async for revision in feed.changes("p", still):
                taken.append(revision)
                if len(taken) == 2:
                    break
                store[0] += 1
        return taken

    assert asyncio.run(scenario()) == [7, 8]
    assert answers == []


def test_the_store_is_not_polled_while_nobody_listens() -> None:
    calls: list[int] = []

    def read() -> int:
        calls.append(1)
        return 1

    feed = RevisionFeed(read)

    async def scenario() -> None:
        await _take(feed, 1)
        await asyncio.sleep(0.1)
        before = len(calls)
        await asyncio.sleep(0.1)
        assert len(calls) == before

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("seen", "last_event_id", "first"),
    [
        (7, "", "hello"),
        (6, "", "revision"),
        # Restored from a backup: the store is behind what the page knows.
        (9, "", "revision"),
        # Who comes back names the last one heard, which is newer than the page.
        (5, "7", "hello"),
        (7, "5", "revision"),
        (None, "", "hello"),
    ],
)
def test_the_first_revision_counts_as_a_change_where_the_page_knows_another(
    seen: int | None, last_event_id: str, first: str
) -> None:
    store = [7]

    async def scenario() -> list[str | None]:
        heard = stream(
            partial(RevisionFeed(lambda: store[0]).changes, "p", _yes), seen=seen, last_event_id=last_event_id
        )
        names = [(await anext(heard)).event]
        store[0] = 8
        names.append((await anext(heard)).event)
        await heard.aclose()  # type: ignore[attr-defined]
        return names

    assert asyncio.run(scenario()) == [first, "revision"]
