"""系统 → 隔离区 and 发送: buttons only where something can be tried again, a refusal on the same tab, a word for every other stage."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crawlers.ports import QuarantineEntry, SourceProgress
from crawlers.remembered import TRIES
from service.domain.documents.set_aside import ASSESS, REMEDIES, sentence_of
from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.builders import NOW, build_document

LEASE = timedelta(minutes=1)
QUARANTINE, OUTBOX = "/system?tab=quarantine", "/system?tab=outbox"
ACTION = 'action="/system/{}/again"'


@pytest.fixture
def aside(site: Site) -> Site:
    """A site with a document that was set aside."""
    one = build_document(native="aside", title="某地药品异味")
    with site.context.store.write() as work:
        work.documents.put([one], now=NOW)
        for leased in work.documents.claim(limit=999, lease=LEASE, now=NOW):
            work.documents.release(leased, error="x", now=NOW, max_attempts=1 if leased.document.id == one.id else 9)
        detail = sentence_of(one.id, one.title, "ValueError: x")
        work.quarantine.add([QuarantineEntry(stage=ASSESS, reason="研判失败", detail=detail, at=NOW)])
    return site


@pytest.fixture
def given_up(site: Site) -> Site:
    """A site with a mail and a batch of the index that were given up."""
    with site.context.store.write() as work:
        person = work.people.get("p-officer")
        assert person is not None
        work.people.save(replace(person, email="officer@press.invalid"))
        mail = {"to": "officer@press.invalid", "alert_id": "A1"}
        work.outbox.add("mail:A1:raised:p", "mail", mail, now=NOW)
        work.outbox.add("search:1", "search", {"documents": {}}, now=NOW)
        for row in work.outbox.claim(kinds=["mail", "search"], limit=99, lease=LEASE, now=NOW):
            if row.key in {"mail:A1:raised:p", "search:1"}:
                work.outbox.retry(row, error="550 拒收", not_before=NOW, dead=True)
    return site


def test_there_is_no_button_where_nothing_was_set_aside(site: Site) -> None:
    keeper = site.browser(Role.ADMINISTRATOR)
    assert ACTION.format("quarantine") not in keeper.client.get(QUARANTINE).text
    assert ACTION.format("outbox") not in keeper.client.get(OUTBOX).text


def test_documents_set_aside_are_judged_again_and_their_row_says_so(aside: Site) -> None:
    keeper = aside.browser(Role.ADMINISTRATOR)
    page = keeper.client.get(QUARANTINE).text
    assert "重新研判已搁置的 1 篇" in page
    assert REMEDIES[ASSESS].word in page
    answered = keeper.post("/system/quarantine/again")
    assert (answered.status_code, answered.headers["location"]) == (303, f"{QUARANTINE}&done=judged_again")
    page = keeper.client.get(answered.headers["location"]).text
    assert "已安排重新研判" in page
    assert "已再试" in page
    assert "重新研判已搁置的" not in page
    refused = keeper.post("/system/quarantine/again")
    assert refused.status_code == 409
    assert "没有已搁置的稿件可重新研判" in refused.text
    assert 'aria-current="page">隔离区' in refused.text


def test_rows_of_other_stages_say_what_to_do_instead(aside: Site) -> None:
    page = aside.browser(Role.ADMINISTRATOR).client.get(QUARANTINE).text
    for stage in ("import", "gate"):
        assert REMEDIES[stage].word in page
        assert REMEDIES[stage].sentence in page


def test_one_that_was_judged_since_under_an_edited_text_says_so(aside: Site) -> None:
    with aside.context.store.write() as work:
        work.documents.put([build_document(native="aside", title="更正：某地药品并无异味")], now=NOW)
    page = aside.browser(Role.ADMINISTRATOR).client.get(QUARANTINE).text
    assert "原文更新后已另行研判" in page
    assert "重新研判已搁置的" not in page


@pytest.mark.parametrize(
    ("kind", "button"), [("mail", "重新发送已放弃的 1 封"), ("search", "重新写入已放弃的 1 批索引")]
)
def test_what_was_given_up_leaves_again(given_up: Site, kind: str, button: str) -> None:
    keeper = given_up.browser(Role.ADMINISTRATOR)
    page = keeper.client.get(OUTBOX).text
    assert button in page
    assert "检索索引" in page
    answered = keeper.post("/system/outbox/again", kind=kind)
    assert answered.headers["location"] == f"{OUTBOX}&done={kind}_again"
    assert button not in keeper.client.get(answered.headers["location"]).text
    refused = keeper.post("/system/outbox/again", kind=kind)
    assert refused.status_code == 409
    assert "没有已放弃的内容可重新发送" in refused.text
    assert 'aria-current="page">发送' in refused.text


def test_mail_to_somebody_who_has_left_is_told_and_not_offered(given_up: Site) -> None:
    with given_up.context.store.write() as work:
        person = work.people.get("p-officer")
        assert person is not None
        work.people.save(replace(person, disabled=True))
    page = given_up.browser(Role.ADMINISTRATOR).client.get(OUTBOX).text
    assert "重新发送已放弃的" not in page
    assert "1 封已放弃的邮件，收件人已停用或没有邮箱" in page


def test_what_the_crawl_gave_up_is_fetched_again_by_a_button_that_goes_until_the_next_visit(site: Site) -> None:
    keeper = site.browser(Role.ADMINISTRATOR)
    assert "再取已放弃的" not in keeper.client.get(QUARANTINE).text
    with site.context.store.write() as work:
        given_up = SourceProgress(source_id="one", last_run_at=NOW, memory={TRIES: {"/a": 3, "/b": 3, "/c": 1}})
        work.sources.save_progress(given_up)
    assert "再取已放弃的 2 个网页和附件" in keeper.client.get(QUARANTINE).text
    answered = keeper.post("/system/quarantine/fetch")
    assert (answered.status_code, answered.headers["location"]) == (303, f"{QUARANTINE}&done=fetched_again")
    page = keeper.client.get(answered.headers["location"]).text
    assert "已请求再取" in page
    assert "再取已放弃的" not in page
    assert keeper.post("/system/quarantine/fetch").status_code == 409
