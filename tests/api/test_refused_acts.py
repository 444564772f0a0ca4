"""Refused forms of events, matters, policies and models: each comes back open and as it was filled in, and nothing is stored."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from httpx2 import Response
from lxml import html

from service.domain.alerts.alert import AlertState
from service.domain.people.person import Role
from tests.api.conftest import Browser, Site
from tests.api.forms import Fields, opened, send, sent_again, sentence
from tests.builders import build_person
from tests.following import seed_following

ALERT = "/alerts/A-20261125-03"
FIVE_HOURS = "C-GRP-A-20261125-03"
BOTH = "第一段：<b>属实</b>。\n第二段：“待查”。"

FORMS: Sequence[tuple[Role, str, Fields]] = (
    (Role.APPROVER, f"{ALERT}/close", {"reason": [" "]}),
    (Role.APPROVER, f"{ALERT}/level", {"level": ["blue"], "reason": [" "], "refuted": ["true"]}),
    (Role.APPROVER, f"{ALERT}/grade", {"grade": ["II"], "reason": [" "]}),
    (Role.APPROVER, f"{ALERT}/need", {"answer": ["no"], "reason": [" "]}),
    (Role.APPROVER, f"/clocks/{FIVE_HOURS}/cancel", {"reason": [" "]}),
    (Role.APPROVER, f"{ALERT}/clocks", {"rule": ["C-APP"], "since": ["2027-01-01T00:00"]}),
    (Role.OFFICER, "/matters/TS-101/refuse", {"remark": [" "]}),
    (Role.ADMINISTRATOR, "/sources/hosts/stop", {"host": ["https://news.invalid/"], "reason": ["对方来函要求"]}),
    (Role.ADMINISTRATOR, "/policies/entries/clock%3AW-RC", {"verdict": ["doubted"], "reason": [" "]}),
)


@pytest.fixture
def office(site: Site, tmp_path: Path) -> Site:
    """The site with a dozen matters."""
    seed_following(site.context.store, build_person(Role.OFFICER), site.context.office.register, tmp_path)
    return site


def address(site: Site, path: str) -> str:
    with site.context.store.read() as work:
        ids = {matter.number: matter.id for matter in work.matters.listing()}
    return "/".join(ids.get(part, part) for part in path.split("/"))


def seq(site: Site) -> int:
    with site.context.store.read() as work:
        return work.audit.head().seq


def copied(answer: Response) -> list[str]:
    """Return the texts that the page offers to be copied."""
    areas = html.document_fromstring(answer.text).xpath("//*[@aria-label='没有保存的内容']//textarea")
    return [(area.text or "").removeprefix("\n") for area in areas]


@pytest.mark.parametrize(("role", "path", "fields"), FORMS)
def test_refused_form_comes_back_open_and_as_it_was_filled_in_and_stores_nothing(
    office: Site, role: Role, path: str, fields: Fields
) -> None:
    browser, path, before = office.browser(role), address(office, path), seq(office)
    answer = send(browser, path, fields)
    assert answer.status_code in {409, 422}
    assert sentence(answer)
    assert sent_again(answer, path) == fields
    assert opened(answer, path)
    assert not copied(answer)
    # Whoever is shown a matter is written down.
    assert seq(office) == before + path.startswith("/matters/")


def test_nobody_else_is_chosen_in_place_of_who_is_gone(office: Site) -> None:
    answer = send(office.browser(Role.OFFICER), f"{ALERT}/assign", {"owner": ["没有这个人"]})
    assert (answer.status_code, "“没有这个人”" in sentence(answer)) == (404, True)
    assert sent_again(answer, f"{ALERT}/assign") == {"owner": [""]}
    assert opened(answer, f"{ALERT}/assign")


def test_reason_is_shown_to_copy_where_the_alert_was_closed_meanwhile(office: Site) -> None:
    with office.context.store.write() as work:
        alert = work.alerts.get("A-20261125-03")
        assert alert is not None
        work.alerts.save(replace(alert, state=AlertState.CLOSED))
    approver, before = office.browser(Role.APPROVER), seq(office)
    for act, more in (("close", {}), ("level", {"level": ["blue"]}), ("grade", {"grade": ["II"]})):
        answer = send(approver, f"{ALERT}/{act}", {"reason": [BOTH], **more})
        assert (act, answer.status_code, copied(answer)) == (act, 409, [BOTH])
    assert seq(office) == before


def test_remark_is_shown_to_copy_where_the_matter_was_moved_meanwhile(office: Site) -> None:
    officer, path = office.browser(Role.OFFICER), address(office, "/matters/TS-101/accept")
    assert send(officer, path, {"remark": ["已转办"]}).status_code == 303
    answer = send(officer, path, {"remark": [BOTH], "handler": ["处室甲"]})
    assert (answer.status_code, copied(answer)) == (409, [BOTH])


def test_screening_without_the_duty_keeps_its_reason(office: Site) -> None:
    officer = office.browser(Role.OFFICER)
    send(officer, f"{ALERT}/acknowledge", {})
    answer = send(officer, f"{ALERT}/case", {"screening": ["false"], "reason": [BOTH]})
    assert (answer.status_code, "研判乙不在此岗位" in sentence(answer)) == (403, True)
    assert BOTH in copied(answer) or BOTH in html.document_fromstring(answer.text).xpath("//textarea/text()")


def test_reason_for_a_version_that_is_gone_is_shown_to_copy_and_opens_no_other_versions_form(office: Site) -> None:
    path = "/labels/models/place"
    answer = send(office.browser(Role.ADMINISTRATOR), path, {"version": ["none"], "reason": [BOTH]})
    assert (answer.status_code, "没有这个模型版本" in sentence(answer)) == (404, True)
    assert copied(answer) == [BOTH]
    assert not html.document_fromstring(answer.text).xpath("//main//details[@open]")


def with_role(site: Site, browser: Browser, role: Role) -> None:
    assert browser.person is not None
    with site.context.store.write() as work:
        work.people.save(replace(browser.person, role=role))


def test_who_lost_the_right_while_a_page_was_open_reads_who_has_it_and_keeps_what_was_written(office: Site) -> None:
    approver, before = office.browser(Role.APPROVER), seq(office)
    with_role(office, approver, Role.OFFICER)
    answer = send(approver, f"{ALERT}/close", {"reason": [BOTH]})
    assert answer.status_code == 403
    assert "没有保存。审批丙现在的角色是研判员，不能关闭预警、调级与定级；可以的是审批人、系统管理员。" in answer.text
    assert copied(answer) == [BOTH]
    assert seq(office) == before


def test_who_was_logged_out_by_a_change_of_role_is_told_so_and_keeps_what_was_written(office: Site) -> None:
    officer = office.browser(Role.OFFICER)
    with office.context.store.write() as work:
        work.people.end_sessions_of("p-officer")
    answer = send(officer, f"{ALERT}/acknowledge", {"reason": [BOTH]})
    assert (answer.status_code, copied(answer)) == (401, [BOTH])
    assert "角色、密码刚被调整；这次操作没有保存" in answer.text


def test_what_was_written_is_handed_back_where_the_program_failed(
    office: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("service.flows.alerts.acts.close", fail)
    before = seq(office)
    answer = send(office.browser(Role.APPROVER), f"{ALERT}/close", {"reason": [BOTH]})
    assert (answer.status_code, copied(answer)) == (500, [BOTH])
    assert "没有保存；返回后，已填写的内容还在" in answer.text
    assert seq(office) == before


def test_an_alert_that_does_not_exist_is_said_to_be_none(office: Site) -> None:
    assert send(office.browser(Role.APPROVER), "/alerts/none/close", {"reason": ["好"]}).status_code == 404
    assert send(office.browser(Role.APPROVER), "/clocks/none/cancel", {"reason": ["好"]}).status_code == 404


def test_reason_beside_a_field_that_cannot_be_read_is_shown(office: Site) -> None:
    answer = send(office.browser(Role.APPROVER), f"{ALERT}/level", {"level": ["pink"], "reason": [BOTH]})
    assert (answer.status_code, copied(answer)) == (422, [BOTH])


def test_what_was_written_is_shown_where_the_session_has_ended(office: Site) -> None:
    for path in (f"{ALERT}/close", "/cases/none/save", "/topics"):
        answer = send(office.browser(None), path, {"text": [BOTH], "reason": ["好"]})
        assert (path, answer.status_code, copied(answer)) == (path, 401, [BOTH, "好"])


def test_what_was_written_is_shown_where_the_token_is_of_an_earlier_session(office: Site) -> None:
    browser = replace(office.browser(Role.APPROVER), csrf="earlier")
    answer = send(browser, f"{ALERT}/close", {"reason": [BOTH]})
    assert (answer.status_code, copied(answer)) == (403, [BOTH])


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.invalid"}])
@pytest.mark.parametrize("role", [Role.APPROVER, None])
def test_what_another_site_sends_is_not_shown(office: Site, role: Role | None, headers: dict[str, str]) -> None:
    browser = office.browser(role)
    fields = {"csrf": browser.csrf, "reason": BOTH}
    answer = browser.client.post(f"{ALERT}/close", data=fields, headers=headers)
    assert answer.status_code == (401 if role is None else 403)
    assert copied(answer) == []


def test_passwords_are_never_shown(office: Site) -> None:
    browser = office.browser(Role.APPROVER)
    for path in ("/password", "/login"):
        answer = send(browser, path, {"old": ["geheim-1"], "new": ["geheim-2"], "password": ["geheim-3"]})
        assert answer.status_code >= 400
        assert "geheim" not in answer.text
