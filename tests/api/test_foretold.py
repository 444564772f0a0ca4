"""What the event's page foretells of the mails of an alert: when, who and why, who not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from service.domain.alerts.alert import AlertLevel
from service.domain.people.person import Role
from service.ports.routing import Notice
from tests.api.conftest import Browser, Site
from tests.builders import NOW

RED = "A-20261125-03"
BLUE = "A-20261123-01"
EVENT = "20261125-03"


def bulk(browser: Browser, path: str, picked: list[str], **fields: str) -> Any:
    return browser.client.post(path, data={"csrf": browser.csrf, "alert": picked, **fields})


def asked_again(site: Site) -> None:
    """Let the red alert begin to ask now."""
    with site.context.store.write() as work:
        alert = work.alerts.get(RED)
        assert alert is not None
        work.alerts.save(replace(alert, extras={**alert.extras, "round_at": NOW.isoformat()}))


def foretold(site: Site, words: str, *, event: str = EVENT) -> list[str]:
    text = site.browser(Role.VIEWER).client.get(f"/events/{event}?tab=notices").text
    ahead = text.split("<h2>接下来会发</h2>")[1].split("<h2>不会发给</h2>")[0]
    return [row for row in ahead.split("<tr>")[1:] if words in row]


class TestEventPage:
    def test_it_foretells_when_who_and_why_and_names_who_is_not_told(self, site: Site) -> None:
        text = site.browser(Role.VIEWER).client.get(f"/events/{EVENT}?tab=notices").text
        assert "接下来会发" in text
        assert "未确认：升级至分管领导" in text
        assert "没有规则指向此人" in text

    def test_a_silenced_alert_says_by_whom_and_until_when(self, site: Site) -> None:
        browser = site.browser(Role.APPROVER)
        bulk(browser, "/alerts/silence", [RED], hours="4", reason="已掌握")
        text = browser.client.get(f"/events/{EVENT}?tab=notices").text
        assert "现在不发送：审批丙已静默至" in text

    def test_who_got_an_address_after_the_first_mail_is_not_promised_one_at_once(self, reached: Site) -> None:
        asked_again(reached)
        assert foretold(reached, "立即") == []
        assert "审批丙" in foretold(reached, "未确认：")[1]

    def test_who_comes_on_duty_is_promised_the_first_mail_at_once(self, reached: Site) -> None:
        asked_again(reached)
        fields = {"begins": "2026-11-25T08:00", "ends": "2026-11-25T23:00", "person": "p-officer"}
        assert reached.browser(Role.APPROVER).post("/system/roster/shifts", **fields).status_code == 303
        [row] = foretold(reached, "立即")
        assert "研判乙" in row

    def test_steps_that_are_due_together_are_foretold_as_the_one_mail_that_they_are(self, reached: Site) -> None:
        row, again = foretold(reached, "未确认：")
        assert "未确认：升级至分管领导" in row
        assert "审批丙" in row
        assert "未确认：仍无人确认" in again

    def test_a_step_is_foretold_to_those_of_the_steps_before_it_and_who_is_on_duty_then(self, reached: Site) -> None:
        asked_again(reached)
        keeper = reached.browser(Role.APPROVER)
        for person, begins, ends in (("officer", "14:00", "15:00"), ("administrator", "15:00", "16:00")):
            fields = {"begins": f"2026-11-25T{begins}", "ends": f"2026-11-25T{ends}", "person": f"p-{person}"}
            assert keeper.post("/system/roster/shifts", **fields).status_code == 303
        first, second, third, _ = foretold(reached, "未确认：")
        assert ("研判乙" in first, "管理丁" in first, "审批丙" in first) == (True, False, False)
        assert ("研判乙" in second, "管理丁" in second, "审批丙" in second) == (False, True, True)
        assert ("值班" in third, "管理丁" in third) == (True, True)
        [handover] = foretold(reached, "交接班仍未确认")
        assert ("11月25日 15:00" in handover, "管理丁" in handover) == (True, True)

    def test_a_step_within_a_silence_is_foretold_as_held_back_and_one_after_it_as_sent(self, reached: Site) -> None:
        asked_again(reached)
        bulk(reached.browser(Role.APPROVER), "/alerts/silence", [RED], hours="1", reason="已掌握")
        first, second, third, _ = foretold(reached, "未确认：")
        assert all("届时不发送" in row and "审批丙已静默至" in row for row in (first, second))
        assert ("届时不发送" in third, "审批丙" in third, "无人可收" in third) == (False, True, False)

    def test_blue_is_foretold_with_the_hour_and_readers_of_its_summary(self, reached: Site) -> None:
        with reached.context.store.write() as work:
            [officer] = [one for one in work.people.listing() if one.id == "p-officer"]
            work.people.save(replace(officer, notify_from="blue"))
            alert = work.alerts.get(BLUE)
            assert alert is not None
            work.alerts.save(replace(alert, raised_at=NOW - timedelta(minutes=5)))
        [row] = foretold(reached, "蓝色预警汇总", event="20261123-01")
        assert ("11月26日 08:00" in row, "研判乙" in row) == (True, True)
        with reached.context.store.write() as work:
            work.set_value("digest.upto", NOW.isoformat())
        assert not foretold(reached, "蓝色预警汇总", event="20261123-01")

    def test_an_alert_that_can_reach_nobody_says_so_and_what_to_do(self, site: Site) -> None:
        text = site.browser(Role.VIEWER).client.get(f"/events/{EVENT}?tab=notices").text
        assert "现在没有任何人可以收到本预警的邮件" in text
        row, _ = foretold(site, "未确认：")
        assert "审批丙没有邮箱" in row or "管理丁、审批丙没有邮箱" in row

    def test_a_mail_that_went_in_a_merged_one_says_in_which_and_what_became_of_that(self, site: Site) -> None:
        key, mail, merged = (
            f"mail:{RED}:first_raise:orange:p-officer",
            "mail:merged:1",
            "〔迟发·合并〕[橙色等5条] 甲 等",
        )
        notice = Notice(
            key=key,
            alert_id=RED,
            occasion="first_raise:orange",
            person_id="p-officer",
            person_name="研判乙",
            told=True,
            why="值班",
            level=AlertLevel.ORANGE,
            at=NOW,
        )
        with site.context.store.write() as work:
            work.notices.save(notice)
            work.outbox.add(key, "mail", {}, now=NOW)
            work.outbox.settle([key], now=NOW)
            work.outbox.add(mail, "mail", {}, now=NOW)
            detail = {"to": "a@office.invalid", "key": key, "mail": mail, "merged": merged, "reason": "x"}
            work.audit.append(actor="system", action="mail.merged", subject=RED, detail=detail, now=NOW)
        text = site.browser(Role.VIEWER).client.get(f"/events/{EVENT}?tab=notices").text
        [row] = [part for part in text.split("<tr>") if "首次预警" in part and "并入" in part]
        assert f"并入“{merged}”" in row
        assert ("待发送" in row, "等待重试" in row, "已发送" in row) == (True, False, False)
        with site.context.store.write() as work:
            [tried] = [
                one
                for one in work.outbox.claim(kinds=["mail"], limit=9, lease=timedelta(0), now=NOW)
                if one.key == mail
            ]
            work.outbox.retry(tried, error="421", not_before=NOW)
        assert "等待重试" in site.browser(Role.VIEWER).client.get(f"/events/{EVENT}?tab=notices").text
