"""The page 节假日: an administrator pastes the notice, checks what was read, and limits have their due times."""

import html
from dataclasses import replace

import pytest

from service.domain.people.person import Role
from service.flows.rules.in_force import Rulebook
from tests.api.conftest import Site
from tests.builders import NOW
from tests.unit.service.domain.clocks.test_days_off import NOTICE_2026, NOTICE_2027

PAGE = "/policies/calendar"


@pytest.fixture
def office(site: Site) -> Site:
    """A site whose rules are read again."""
    register = site.context.office.register
    return Site.over(replace(site.context, rulebook=Rulebook(site.context.store, lambda: register, lambda: 0)))


def knows(site: Site, year: int) -> bool:
    """Tell what another process knows of a year."""
    register = site.context.office.register
    rules = Rulebook(site.context.store, lambda: register, lambda: 0)
    rules.refresh(NOW)
    return rules.register.calendar.knows(year)


def test_what_is_read_of_a_notice_is_shown_and_nothing_is_kept_before_it_was_checked(office: Site) -> None:
    answer = office.browser(Role.ADMINISTRATOR).post(PAGE, notice=NOTICE_2027, act="check")
    text = html.unescape(answer.text)
    assert "2027年2月5日（周五）至2027年2月11日（周四）" in text
    assert "2027年1月31日（周日）；2027年2月20日（周六）" in text
    assert not knows(office, 2027)


def test_a_kept_notice_is_in_force_for_every_process_and_in_the_audit(office: Site) -> None:
    browser = office.browser(Role.ADMINISTRATOR)
    assert "2027年的节假日安排尚未收录" in browser.client.get(PAGE).text
    assert browser.post(PAGE, notice=NOTICE_2027, act="keep").headers["location"] == f"{PAGE}?done=days_off"
    assert knows(office, 2027)
    text = browser.client.get(PAGE).text
    assert "2027年：已收录" in text
    assert "尚未收录" not in text
    with office.context.store.read() as work:
        row = next(row for row in work.audit.rows(limit=5) if row.action == "policy.days_off")
    assert row.subject == "policy:2027年节假日"
    assert row.detail["what"][1:3] == ["放假 27 天", "2027-01-31 上班"]


def test_a_wrong_entry_is_replaced_by_the_right_notice(office: Site) -> None:
    browser = office.browser(Role.ADMINISTRATOR)
    browser.post(PAGE, notice=NOTICE_2027.replace("5月8日（周六）上班。", ""), act="keep")
    assert "法定节假日为 13 天" in browser.client.get("/policies").text
    browser.post(PAGE, notice=NOTICE_2027, act="keep")
    assert "法定节假日为 13 天" not in browser.client.get("/policies").text


@pytest.mark.parametrize(
    ("notice", "status", "sentence"),
    [
        (NOTICE_2026, 409, "2026年的节假日已由程序或 calendar-2026.yaml 收录"),
        (NOTICE_2026.replace("2026", "2025"), 422, "请核对是不是2025年的通知"),
        ("放假通知<b>", 422, "没有读到是哪一年的节假日安排"),
    ],
)
def test_what_is_refused_comes_back_as_it_was_pasted_with_the_reason(
    office: Site, notice: str, status: int, sentence: str
) -> None:
    answer = office.browser(Role.ADMINISTRATOR).post(PAGE, notice=notice, act="keep")
    assert answer.status_code == status
    assert sentence in answer.text
    assert html.escape(notice.strip()[:20]) in answer.text
    assert not knows(office, 2027)
