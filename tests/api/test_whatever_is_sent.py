"""Every route with whatever may stand in its address, conditions and fields: an answer in Chinese words, never a fault."""

import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from service.domain.people.person import Role
from service.web.app import create_app
from tests.api.conftest import Site

FAULT = 500
REFUSED = 400
WORDS = re.compile("[\u4e00-\u9fff]")
# Ends the session, never ends, or leads out.
LEFT_OUT = {"/logout", "/events/stream"}
AWKWARD = st.sampled_from(
    [
        *("", "0", "-1", "1", "9" * 30, "9" * 400, "1e9", "NaN", "１２", "²", "٣", "true"),
        *("\x00", "药\x00品", "\r\nX: y", "\u202e药假", "\ufeff", "𠮷", "药" * 5000, "x" * 70_000),
        *("2026-02-30", "2024-02-29", "0001-01-01", "9999-12-31", "2026-11-25T24:00", "9999-12-31T23:59", "2026-W54"),
        *("%", "_", '"药', "药 OR", "药 AND (", "*", "{{7*7}}", "=1+1", "../../etc/passwd", "javascript:alert(1)"),
        *("red", "R01", "R٣٣", "360000", "٣٦", "open", "all", "http://[::1", "a@b", "p-officer", "e1", "a1"),
    ]
)
VALUES = AWKWARD | st.text(max_size=12)


def _dependants(dependant: Any) -> Iterator[Any]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _dependants(inner)


def _names(fields: Any) -> Iterator[str]:
    for field in fields:
        kind = field.field_info.annotation
        grouped = isinstance(kind, type) and issubclass(kind, BaseModel)
        yield from kind.model_fields if grouped else (field.alias,)


def _routes(routes: list[Any]) -> Iterator[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _routes(inner.routes)
        elif hasattr(route, "dependant") and route.path not in LEFT_OUT:
            asked: list[str] = []
            filled: list[str] = []
            for dependant in _dependants(route.dependant):
                asked += _names(dependant.query_params)
                filled += _names(dependant.body_params)
            for method in sorted(route.methods & {"GET", "POST"}):
                yield method, route.path, tuple(asked), tuple(filled)


def _written(fields: list[tuple[str, str]]) -> str:
    return urllib.parse.urlencode(fields, encoding="utf-8", errors="surrogatepass")


def _address(path: str, values: Iterator[str]) -> str:
    def filled(_: re.Match[str]) -> str:
        return urllib.parse.quote(next(values)[:300].encode("utf-8", "surrogatepass"), safe="") or "-"

    return re.sub(r"\{[^}]+\}", filled, path)


def test_whatever_is_sent_is_answered_in_words_and_never_with_a_fault(site: Site) -> None:
    routes = sorted(_routes(list(create_app(site.context).routes)))
    assert len(routes) > 100

    @settings(max_examples=300, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def hold(data: st.DataObject) -> None:
        method, path, asked, filled = data.draw(st.sampled_from(routes))
        role = data.draw(st.sampled_from([Role.ADMINISTRATOR, Role.APPROVER, Role.OFFICER]))
        # What is sent may end a session or change its person.
        browser = site.browser(role)
        address = _address(path, iter(lambda: data.draw(VALUES), None))
        conditions = _written([(name, data.draw(VALUES)) for name in asked])[:40_000]
        fields = _written([("csrf", browser.csrf), *((name, data.draw(VALUES)) for name in filled)])
        answer = browser.client.request(
            method,
            f"{address}?{conditions}" if conditions else address,
            content=fields if method == "POST" else None,
            headers={"accept": "text/html", "content-type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code < FAULT, (method, address, conditions[:500], fields[:500])
        if answer.status_code >= REFUSED:
            assert WORDS.search(answer.text), (method, address, answer.status_code, answer.text[:200])
            assert "Traceback" not in answer.text

    hold()
