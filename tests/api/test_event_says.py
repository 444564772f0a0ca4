"""What an event page says of the acts of people on its level and clocks."""

from service.domain.people.person import Role
from tests.api.conftest import Site

EVENT = "/events/20261125-03"


def test_a_paused_clock_is_said_to_be_paused_on_its_card(site: Site) -> None:
    approver = site.browser(Role.APPROVER)
    with site.context.store.read() as work:
        clocks = work.clocks.of_alerts(["A-20261125-03"])["A-20261125-03"]
    running = next(one for one in clocks if one.state.value == "armed")
    assert "已暂停" not in approver.client.get(EVENT).text
    assert approver.post(f"/clocks/{running.id}/pause", reason="等待检验结果").status_code == 303
    assert "已暂停，到期 11月25日 17:14" in approver.client.get(EVENT).text


def test_who_set_a_level_and_why_stands_before_what_was_computed(site: Site) -> None:
    approver = site.browser(Role.APPROVER)
    path = "/events/20261124-05"
    assert "人工调为" not in approver.client.get(path).text
    with site.context.store.read() as work:
        alert = work.alerts.of_event("20261124-05")
    assert alert is not None
    answer = approver.post(f"/alerts/{alert.id}/level", level="red", reason="上级关注")
    assert answer.status_code == 303
    text = approver.client.get(path).text
    assert "<b>审批丙人工调为红色：上级关注</b>" in text
    assert text.index("人工调为红色") < text.index("<dt>触发</dt>")
