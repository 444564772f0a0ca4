"""The search page: orders that work, cities counted as a whole, facets that open what they count, and what an empty page says."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from analysis.assessment import Entity, EntityType, Level
from service.domain.people.person import Role
from service.flows.telling.deliver import SEARCH
from service.ports.search import SearchDocument, SearchQuery, SearchResult, SearchUnavailableError
from service.search.refill import ask_for_refill, refill
from tests.api.conftest import Site
from tests.builders import NOW
from tests.dashboard import make_context
from tests.following import hear, judged, voice

_FACET = re.compile(r'<li><a href="(?P<link>/search[^"]*)">(?P<name>[^<]+)</a><span class="quiet">(?P<count>[^<]+)<')


def _found_in(site: Site, *regions: tuple[str, ...]) -> None:
    """Index one document for each tuple of region codes."""
    like = site.context.search.find(SearchQuery(limit=1)).hits[0].document
    site.context.search.index([_document(like, number, codes) for number, codes in enumerate(regions)])


def _document(like: SearchDocument, number: int, regions: tuple[str, ...]) -> SearchDocument:
    return replace(
        like,
        document_id=f"place-{number}",
        seq=10_000 + number,
        tokens="蓝色 药瓶",
        regions=regions,
        published_at=NOW - timedelta(minutes=number),
    )


def _facets(text: str) -> dict[str, tuple[str, str]]:
    return {found["name"]: (found["count"], found["link"].replace("&amp;", "&")) for found in _FACET.finditer(text)}


@pytest.mark.parametrize("order", ["newest", "relevance"])
def test_every_order_that_the_page_offers_shows_hits(shared_site: Site, order: str) -> None:
    answer = shared_site.browser(Role.VIEWER).client.get(f"/search?q=注射液&sort={order}")
    assert (answer.status_code, "data-row" in answer.text) == (200, True)


def test_a_city_counts_its_counties_and_towns_and_its_link_opens_as_many(site: Site) -> None:
    _found_in(site, ("360731",), ("360731103",), ("3607",), ("360100",))
    client = site.browser(Role.VIEWER).client
    shown = _facets(client.get("/search?q=蓝色").text)
    assert (shown["赣州"][0], shown["南昌"][0]) == ("3", "1")
    opened = client.get(shown["赣州"][1])
    assert (opened.status_code, opened.text.count("data-row")) == (200, 3)
    assert _facets(opened.text)["赣州"][0] == "3"


def test_places_are_listed_by_how_many_hits_they_have_altogether(site: Site) -> None:
    # Yichun has the most, under three codes; each of them alone is rarer than Nanchang's.
    _found_in(site, ("360982",), ("360981",), ("360983",), ("3601",), ("3601",), ("3604",))
    shown = _facets(site.browser(Role.VIEWER).client.get("/search?q=蓝色").text)
    assert [(name, count) for name, (count, _) in shown.items() if name in {"宜春", "南昌", "九江"}] == [
        ("宜春", "3"),
        ("南昌", "2"),
        ("九江", "1"),
    ]


def test_a_first_run_says_how_documents_come_and_a_search_without_hits_how_to_go_on(
    shared_site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = Site.over(make_context(tmp_path_factory.mktemp("empty"), empty=True))
    text = empty.browser(Role.OFFICER).client.get("/search").text
    assert ("还没有可检索的稿件" in text, 'href="/import"' in text) == (True, True)
    assert "现在没有未关闭的预警" in empty.browser(Role.OFFICER).client.get("/alerts").text
    empty.context.search.close()
    empty.context.store.close()
    client = shared_site.browser(Role.VIEWER).client
    assert "没有符合条件的稿件" in client.get("/search?q=无此词语某某").text
    assert "没有符合条件的预警" in client.get("/alerts?owner=无此人").text


def test_a_search_that_finds_nothing_says_which_word_no_document_has(shared_site: Site) -> None:
    client = shared_site.browser(Role.VIEWER).client
    shown = client.get("/search?q=注射液 三天").text
    assert "没有一篇稿件含“三天”。“三天”按字面查找；要限定时间，请在上面的“时间”里选。" in shown
    assert "“注射液”的" in client.get("/search?q=注射液 -注射液").text
    assert "在所选条件内，没有一篇稿件含“注射液”。" in client.get("/search?q=注射液&category=R14&tone=pos").text
    assert client.get("/search?q=注射液&days=3").status_code == 200


def test_a_query_that_was_not_understood_is_not_told_to_have_found_nothing(shared_site: Site) -> None:
    shown = shared_site.browser(Role.VIEWER).client.get("/search?q=“注射液").text
    assert "引号没有成对" in shown
    assert "没有符合条件的稿件" not in shown


def test_the_province_and_tones_can_be_chosen_and_the_page_shows_what_is_chosen(site: Site) -> None:
    _found_in(site, ("110000", "360731"), ("360000",), ("430100",))
    client = site.browser(Role.VIEWER).client
    text = client.get("/search?q=蓝色&region=36&tone=neg").text
    assert '<option value="36" selected>江西（涉赣）</option>' in text
    assert '<option value="neg" selected>负面</option>' in text
    assert text.count("data-row") == 2
    elsewhere = client.get("/search?q=蓝色&region=430100").text
    assert '<option value="430100" selected>省外 430100</option>' in elsewhere
    assert elsewhere.count("data-row") == 1


def test_days_that_are_chosen_after_hours_hold(site: Site) -> None:
    client = site.browser(Role.VIEWER).client
    hours = client.get("/search?since=2026-11-25T11&until=2026-11-25T12").text
    assert '<option value="" selected>指定时段</option>' in hours
    assert 'type="hidden" name="since"' in hours
    text = client.get("/search?since=2026-11-25T11&until=2026-11-25T12&days=7").text
    assert "近 7 天 · 13 篇" in text
    assert "取消时段限定" not in text


def test_the_store_that_is_searched_instead_keeps_to_the_place(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = (voice(number, 1, f"琥珀色药瓶{number}") for number in (1, 2))
    named = Entity(type=EntityType.REGION, text="赣州", start=0, end=2, canonical="赣州", code="360700")
    hear(site.context.store, [(here, judged(here, entities=[named])), (there, judged(there))])

    def refuse(_query: SearchQuery) -> SearchResult:
        raise SearchUnavailableError("没有应答")

    monkeypatch.setattr(site.context.search, "find", refuse)
    client = site.browser(Role.VIEWER).client
    assert client.get("/search?q=琥珀色").text.count("data-row") == 2
    assert client.get("/search?q=琥珀色&region=36").text.count("data-row") == 1
    assert client.get("/search?q=琥珀色&region=3601").text.count("data-row") == 0


def test_each_row_of_judgements_opens_as_many_as_it_counts_what_is_off_topic_too(site: Site) -> None:
    like = site.context.search.find(SearchQuery(limit=1)).hits[0].document
    levels = enumerate((0, 0, 1, 2, 2))
    site.context.search.index([replace(_document(like, number, ()), level=level) for number, level in levels])
    client = site.browser(Role.VIEWER).client
    shown = _facets(client.get("/search?q=蓝色").text)
    opened = {name: client.get(shown[name][1]).text for name in ("职责相关及以上", "风险", "无关")}
    assert {name: shown[name][0] for name in opened} == {"职责相关及以上": "3", "风险": "2", "无关": "2"}
    assert {name: text.count("data-row") for name, text in opened.items()} == {
        "职责相关及以上": 3,
        "风险": 2,
        "无关": 2,
    }
    assert '<option value="0" selected>无关</option>' in opened["无关"]


def test_what_is_off_topic_can_be_chosen_while_the_engine_is_away(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    off, on = (voice(number, 1, f"琥珀色药瓶{number}") for number in (1, 2))
    hear(site.context.store, [(off, replace(judged(off), level=Level.OFF_TOPIC)), (on, judged(on))])

    def refuse(_query: SearchQuery) -> SearchResult:
        raise SearchUnavailableError("没有应答")

    monkeypatch.setattr(site.context.search, "find", refuse)
    text = site.browser(Role.VIEWER).client.get("/search?q=琥珀色&level=0").text
    assert ("琥珀色药瓶1" in text.replace("<mark>", "").replace("</mark>", ""), text.count("data-row")) == (True, 1)


def test_texts_that_the_engine_did_not_take_are_not_passed_over_in_silence(site: Site) -> None:
    client = site.browser(Role.VIEWER).client
    with site.context.store.write() as work:
        work.outbox.add("search:new", SEARCH, {"documents": {}}, now=NOW - timedelta(minutes=2))
    assert "检索引擎没有收下" not in client.get("/search?q=注射液").text
    with site.context.store.write() as work:
        work.outbox.add("search:old", SEARCH, {"documents": {}}, now=NOW - timedelta(minutes=20))
    text = client.get("/search?q=注射液").text
    assert "检索引擎没有收下11月25日 14:12起研判的1批稿件" in text
    assert "data-row" in text


def test_an_engine_that_goes_away_between_two_questions_is_as_good_as_one_that_was_away(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _found_in(site, ("360731",), ("360731103",))
    find = site.context.search.find

    def once(query: SearchQuery) -> SearchResult:
        if query.limit == 0:
            raise SearchUnavailableError("没有应答")
        return find(query)

    monkeypatch.setattr(site.context.search, "find", once)
    answer = site.browser(Role.VIEWER).client.get("/search?q=蓝色")
    assert (answer.status_code, "检索引擎无法访问" in answer.text) == (200, True)


def test_an_index_that_is_being_rebuilt_is_told_on_the_page_and_by_the_interface(site: Site) -> None:
    client = site.browser(Role.VIEWER).client
    assert "正在重建" not in client.get("/search?q=注射液").text
    with site.context.store.write() as work:
        ask_for_refill(work)
    assert "检索索引正在重建，结果可能不全：已核对 0 篇，共 13 篇。" in client.get("/search?q=注射液").text
    assert "正在重建" in client.get("/api/search?q=注射液").json()["degraded"]
    refill(site.context.store, site.context.search)
    site.context.search.clear()
    empty = client.get("/search?q=注射液").text
    assert "检索索引不完整" in empty
    assert "没有一篇稿件含" not in empty
