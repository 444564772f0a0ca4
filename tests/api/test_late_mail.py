"""A mail that does not leave is told to those who wait for it, on every page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.people.person import Role
from service.domain.telling.second_channel import SecondChannel
from tests.api.conftest import Browser, Site
from tests.builders import NOW

SENTENCE = "超过 10 分钟没有送出"


def later(site: Site, minutes: float, role: Role) -> Browser:
    return Site.over(replace(site.context, now=lambda: NOW + timedelta(minutes=minutes))).browser(role)


@pytest.fixture
def queued(site: Site) -> Site:
    """A site with one mail in the queue that nobody has tried to send."""
    with site.context.store.write() as work:
        for row in work.outbox.claim(kinds=["mail"], limit=99, lease=timedelta(minutes=1), now=NOW + timedelta(days=1)):
            work.outbox.done(row, now=NOW)
        work.outbox.add("mail:late", "mail", {"to": "officer@press.invalid"}, now=NOW)
    return site


@pytest.mark.parametrize("path", ["/", "/alerts", "/search"])
def test_after_ten_minutes_every_page_says_that_mail_waits_and_what_to_do(queued: Site, path: str) -> None:
    assert SENTENCE not in later(queued, 9.9, Role.OFFICER).client.get(path).text
    text = later(queued, 10, Role.OFFICER).client.get(path).text
    assert "1 封邮件超过 10 分钟没有送出（最早的" in text
    assert "预警以本页为准，紧急的请电话通知。请告知系统管理员。" in text


def test_who_can_mend_it_is_led_to_the_reason(queued: Site) -> None:
    browser = later(queued, 10, Role.ADMINISTRATOR)
    assert '<a href="/system?tab=outbox">查看原因</a>' in browser.client.get("/").text
    assert browser.client.get("/system?tab=outbox").status_code == 200


def test_tries_that_fail_hide_nothing_and_a_mail_that_left_is_no_longer_told(queued: Site) -> None:
    with queued.context.store.write() as work:
        [row] = work.outbox.claim(kinds=["mail"], limit=1, lease=timedelta(minutes=1), now=NOW)
        work.outbox.retry(row, error="连接被拒绝", not_before=NOW + timedelta(minutes=14))
    assert SENTENCE in later(queued, 11, Role.OFFICER).client.get("/").text
    with queued.context.store.write() as work:
        [row] = work.outbox.claim(kinds=["mail"], limit=1, lease=timedelta(minutes=1), now=NOW + timedelta(minutes=14))
        work.outbox.done(row, now=NOW)
    assert SENTENCE not in later(queued, 14, Role.OFFICER).client.get("/").text


class TestTheSecondChannel:
    @pytest.fixture
    def unsaid(self, site: Site) -> Site:
        with site.context.store.write() as work:
            letter = {"to": "企业微信群机器人", "alert_id": "mail"}
            for key in ("webhook:one", "webhook:two"):
                work.outbox.add(key, "webhook", letter, now=NOW)
            [row] = work.outbox.claim(kinds=["webhook"], limit=1, lease=timedelta(minutes=1), now=NOW)
            work.outbox.retry(row, error="答复 93000：机器人地址无效", not_before=NOW, dead=True)
        office = replace(site.context.office, channel=SecondChannel(name="企业微信群机器人"))
        return Site.over(replace(site.context, office=office))

    def test_a_message_that_does_not_leave_is_told_on_every_page(self, unsaid: Site) -> None:
        told = "1 条群消息超过 10 分钟没有送出"
        assert told not in later(unsaid, 9.9, Role.OFFICER).client.get("/alerts").text
        assert told in later(unsaid, 10, Role.OFFICER).client.get("/alerts").text

    def test_the_queue_tells_both_and_what_a_robot_refused_is_sent_again(self, unsaid: Site) -> None:
        browser = later(unsaid, 10, Role.ADMINISTRATOR)
        page = browser.client.get("/system?tab=outbox").text
        assert "群消息待发 1" in page
        assert "答复 93000：机器人地址无效" in page
        assert "重新发送已放弃的群消息 1 条…" in page
        answer = browser.post("/system/outbox/again", kind="webhook")
        assert answer.status_code == 303
        with unsaid.context.store.read() as work:
            assert work.outbox.states(["webhook:one"])["webhook:one"] == "waiting"
        assert "已安排重新发送群消息" in browser.client.get(answer.headers["location"]).text

    def test_without_one_the_page_says_what_that_means(self, site: Site) -> None:
        assert "邮件发不出去时没有别的通知" in site.browser(Role.ADMINISTRATOR).client.get("/system?tab=outbox").text
