"""Two administrators who have the same person's form open: the second is told what the first changed, and overwrites nothing unseen."""

import re
from dataclasses import replace
from datetime import timedelta

from service.domain.people.person import Person, Role
from service.domain.people.roster import Shift
from tests.api.conftest import Browser, Site
from tests.builders import NOW

FORM = {"role": "officer", "notify_from": "", "disabled": "false"}
OFFICER = "/system/people/p-officer"


def mark(browser: Browser, path: str = OFFICER, text: str | None = None) -> str:
    page = text if text is not None else browser.client.get("/system?tab=people").text
    found = re.search(rf'action="{path}">.*?name="seen" value="(\w+)"', page, re.DOTALL)
    assert found is not None
    return found[1]


def stored(site: Site) -> Person:
    with site.context.store.read() as work:
        found = work.people.get("p-officer")
    assert found is not None
    return found


def test_the_second_to_save_is_told_what_the_first_changed_and_saves_on_the_second_try(site: Site) -> None:
    first, second = site.browser(Role.ADMINISTRATOR), site.browser(Role.ADMINISTRATOR)
    seen = mark(second)
    assert first.post(OFFICER, **FORM, email="new@press.invalid", seen=mark(first)).status_code == 303
    answer = second.post(OFFICER, **{**FORM, "disabled": "true"}, email="old@press.invalid", seen=seen)
    assert answer.status_code == 422
    assert first.person is not None
    told = f"打开页面后已由{first.person.name}改过，现为：研判员，邮箱new@press.invalid，没有岗位，允许登录。"
    assert told in answer.text
    assert "old@press.invalid" in answer.text
    assert (stored(site).email, stored(site).disabled) == ("new@press.invalid", False)
    again = mark(second, text=answer.text)
    assert second.post(OFFICER, **FORM, email="old@press.invalid", seen=again).status_code == 303
    assert stored(site).email == "old@press.invalid"


def test_what_the_person_does_meanwhile_stands_in_nobodys_way(site: Site) -> None:
    keeper = site.browser(Role.ADMINISTRATOR)
    seen = mark(keeper)
    keeper.post(f"{OFFICER}/password")
    assert keeper.post(OFFICER, **FORM, email="new@press.invalid", seen=seen).status_code == 303


def test_one_form_saved_twice_is_no_change_of_somebody_else(site: Site) -> None:
    keeper = site.browser(Role.ADMINISTRATOR)
    assert keeper.post(OFFICER, **FORM, email="a@press.invalid", seen=mark(keeper)).status_code == 303
    assert keeper.post(OFFICER, **FORM, email="b@press.invalid", seen=mark(keeper)).status_code == 303


def test_where_mail_goes_and_from_which_level_is_written_down_when_it_is_changed_and_only_then(site: Site) -> None:
    keeper = site.browser(Role.ADMINISTRATOR)
    keeper.post(OFFICER, **{**FORM, "notify_from": "orange"}, email="elsewhere@press.invalid")
    keeper.post(OFFICER, **{**FORM, "notify_from": "orange"}, email="elsewhere@press.invalid")
    keeper.post(OFFICER, **FORM, email="")
    text = site.browser(Role.AUDITOR).client.get("/system?tab=audit").text
    assert "邮箱：elsewhere@press.invalid；邮件提醒：橙色" in text
    assert "邮箱：无；邮件提醒：不发" in text
    assert text.count("邮件提醒：") == 2


def test_what_a_person_has_in_hand_stands_under_the_name_and_is_to_be_handed_over_once_disabled(site: Site) -> None:
    keeper = site.browser(Role.ADMINISTRATOR)
    name = stored(site).name
    with site.context.store.write() as work:
        alert = work.alerts.open(limit=1)[0]
        work.alerts.save(replace(alert, owner=name, revision=alert.revision + 1))
        turn = Shift(
            id="s-hand",
            name="夜班",
            begins_at=NOW + timedelta(days=1),
            ends_at=NOW + timedelta(days=2),
            person_id="p-approver",
            deputy_id="p-officer",
            made_by="排班员",
            made_at=NOW,
        )
        work.roster.save_all([turn])
    page = keeper.client.get("/system?tab=people").text
    assert re.search(r"承办预警\d+条.{0,20}、待值班次1个", page, re.DOTALL)
    assert "请另行指派和排班" not in page
    keeper.post(OFFICER, **{**FORM, "disabled": "true"}, email="", seen=mark(keeper))
    assert stored(site).disabled
    assert "请另行指派和排班" in keeper.client.get("/system?tab=people").text
