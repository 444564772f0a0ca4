"""What officers say of matched articles on the event page, and what an administrator sees of it."""

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.matching.situations import Situation, Situations, lay_over, load_situations
from service.domain.people.person import Role
from service.domain.policies.citation import Choice, RowChange
from service.flows.policies.importing import import_policies
from service.flows.rules.citing import accepted_changes, proposals, row_text
from service.policies.situations import SituationFiles
from tests.api.conftest import Site
from tests.builders import build_alert, build_event

LAW = "药品管理法(2019-08-26)"
OFFERED, OTHER = f"{LAW}#第八十二条", f"{LAW}#第一百零七条"


def basis(key: str = OFFERED) -> tuple[dict[str, object], ...]:
    return (
        {
            "policy_id": "", "title": LAW, "issue_number": None, "article": key.partition("#")[2], "article_keys": [key],
            "gist": "", "limit": None, "verified": True, "why": "按情形自动匹配，演示", "situation": "recall",
        },
    )  # fmt: skip


@pytest.fixture
def events(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Four events with alerts that the situation `recall` offered an article for, and a library that holds another."""
    folder = tmp_path_factory.mktemp("law")
    (folder / f"{LAW}.md").write_text("第八十二条 演示之召回。\n\n第一百零七条 演示之公布。\n", encoding="utf-8")
    context = site.context
    import_policies(context.store, folder, register=context.office.register, actor="测试", now=context.now())
    with context.store.write() as work:
        for number in range(4):
            work.events.save(build_event(id=f"C{number}"), [f"c{number}"])
            work.alerts.save(build_alert(id=f"CA{number}", event_id=f"C{number}", basis=basis()))
    return site


def say(site: Site, role: Role, event: str, article: str, choice: Choice) -> tuple[int, str]:
    answer = site.browser(role).post(f"/events/{event}/citations", article=article, choice=choice.value)
    return answer.status_code, html.unescape(answer.text)


def test_an_officers_word_is_stored_shown_and_written_down(events: Site) -> None:
    assert say(events, Role.OFFICER, "C0", OFFERED, Choice.ACCEPTED)[0] == 303
    text = events.browser(Role.VIEWER).client.get("/events/C0?tab=basis_list").text
    assert "：采纳" in text
    assert 'name="choice"' not in text
    with events.context.store.read() as work:
        [said] = work.citations.of_event("C0")
        acts = [row.action for row in work.audit.rows(subject="event:C0")]
    assert (said.situation, said.choice) == ("recall", Choice.ACCEPTED)
    assert acts == ["event.cited"]


def test_the_alerts_basis_stays_as_it_was_matched(events: Site) -> None:
    say(events, Role.OFFICER, "C0", OFFERED, Choice.REJECTED)
    with events.context.store.read() as work:
        alert = work.alerts.of_event("C0")
    assert alert is not None
    assert [dict(one) for one in alert.basis] == list(basis())


def test_an_added_article_must_stand_in_the_library(events: Site) -> None:
    status, text = say(events, Role.OFFICER, "C0", f"{LAW}#第九百条", Choice.ADDED)
    assert status == 404
    assert "政策库中没有条文" in text


def test_what_was_not_offered_cannot_be_judged_nor_the_offered_added(events: Site) -> None:
    assert "不是按情形匹配给出的" in say(events, Role.OFFICER, "C0", OTHER, Choice.ACCEPTED)[1]
    assert "请直接采纳" in say(events, Role.OFFICER, "C0", OFFERED, Choice.ADDED)[1]


def test_a_viewer_may_not_speak(events: Site) -> None:
    assert say(events, Role.VIEWER, "C0", OFFERED, Choice.ACCEPTED)[0] == 403


def test_an_administrator_is_shown_the_proposed_row_with_its_evidence(events: Site) -> None:
    for number in range(3):
        say(events, Role.OFFICER, f"C{number}", OFFERED, Choice.REJECTED)
        say(events, Role.OFFICER, f"C{number}", OTHER, Choice.ADDED)
    text = html.unescape(events.browser(Role.ADMINISTRATOR).client.get("/policies/situations").text)
    assert f"{OTHER}：3 个事件由人员补充，0 个事件未采纳" in text
    assert f"{OFFERED}：3 个事件未采纳，0 个事件采纳" in text
    row = next(row for row in re.findall("<pre><code>(.*?)</code></pre>", text, re.DOTALL) if "- id: recall" in row)
    assert "药品法#82" not in row
    assert "药品法#107" in row
    assert "<pre>" not in events.browser(Role.VIEWER).client.get("/policies/situations").text


def test_a_refused_proposal_is_gone_until_more_events_speak_for_it(events: Site) -> None:
    for number in range(2):
        say(events, Role.OFFICER, f"C{number}", OTHER, Choice.ADDED)
    keeper = events.browser(Role.ADMINISTRATOR)
    path = "/policies/situations/recall/refused"
    assert OTHER in keeper.client.get("/policies/situations").text
    assert keeper.post(path, reason=" ").status_code == 422
    assert keeper.post(path, reason="演示：不属于召回").status_code == 303
    assert OTHER not in keeper.client.get("/policies/situations").text
    assert keeper.post(path, reason="演示").status_code == 404
    with events.context.store.read() as work:
        [row] = work.audit.rows(subject="situation:recall")
    assert (row.action, row.detail["reason"]) == ("situations.refused", "演示：不属于召回")
    say(events, Role.OFFICER, "C2", OTHER, Choice.ADDED)
    assert f"{OTHER}：3 个事件由人员补充" in keeper.client.get("/policies/situations").text


def accept(site: Site, name: str = "") -> tuple[int, str]:
    browser = site.browser(Role.ADMINISTRATOR)
    mark = name or re.findall(r'name="seen" value="(\w+)"', browser.client.get("/policies/situations").text)[0]
    answer = browser.post("/policies/situations/recall/accepted", seen=mark)
    return answer.status_code, html.unescape(answer.text)


def living(site: Site) -> tuple[Site, SituationFiles]:
    """Return the site with a table that follows what is accepted, and the table of another process."""
    store = site.context.store

    def changes() -> Sequence[RowChange]:
        with store.read() as work:
            return accepted_changes(work)

    return Site.over(replace(site.context, situations=SituationFiles(changes=changes))), SituationFiles(changes=changes)


def row_of(table: Situations) -> Situation:
    return next(one for one in table.rows if one.id == "recall")


def test_an_accepted_proposal_changes_the_row_in_every_process_at_once_and_can_be_withdrawn(events: Site) -> None:
    site, elsewhere = living(events)
    before = elsewhere()
    say(site, Role.OFFICER, "C1", OTHER, Choice.ADDED)
    say(site, Role.OFFICER, "C2", OTHER, Choice.ADDED)
    assert accept(site)[0] == 303
    assert row_of(elsewhere()).related == (*row_of(before).related, OTHER)
    assert row_of(elsewhere()).governs == row_of(before).governs
    assert elsewhere().version != before.version
    text = html.unescape(site.browser(Role.ADMINISTRATOR).client.get("/policies/situations").text)
    assert "人员意见提出的修改 0 条" in text
    assert f"<li>增加 {OTHER}</li>" in text
    administrator = site.browser(Role.ADMINISTRATOR)
    assert administrator.post("/policies/situations/recall/withdrawn", reason="误采").status_code == 303
    assert elsewhere().rows == before.rows
    assert "人员意见提出的修改 0 条" in html.unescape(administrator.client.get("/policies/situations").text)
    with site.context.store.read() as work:
        acts = [(row.action, row.detail.get("add")) for row in work.audit.rows(subject="situation:recall")]
    assert sorted(acts) == [("situations.accepted", [OTHER]), ("situations.withdrawn", [OTHER])]
    # More events speak for it than when it was withdrawn.
    say(site, Role.OFFICER, "C3", OTHER, Choice.ADDED)
    assert "人员意见提出的修改 1 条" in html.unescape(administrator.client.get("/policies/situations").text)


def test_a_proposal_that_changed_since_it_was_read_is_not_accepted(events: Site) -> None:
    site, elsewhere = living(events)
    before = elsewhere()
    say(site, Role.OFFICER, "C1", OTHER, Choice.ADDED)
    say(site, Role.OFFICER, "C2", OTHER, Choice.ADDED)
    status, text = accept(site, "0123456789ab")
    assert (status, "请刷新后重新核对" in text) == (409, True)
    assert accept(site)[0] == 303
    assert accept(site, "0123456789ab")[0] == 404
    assert row_of(elsewhere()).related.count(OTHER) == row_of(before).related.count(OTHER) + 1


def test_who_alone_spoke_for_a_proposal_does_not_accept_it(events: Site) -> None:
    site, elsewhere = living(events)
    before = elsewhere()
    say(site, Role.ADMINISTRATOR, "C1", OTHER, Choice.ADDED)
    say(site, Role.ADMINISTRATOR, "C2", OTHER, Choice.ADDED)
    status, text = accept(site)
    assert (status, "四眼原则" in text) == (409, True)
    assert elsewhere() == before
    say(site, Role.OFFICER, "C3", OTHER, Choice.ADDED)
    assert accept(site)[0] == 303


def test_an_article_that_left_the_library_is_not_accepted(events: Site) -> None:
    site, elsewhere = living(events)
    say(site, Role.OFFICER, "C1", OTHER, Choice.ADDED)
    say(site, Role.OFFICER, "C2", OTHER, Choice.ADDED)
    with site.context.store.write() as work:
        policy = work.policies.get(LAW)
        assert policy is not None
        work.policies.save(policy, [one for one in work.policies.articles_of(LAW) if one.key != OTHER])
    status, text = accept(site)
    assert (status, f"政策库中没有 {OTHER}，不能采纳" in text) == (409, True)
    assert OTHER not in row_of(elsewhere()).related


def test_a_proposed_row_is_one_that_the_own_file_takes(events: Site) -> None:
    for number in range(3):
        say(events, Role.OFFICER, f"C{number}", OFFERED, Choice.REJECTED)
        say(events, Role.OFFICER, f"C{number}", OTHER, Choice.ADDED)
    table = load_situations()
    with events.context.store.read() as work:
        [proposal] = proposals(work, table)
    changed, faults = lay_over(row_text(proposal, table), "situations.yaml")
    assert faults == ()
    row = next(one for one in changed.rows if one.id == "recall")
    assert (row.governs, OFFERED in row.related) == ((OTHER,), False)


@pytest.mark.parametrize(
    "written", ["《药品管理法》第一百零七条", "药品管理法 第107条", "药品管理法第一百零七条", OTHER]
)
def test_an_article_is_added_as_people_write_it(events: Site, written: str) -> None:
    assert say(events, Role.OFFICER, "C0", written, Choice.ADDED)[0] == 303
    with events.context.store.read() as work:
        assert [one.article for one in work.citations.of_event("C0")] == [OTHER]
    assert "药品管理法 第一百零七条" in events.browser(Role.VIEWER).client.get("/events/C0?tab=basis_list").text


def test_of_two_texts_the_one_in_force_is_meant_and_not_the_one_that_is_yet_to_come(
    events: Site, tmp_path: Path
) -> None:
    later = tmp_path / "药品管理法(2026-10-30).md"
    later.write_text("第一百零七条 演示之另一事。\n\n第一百零八条 本法自2027年1月1日起施行。\n", encoding="utf-8")
    context = events.context
    register = context.office.register
    report = import_policies(context.store, later, register=register, actor="测试", now=context.now(), supersede=True)
    assert (report.added, report.refused) == (1, [])
    assert say(events, Role.OFFICER, "C0", "药品管理法 第107条", Choice.ADDED)[0] == 303
    assert say(events, Role.OFFICER, "C1", "药品管理法 第108条", Choice.ADDED)[0] == 404
    with context.store.read() as work:
        assert [one.article for one in work.citations.of_event("C0")] == [OTHER]
