"""The page that changes a password lets go of who opened it by mistake, and holds who must change."""

from dataclasses import replace

from service.domain.people.person import Role
from tests.api.conftest import Site


def test_who_need_not_change_the_password_can_go_back_and_who_must_cannot(site: Site) -> None:
    browser = site.browser(Role.OFFICER)
    assert 'href="/">不改了，返回总览</a>' in browser.client.get("/password").text
    assert browser.person is not None
    with site.context.store.write() as work:
        work.people.save(replace(browser.person, must_change_password=True))
    page = browser.client.get("/password").text
    assert "请先修改密码" in page
    assert "返回总览" not in page


def test_a_part_of_an_open_page_leads_to_the_new_password_instead_of_holding_its_page(site: Site) -> None:
    browser = site.browser(Role.OFFICER)
    assert browser.person is not None
    with site.context.store.write() as work:
        work.people.save(replace(browser.person, must_change_password=True))
    part = browser.client.get("/fragments/now", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"], part.text) == (403, "/password", "")
