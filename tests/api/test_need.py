"""Whether to answer, over the pages and the JSON interface."""

from dataclasses import replace
from datetime import timedelta

from service.domain.people.person import Role
from service.flows.cases.assessing import decide_to_respond
from tests.api.conftest import Site
from tests.builders import NOW
from tests.flows.cases.scene import PEOPLE, Way

EVENT, ALERT = "20261125-03", "A-20261125-03"


def test_a_proposal_is_shown_with_its_reasons_until_somebody_decides(site: Site) -> None:
    browser = site.browser(Role.APPROVER)
    before = browser.client.get(f"/events/{EVENT}").text
    assert "疑似多人受害，原因或处置未明" in before
    assert "建议回应" in before
    answered = browser.post(f"/alerts/{ALERT}/need", answer="no", reason="已有上级部门回应")
    assert answered.headers["location"] == f"/events/{EVENT}?done=need"
    after = browser.client.get(f"/events/{EVENT}?done=need").text
    assert "是否公开回应的决定已登记。" in after
    assert "决定不公开回应" in after
    assert "理由：已有上级部门回应" in after
    need = browser.client.get(f"/api/alerts/{ALERT}").json()["need"]
    assert need["decision"]["needed"] is False
    assert need["proposal"]["needed"] is True
    assert {"id", "side", "weight", "sentence", "policy"} == set(need["proposal"]["reasons"][0])


def test_who_may_not_decide_sees_no_form_and_an_empty_reason_is_said(site: Site) -> None:
    assert f"/alerts/{ALERT}/need" not in site.browser(Role.OFFICER).client.get(f"/events/{EVENT}").text
    refused = site.browser(Role.APPROVER).post(f"/alerts/{ALERT}/need", answer="yes", reason=" ")
    assert refused.status_code in {400, 422}
    assert "须写明理由" in refused.text


def test_the_card_names_verdict_and_what_is_lawful_instead(site: Site) -> None:
    with site.context.store.write() as work:
        alert = work.alerts.get(ALERT)
        assert alert is not None
        told = {"verdict": "other_body", "sentence": "由卫生健康部门公布。", "basis": "", "alternative": "转请发布"}
        work.alerts.save(replace(alert, publication=told, revision=alert.revision + 1))
    text = site.browser(Role.VIEWER).client.get(f"/events/{EVENT}").text
    assert all(words in text for words in ("由其他部门发布", "由卫生健康部门公布。", "转请发布"))


def test_the_event_says_that_the_case_decided_to_answer_and_by_whom(site: Site) -> None:
    reader = site.browser(Role.VIEWER).client
    Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).assessed()
    assert "处置中已决定回应" not in reader.get(f"/events/{EVENT}").text
    with site.context.store.read() as work:
        opened = work.cases.listing(limit=1)[0]
    way = Way(site.context.store, ALERT, now=opened.changed_at)
    decide_to_respond(way.hand("spokesperson"), reason="关注度高，须公开回应")
    assert "处置中已决定回应" not in reader.get(f"/events/{EVENT}").text
    decide_to_respond(way.hand("case_officer"), reason="")
    text = reader.get(f"/events/{EVENT}").text
    told = f"处置中已决定回应：{PEOPLE['case_officer'].name}、{PEOPLE['spokesperson'].name}"
    assert told in text
