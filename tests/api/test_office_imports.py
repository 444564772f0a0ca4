"""What is imported into an office's source counts as its word: only an administrator's confirmation lets it in."""

import pytest
from httpx2 import Response
from lxml import html

from service.domain.people.person import Role
from tests.api.conftest import Browser, Site
from tests.api.forms import sentence

RUMOUR = "标题,正文,时间\n网传多人死亡,群里说某市已有多人死亡,2026-11-24 10:00\n".encode()


def _send(browser: Browser, source: str, path: str = "/import", **fields: str) -> Response:
    data = {"csrf": browser.csrf, "source": source, **fields}
    return browser.client.post(path, data=data, files={"file": ("群聊.csv", RUMOUR, "text/csv")})


def _stored(site: Site) -> int:
    with site.context.store.read() as work:
        return work.documents.count()


@pytest.mark.parametrize(
    ("role", "fields"),
    [
        (Role.OFFICER, {}),
        (Role.OFFICER, {"office_confirmed": "true"}),
        (Role.APPROVER, {"office_confirmed": "true"}),
        (Role.ADMINISTRATOR, {}),
    ],
)
def test_without_an_administrators_confirmation_nothing_enters_an_offices_source(
    site: Site, role: Role, fields: dict[str, str]
) -> None:
    before = _stored(site)
    answer = _send(site.browser(role), "seed-bureau", **fields)
    assert answer.status_code == 422
    assert "“演示省局通知公告”是官方信源，导入其中的稿件会算作官方发布和官方证实。" in sentence(answer)
    assert "须由系统管理员在导入时确认" in sentence(answer)
    assert _stored(site) == before


def test_what_an_administrator_confirms_is_taken_and_the_confirmation_is_written_down(site: Site) -> None:
    before = _stored(site)
    answer = _send(site.browser(Role.ADMINISTRATOR), "seed-bureau", office_confirmed="true")
    assert "新增 <b>1</b> 条" in answer.text
    assert _stored(site) == before + 1
    with site.context.store.read() as work:
        [row] = work.audit.rows(limit=1)
    assert (row.action, row.detail["office_confirmed"]) == ("import.done", True)


def test_records_of_the_public_never_enter_an_offices_source(site: Site) -> None:
    before = _stored(site)
    answer = _send(site.browser(Role.ADMINISTRATOR), "seed-bureau", "/matters/import", kind="complaint")
    assert (answer.status_code, "是官方信源" in answer.text) == (409, True)
    assert _stored(site) == before


@pytest.mark.parametrize(("role", "offered"), [(Role.OFFICER, False), (Role.ADMINISTRATOR, True)])
def test_the_form_chooses_no_office_by_itself_and_offers_one_to_administrators_only(
    shared_site: Site, role: Role, offered: bool
) -> None:
    page = html.document_fromstring(shared_site.browser(role).client.get("/import").text)
    sources = page.xpath("//select[@name='source']/option/@value")
    assert sources[0] == "seed-line"
    assert ("seed-bureau" in sources, bool(page.xpath("//input[@name='office_confirmed']"))) == (offered, offered)
    assert not page.xpath("//input[@name='office_confirmed'][@checked]")
