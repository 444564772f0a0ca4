"""A matter that is withdrawn, on its page, and found afterwards by its number."""

from pathlib import Path

import pytest

from service.domain.people.person import Role
from service.domain.topics.topic import Topic
from tests.api.conftest import Site
from tests.api.test_following import SEE_OTHER, matter_id
from tests.builders import build_person
from tests.following import seed_following


@pytest.fixture
def topic(site: Site, tmp_path: Path) -> Topic:
    """A watched policy and a dozen matters on the seeded site."""
    return seed_following(site.context.store, build_person(Role.OFFICER), site.context.office.register, tmp_path)


@pytest.mark.usefixtures("topic")
def test_a_withdrawal_is_registered_on_the_page_with_its_reason_and_found_by_its_number_afterwards(site: Site) -> None:
    officer = site.browser(Role.OFFICER)
    page_of = f"/matters/{matter_id(site, 'TS-101')}"
    assert "登记撤回" in officer.client.get(page_of).text
    assert "登记撤回须写明理由" in officer.post(f"{page_of}/withdraw", remark=" ").text
    assert officer.post(f"{page_of}/withdraw", remark="投诉人来电撤回").status_code == SEE_OTHER
    text = officer.client.get(page_of).text
    assert "因撤回终止" in text
    assert "投诉人来电撤回" in text
    assert "TS-101" not in officer.client.get("/matters").text
    found = officer.client.get("/matters?number=ts-1０1").text
    assert "TS-101" in found
    assert "已撤回" in found
    assert "没有编号含“TS-999”的办件" in officer.client.get("/matters?number=TS-999").text


@pytest.mark.usefixtures("topic")
def test_a_report_offers_no_withdrawal(site: Site) -> None:
    officer = site.browser(Role.OFFICER)
    page_of = f"/matters/{matter_id(site, 'JB-201')}"
    assert "登记撤回" not in officer.client.get(page_of).text
    assert "线索须核查" in officer.post(f"{page_of}/withdraw", remark="举报人撤回").text
