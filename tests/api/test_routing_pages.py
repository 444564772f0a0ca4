"""Pages of silences, roster and routing, acts on several alerts and taking them back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.people.person import Role
from service.domain.telling.routing import ReceiverKind, Route, Routing, Target, Tier
from service.flows.office import Office
from service.policies.register import load_register
from service.policies.routing import load_routing
from service.ports.store import Work
from tests.api.conftest import Browser, Site
from tests.builders import NOW, build_alert, build_event

RED, OTHERS = "A-20261125-03", ["A-20261124-05", "A-20261125-02"]
BLUE = "A-20261123-01"
EVENT = "20261125-03"


def stored(site: Site, alert_id: str = RED) -> Alert:
    with site.context.store.read() as work:
        found = work.alerts.get(alert_id)
    assert found is not None
    return found


def bulk(browser: Browser, path: str, picked: list[str], **fields: str) -> Any:
    return browser.client.post(path, data={"csrf": browser.csrf, "alert": picked, **fields})


def waiting(work: Work) -> list[str]:
    return [
        row.key for row in work.outbox.claim(kinds=["mail"], limit=50, lease=timedelta(0), now=NOW + timedelta(days=9))
    ]


class TestBulk:
    def test_what_was_acknowledged_together_is_taken_back_together(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        before = [stored(site, key) for key in (RED, *OTHERS)]
        answer = bulk(browser, "/alerts/acknowledge", [RED, *OTHERS])
        where = answer.headers["location"]
        assert where.startswith("/alerts?done=acknowledged&batch=")
        text = browser.client.get(where).text
        assert "data-undo-until" in text
        batch = where.rpartition("=")[2]
        assert browser.post(f"/alerts/undo/{batch}").headers["location"] == "/alerts?done=undone"
        after = [stored(site, key) for key in (RED, *OTHERS)]
        assert [(one.state, one.acknowledged_at) for one in after] == [
            (one.state, one.acknowledged_at) for one in before
        ]
        assert "data-undo-until" not in browser.client.get(where).text
        assert browser.post(f"/alerts/undo/{batch}").status_code == 409
        with site.context.store.read() as work:
            assert work.audit.verify() is None
            actions = [row.action for row in work.audit.rows(subject=f"alert:{RED}", limit=2)]
        assert actions == ["alert.open", "alert.acknowledged"]

    def test_of_two_who_take_it_at_once_the_second_is_told_who_was_first_and_written_down_once(
        self, site: Site
    ) -> None:
        first, second = site.browser(Role.OFFICER), site.browser(Role.APPROVER)
        assert bulk(first, "/alerts/acknowledge", [RED]).status_code == 303
        answer = bulk(second, "/alerts/acknowledge", [RED])
        assert answer.status_code == 409
        assert "研判乙已于11月25日" in answer.text
        with site.context.store.read() as work:
            rows = [row.actor for row in work.audit.rows(subject=f"alert:{RED}") if row.action == "alert.acknowledged"]
        assert rows == ["研判乙"]

    def test_what_others_took_meanwhile_is_named_and_the_rest_is_done(self, site: Site) -> None:
        open_ones = [key for key in (RED, *OTHERS) if stored(site, key).state is AlertState.OPEN]
        bulk(site.browser(Role.APPROVER), "/alerts/acknowledge", [open_ones[0]])
        browser = site.browser(Role.OFFICER)
        where = bulk(browser, "/alerts/acknowledge", open_ones[:2]).headers["location"]
        text = browser.client.get(where).text
        assert "已处理 1 条" in text
        assert "审批丙已于" in text

    def test_an_assignment_mails_when_it_can_no_longer_be_undone_and_not_at_all_when_it_was(
        self, reached: Site
    ) -> None:
        browser = reached.browser(Role.APPROVER)
        where = bulk(browser, "/alerts/assign", [RED], owner="研判乙").headers["location"]
        assert (stored(reached).owner, stored(reached).state) == ("研判乙", AlertState.ASSIGNED)
        with reached.context.store.write() as work:
            assert work.outbox.claim(kinds=["mail"], limit=9, lease=timedelta(0), now=NOW + timedelta(seconds=11)) == []
        browser.post(f"/alerts/undo/{where.rpartition('=')[2]}")
        assert (stored(reached).owner, stored(reached).state) == (None, AlertState.OPEN)
        with reached.context.store.write() as work:
            assert not any("assigned" in key for key in waiting(work))

    def test_what_somebody_did_since_is_not_taken_back(self, site: Site) -> None:
        browser, other = site.browser(Role.OFFICER), site.browser(Role.APPROVER)
        where = bulk(browser, "/alerts/acknowledge", [RED]).headers["location"]
        other.post(f"/alerts/{RED}/assign", owner="审批丙")
        answer = browser.post(f"/alerts/undo/{where.rpartition('=')[2]}")
        assert (answer.status_code, "之后已有变动" in answer.text) == (409, True)
        assert stored(site).owner == "审批丙"

    def test_nobody_undoes_what_another_did(self, site: Site) -> None:
        where = bulk(site.browser(Role.OFFICER), "/alerts/acknowledge", [RED]).headers["location"]
        answer = site.browser(Role.APPROVER).post(f"/alerts/undo/{where.rpartition('=')[2]}")
        assert (answer.status_code, "只能撤销自己的操作" in answer.text) == (403, True)

    def test_silencing_red_in_bulk_needs_an_approver(self, site: Site) -> None:
        assert stored(site).level is AlertLevel.RED
        answer = bulk(site.browser(Role.OFFICER), "/alerts/silence", [RED], hours="4", reason="已掌握")
        assert (answer.status_code, "红色预警不能由研判员静默" in answer.text) == (403, True)
        assert (
            bulk(site.browser(Role.APPROVER), "/alerts/silence", [RED], hours="4", reason="已掌握").status_code == 303
        )
        with site.context.store.read() as work:
            [silence] = work.silences.active(NOW)
        assert (silence.up_to, silence.author) == (AlertLevel.RED, "审批丙")


class TestSilences:
    FIELDS: ClassVar[dict[str, str]] = {
        "product": "示例注射液",
        "category": "R01",
        "reason": "已掌握，办理中",
        "hours": "4",
        "up_to": "orange",
    }

    def test_a_preview_counts_and_makes_nothing(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        text = browser.post("/alerts/silences", **self.FIELDS, step="preview").text
        assert "预览：现有未关闭预警" in text
        assert 'value="示例注射液"' in text
        assert "到时仍没有人确认的，当即补发" not in text
        with site.context.store.read() as work:
            assert work.silences.listing() == []

    def test_a_preview_names_the_alerts_that_it_holds_back_and_until_when(self, site: Site) -> None:
        browser = site.browser(Role.APPROVER)
        fields = {"event": EVENT, "up_to": "red", "hours": "4", "reason": "已掌握", "step": "preview"}
        notice = browser.post("/alerts/silences", **fields).text.split("预览：")[1].split("</div>")[0]
        assert f'<a href="/events/{EVENT}">' in notice
        assert "到 11月25日 18:32 为止，其预警和催办不发邮件" in " ".join(notice.split())

    def test_a_preview_that_names_only_the_first_says_of_how_many(self, site: Site) -> None:
        with site.context.store.write() as work:
            for number in range(6):
                work.events.save(build_event(id=f"EW-{number}", products=("静默试验片",), categories=("R01",)), [])
                work.alerts.save(build_alert(id=f"AW-{number}", event_id=f"EW-{number}", level=AlertLevel.BLUE))
        browser = site.browser(Role.OFFICER)
        shown = browser.post("/alerts/silences", **{**self.FIELDS, "product": "静默试验片", "step": "preview"}).text
        notice = shown.split("预览：")[1].split("</div>")[0]
        assert "此静默匹配6条" in notice
        assert notice.count('<a href="/events/') == 5
        assert "等 6 件" in notice

    def test_an_event_whose_alert_lies_below_all_that_are_counted_is_silenced(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("service.flows.alerts.silences._MOST", 1)
        with site.context.store.write() as work:
            work.events.save(build_event(id="EW-9"), [])
            work.alerts.save(build_alert(id="AW-9", event_id="EW-9", level=AlertLevel.BLUE))
            assert [one.event_id for one in work.alerts.open(limit=1)] != ["EW-9"]
        browser = site.browser(Role.OFFICER)
        fields = {"event": "EW-9", "reason": "已掌握", "hours": "4", "up_to": "orange"}
        assert "此静默匹配1条" in browser.post("/alerts/silences", **fields, step="preview").text
        assert browser.post("/alerts/silences", **fields, step="make").status_code == 303
        row = browser.client.get("/alerts/silences").text.split("EW-9")[1]
        assert '<td class="n">1</td>' in row

    def test_alerts_beyond_the_length_of_the_lists_are_counted(self, site: Site) -> None:
        with site.context.store.write() as work:
            before = len(work.alerts.open(limit=1000))
            for number in range(501):
                work.events.save(build_event(id=f"EW-{number}", products=("静默试验片",), categories=("R01",)), [])
            work.alerts.save_all([build_alert(id=f"AW-{n}", event_id=f"EW-{n}") for n in range(501)])
        browser = site.browser(Role.APPROVER)
        fields = {**self.FIELDS, "product": "静默试验片", "up_to": "red", "step": "preview"}
        text = browser.post("/alerts/silences", **fields).text
        assert f"现有未关闭预警{before + 501}条，此静默匹配501条" in text

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"product": ""}, "至少2项不同条件"),
            ({"reason": " "}, "静默须写明理由"),
            ({"event": "E404"}, "没有编号为“E404”的事件"),
            ({"product": "没有这个产品"}, "匹配0条；如确是为今后的预警设置"),
            ({"up_to": "red"}, "红色预警不能由研判员静默"),
        ],
    )
    def test_what_cannot_be_silenced_is_said_above_the_form(
        self, site: Site, changed: dict[str, str], sentence: str
    ) -> None:
        answer = site.browser(Role.OFFICER).post("/alerts/silences", **{**self.FIELDS, **changed, "step": "make"})
        assert (answer.status_code, sentence in answer.text) == (422, True), answer.text

    def test_an_event_may_be_named_by_the_address_of_its_page(self, site: Site) -> None:
        fields = {"event": f"http://127.0.0.1:8300/events/{EVENT}?tab=notices#told", "reason": "已掌握", "hours": "4"}
        made = site.browser(Role.APPROVER).post("/alerts/silences", **fields, up_to="red", step="make")
        assert made.status_code == 303, made.text
        with site.context.store.read() as work:
            [silence] = work.silences.active(NOW)
        assert [one.value for one in silence.matchers] == [EVENT]

    def test_one_is_made_shown_and_ended_with_its_audit_rows(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        made = browser.post("/alerts/silences", **self.FIELDS, step="make", sure="true")
        assert made.headers["location"] == "/alerts/silences?done=silenced"
        text = browser.client.get("/alerts/silences").text
        assert "产品：示例注射液" in text
        with site.context.store.read() as work:
            [silence] = work.silences.active(NOW)
        assert browser.post(f"/alerts/silences/{silence.id}/end").status_code == 303
        assert browser.post(f"/alerts/silences/{silence.id}/end").status_code == 409
        assert "研判乙提前结束" in browser.client.get("/alerts/silences").text
        with site.context.store.read() as work:
            actions = [row.action for row in work.audit.rows(subject=f"silence:{silence.id}")]
        assert actions == ["silence.ended", "silence.made"]


class TestRoster:
    def test_a_rotation_fills_the_days_and_what_is_left_is_named_as_a_gap(self, reached: Site) -> None:
        browser = reached.browser(Role.APPROVER)
        assert "未启用值班表" in browser.client.get("/system/roster").text
        fields = {"first": "2026-11-25", "days": "3", "changes": "08:00 20:00"}
        answer = browser.client.post(
            "/system/roster/rotation",
            data={"csrf": browser.csrf, "person": ["p-officer", "p-approver"], "deputy": [""], **fields},
        )
        assert answer.status_code == 303, answer.text
        text = browser.client.get(answer.headers["location"]).text
        assert "当班：研判乙" in text
        assert "空档 08:00–24:00 没有排班" in text
        assert "值班：研判乙" in text

    def test_two_shifts_of_one_person_at_once_are_refused_in_words(self, reached: Site) -> None:
        browser = reached.browser(Role.APPROVER)
        fields = {"begins": "2026-11-26T08:00", "ends": "2026-11-26T20:00", "person": "p-officer"}
        assert browser.post("/system/roster/shifts", **fields).status_code == 303
        answer = browser.post("/system/roster/shifts", **{**fields, "begins": "2026-11-26T10:00"})
        assert (answer.status_code, "已有班次" in answer.text) == (422, True)
        long = browser.post("/system/roster/shifts", **{**fields, "ends": "2026-11-28T20:00"})
        assert "一个班次最长24小时" in long.text

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
    def test_who_may_not_acknowledge_is_neither_offered_nor_taken_for_duty(self, reached: Site, role: Role) -> None:
        browser, person_id = reached.browser(Role.APPROVER), f"p-{role.value}"
        assert f'value="{person_id}"' not in browser.client.get("/system/roster").text
        fields = {"begins": "2026-11-26T08:00", "ends": "2026-11-26T20:00"}
        for people in ({"person": person_id}, {"person": "p-officer", "deputy": person_id}):
            answer = browser.post("/system/roster/shifts", **fields, **people)
            assert (answer.status_code, "值班时不能确认预警，请改选" in answer.text) == (422, True)

    def test_a_shift_is_removed_and_written_down(self, reached: Site) -> None:
        browser = reached.browser(Role.APPROVER)
        fields = {"begins": "2026-11-26T08:00", "ends": "2026-11-26T20:00", "person": "p-officer"}
        browser.post("/system/roster/shifts", **fields)
        with reached.context.store.read() as work:
            [shift] = work.roster.between(NOW, NOW + timedelta(days=9))
        assert browser.post(f"/system/roster/shifts/{shift.id}/remove").status_code == 303
        assert browser.post(f"/system/roster/shifts/{shift.id}/remove").status_code == 404
        with reached.context.store.read() as work:
            assert [row.action for row in work.audit.rows(subject="duty")] == ["shift.removed", "shifts.made"]

    def test_a_deputy_stays_beside_the_person_of_the_same_line(self, reached: Site) -> None:
        browser = reached.browser(Role.APPROVER)
        fields = {"csrf": browser.csrf, "first": "2026-11-26", "days": "2", "changes": "08:00 20:00"}
        people, path = ["p-officer", "p-approver"], "/system/roster/rotation"
        answer = browser.client.post(path, data={**fields, "person": people, "deputy": ["", "p-officer"]})
        assert answer.status_code == 303, answer.text
        with reached.context.store.read() as work:
            made = work.roster.between(NOW, NOW + timedelta(days=9))
        pairs = [("p-officer", None), ("p-approver", "p-officer")]
        assert [(one.person_id, one.deputy_id) for one in made] == pairs * 2
        alone = browser.client.post(path, data={**fields, "person": ["p-officer", ""], "deputy": ["", "p-approver"]})
        assert "第 2 人只选了副班，请选值班员，或去掉副班" in alone.text

    def test_a_shift_that_is_handed_over_early_ends_now_and_stays_on_record(self, reached: Site) -> None:
        browser = reached.browser(Role.APPROVER)
        # It is 14:32: the shift began yesterday evening, and stands on today's page none the less.
        fields = {"begins": "2026-11-24T20:00", "ends": "2026-11-25T20:00", "person": "p-officer"}
        assert browser.post("/system/roster/shifts", **fields).status_code == 303
        text = browser.client.get("/system/roster").text
        assert "20:00–20:00" in text
        assert "现在结束</button>" in text
        with reached.context.store.read() as work:
            [shift] = work.roster.between(NOW, NOW + timedelta(days=9))
        answer = browser.post(f"/system/roster/shifts/{shift.id}/remove")
        assert "班次已提前结束，此前的当班记录保留" in browser.client.get(answer.headers["location"]).text
        with reached.context.store.read() as work:
            kept = work.roster.get(shift.id)
            assert work.audit.rows(subject="duty")[0].action == "shift.ended"
        assert kept is not None
        assert (kept.begins_at, kept.ends_at) == (shift.begins_at, NOW)
        assert browser.post(f"/system/roster/shifts/{shift.id}/remove").status_code == 422


class TestRouting:
    def test_the_page_says_how_often_the_last_step_comes_again(self, site: Site) -> None:
        text = site.browser(Role.VIEWER).client.get("/system/routing").text
        steps = text.split("<h2>未确认逐级提醒</h2>")[1].split("</table>")[0]
        assert [f"此后每 {words}" in steps for words in ("60 分钟", "4 小时", "24 小时")] == [True] * 3

    def test_the_test_form_says_who_would_be_told_and_who_not_and_why(self, reached: Site) -> None:
        browser = reached.browser(Role.APPROVER)
        browser.post("/system/routing/members/legal", person="p-approver")
        text = browser.client.get("/system/routing?level=orange&category=R01&region=3607").text
        assert "适用规则：橙色预警" in text
        assert "承办处室人员" in text
        blue = browser.client.get("/system/routing?level=blue").text
        assert "没有人会立即收到" in blue

    def test_whom_the_rules_name_and_no_mail_reaches_is_told_wherever_they_are_named(self, site: Site) -> None:
        def person(name: str) -> Target:
            return Target(ReceiverKind.PERSON, name)

        step = Tier(after=timedelta(minutes=15), receivers=(person("提醒某"),), words="再提醒")
        inner = Route(id="inner", words="里", receivers=(person("规则某"), person("研判乙")))
        rules = Routing(
            routes=(Route(id="outer", words="外", children=(inner,)),),
            receivers=(person("默认某"), person("审批丙")),
            tiers={AlertLevel.RED: (step,)},
        )
        with site.context.store.write() as work:
            for name, email in (("研判乙", "a@office.invalid"), ("审批丙", None)):
                known = work.people.by_name(name)
                assert known is not None
                work.people.save(replace(known, email=email))
        object.__setattr__(site.context, "office", Office(register=load_register(), address="x", routing=lambda: rules))
        text = site.browser(Role.VIEWER).client.get("/system/routing").text
        assert "规则点名的规则某、默认某、审批丙、提醒某不在用户名单中、已停用或没有邮箱，收不到预警。" in text

    def test_a_wrong_rule_is_named_by_file_line_and_key(
        self, site: Site, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("rules")
        wrong = "routes:\n  - id: old\n    name: 旧规则\n    when: {categories: [R99]}\n    receivers: [duty]\n"
        (folder / "routing.yaml").write_text(wrong, encoding="utf-8")
        rules = load_routing(load_register(), folder)
        object.__setattr__(site.context, "office", Office(register=load_register(), address="x", routing=lambda: rules))
        text = site.browser(Role.VIEWER).client.get("/system/routing").text
        assert "routing.yaml 第 4 行，键 categories：没有编号为 R99 的类别" in text
        assert "默认接收人一并接收全部预警" in text
