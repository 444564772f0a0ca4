"""Facts of an event are corrected on its page: the person's stands with its mark, the program's beside it."""

from typing import Any

import pytest

from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.builders import build_event

TOLD = {"reason": "院方核对了病历", "informant": "县人民医院"}


@pytest.fixture
def counted(site: Site) -> Site:
    """A site with an event K1 of thirty harmed and two dead in Ganzhou."""
    facts = {"jiangxi": True, "death": True, "places": ["江西省赣州市于都县"]}
    with site.context.store.write() as work:
        work.events.save(build_event(id="K1", harmed=30, deaths=2, regions=("360731",), facts=facts), ["k"])
    return site


def facts_of(site: Site) -> dict[str, Any]:
    told: dict[str, Any] = site.browser(Role.OFFICER).client.get("/api/events/K1").json()
    return told


def test_a_number_is_corrected_and_the_programs_stands_beside_it(counted: Site) -> None:
    browser = counted.browser(Role.OFFICER)
    done = browser.post("/events/K1/facts/harmed", persons="3", **TOLD)
    assert done.headers["location"] == "/events/K1?done=fact_corrected#facts"
    page = browser.client.get("/events/K1?done=fact_corrected").text
    assert "事实已更正" in page
    assert "来源：县人民医院；系统按稿件汇总为 30人" in page
    assert "受影响 3 人（人工更正，来源：县人民医院）" in page
    assert "受影响人数更正为3人（系统当时为30人）" in page
    told = facts_of(counted)
    assert told["harmed"] == 3
    assert told["facts"]["reported"]["harmed"] == 30
    assert told["facts"]["corrected"]["harmed"]["source"] == "县人民医院"


def test_a_place_is_named_as_people_write_it_and_marked_in_the_lists(counted: Site) -> None:
    browser = counted.browser(Role.OFFICER)
    done = browser.post("/events/K1/facts/places", region="德兴", **TOLD)
    assert done.status_code == 303
    assert facts_of(counted)["regions"] == ["361181"]
    assert "上饶（人工更正）" in browser.client.get("/events?region=3611").text
    assert "江西省上饶市德兴市（人工更正" in browser.client.get("/events/K1").text


def test_a_correction_is_taken_back(counted: Site) -> None:
    browser = counted.browser(Role.OFFICER)
    browser.post("/events/K1/facts/harmed", persons="3人", **TOLD)
    seen = facts_of(counted)["facts"]["corrected"]["harmed"]["id"]
    back = browser.post("/events/K1/facts/harmed/restore", reason="弄错了事件", seen=seen)
    assert back.headers["location"] == "/events/K1?done=fact_restored#facts"
    assert facts_of(counted)["harmed"] == 30
    assert "受影响人数恢复程序计数（30人）" in browser.client.get("/events/K1").text


def test_who_corrects_what_another_has_just_corrected_is_told(counted: Site) -> None:
    counted.browser(Role.APPROVER).post("/events/K1/facts/harmed", persons="3", **TOLD)
    late = counted.browser(Role.OFFICER).post("/events/K1/facts/harmed", persons="5", **TOLD)
    assert late.status_code == 409
    assert "请核对后再改" in late.text
    assert 'value="5"' in late.text
    assert facts_of(counted)["harmed"] == 3


@pytest.mark.parametrize(
    ("kind", "form", "sentence"),
    [
        ("harmed", {"persons": "很多", **TOLD}, "人数请填写整数"),
        ("harmed", {"persons": "3", **TOLD, "informant": " "}, "须写明来源"),
        ("harmed", {"persons": "3", **TOLD, "reason": " "}, "更正事实须写明理由"),
        ("places", {"region": "不存在县", **TOLD}, "行政区划表中没有“不存在县”"),
        ("places", {"region": "鼓楼区", **TOLD}, "有多处"),
        ("places", {"region": "", **TOLD}, "请填写 1 至 3 个地点"),
    ],
)
def test_what_is_amiss_is_said_on_the_page_with_what_was_typed(
    counted: Site, kind: str, form: dict[str, str], sentence: str
) -> None:
    refused = counted.browser(Role.OFFICER).post(f"/events/K1/facts/{kind}", **form)
    assert refused.status_code in {409, 422}
    assert sentence in refused.text
    assert 'value="县人民医院"' in refused.text or form["informant"] != "县人民医院"
    assert facts_of(counted)["harmed"] == 30


def test_that_nobody_died_is_for_the_approver(counted: Site) -> None:
    assert counted.browser(Role.OFFICER).post("/events/K1/facts/deaths", persons="0", **TOLD).status_code == 403
    assert counted.browser(Role.APPROVER).post("/events/K1/facts/deaths", persons="0", **TOLD).status_code == 303
    assert "无人死亡（人工更正，来源：县人民医院）" in counted.browser(Role.OFFICER).client.get("/events/K1").text


def test_who_only_reads_sees_the_correction_and_no_form(counted: Site) -> None:
    counted.browser(Role.OFFICER).post("/events/K1/facts/harmed", persons="3", **TOLD)
    page = counted.browser(Role.VIEWER).client.get("/events/K1").text
    assert "系统按稿件汇总为 30人" in page
    assert 'action="/events/K1/facts/harmed"' not in page
