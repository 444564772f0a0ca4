"""The overview with 500 open alerts: what it reads does not grow with them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.dashboard import make_context


@contextmanager
def _statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _count(site: Site, path: str) -> int:
    client = site.browser(Role.VIEWER).client
    client.get(path)
    with _statements() as seen:
        assert client.get(path).status_code == 200
    return len(seen)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    context = make_context(tmp_path_factory.mktemp("crowded"), many=500)
    yield Site.over(context)
    context.search.close()
    context.store.close()


@pytest.mark.parametrize(
    ("path", "most"), [("/", 45), ("/alerts", 90), ("/cases", 23), ("/fragments/now", 22), ("/fragments/watch", 12)]
)
def test_a_page_reads_the_same_number_of_times_whatever_is_open(
    crowded: Site, tmp_path: Path, path: str, most: int
) -> None:
    context = make_context(tmp_path, many=60)
    few = _count(Site.over(context), path)
    context.search.close()
    context.store.close()
    many = _count(crowded, path)
    assert many == few
    assert many <= most


def test_where_more_alerts_are_open_than_a_page_counts_it_says_which_it_leaves_out(
    crowded: Site, tmp_path: Path
) -> None:
    said = "未关闭的预警超过 500 条"
    with crowded.context.store.read() as work:
        assert len(work.alerts.open(limit=600)) > 500
    for path in ("/", "/alerts", "/cases", "/fragments/now"):
        assert said in crowded.browser(Role.VIEWER).client.get(path).text, path
    context = make_context(tmp_path)
    assert said not in Site.over(context).browser(Role.VIEWER).client.get("/").text
    context.search.close()
    context.store.close()


def test_the_overview_is_made_within_its_time(crowded: Site) -> None:
    client = crowded.browser(Role.VIEWER).client
    spans = []
    for _ in range(8):
        start = time.process_time()
        assert client.get("/").status_code == 200
        spans.append(time.process_time() - start)
    # 150 ms is the promise on a quiet machine; processor time, and the best of eight, is what a busy one can still show.
    assert min(spans) <= 0.150, spans
