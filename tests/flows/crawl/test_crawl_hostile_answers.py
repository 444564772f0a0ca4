"""Answers made to hurt: headers without an end, cookies, patience beyond all numbers. Each costs itself, in bounded time."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from crawlers.access.egress import Egress
from crawlers.records import Source
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, article, list_page
from tests.flows.press import Page, Press

Visit = Callable[..., CrawlReport]

LINE = b"X-A: " + b"a" * 1000 + b"\r\n"
MOST_LINES = 100_000


@contextmanager
def sender(answer: Callable[[Callable[[bytes], None]], None]) -> Iterator[int]:
    """Serve raw bytes on loopback, whatever is asked, until the client leaves; yield the port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.recv(65536)
                answer(self.request.sendall)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(5)


def lines_without_end(send: Callable[[bytes], None]) -> None:
    send(b"HTTP/1.1 200 OK\r\n")
    for _ in range(MOST_LINES):
        send(LINE)


def one_line_without_end(send: Callable[[bytes], None]) -> None:
    send(b"HTTP/1.1 200 OK\r\nX-A: ")
    for _ in range(MOST_LINES):
        send(b"a" * 1024)


def no_http(send: Callable[[bytes], None]) -> None:
    send(b"\x16\x03\x01no http at all\r\n\r\n")


@pytest.mark.parametrize("answer", [lines_without_end, one_line_without_end, no_http])
def test_an_answer_that_is_no_http_or_has_headers_without_end_is_a_broken_connection(
    answer: Callable[[Callable[[bytes], None]], None], declare: Callable[..., Source], visit: Visit
) -> None:
    with sender(answer) as port:
        source = declare(kind="listing", url=f"http://127.0.0.1:{port}/list.html", list=LIST_RULE)
        (row,) = visit(source, egress=Egress.for_world("127.0.0.1", port)).sources
    assert "连接中断" in str(row.failed)


@pytest.fixture
def listing(press: Press, declare: Callable[..., Source]) -> Source:
    press.pages["/list.html"] = list_page("/a/1.html", "/a/2.html")
    press.pages["/a/2.html"] = article("消息 /a/2.html")
    return declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)


def test_a_page_under_half_a_megabyte_of_headers_costs_itself_alone(
    press: Press, listing: Source, visit: Visit
) -> None:
    heavy = {f"X-{number}": "y" * 8000 for number in range(60)}
    press.pages["/a/1.html"] = Page(body=article("消息 /a/1.html").body, headers=heavy)
    (row,) = visit(listing).sources
    assert (row.failed, row.added) == (None, 1)


def test_cookies_are_never_sent_back(press: Press, listing: Source, visit: Visit) -> None:
    for path in ("/list.html", "/a/1.html"):
        page = press.pages.get(path, article("消息 /a/1.html"))
        assert isinstance(page, Page)
        press.pages[path] = Page(body=page.body, headers={"Set-Cookie": "visitor=" + "b" * 4000})
    (row,) = visit(listing).sources
    assert row.added == 2
    assert not any("Cookie" in ask.headers for ask in press.asked)


def test_a_list_that_is_called_unchanged_unasked_is_a_failure_and_no_healthy_visit(
    press: Press, listing: Source, visit: Visit
) -> None:
    press.pages["/list.html"] = Page(status=304)
    (row,) = visit(listing).sources
    assert "HTTP 304" in str(row.failed)


def test_patience_beyond_all_numbers_is_bounded(press: Press, listing: Source, visit: Visit) -> None:
    press.pages["/list.html"] = Page(status=429, headers={"Retry-After": "9" * 400})
    (row,) = visit(listing).sources
    assert "放慢访问" in str(row.failed)
