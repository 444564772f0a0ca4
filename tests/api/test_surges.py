"""Surges over the pages: what the office reads, the documents behind it, who has seen it, and nothing before four weeks."""

import re
from datetime import timedelta
from html import unescape

import pytest

from analysis.events.surges import SurgeReason
from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.builders import NOW
from tests.surging import build_surge, count, keep_surges, watch_for

LINE = "11月25日 11:00–14:00 疫苗与预防接种类风险稿件 23 篇，平时同时段约 4 篇（近四周）"
WEEK = timedelta(weeks=1)


@pytest.fixture
def surging(site: Site) -> Site:
    watch_for(site.context.store, 6 * WEEK)
    keep_surges(site.context.store, build_surge())
    return site


def test_the_overview_says_what_surges_why_and_leads_to_the_documents(surging: Site) -> None:
    text = surging.browser(Role.VIEWER).client.get("/").text
    assert LINE in text
    assert "超出近四周同时段可以解释的上限（11 篇）" in text
    assert "历史不足四周" not in text
    assert "看过</button>" not in text
    [link] = re.findall(r'href="(/search\?since=[^"]+)">11月25日', text)
    assert unescape(link) == "/search?since=2026-11-25T11&until=2026-11-25T14&level=2&category=R07"


@pytest.mark.parametrize(
    ("series", "filters"),
    [
        ("risk", "level=2"),
        ("negative", "level=2&tone=neg"),
        ("province", "level=1&region=36"),
        ("R01", "level=2&category=R01"),
    ],
)
def test_the_link_shows_what_was_counted(site: Site, series: str, filters: str) -> None:
    keep_surges(site.context.store, build_surge(series))
    text = unescape(site.browser(Role.OFFICER).client.get("/surges").text)
    assert f'/search?since=2026-11-25T11&until=2026-11-25T14&{filters}"' in text


def test_a_named_person_marks_it_as_seen_and_it_leaves_the_overview(surging: Site) -> None:
    officer = surging.browser(Role.OFFICER)
    assert "看过</button>" in officer.client.get("/fragments/surges").text
    answered = officer.post("/surges/2026112505-R07/seen", back="overview")
    assert answered.headers["location"] == "/?done=surge_seen"
    assert LINE not in officer.client.get("/").text
    assert officer.client.get("/fragments/surges").text.strip() == ""
    assert officer.person is not None
    page = officer.client.get("/surges?done=surge_seen").text
    assert f"{officer.person.name} 11月25日 14:32 看过" in page
    assert "已登记看过" in page
    assert officer.post("/surges/2026112505-R07/seen").headers["location"] == "/surges?done=surge_seen"


def test_a_surge_that_is_not_there_cannot_be_seen(surging: Site) -> None:
    refused = surging.browser(Role.OFFICER).post("/surges/nothing/seen")
    assert refused.status_code == 404
    assert "没有这条异动" in refused.text


def test_one_that_still_stands_says_so_and_one_found_by_its_sum_names_that_reason(site: Site) -> None:
    lasting = build_surge(last_hour=NOW - timedelta(hours=1), reason=SurgeReason.CUSUM)
    keep_surges(site.context.store, lasting)
    text = site.browser(Role.OFFICER).client.get("/").text
    assert "仍高于平时" in text
    assert "连续多小时偏多" in text


def test_of_many_three_stand_on_the_overview_and_all_on_their_page(site: Site) -> None:
    keep_surges(site.context.store, *(build_surge(f"R{number:02d}") for number in range(1, 6)))
    client = site.browser(Role.OFFICER).client
    overview, page = client.get("/").text, client.get("/surges").text
    assert overview.count("平时同时段") == 3 * 2
    assert "待人看 5 条" in overview
    assert "近四周 5 条" in page


def test_what_nobody_saw_for_a_week_leaves_the_overview_and_stays_on_its_page(site: Site) -> None:
    old = timedelta(days=8)
    keep_surges(site.context.store, build_surge(found_at=NOW - old))
    client = site.browser(Role.OFFICER).client
    assert "平时同时段" not in client.get("/").text
    assert "待人看" in client.get("/surges").text


@pytest.mark.parametrize(("span", "said"), [(2 * WEEK, True), (6 * WEEK, False)])
def test_before_four_weeks_the_page_says_so_where_people_look(site: Site, span: timedelta, *, said: bool) -> None:
    watch_for(site.context.store, span)
    client = site.browser(Role.OFFICER).client
    for path in ("/", "/surges"):
        text = client.get(path).text
        assert ("历史不足四周" in text) is said
        assert ("12月9日" in text) is said


def test_four_weeks_with_few_answered_hours_are_named_as_such(site: Site) -> None:
    with site.context.store.write() as work:
        work.sources.note_answer(NOW - 6 * WEEK)
    watch_for(site.context.store, 2 * WEEK)
    assert "其中只有 312 小时有信源应答，满 336 小时起判断" in site.browser(Role.OFFICER).client.get("/surges").text


def test_the_search_shows_exactly_the_hours_that_were_asked_for(site: Site) -> None:
    client = site.browser(Role.OFFICER).client
    text = client.get("/search?since=2026-11-25T11&until=2026-11-25T14&tone=neg&level=2").text
    assert "11月25日 11:00–11月25日 14:00 · 负面" in text
    hours = [int(hour) for hour in re.findall(r"11月25日 (\d\d):\d\d</span>", text)]
    assert hours
    assert all(11 <= hour < 14 for hour in hours)
    assert "没有符合条件的稿件" in client.get("/search?since=2026-11-25T11&until=2026-11-25T14&tone=pos").text


@pytest.mark.parametrize("since", ["2026-13-45T99", "gestern", "2026-11-25"])
def test_a_time_without_sense_is_refused_in_a_sentence(site: Site, since: str) -> None:
    answer = site.browser(Role.OFFICER).client.get(f"/search?since={since}")
    assert answer.status_code == 422


def test_what_comes_late_is_counted_beside_what_it_was_found_by(surging: Site) -> None:
    with surging.context.store.write() as work:
        count(work, build_surge(), 4)
    line = "疫苗与预防接种类风险稿件 23 篇（发现时，现 27 篇），平时同时段约 4 篇（近四周）"
    client = surging.browser(Role.OFFICER).client
    assert [line in client.get(path).text for path in ("/", "/surges", "/fragments/surges")] == [True] * 3
    [row] = client.get("/api/surges").json()["surges"]
    assert (row["observed"], row["observed_now"]) == (23, 27)


def test_programs_read_surges_their_counts_and_since_when_any_are_looked_for(surging: Site) -> None:
    keep_surges(surging.context.store, build_surge("province", id="old", found_at=NOW - 2 * WEEK, observed=9))
    officer = surging.browser(Role.OFFICER)
    officer.post("/surges/old/seen")
    told = officer.client.get("/api/surges").json()
    assert [row["id"] for row in told["surges"]] == ["2026112505-R07", "old"]
    assert told["history"]["is_long"] is True
    assert told["surges"][0] == {
        "id": "2026112505-R07",
        "series": "R07",
        "sentence": LINE,
        "why": "3 小时内的篇数超出近四周同时段可以解释的上限（11 篇）",
        "first_hour": "2026-11-25T05:00:00+00:00",
        "last_hour": "2026-11-25T05:00:00+00:00",
        "since": "2026-11-25T03:00:00+00:00",
        "until": "2026-11-25T06:00:00+00:00",
        "observed": 23,
        "observed_now": 23,
        "expected": 4.2,
        "upper": 11,
        "reason": "scan",
        "p": 3e-07,
        "parameters": {"level_per_hour": 1.4, "dispersion": 2.5},
        "found_at": "2026-11-25T06:12:00+00:00",
        "goes_on": True,
        "seen_by": None,
        "seen_at": None,
    }
    assert [row["id"] for row in officer.client.get("/api/surges?days=7").json()["surges"]] == ["2026112505-R07"]
    assert [row["id"] for row in officer.client.get("/api/surges?unseen=true").json()["surges"]] == ["2026112505-R07"]
    assert len(officer.client.get("/api/surges?limit=1").json()["surges"]) == 1
    assert officer.person is not None
    assert officer.client.get("/api/surges/old").json()["seen_by"] == officer.person.name
    assert officer.client.get("/api/surges/nothing").status_code == 404
    assert [officer.client.get(f"/api/surges?{bad}").status_code for bad in ("days=0", "limit=201", "unseen=x")] == [
        422
    ] * 3


def test_programs_without_a_session_are_told_nothing_of_surges(surging: Site) -> None:
    for path in ("/api/surges", "/api/surges/2026112505-R07"):
        assert surging.client().get(path, headers={"accept": "application/json"}).status_code == 401


def test_before_four_weeks_programs_are_told_so(site: Site) -> None:
    watch_for(site.context.store, 2 * WEEK)
    told = site.browser(Role.OFFICER).client.get("/api/surges").json()
    assert (told["surges"], told["history"]["is_long"]) == ([], False)
    assert told["history"]["complete_at"].startswith("2026-12-09")
