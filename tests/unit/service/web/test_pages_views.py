from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.health import Health, HealthState
from crawlers.records import Source, SourceClass
from service.domain.audit import AuditRow
from service.domain.events.event import EventDocument
from service.domain.policies.policy import PolicyDocument
from service.flows.crawl.live_checks import CheckView
from service.ports.search import SearchQuery
from service.web.desk import SourceHealth
from service.web.views.case_steps import case_steps, next_step
from service.web.views.charts import ticks
from service.web.views.event_page import (
    brief_line,
    document_views,
    known_facts,
    score_parts,
    time_line,
    validity,
)
from service.web.views.first_run import first_run
from service.web.views.hits import from_store
from service.web.views.issues import download_name, issues_of
from service.web.views.marking import excerpt, marked, spans_of
from service.web.views.overview import city_tiles, day_start, volume
from service.web.views.paging import pager
from service.web.views.spread import hour_series
from tests.builders import NOW, build_alert, build_event

HOUR = timedelta(hours=1)


def _document(number: int, *, text: str = "某注射液引起寒战", **given: object) -> EventDocument:
    facts: dict[str, object] = {
        "document_id": f"d{number}",
        "title": f"标题 {number}",
        "text": text,
        "url": None,
        "source_id": "s",
        "source_name": "某媒体",
        "source_class": "media",
        "kind": "article",
        "published_at": NOW - timedelta(hours=5 - number),
        "stored_at": NOW,
        "level": 2,
        "severity": 3,
        "tone": "neg",
        "categories": ("R01",),
        "duplicate_of": None,
        "evidence": ({"field": "text", "start": 5, "end": 7, "text": "寒战"},),
    }
    return EventDocument(**facts | given)  # type: ignore[arg-type]


class TestMarking:
    @given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=5))
    def test_only_our_own_mark_is_ever_markup(self, text: str, pairs: list[tuple[int, int]]) -> None:
        spans = spans_of([{"field": "text", "start": min(p), "end": max(p)} for p in pairs], "text")
        html = str(marked(text, spans))
        rest = html.replace("<mark>", "").replace("</mark>", "")
        assert "<" not in rest
        assert html.count("<mark>") == html.count("</mark>")

    def test_malformed_spans_are_left_out_and_touching_ones_become_one(self) -> None:
        evidence = [
            {"field": "text", "start": 4, "end": 6},
            {"field": "text", "start": 2, "end": 4},
            {"field": "text", "start": "x", "end": 3},
            {"field": "title", "start": 0, "end": 1},
            {"field": "text", "start": 9, "end": 8},
        ]
        assert spans_of(evidence, "text") == [(2, 6)]

    def test_an_excerpt_is_cut_around_the_evidence(self) -> None:
        html = str(excerpt("前" * 300 + "寒战" + "后" * 300, [(300, 302)], width=40))
        assert html.startswith("…前")
        assert "<mark>寒战</mark>" in html
        assert html.endswith("后…")


class TestFacts:
    def test_what_only_the_public_says_stays_unverified_until_an_official_says_it(self) -> None:
        event = build_event(products=("某注射液",), harmed=12)
        views = document_views([_document(1, text="某注射液 12 人寒战")])
        facts = {fact.label: fact for fact in known_facts(event, views)}
        assert facts["产品"].open == facts["伤亡"].open == facts["企业"].open == "待核实"
        assert facts["官方信息"].value == "未见官方发布"
        official = _document(2, text="经核实，某注射液使用者 12 人不适", source_class="official")
        facts = {fact.label: fact for fact in known_facts(event, document_views([_document(1), official]))}
        assert facts["产品"].open == facts["伤亡"].open == ""
        assert facts["产品"].numbers == (1, 2)

    @pytest.mark.parametrize("told", ["网传打某注射液已经死亡2人", "网传打某注射液已经死了两个人"])
    def test_a_rumoured_death_stays_unverified_beside_a_confirmed_number_and_its_denial(self, told: str) -> None:
        event = build_event(products=("某注射液",), harmed=16, deaths=2)
        rumour = _document(1, text=told, source_class="social", severity=5)
        official = _document(
            2, text="共有16名患者在院观察，没有死亡病例，样品已送检。", source_class="official", severity=4
        )
        facts = {fact.label: fact for fact in known_facts(event, document_views([rumour, official]))}
        assert facts["伤亡"].value == "称死亡 2 人（待核实），称受影响 16 人，官方信息称没有死亡病例"
        assert facts["伤亡"].open == "待核实"
        assert facts["伤亡"].numbers == (1, 2)

    def test_the_report_that_tells_of_the_dead_is_named_and_the_mark_stands_once(self) -> None:
        event = build_event(products=("头孢曲松",), deaths=2)
        told = _document(
            1, title="两名儿童注射某药业的头孢曲松后高热死亡", text="家长称当天送医。", source_class="social"
        )
        facts = {fact.label: fact for fact in known_facts(event, document_views([told]))}
        assert (facts["伤亡"].value, facts["伤亡"].open) == ("称死亡 2 人", "待核实")
        assert facts["伤亡"].numbers == (1,)

    @pytest.mark.parametrize(
        ("harmed", "text", "read"),
        [
            (1, "脚底板那一块像树皮一样裂开", True),
            (1, "某注射液致1人寒战", False),
            (1, "我打了某注射液后寒战发烧", False),
            (12, "某注射液出事了", False),
        ],
    )
    def test_one_harmed_whom_no_words_count_is_said_to_be_read_from_the_whole_text(
        self, harmed: int, text: str, *, read: bool
    ) -> None:
        event = build_event(harmed=harmed)
        (fact,) = (one for one in known_facts(event, document_views([_document(1, text=text)])) if one.label == "伤亡")
        assert ("由系统读全文得出" in str(fact.value)) is read
        assert fact.open == "待核实"

    def test_what_happened_is_told_in_the_words_of_whoever_gives_a_name(self) -> None:
        evidence = ({"field": "text", "start": 0, "end": 2},)
        rumour = _document(1, text="网传死了两个人", source_class="social", severity=5, evidence=evidence)
        report = _document(2, text="寒战患者12名", source_class="media", severity=4, evidence=evidence)
        facts = {fact.label: fact for fact in known_facts(build_event(), document_views([rumour, report]))}
        assert "患者12名" in str(facts["何事"].value)
        alone = {fact.label: fact for fact in known_facts(build_event(), document_views([rumour]))}
        assert alone["何事"].open == "待核实"

    def test_reprints_are_folded_under_their_first(self) -> None:
        views = document_views([_document(1), _document(2, duplicate_of="d1"), _document(3, duplicate_of="d1")])
        assert [view.reprints for view in views] == [2, 0, 0]
        line = time_line(views, None, (), {})
        assert [(moment.number, moment.note) for moment in line] == [(1, "转载 2 篇已折叠")]

    def test_what_people_did_stands_in_the_time_line_with_its_reason(self) -> None:
        row = AuditRow(
            seq=1,
            at=NOW,
            actor="研判乙",
            action="alert.closed",
            subject="alert:A1",
            detail={"reason": "已回应"},
            previous_hash="",
            hash="",
        )
        line = time_line(document_views([_document(1)]), build_alert(), [row], {"alert.closed": "关闭预警"})
        assert [(moment.text, moment.note) for moment in line if moment.ours][-1] == ("关闭预警", "研判乙：已回应")

    def test_reminders_of_a_night_do_not_push_what_happened_out_of_the_brief_time_line(self) -> None:
        reminders = [
            AuditRow(
                seq=seq,
                at=NOW + timedelta(minutes=seq),
                actor="assess",
                action="alert.unacknowledged",
                subject="alert:A1",
                detail={},
                previous_hash="",
                hash="",
            )
            for seq in range(20)
        ]
        line = time_line(document_views([_document(1), _document(2)]), build_alert(), reminders, {})
        told = brief_line(line)
        assert len(line) == 23
        assert [moment.number for moment in told if not moment.ours] == [1, 2]
        assert sum(moment.ours for moment in told) == 1

    def test_a_limit_that_is_over_and_a_proposal_that_lapsed_are_no_reminders(self) -> None:
        told = [("clock.warned", {"stage": "FIRST"}), ("clock.warned", {"stage": "OVERDUE"}), ("clock.expired", {})]
        rows = [
            AuditRow(
                seq=seq,
                at=NOW + timedelta(minutes=seq),
                actor="system",
                action=action,
                subject="clock:C1",
                detail={**detail, "clock": "发布权威信息"},
                previous_hash="",
                hash="",
            )
            for seq, (action, detail) in enumerate(told)
        ]
        words = {"clock.warned": "时限提醒", "clock.expired": "时限建议失效"}
        line = brief_line(time_line([], None, rows, words))
        assert [moment.text for moment in line] == ["时限已过：发布权威信息", "时限建议失效：发布权威信息"]

    def test_the_brief_time_line_keeps_the_beginning_and_the_latest(self) -> None:
        line = time_line(document_views([_document(number) for number in range(1, 13)]), None, (), {})
        assert [moment.number for moment in brief_line(line)] == [1, 6, 7, 8, 9, 10, 11, 12]

    @pytest.mark.parametrize(
        ("level", "told"), [("orange", "级别上升（橙色）"), ("mauve", "级别上升"), (None, "级别上升")]
    )
    def test_the_time_line_says_to_which_level_an_alert_rose(self, level: str | None, told: str) -> None:
        row = AuditRow(
            seq=1,
            at=NOW,
            actor="assess",
            action="alert.escalated",
            subject="alert:A1",
            detail={"level": level},
            previous_hash="",
            hash="",
        )
        assert told in {moment.text for moment in time_line((), build_alert(), [row], {"alert.escalated": "级别上升"})}

    def test_a_score_that_is_not_stored_is_not_made_up(self) -> None:
        assert score_parts({}) == []
        parts = score_parts({"parts": [{"name": "spread", "points": 18.4, "words": "41 篇"}, {"name": "other"}]})
        assert [(part.label, part.points, part.most) for part in parts] == [("传播", 18.4, 25)]

    def test_validity_claims_nothing_that_is_not_known(self) -> None:
        today = date(2026, 11, 25)
        assert validity(PolicyDocument(id="a", title="甲"), today) == "效力待核实"
        ended = PolicyDocument(id="a", title="甲", valid_from=date(2017, 6, 1), valid_to=date(2025, 12, 31))
        assert validity(ended, today) == "已于 2025-12-31 失效"
        coming = PolicyDocument(id="a", title="甲", valid_from=date(2027, 1, 1))
        assert validity(coming, today) == "自 2027-01-01 起施行，尚未生效"


class TestSteps:
    def test_the_next_step_follows_the_state(self) -> None:
        alert = build_alert()
        assert next_step(alert) == "确认收到"
        steps = case_steps(build_event(), alert, ())
        assert [step.name for step in steps if step.todo == "下一步"] == ["确认收到"]
        assert [step.name for step in steps if step.at] == ["系统预警"]


class TestVolume:
    def test_a_band_needs_five_days_and_a_surge_stands_above_it(self) -> None:
        start = day_start(NOW)
        ten = start + 10 * HOUR
        past = {ten - timedelta(days=day): 20 + day for day in range(1, 5)}
        assert volume(past | {ten: 90}, NOW).bands == ()
        full = volume(past | {ten - timedelta(days=5): 25, ten: 90}, NOW)
        assert full.surge == (10, 90 / 25)
        assert full.total == 90

    def test_hours_still_to_come_are_gaps_and_not_zeros(self) -> None:
        day = volume({}, NOW)
        assert day.counts[:15] == (0,) * 15
        assert day.counts[15:] == (None,) * 9

    def test_the_line_ends_with_the_last_whole_hour_and_the_running_one_is_apart(self) -> None:
        start = day_start(NOW)
        day = volume({start + 13 * HOUR: 8, start + 14 * HOUR: 1}, NOW)
        assert day.running == 14
        assert (day.whole[13], day.whole[14:]) == (8, (None,) * 10)
        assert (day.unfinished[:13], day.unfinished[13:15]) == ((None,) * 13, (8, 1))
        assert day.label == "今日每小时稿件数，共 9 篇；14 时未满一小时，至今 1 篇"

    def test_just_after_midnight_there_is_no_whole_hour_yet(self) -> None:
        day = volume({day_start(NOW): 2}, day_start(NOW))
        assert day.whole == (None,) * 24
        assert day.unfinished == (2, *(None,) * 23)

    def test_places_outside_the_cities_are_counted_apart(self) -> None:
        tiles, province, elsewhere = city_tiles({"3607": 12, "360721": 3, "36": 4, "360000": 1, "": 2, "4401": 5})
        assert {tile.name: tile.count for tile in tiles}["赣州"] == 15
        assert (province, elsewhere) == (5, 7)
        assert {(tile.column, tile.row) for tile in tiles}.__len__() == 11

    @given(st.integers(0, 10**6))
    def test_axis_values_are_few_round_and_reach_near_the_top(self, top: int) -> None:
        found = ticks(top)
        assert 1 <= len(found) <= 5
        assert found[0] == 0
        assert found[-1] <= top

    def test_an_hour_without_documents_is_a_zero_in_the_series(self) -> None:
        hour = NOW.replace(minute=0, second=0, microsecond=0)
        assert [count for _, count in hour_series([(hour - 2 * HOUR, 4)], NOW)] == [4, 0, 0]


class TestFirstRun:
    @pytest.mark.parametrize(
        ("states", "words"),
        [
            ([], "没有启用任何信源"),
            ([HealthState.FAILING, HealthState.FAILING], "都无法访问"),
            ([HealthState.NEVER_RUN], "正在等待首次采集"),
            ([HealthState.FAILING, HealthState.NEVER_RUN], "1 个采集失败"),
        ],
    )
    def test_the_sentence_tells_what_was_tried(self, states: list[HealthState], words: str) -> None:
        watched = [
            SourceHealth(
                Source(id=str(i), name=f"源{i}", kind="feed", source_class=SourceClass.MEDIA),
                Health(state=state, sentence="域名无法解析。"),
                state is HealthState.FAILING,
            )
            for i, state in enumerate(states)
        ]
        assert words in first_run(watched).sentence

    @pytest.mark.parametrize(
        ("check", "words", "nothing_on"),
        [
            (CheckView(word="未检查", needed=True), "按“全部检查并启用”", True),
            (CheckView(word="未通过", needed=True, failed=True), "没有通过的，在“信源”页写明了原因", True),
            (CheckView(word="检查中", wished=True, needed=True), "正在对 1 个信源做上线检查", False),
        ],
    )
    def test_where_nothing_is_on_it_leads_to_the_live_check(
        self, check: CheckView, words: str, *, nothing_on: bool
    ) -> None:
        off = Source(id="a", name="源", kind="feed", source_class=SourceClass.MEDIA, enabled=False, unchecked=True)
        watched = [
            SourceHealth(off, Health(state=HealthState.STOPPED, sentence="已停用。"), trouble=False, check=check)
        ]
        shown = first_run(watched)
        assert words in shown.sentence
        assert shown.nothing_on is nothing_on


class TestSmall:
    def test_a_stored_document_is_found_by_all_words_and_none_excluded(self) -> None:
        row = _document(1)
        assert from_store(row, SearchQuery(tokens=("寒战",)), {}) is not None
        assert from_store(row, SearchQuery(tokens=("寒战", "疫苗")), {}) is None
        assert from_store(row, SearchQuery(tokens=("寒战",), excluded=("注射液",)), {}) is None
        assert from_store(row, SearchQuery(tokens=("寒战",), source_class="official"), {}) is None

    def test_page_links_keep_the_filters(self) -> None:
        assert pager("/alerts", {"level": "red", "owner": ""}, 2, more=True) == (
            "/alerts?level=red&page=1",
            "/alerts?level=red&page=3",
        )
        assert pager("/alerts", {}, 1, more=False) == (None, None)

    def test_issues_are_grouped_by_week_and_other_files_left_out(self, tmp_path: Path) -> None:
        for name in (
            "briefing-2026-W47.docx",
            "briefing-2026-W47.xlsx",
            "briefing-2026-W47.html",
            "briefing-2026-W47.pdf",
            "演练-briefing-2026-W46.docx",
            ".briefing-2026-W45.part.docx",
            "notes.txt",
        ):
            (tmp_path / name).write_bytes(b"x")
        issues = issues_of(list(tmp_path.iterdir()))
        assert [(issue.word, len(issue.files)) for issue in issues] == [("2026 年第 47 周", 4), ("2026 年第 46 周", 1)]
        assert [file.word for file in issues[0].files] == ["文档", "PDF", "网页", "表格"]
        assert issues[0].at.tzinfo is UTC
        assert issues[0].at <= datetime.now(UTC)

    def test_a_download_is_named_in_chinese_with_its_days_and_a_drill_by_its_mark(self) -> None:
        assert download_name("briefing-2026-W53.pdf") == "药品安全舆情周报 2026年第53周（12月28日至1月3日）.pdf"
        assert download_name("演练-briefing-2026-W46.docx").startswith("演练-药品安全舆情周报 2026年第46周（")
        assert download_name("notes.txt") == "notes.txt"
