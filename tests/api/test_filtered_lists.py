"""The filters of the lists of events and alerts."""

import re
from datetime import timedelta
from typing import Any

import pytest

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.api.flat import flat
from tests.builders import NOW, build_alert, build_event


@pytest.fixture(scope="module")
def filled(shared_site: Site) -> Site:
    """The site of this file alone, with events of other categories and places, one of them below the levels of alerts and long quiet."""
    told: dict[str, dict[str, Any]] = {
        "F1": {"categories": ("R07", "R13"), "regions": ("360400", "360424"), "level": "blue"},
        "F2": {"categories": ("R11",), "regions": ("430100",), "level": "none", "last_at": NOW - timedelta(days=400)},
    }
    with shared_site.context.store.write() as work:
        for name, given in told.items():
            work.events.save(build_event(id=name, title=f"事件{name}", **given), [name])
            work.alerts.save(build_alert(id=f"A-{name}", event_id=name, title=f"事件{name}"))
        # Here and not where its alert is closed: the tests of this file run in any order.
        quiet = NOW - timedelta(days=400)
        work.events.save(build_event(id="F3", title="事件F3", regions=("360800",), last_at=quiet), [])
    return shared_site


def titles(site: Site, path: str) -> set[str]:
    text = site.browser(Role.VIEWER).client.get(path).text
    return set(re.findall("事件F[0-9]", text))


def test_events_are_filtered_by_category_and_place_together(filled: Site) -> None:
    assert titles(filled, "/events") == {"事件F1", "事件F2", "事件F3"}
    assert titles(filled, "/events?category=R13") == {"事件F1"}
    assert titles(filled, "/events?region=3604&category=R07&level=blue") == {"事件F1"}
    assert titles(filled, "/events?region=3604&category=R11") == set()


def test_a_list_without_an_event_says_so_and_offers_the_whole(filled: Site) -> None:
    text = filled.browser(Role.VIEWER).client.get("/events?region=3604&category=R11").text
    assert "没有符合条件的事件" in text
    assert "还没有事件" not in text
    assert 'href="/events">清除筛选' in text


def test_a_place_and_one_within_it_of_the_same_name_stand_once(filled: Site) -> None:
    text = flat(filled.browser(Role.VIEWER).client.get("/events?category=R13").text)
    assert re.search(r'data-head="地区">九江</td>', text)


def test_a_wrong_filter_is_refused_in_words(filled: Site) -> None:
    assert filled.browser(Role.VIEWER).client.get("/events?category=R7").status_code == 422


def test_an_open_alert_is_found_by_category_however_long_its_event_is_quiet(filled: Site) -> None:
    assert titles(filled, "/alerts?category=R11") == {"事件F2"}
    assert titles(filled, "/alerts?region=4301") == {"事件F2"}


def test_a_closed_alert_is_found_by_its_level_and_place_however_many_were_closed_since(filled: Site) -> None:
    with filled.context.store.write() as work:
        old = {"level": AlertLevel.RED, "raised_at": NOW - timedelta(days=400), "event_id": "F3", "title": "事件F3"}
        shut = [build_alert(id="A-F3", state=AlertState.CLOSED, **old)]
        shut += [build_alert(id=f"S{n}", event_id="F1", state=AlertState.CLOSED) for n in range(500)]
        work.alerts.save_all(shut)
    assert titles(filled, "/alerts?state=closed&level=red&region=3608") == {"事件F3"}
    assert titles(filled, "/alerts?state=closed&region=3608") == {"事件F3"}


def test_programs_filter_events_alike(filled: Site) -> None:
    client = filled.browser(Role.VIEWER).client
    found = client.get("/api/events?category=R07&region=36").json()["events"]
    assert {one["id"] for one in found} >= {"F1"}
    assert all("R07" in one["categories"] for one in found)


def test_closed_alerts_are_leafed_through_thirty_at_a_time_and_counted_in_all(filled: Site) -> None:
    with filled.context.store.write() as work:
        shut = {"event_id": "F2", "state": AlertState.CLOSED, "level": AlertLevel.YELLOW, "owner": "承办丁"}
        work.alerts.save_all(
            [
                build_alert(id=f"C{n}", title=f"已关{n:02}", raised_at=NOW - timedelta(hours=n), **shut)
                for n in range(70)
            ]
        )
    client = filled.browser(Role.VIEWER).client
    path = "/alerts?state=closed&category=R11&owner=承办丁"
    pages = [client.get(f"{path}&page={number}").text for number in (1, 2, 3)]
    assert [sorted(set(re.findall("已关[0-9]{2}", page))) for page in pages] == [
        [f"已关{n:02}" for n in some] for some in (range(30), range(30, 60), range(60, 70))
    ]
    assert all("70 条" in page for page in pages)
    assert ["下一页" in page for page in pages] == [True, True, False]
    assert '<option value="承办丁" selected>' in pages[0]
