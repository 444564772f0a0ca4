"""A search engine that hangs is waited for once in a while, not by everybody."""

import socket
import time
from collections.abc import Iterator

import pytest

from service.ports.search import SearchQuery, SearchUnavailableError
from service.search.elasticsearch import ElasticsearchSearch
from service.search.hanging import REST_SECONDS, HangingEngine

HUNG_S = 0.5


class Steady:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hung() -> Iterator[str]:
    """An address where connections are taken and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_after_a_silence_nobody_asks_until_the_rest_is_over_and_then_one_does() -> None:
    steady = Steady()
    silence = HangingEngine(steady)
    assert silence.asks()
    assert silence.asks()
    silence.begin()
    assert not silence.asks()
    steady.seconds += REST_SECONDS
    assert [silence.asks(), silence.asks(), silence.asks()] == [True, False, False]
    # The one who asked was never heard of again, as where its thread was ended.
    steady.seconds += REST_SECONDS
    assert silence.asks()


def test_one_answer_ends_the_silence() -> None:
    silence = HangingEngine(Steady())
    silence.begin()
    silence.end()
    assert [silence.asks(), silence.asks()] == [True, True]


def test_a_second_search_does_not_wait_for_an_engine_that_hung_at_the_first(hung: str) -> None:
    search = ElasticsearchSearch(hung, timeout=HUNG_S)
    with pytest.raises(SearchUnavailableError, match="连不上"):
        search.find(SearchQuery(tokens=("头孢",)))
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(SearchUnavailableError, match="没有应答，每 30 秒再试一次"):
            search.find(SearchQuery(tokens=("头孢",)))
    search.close()
    assert time.monotonic() - began < 20 * HUNG_S / 2


def test_an_engine_that_refuses_at_once_is_asked_each_time() -> None:
    search = ElasticsearchSearch("http://127.0.0.1:1", timeout=HUNG_S)
    for _ in range(2):
        with pytest.raises(SearchUnavailableError, match="连不上"):
            search.find(SearchQuery(tokens=("头孢",)))
    search.close()
