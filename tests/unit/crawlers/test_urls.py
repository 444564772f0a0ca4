"""Which addresses are one document, and which are not."""

import pytest

from crawlers.urls import resolve_link, url_key


def key(address: str) -> str:
    resolved = resolve_link("https://mpa.test/list/", address)
    assert resolved is not None
    return url_key(resolved)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/n.jsp;jsessionid=0A1B?id=3", "/n.jsp;jsessionid=77FF.node2?id=3"),
        ("/n.jsp?id=3&JSESSIONID=0A1B", "/n.jsp?id=3"),
        ("/forum.php?mod=viewthread&tid=7&sid=aB3xZ9", "/forum.php?mod=viewthread&tid=7&sid=Qq81Lm"),
        ("/n.jsp?id=3&CSRF=x1", "/n.jsp?id=3&CSRF=y2"),
        ("/n?id=3&_=1795000000000", "/n?id=3&_=1795000060000"),
        ("/n?id=3&t=1795000000000", "/n?id=3&t=1795000060000"),
        ("/n?id=3&rand=0.8273645", "/n?id=3&rand=0.1029384"),
        ("/n?id=3&utm_source=wx&from=timeline", "/n?id=3"),
        ("/n?id=3#comments", "/n?id=3"),
        ("http://mpa.test/n?id=3", "https://MPA.test:443/n?id=3"),
    ],
)
def test_addresses_that_differ_by_session_moment_or_tracking_are_one_document(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("#/news?id=3", "#/news?id=4"),
        ("/#!/detail/3", "/#!/detail/4"),
        ("/thread?t=1795000000", "/thread?t=1795000001"),
        ("/n?v=2&id=3", "/n?v=3&id=3"),
        ("/n?type=1&sid=ab12", "/n?type=1&sid=ab13"),
        ("/n?id=%D2%A9", "/n?id=%C6%B7"),
        ("/n?id=3&page=1", "/n?id=3&page=2"),
    ],
)
def test_routes_and_numbers_of_documents_keep_them_apart(one: str, other: str) -> None:
    assert key(one) != key(other)
