"""What was registered by mistake is taken back from the page that shows it."""

from lxml import html

from service.domain.people.person import Role
from tests.api.conftest import Site

RED = "A-20261125-03"


def test_an_answer_that_was_registered_by_mistake_is_taken_back_from_the_page_that_shows_it(site: Site) -> None:
    browser = site.browser(Role.OFFICER)
    where, action = "/events/20261125-03?tab=handling", f"/alerts/{RED}/unanswered"
    assert action not in browser.client.get(where).text
    browser.post(f"/alerts/{RED}/answered", reason="省局网站情况通报")
    page = html.document_fromstring(browser.client.get(where).text)
    [seen] = page.xpath(f"//form[@action='{action}']//input[@name='seen']/@value")
    assert browser.post(action, reason="误登", seen="2026-11-20T00:00:00+00:00").status_code == 409
    assert browser.post(action, reason=" ", seen=seen).status_code == 422
    done = browser.post(action, reason="误登，没有发布", seen=seen)
    assert "由它记为完成的时限照原来的到期时间继续" in browser.client.get(done.headers["location"]).text
    assert action not in browser.client.get(where).text
