"""Refused forms of 值班表 and 用户: each comes back as it was filled in, with a sentence on top, and nothing is stored."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lxml import html

from service.domain.people.person import Role
from service.flows.people.passwords import PasswordBusyError
from service.web.pages import people
from tests.api.conftest import Browser, Site
from tests.api.forms import Fields, send, sent_again, sentence
from tests.builders import NOW

SHIFTS, ROTATION, NEW, DUTY = "/system/roster/shifts", "/system/roster/rotation", "/system/people", "/system/duty"
OFFICER = "/system/people/p-officer"
NOBODY = [""] * 4
SHIFT: Fields = {
    "begins": ["2026-12-20T08:00"],
    "ends": ["2026-12-20T20:00"],
    "person": ["p-officer"],
    "deputy": ["p-approver"],
}
TURNS: Fields = {
    "first": ["2026-12-20"],
    "days": ["9"],
    "changes": ["07:30 19:30"],
    "person": ["p-officer", "p-approver", "", ""],
    "deputy": ["p-approver", "p-officer", "", ""],
}
PERSON: Fields = {"name": ["新人"], "role": ["approver"], "email": ["new@office.invalid"], "notify_from": ["orange"]}
CHANGED: Fields = {
    "role": ["approver"],
    "email": ["changed@office.invalid"],
    "notify_from": ["yellow"],
    "disabled": ["true"],
    "duties": ["analyst", "archivist"],
}


@pytest.fixture
def keeper(site: Site) -> Browser:
    """An administrator, in an office where everybody has an address but one more officer."""
    with site.context.store.write() as work:
        for person in work.people.listing():
            work.people.save(replace(person, email=f"{person.role.value}@office.invalid"))
            if person.role is Role.OFFICER:
                work.people.save(replace(person, id="p-unheard", name="研判无邮箱", email=None))
    return site.browser(Role.ADMINISTRATOR)


def stored(site: Site) -> tuple[Any, ...]:
    """Return what the forms change."""
    with site.context.store.read() as work:
        shifts = work.roster.between(NOW - timedelta(days=999), NOW + timedelta(days=999))
        return work.people.listing(), list(shifts), work.value("duty"), work.audit.head().seq


REFUSALS: Sequence[tuple[str, Fields, Fields, str]] = (
    (SHIFTS, SHIFT, {"begins": [""]}, "请填写班次的开始时间"),
    (SHIFTS, SHIFT, {"ends": ["明天"]}, "结束时间“明天”不是时刻"),
    (SHIFTS, SHIFT, {"ends": ["2101-01-01T00:00"]}, "班次的结束时间须在2000年至2099年之间"),
    (SHIFTS, SHIFT, {"ends": ["2026-12-20T07:00"]}, "结束时间须晚于开始时间"),
    (SHIFTS, SHIFT, {"person": [""]}, "请选择值班员"),
    (SHIFTS, SHIFT, {"deputy": ["p-officer"]}, "值班员和副班须是两个人"),
    (SHIFTS, SHIFT, {"person": ["p-unheard"]}, "没有邮箱"),
    (ROTATION, TURNS, {"first": [""]}, "请选择从哪一天起排班"),
    (ROTATION, TURNS, {"first": ["2026-13-01"]}, "“2026-13-01”不是日期"),
    (ROTATION, TURNS, {"days": ["0"]}, "天数须是1至366的整数"),
    (ROTATION, TURNS, {"days": ["三"]}, "天数须是1至366的整数"),
    (ROTATION, TURNS, {"changes": ["早八点"]}, "交接时间“早八点”不是时刻，请写成 08:00 20:00"),
    (ROTATION, TURNS, {"changes": ["25:00"]}, "交接时间“25:00”不是时刻"),
    (ROTATION, TURNS, {"person": NOBODY, "deputy": NOBODY}, "请至少给出一名值班人员"),
    (ROTATION, TURNS, {"person": NOBODY}, "第 1 人只选了副班，请选值班员，或去掉副班"),
    (ROTATION, TURNS, {"person": ["p-unheard", "p-officer", "", ""]}, "没有邮箱"),
    (NEW, PERSON, {"name": [" "]}, "用户没有新增：用户名须为 1 到 32 个可见字符"),
    (NEW, PERSON, {"name": ["长" * 33]}, "用户名须为 1 到 32 个可见字符"),
    (NEW, PERSON, {"name": ["研判乙"]}, "用户名“研判乙”已存在"),
    (NEW, PERSON, {"email": ["new.office"]}, "邮箱“new.office”不是可用的地址"),
    (
        OFFICER,
        CHANGED,
        {"email": ["a b@office.invalid"]},
        "研判乙的修改没有保存：邮箱“a b@office.invalid”不是可用的地址",
    ),
    (NEW, PERSON, {"email": ["new@office。invalid"]}, "邮箱“new@office。invalid”不是可用的地址"),
    (NEW, PERSON, {"email": ["new@office.invalid;old@office.invalid"]}, "只写一个地址，用英文字母和半角标点"),
    (OFFICER, CHANGED, {"email": ["a" * 120 + "@b.cn"]}, "研判乙的修改没有保存"),
    ("/system/people/p-administrator", CHANGED, {}, "管理丁的修改没有保存：不能停用自己"),
    (DUTY, {}, {"duty": ["一组" * 21]}, "值班最多写 40 字，现有 42 字"),
)


@pytest.mark.parametrize(("path", "fields", "changed", "why"), REFUSALS)
def test_refused_form_comes_back_as_it_was_filled_in_with_the_reason_and_stores_nothing(
    site: Site, keeper: Browser, path: str, fields: Fields, changed: Fields, why: str
) -> None:
    before = stored(site)
    typed = {**fields, **changed}
    answer = send(keeper, path, typed)
    assert (answer.status_code, why in sentence(answer)) == (422, True), sentence(answer)
    assert sent_again(answer, path) == typed
    assert stored(site) == before


@pytest.mark.parametrize(("path", "fields"), [(SHIFTS, SHIFT), (ROTATION, TURNS), (NEW, PERSON), (OFFICER, CHANGED)])
def test_the_same_form_without_the_mistake_is_taken(site: Site, keeper: Browser, path: str, fields: Fields) -> None:
    before = stored(site)
    assert send(keeper, path, fields).status_code in {200, 303}
    assert stored(site) != before


@pytest.mark.parametrize("path", [SHIFTS, ROTATION, NEW, OFFICER])
def test_form_that_holds_nothing_at_all_is_refused_on_its_page(keeper: Browser, path: str) -> None:
    answer = send(keeper, path, {})
    assert answer.status_code == 422
    assert sentence(answer).startswith(("请", "用户没有新增：请", "研判乙的修改没有保存：请"))


def test_somebody_else_is_never_chosen_in_place_of_who_is_gone(keeper: Browser) -> None:
    answer = send(keeper, SHIFTS, {**SHIFT, "person": ["p-gone"]})
    assert "请从名单里选择" in sentence(answer)
    assert sent_again(answer, SHIFTS)["person"] == [""]


def test_refused_shift_is_not_folded_away_and_its_weeks_are_shown(keeper: Browser) -> None:
    answer = send(keeper, SHIFTS, {**SHIFT, "person": [""]})
    page = html.document_fromstring(answer.text)
    assert page.xpath(f"boolean(//details[@open]//form[@action='{SHIFTS}'])")
    assert "12月20日至1月2日" in answer.text
    fresh = html.document_fromstring(keeper.client.get("/system/roster").text)
    assert not fresh.xpath(f"boolean(//details[@open]//form[@action='{SHIFTS}'])")


def test_shift_that_is_gone_is_said_on_the_weeks_that_were_looked_at(keeper: Browser) -> None:
    send(keeper, SHIFTS, SHIFT)
    shown = keeper.client.get("/system/roster?from=2026-12-18")
    [form] = html.document_fromstring(shown.text).xpath("//form[contains(@action, '/remove')]")
    path, kept = form.get("action"), {"from": [form.xpath("string(.//input[@name='from']/@value)")]}
    assert send(keeper, path, kept).headers["location"] == "/system/roster?from=2026-12-18&done=unshift"
    again = send(keeper, path, kept)
    assert (again.status_code, sentence(again)) == (404, "没有这个班次，可能已被删除")
    assert "12月18日至12月31日" in again.text


def test_people_who_were_not_changed_stand_as_they_are_stored(keeper: Browser) -> None:
    answer = send(keeper, OFFICER, {**CHANGED, "email": ["none"]})
    assert sent_again(answer, "/system/people/p-approver") == sent_again(
        keeper.client.get("/system?tab=people"), "/system/people/p-approver"
    )
    rows = html.document_fromstring(answer.text).xpath("//tr[contains(., '未保存')]/td[1]/b/text()")
    assert rows == ["研判乙"]


def test_who_cannot_be_added_for_busy_passwords_is_kept_in_the_form(
    keeper: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> str:
        raise PasswordBusyError

    monkeypatch.setattr(people, "add_person", busy)
    answer = send(keeper, NEW, PERSON)
    assert (answer.status_code, "请稍后再点" in sentence(answer)) == (503, True)
    assert sent_again(answer, NEW) == PERSON
