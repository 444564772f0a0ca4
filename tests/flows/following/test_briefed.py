import shutil
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from analysis.assessment import CategoryScore
from crawlers.ports import SourceProgress
from crawlers.remembered import ANSWERED
from crawlers.schedule.answering import AnsweredHours
from service.domain.beijing import BEIJING, beijing
from service.domain.clocks.clock import ClockState
from service.domain.figures.briefing import LISTED_ON_PAPER, Briefing
from service.domain.people.person import Person
from service.domain.rules.register import Register
from service.domain.week import Week, week_of
from service.export.docx import write_docx
from service.export.layout import lay_out
from service.export.xlsx import write_xlsx
from service.flows.reports.brief import compile_week
from service.policies.register import load_register
from service.ports.store import Store
from service.storage.sql import open_store
from tests.builders import NOW, build_alert, build_clock, build_event
from tests.contract.stored import document, judge_all, put
from tests.following import RULE, hear, judged, seed_following, voice
from tests.seeding import seed
from tests.surging import build_surge, keep_surges

REGISTER = load_register()


def issue_of(store: Store, *, now: datetime = NOW) -> Briefing:
    return compile_week(
        store,
        week_of(NOW),
        register=REGISTER,
        office="综合规财处",
        address="http://yaowang.invalid",
        drill=False,
        now=now,
    )


def test_the_weekly_briefing_tells_of_matters_and_watched_policies_in_two_sentences(
    store: Store, tmp_path: Path, register: Register, officer: Person
) -> None:
    seed_following(store, officer, register, tmp_path)
    issue = issue_of(store)
    assert issue.followed == (
        "办件：本周收到2件（投诉1件、信访1件），现在办7件，其中逾期1件。",
        "政策跟踪：在跟踪1项，本周相关稿件1篇（含转载）。",
    )
    write_docx(lay_out(issue), tmp_path / "a.docx")
    lines = [paragraph.text for paragraph in Document(str(tmp_path / "a.docx")).paragraphs]
    assert [line for line in lines if line in issue.followed] == list(issue.followed)
    assert RULE not in "".join(issue.followed)


def test_the_weeks_surges_stand_in_one_line_of_both_files_the_loudest_first(store: Store, tmp_path: Path) -> None:
    quieter = [build_surge(f"R0{number}", p=1e-5) for number in (1, 2, 3)]
    earlier = build_surge("risk", id="earlier", found_at=NOW - timedelta(days=7))
    keep_surges(store, *quieter, build_surge(), earlier)
    issue = issue_of(store)
    assert issue.surges.startswith(f"声量异动4次：{build_surge().sentence}；")
    assert issue.surges.count("平时同时段") == 3
    assert issue.surges.endswith("等。")
    write_docx(lay_out(issue), tmp_path / "a.docx")
    write_xlsx(issue, tmp_path / "a.xlsx")
    assert issue.surges in [paragraph.text for paragraph in Document(str(tmp_path / "a.docx")).paragraphs]
    cells = [row[1].value for row in load_workbook(tmp_path / "a.xlsx")["概况"].iter_rows()]
    assert issue.surges in cells


def test_without_surges_the_briefing_says_nothing_of_them(store: Store, tmp_path: Path) -> None:
    issue = issue_of(store)
    write_docx(lay_out(issue), tmp_path / "a.docx")
    assert "异动" not in "".join(paragraph.text for paragraph in Document(str(tmp_path / "a.docx")).paragraphs)


def test_without_matters_and_topics_the_briefing_says_nothing_of_them(store: Store) -> None:
    assert issue_of(store).followed == ()


def test_an_issue_made_within_its_week_ends_now_and_counts_no_day_to_come(store: Store) -> None:
    issue = issue_of(store)
    today = NOW.astimezone(BEIJING).date()
    assert [day for day, _, _ in issue.figures.daily] == [day for day in week_of(NOW).days if day <= today]
    assert f"至 {beijing(NOW, NOW)}（北京时间" in issue.notes[0]
    assert "不满一周" in issue.notes[0]
    whole = issue_of(
        store,
        now=week_of(NOW).until,
    )
    assert (len(whole.figures.daily), "不满一周" in whole.notes[0]) == (7, False)


def test_an_issue_made_within_its_week_is_compared_with_the_same_part_of_the_week_before(
    store: Store, tmp_path: Path
) -> None:
    # One on Tuesday of this week; of the week before one on its Tuesday, and two after its Wednesday.
    with store.write() as work:
        for days in (1, 8, 5, 4):
            for category in ("", "R01"):
                hour = NOW - timedelta(days=days)
                work.rollups.add(hour=hour, source_class="media", category=category, region="", level=2, tone="neg")
    early, whole = issue_of(store), issue_of(store, now=week_of(NOW).until)
    for issue, before, told in ((early, 1, "上周同期1篇"), (whole, 3, "上周3篇")):
        figures = (issue.figures.collected, issue.figures.risk, issue.categories[0].change)
        assert [(one.count, one.before) for one in figures] == [(1, before)] * 3
        assert told in issue.judgement
    assert early.judgement.startswith("总体平稳")
    assert "环比为前一自然周的同一时段" in early.notes[0]
    write_xlsx(early, tmp_path / "early.xlsx")
    assert load_workbook(tmp_path / "early.xlsx")["类别"]["C1"].value == "上周同期"


def test_a_week_in_which_nothing_came_in_is_not_called_calm_or_falling(store: Store) -> None:
    for before in (0, 3):
        with store.write() as work:
            for _ in range(before):
                hour = NOW - timedelta(days=7)
                work.rollups.add(hour=hour, source_class="media", category="", region="", level=2, tone="neg")
        issue = issue_of(store)
        assert issue.judgement == f"无法判断：本周没有收到稿件（上周同期{before}篇），请先查信源是否正常采集。"
        assert [one.fact for one in issue.advice] == ["本周没有收到稿件"]
        assert issue.ahead == ("暂无到期时限，按计划监测",)


def test_every_listed_document_names_its_event_under_the_address_of_the_dashboard(
    migrated: Path, tmp_path: Path
) -> None:
    with closing(open_store(f"sqlite:///{shutil.copy(migrated, tmp_path / 'seeded.db')}")) as store:
        seed(store)
        issue = issue_of(store)
        with store.read() as work:
            titles = {
                event.id: {row.title for row in work.events.documents(event.id)} for event in work.events.listing()
            }
    assert len(issue.documents) > 1
    for row in issue.documents:
        assert row.title in titles[row.event_id]
        assert row.event_link == f"http://yaowang.invalid/events/{row.event_id}"


def test_the_listed_documents_stand_newest_first_whatever_came_in_last(store: Store) -> None:
    voices = [voice(number, days, f"第{number}条") for number, days in enumerate((1, 2, 0.5, 1.5))]
    hear(store, [(one, judged(one, risk=True)) for one in voices])
    issue = issue_of(store)
    assert [one.title for one in issue.documents] == ["第2条", "第0条", "第3条", "第1条"]
    assert any("至多300篇" in note and f"文稿列前{LISTED_ON_PAPER}篇" in note for note in issue.notes)


def test_the_briefing_says_which_sources_were_silent(store: Store, tmp_path: Path) -> None:
    week = week_of(NOW)
    until = min(week.until, NOW)
    steady: AnsweredHours | None = None
    for n in range(200, 0, -1):
        steady = AnsweredHours.noted(steady, until - timedelta(hours=n))
    gone = AnsweredHours.noted(None, week.since - timedelta(days=2))
    assert steady is not None
    with store.write() as work:
        for name, known, tried in (("steady", steady, until), ("gone", gone, until), ("off", gone, until)):
            work.sources.save_progress(
                SourceProgress(source_id=name, last_run_at=tried, memory={ANSWERED: known.to_memory()})
            )
        work.sources.save_progress(SourceProgress(source_id="never", last_run_at=until, failures=3))
        removed = week.since - timedelta(days=40)
        work.sources.save_progress(SourceProgress(source_id="removed", last_run_at=removed, failures=3))
        work.sources.switch("off", enabled=False)
    issue = issue_of(store)
    assert issue.notes[-1].startswith("采集覆盖：自动采集的信源3个，本期有应答1个；整期没有应答：gone、never。")
    write_docx(lay_out(issue), tmp_path / "a.docx")
    assert issue.notes[-1] in "\n".join(line.text for line in Document(str(tmp_path / "a.docx")).paragraphs)
    late = issue_of(store, now=NOW + timedelta(days=60))
    assert "早于可查的30天" in late.notes[-1]


def test_what_is_mentioned_counts_the_documents_of_each_week_and_not_the_whole_event(store: Store) -> None:
    monday = week_of(NOW).since
    times = [monday - timedelta(days=2), monday - timedelta(days=1), monday - timedelta(minutes=1), monday]
    put(store, *(document(str(n), published_at=at, fetched_at=at) for n, at in enumerate(times)))
    with store.write() as work:
        spanning = build_event(id="e1", products=("清云注射液",), first_at=times[0], last_at=monday, document_count=4)
        work.events.save(spanning, [])
        judge_all(work, event_id="e1")
    issue = issue_of(store, now=week_of(NOW).until)
    assert [(row.name, row.count, row.before) for row in issue.terms if row.name == "清云注射液"] == [
        ("清云注射液", 1, 3)
    ]


def test_what_is_mentioned_counts_every_event_however_many_were_heard_of_since(store: Store) -> None:
    monday = week_of(NOW).since
    put(store, document("1", published_at=monday, fetched_at=monday))
    with store.write() as work:
        work.events.save(build_event(id="e1", products=("清云注射液",), first_at=monday, last_at=monday), [])
        judge_all(work, event_id="e1")
        later = [build_event(id=f"n{n}", last_at=monday + timedelta(hours=1)) for n in range(2000)]
        work.events.save_all([(one, []) for one in later])
    issue = issue_of(store, now=week_of(NOW).until)
    assert [(row.name, row.count) for row in issue.terms if row.name == "清云注射液"] == [("清云注射液", 1)]


def _raise_rumours(store: Store, count: int) -> None:
    with store.write() as work:
        for number in range(count):
            event = build_event(
                id=f"E{number}", title=f"网传甲县第{number}种颗粒停产", categories=("R13",), last_at=NOW
            )
            work.events.save(event, [f"rumour:{number}"])
            work.alerts.save(build_alert(id=f"A{number}", event_id=event.id, title=event.title, changed_at=NOW))
    for number in range(count):
        said = document(f"rumour-{number}", title=f"网传甲县第{number}种颗粒停产")
        claims = replace(judged(said), categories=(CategoryScore(code="R13", p=0.8),))
        hear(store, [(said, claims)], event_id=f"E{number}")


def test_every_rumour_of_the_week_is_counted_however_few_are_told(store: Store, tmp_path: Path) -> None:
    _raise_rumours(store, 9)
    issue = issue_of(store)
    assert len(issue.rumours) == 9
    write_docx(lay_out(issue), tmp_path / "a.docx")
    told = "".join(paragraph.text for paragraph in Document(str(tmp_path / "a.docx")).paragraphs)
    assert "另有7条，见附件1。" in told


def test_what_is_due_at_one_hour_is_one_line_the_soonest_first_and_nothing_is_named_twice(store: Store) -> None:
    _raise_rumours(store, 3)
    after = week_of(NOW).until
    with store.write() as work:
        for alert, hours in (("A0", 40), ("A1", 40), ("A2", 9)):
            due = after + timedelta(hours=hours)
            work.clocks.save(build_clock(id=f"C-{alert}", alert_id=alert, state=ClockState.ARMED, due_at=due))
    action = build_clock().action
    assert issue_of(store).ahead == (
        f"{beijing(after + timedelta(hours=9), NOW)} {action}：“网传甲县第2种颗粒停产”",
        f"{beijing(after + timedelta(hours=40), NOW)} {action}：“网传甲县第0种颗粒停产”等2件",
    )


def test_what_has_no_deadline_next_week_is_named_in_one_line(store: Store) -> None:
    _raise_rumours(store, 2)
    assert issue_of(store).ahead == ("继续关注重点舆情（一）、（二）",)


def test_the_day_of_several_steps_is_written_once(store: Store) -> None:
    with store.write() as work:
        work.events.save(build_event(id="E0", last_at=NOW), ["steps"])
        taken = {
            "raised_at": NOW,
            "acknowledged_at": NOW + timedelta(minutes=9),
            "answered_at": NOW + timedelta(days=1),
        }
        work.alerts.save(build_alert(id="A0", event_id="E0", changed_at=NOW, **taken))
    [event] = issue_of(store).events
    assert event.progress == "11月25日 14:32预警，14:41确认，11月26日 14:32回应"


def test_an_event_tells_its_place_where_its_title_does_not(store: Store) -> None:
    place = "江西省赣州市于都县禾丰镇"
    with store.write() as work:
        for number, title in enumerate(("要求查验某注射液", f"{place}多人寒战")):
            event = build_event(id=f"E{number}", title=title, last_at=NOW, facts={"places": [place]})
            work.events.save(event, [f"place:{number}"])
            work.alerts.save(build_alert(id=f"A{number}", event_id=event.id, title=title, changed_at=NOW))
    assert {one.title: one.place for one in issue_of(store).events} == {
        "要求查验某注射液": f"地点{place}",
        f"{place}多人寒战": "",
    }


def test_of_several_places_two_are_told_and_how_many_there_are(store: Store) -> None:
    cities = ["江西省南昌市", "湖北省武汉市", "河南省郑州市", "江西省南昌市西湖区"]
    titles = {"要求查验某注射液": cities, "南昌、武汉、郑州多人寒战": cities, "南昌有人寒战": cities[:2]}
    with store.write() as work:
        for number, (title, places) in enumerate(titles.items()):
            event = build_event(id=f"E{number}", title=title, last_at=NOW, facts={"places": places})
            work.events.save(event, [f"place:{number}"])
            work.alerts.save(build_alert(id=f"A{number}", event_id=event.id, title=title, changed_at=NOW))
    assert {one.title: one.place for one in issue_of(store).events} == {
        "要求查验某注射液": "地点江西省南昌市、湖北省武汉市等3地",
        "南昌、武汉、郑州多人寒战": "",
        "南昌有人寒战": "地点江西省南昌市、湖北省武汉市",
    }


def test_the_issue_says_how_many_events_are_new_and_when_it_was_made(store: Store, tmp_path: Path) -> None:
    """An issue is made again: of two papers of one number the later one holds."""
    _raise_rumours(store, 2)
    issue = issue_of(store)
    assert "达到预警线的事件2件（按最高级别：红色2件）；本周新增2件" in issue.events_told
    assert issue.notes[1].startswith(f"本期于2026年11月25日 {NOW.astimezone(BEIJING):%H:%M}生成")
    write_docx(lay_out(issue), tmp_path / "a.docx")
    write_xlsx(issue, tmp_path / "a.xlsx")
    assert issue.events_told in [paragraph.text for paragraph in Document(str(tmp_path / "a.docx")).paragraphs]
    summary = {row[0]: row[1] for row in load_workbook(tmp_path / "a.xlsx")["概况"].iter_rows(values_only=True)}
    assert summary["预警事件"] == issue.events_told
    assert summary["生成时间（北京时间）"] == NOW.astimezone(BEIJING).replace(tzinfo=None)


@pytest.mark.parametrize("page", [2, 3, 4])
def test_every_event_of_a_week_is_counted_however_many_one_page_of_the_store_holds(
    store: Store, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr("service.flows.reports.raised_brief._PAGE", page)
    _raise_rumours(store, 4)
    assert "达到预警线的事件4件（按最高级别：红色4件）；本周新增4件" in issue_of(store).events_told


def test_an_issue_keeps_its_number_when_an_earlier_week_is_made_after_it(store: Store) -> None:
    def number(week: Week) -> tuple[int, int]:
        made = compile_week(store, week, register=REGISTER, office="示例局", address="http://x", drill=False, now=NOW)
        return made.issue, made.issue_in_all

    week = week_of(NOW).before
    assert number(week) == (1, 1)
    assert number(week.before) == (2, 2)
    assert number(week) == (1, 1)
