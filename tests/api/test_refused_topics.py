"""Refused forms of 政策跟踪 and 接收规则: each comes back as it was filled in, with a sentence on top, and nothing is stored."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from service.domain.people.person import Role
from service.domain.topics.sheet import QUESTIONS
from service.domain.topics.topic import Topic
from service.flows.topics.acts import close_topic
from tests.api.conftest import Browser, Site
from tests.api.forms import Fields, opened, send, sent_again, sentence
from tests.builders import NOW, build_person
from tests.following import RULE, seed_following

SETTINGS, SHEET, MEMBERS = "settings", "sheet", "/system/routing/members/legal"
LONG = "说明如下：\n第一，药店须在过渡期内完成改造；\n第二，<b>费用</b>由“企业”自担。"
NEW: Fields = {
    "title": ["某市药店分级办法（征求意见稿）"],
    "number": ["某药监〔2026〕9号"],
    "words": ["药店分级，\n分级+药店"],
    "without": ["酒店分级"],
    "kind": ["consulting", "published", "in_force"],
    "since": ["2026-11-20", "", ""],
    "until": ["2026-11-30", "", ""],
}
LIMITS: Fields = {
    "words": ["追溯码，药品追溯"],
    "without": ["食品追溯"],
    "kind": ["answered", "published", "drafting"],
    "since": ["2026-11-20", "2026-11-22", ""],
    "until": ["", "2026-11-30", ""],
}
FILLED: Fields = {
    **{f"answer_{key}": [f"{LONG}（{key}）"] for key in QUESTIONS},
    "concern": [LONG, "会涨价", ""],
    "group": ["药店", "患者", ""],
    "likelihood": ["3", "1", "2"],
    "impact": ["1", "3", "2"],
    "answer": ["有过渡期", LONG, ""],
    "owner": ["承办人丙", "", ""],
    "level": ["1"],
    "reason": ["已与企业座谈"],
}


@pytest.fixture
def topic(site: Site, tmp_path: Path) -> Topic:
    return seed_following(site.context.store, build_person(Role.OFFICER), site.context.office.register, tmp_path)


@pytest.fixture
def officer(site: Site) -> Browser:
    return site.browser(Role.OFFICER)


def stored(site: Site) -> tuple[Any, ...]:
    """Return what the forms change."""
    with site.context.store.read() as work:
        topics = work.topics.listing()
        sheets = [work.topics.sheets(one.id) for one in topics]
        return topics, sheets, work.roster.members(), work.audit.head().seq


def address(form: str, topic: Topic) -> str:
    return f"/topics/{topic.id}/{form}" if form in {SETTINGS, SHEET} else form


REFUSALS: Sequence[tuple[str, Fields, Fields, int, str]] = (
    ("/topics", NEW, {"title": [" "]}, 422, "请填写政策标题"),
    ("/topics", NEW, {"title": ["长" * 201]}, 422, "请填写政策标题，200字以内"),
    ("/topics", NEW, {"number": ["号" * 81]}, 422, "文号最多写 80 字，现有 81 字"),
    ("/topics", NEW, {"words": ["药"]}, 422, "搜索词“药”太短"),
    ("/topics", NEW, {"words": ["词语，" * 700]}, 422, "搜索词最多写 2000 字，现有 2100 字"),
    ("/topics", NEW, {"without": ["词语，" * 400]}, 422, "排除词最多写 1000 字，现有 1200 字"),
    ("/topics", NEW, {"since": ["", "", ""]}, 422, "有一个阶段只填了结束日期"),
    ("/topics", NEW, {"since": ["2026-13-01", "", ""]}, 422, "日期“2026-13-01”写法不对"),
    ("/topics", NEW, {"until": ["2026-11-01", "", ""]}, 422, "早于开始日期"),
    ("/topics", NEW, {"title": [RULE]}, 409, "已在跟踪中"),
    (SETTINGS, LIMITS, {"words": ["追"]}, 422, "搜索词“追”太短"),
    (SETTINGS, LIMITS, {"since": ["2026-11-20", "2026-11-20", ""]}, 409, "无法分开统计"),
    (SETTINGS, LIMITS, {"since": ["", "", ""], "until": ["", "", ""]}, 422, "请至少填写一个阶段的开始日期"),
    (SHEET, FILLED, {"concern": ["", "会涨价", ""]}, 422, "第1条填写了内容但没有写明顾虑"),
    (SHEET, FILLED, {"reason": [""]}, 422, "须写明理由"),
    (SHEET, FILLED, {"answer_scope": ["长" * 1001]}, 422, "每项回答请控制在1000字以内"),
    (SHEET, FILLED, {name: ["顾虑"] * 13 for name in ("concern", "group", "answer", "owner")}, 422, "顾虑最多12条"),
)


@pytest.mark.parametrize(("form", "fields", "changed", "status", "why"), REFUSALS)
def test_refused_form_comes_back_as_it_was_filled_in_with_the_reason_and_stores_nothing(
    site: Site, topic: Topic, officer: Browser, form: str, fields: Fields, changed: Fields, status: int, why: str
) -> None:
    before, path = stored(site), address(form, topic)
    typed = {**fields, **changed}
    if len(typed.get("concern", ())) == 13:
        typed = {**typed, "likelihood": ["3"] * 13, "impact": ["1"] * 13}
    answer = send(officer, path, typed)
    assert (answer.status_code, why in sentence(answer)) == (status, True), sentence(answer)
    assert sent_again(answer, path) == typed
    assert opened(answer, path)
    assert stored(site) == before


@pytest.mark.parametrize(("form", "fields"), [("/topics", NEW), (SETTINGS, LIMITS), (SHEET, FILLED)])
def test_the_same_form_without_the_mistake_is_taken(
    site: Site, topic: Topic, officer: Browser, form: str, fields: Fields
) -> None:
    before = stored(site)
    assert send(officer, address(form, topic), fields).status_code == 303
    assert stored(site) != before


@pytest.mark.parametrize("form", ["/topics", SETTINGS, SHEET])
def test_form_that_holds_nothing_at_all_is_refused_on_its_page(topic: Topic, officer: Browser, form: str) -> None:
    answer = send(officer, address(form, topic), {})
    assert answer.status_code == 422
    assert "请" in sentence(answer)


@pytest.mark.parametrize("lines", [1000, 1001])
def test_a_line_break_counts_as_the_one_character_that_a_browser_counts(
    topic: Topic, officer: Browser, lines: int
) -> None:
    answer = send(officer, address(SETTINGS, topic), {**LIMITS, "words": ["词\r\n" * lines]})
    # Each word of one character is refused for itself, but not the field for its length.
    assert ("太短" in sentence(answer)) is (lines == 1000), sentence(answer)


def test_a_sheet_that_somebody_saved_meanwhile_is_not_saved_over_and_what_both_wrote_stands_on_the_page(
    site: Site, topic: Topic, officer: Browser
) -> None:
    other = site.browser(Role.APPROVER)
    assert send(other, address(SHEET, topic), {**FILLED, "answer_scope": ["审批人写的范围"], "base": ["0"]}).is_redirect
    before = stored(site)
    answer = send(officer, address(SHEET, topic), {**FILLED, "base": ["0"]})
    assert answer.status_code == 409
    assert "审批丙已于" in sentence(answer)
    assert "存了第1版，您打开时还没有评估表，没有保存。您填写的仍在下面" in sentence(answer)
    assert sent_again(answer, address(SHEET, topic)) == FILLED
    assert "第1版：审批人写的范围" in answer.text
    assert "第1版：会涨价（患者，可能低、影响高）" in answer.text
    assert stored(site) == before
    assert send(officer, address(SHEET, topic), {**FILLED, "base": ["1"]}).is_redirect


def test_words_that_somebody_changed_meanwhile_are_not_written_over_unseen(
    site: Site, topic: Topic, officer: Browser
) -> None:
    page = html.document_fromstring(officer.client.get(f"/topics/{topic.id}?tab=settings").text)
    [seen] = page.xpath("//input[@name='seen']/@value")
    other = site.browser(Role.APPROVER)
    assert send(other, address(SETTINGS, topic), {**LIMITS, "words": ["药品追溯码"], "seen": [seen]}).is_redirect
    before = stored(site)
    answer = send(officer, address(SETTINGS, topic), {**LIMITS, "seen": [seen]})
    assert answer.status_code == 409
    assert "他人已改过归入条件或阶段（现在的搜索词：" in sentence(answer)
    assert "药品追溯码" in sentence(answer)
    assert sent_again(answer, address(SETTINGS, topic)) == LIMITS
    assert stored(site) == before


def test_a_topic_is_not_ended_by_one_stray_click_and_who_ends_it_reads_how_it_is_taken_up_again(
    topic: Topic, officer: Browser
) -> None:
    page = html.document_fromstring(officer.client.get(f"/topics/{topic.id}?tab=settings").text)
    [form] = page.xpath("//form[@action=$path]", path=f"/topics/{topic.id}/close")
    assert form.getparent().tag == "details"
    assert form.getparent().get("open") is None
    assert "误结束的可以写明理由恢复跟踪" in form.text_content()


def test_what_was_written_is_shown_to_copy_where_the_topic_was_closed_meanwhile(
    site: Site, topic: Topic, officer: Browser
) -> None:
    close_topic(site.context.store, build_person(Role.OFFICER), topic.id, now=NOW)
    answer = send(officer, address(SHEET, topic), FILLED)
    assert (answer.status_code, "已结束跟踪" in sentence(answer)) == (409, True)
    page = html.document_fromstring(answer.text)
    shown = [area.text.removeprefix("\n") for area in page.xpath("//section[@aria-label='没有保存的内容']//textarea")]
    written = [text for name in FILLED for text in FILLED[name] if len(text) > 1 and name not in {"group", "owner"}]
    assert shown == written


def test_sheet_that_cannot_be_signed_is_said_on_its_tab(site: Site, topic: Topic, officer: Browser) -> None:
    assert send(officer, address(SHEET, topic), FILLED).status_code == 303
    answer = send(site.browser(Role.APPROVER), f"/topics/{topic.id}/sheet/1/sign", {})
    assert (answer.status_code, "第1版还缺" in sentence(answer)) == (409, True)
    assert "没有保存的内容" not in answer.text


def test_members_stay_ticked_as_they_were_and_who_is_gone_is_nowhere(site: Site) -> None:
    approver, before = site.browser(Role.APPROVER), stored(site)
    answer = send(approver, MEMBERS, {"person": ["p-gone", "p-officer", "p-viewer"]})
    assert (answer.status_code, "名单中有不在用的人员" in sentence(answer)) == (404, True)
    assert sorted(sent_again(answer, MEMBERS)["person"]) == ["p-officer", "p-viewer"]
    assert opened(answer, MEMBERS)
    assert not opened(answer, "/system/routing/members/science")
    assert stored(site) == before
    assert send(approver, MEMBERS, {"person": ["p-officer", "p-viewer"]}).status_code == 303


def test_unit_that_is_no_longer_there_is_said_on_the_page_of_the_rules(site: Site) -> None:
    answer = send(site.browser(Role.APPROVER), "/system/routing/members/none", {"person": ["p-officer"]})
    assert (answer.status_code, "没有这个处室" in sentence(answer)) == (404, True)
    assert "谁在何时因何收到预警" in answer.text
