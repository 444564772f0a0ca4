"""How a source is doing, in words."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawlers.health import HealthState, health
from crawlers.lists.listed import Listed
from crawlers.ports import SourceProgress
from crawlers.records import BEIJING, Source, SourceClass
from crawlers.remembered import ARRIVALS, FINDINGS, LATE, ROTTEN
from crawlers.schedule.arrivals import Arrivals
from crawlers.visits.late import LatePage

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
SOURCE = Source(
    id="daily", name="日报", kind="feed", source_class=SourceClass.MEDIA, declaration={"expect": {"max_age_days": 3}}
)
FINE = SourceProgress(
    source_id="daily",
    last_run_at=NOW - timedelta(minutes=10),
    last_success_at=NOW - timedelta(minutes=10),
    last_new_at=NOW - timedelta(hours=2),
    next_due_at=NOW + timedelta(minutes=50),
)


def test_source_that_works_is_healthy_and_says_when_it_runs_next() -> None:
    found = health(FINE, SOURCE, NOW)
    assert (found.state, found.sentence) == (HealthState.HEALTHY, "运行正常；下次采集：今天 12:50。")
    assert found.next_try == FINE.next_due_at


@pytest.mark.parametrize(
    ("progress", "remark"),
    [
        (FINE, "运行正常。"),
        (replace(FINE, last_error="列表条目少于预期。"), "列表条目少于预期。"),
        (replace(FINE, failures=3, last_error="域名解析失败。"), "域名解析失败。连续失败 3 次。"),
        (SourceProgress(source_id="daily"), "尚未采集；将在采集进程运行后立即采集。"),
    ],
)
def test_what_is_said_beside_the_time_of_the_next_visit_does_not_tell_it_again(
    progress: SourceProgress, remark: str
) -> None:
    assert health(progress, SOURCE, NOW).remark == remark


def test_remark_of_a_visit_that_went_well_is_said_with_its_health() -> None:
    found = health(replace(FINE, last_error="列表条目少于预期。"), SOURCE, NOW)
    assert (found.state, found.sentence) == (HealthState.HEALTHY, "列表条目少于预期。下次采集：今天 12:50。")


def test_source_that_was_never_visited_says_so() -> None:
    found = health(SourceProgress(source_id="daily"), SOURCE, NOW)
    assert found.state is HealthState.NEVER_RUN
    assert found.sentence.startswith("尚未采集")
    assert found.next_try == NOW


def test_failing_source_says_why_how_often_and_when_it_is_tried_again() -> None:
    failing = replace(FINE, failures=3, last_error="域名解析失败。", next_due_at=NOW + timedelta(days=1))
    found = health(failing, SOURCE, NOW)
    assert found.state is HealthState.FAILING
    assert found.sentence == "域名解析失败。连续失败 3 次，下次采集：11月26日 12:00。"


def test_overdue_source_is_late() -> None:
    found = health(replace(FINE, next_due_at=NOW - timedelta(hours=3)), SOURCE, NOW)
    assert found.state is HealthState.LATE
    assert "已推迟 3 小时" in found.sentence


def test_source_without_news_for_its_expected_age_is_silent() -> None:
    found = health(replace(FINE, last_new_at=NOW - timedelta(days=4)), SOURCE, NOW)
    assert found.state is HealthState.SILENT
    assert "已有 4 天没有新稿件" in found.sentence


@pytest.mark.parametrize(
    ("access", "words"),
    [
        ("challenge", "人机验证"),
        ("login", "导入"),
        ("anon_cookie", "导入"),
        ("import_only", "文件导入"),
        ("open", "已停用"),
    ],
)
def test_stopped_source_says_why_and_names_its_fallback(access: str, words: str) -> None:
    stopped = replace(SOURCE, enabled=False, access=access, fallback="drop-vendor")
    found = health(FINE, stopped, NOW)
    assert found.state is HealthState.STOPPED
    assert words in found.sentence
    assert "drop-vendor" in found.sentence
    assert found.next_try is None


class TestSilence:
    """A source that died without an error: found by its own rhythm."""

    def learned(self, per_look: Sequence[int], *, hours: float = 1.0, silent: int = 0) -> Arrivals:
        known, now = Arrivals(), NOW
        for count in [*per_look, *([0] * silent)]:
            after = now + timedelta(hours=hours)
            known = known.observe(now, after, count=count, prior=1.0)
            now = after
        return known

    def found(self, known: Arrivals) -> HealthState:
        memory = json.loads(json.dumps({ARRIVALS: known.to_memory()}))
        return health(replace(FINE, memory=memory), SOURCE, NOW).state

    def test_one_that_brings_an_item_an_hour_is_silent_after_three_times_its_interval(self) -> None:
        steady = [1] * 24 * 14
        states = [self.found(self.learned(steady, silent=silent)) for silent in range(9)]
        assert states[:2] == [HealthState.HEALTHY] * 2
        assert HealthState.SILENT in states[:6]
        assert states == sorted(states, key=[HealthState.HEALTHY, HealthState.SILENT].index)

    def test_one_whose_looks_always_find_many_is_silent_after_two_that_find_none(self) -> None:
        busy = [6, 5, 7, 6, 4, 8] * 60
        assert self.found(self.learned(busy, silent=1)) is HealthState.HEALTHY
        assert self.found(self.learned(busy, silent=2)) is HealthState.SILENT

    def test_nights_and_weekends_are_no_silence(self) -> None:
        known, now = Arrivals(), datetime(2026, 11, 2, tzinfo=BEIJING)
        states = set()
        for hour in range(24 * 28):
            moment = now + timedelta(hours=hour)
            works = moment.weekday() < 5 and 9 <= moment.hour < 18
            known = known.observe(moment, moment + timedelta(hours=1), count=int(works), prior=1.0)
            if hour > 24 * 14:
                states.add(self.found(known))
        assert states == {HealthState.HEALTHY}

    def test_what_comes_in_bursts_is_left_more_time(self) -> None:
        bursts = [12 if number % 24 == 0 else 0 for number in range(24 * 20)]
        assert self.found(self.learned(bursts, silent=24)) is HealthState.HEALTHY
        assert self.found(self.learned(bursts, silent=24 * 6)) is HealthState.SILENT

    def test_a_young_source_is_not_called_silent(self) -> None:
        assert self.found(self.learned([3, 0, 2], silent=40)) is HealthState.HEALTHY

    def test_an_item_ends_the_silence(self) -> None:
        dead = self.learned([1] * 24 * 14, silent=12)
        assert self.found(dead) is HealthState.SILENT
        alive = dead.observe(NOW + timedelta(days=20), NOW + timedelta(days=20, hours=1), count=1, prior=1.0)
        assert self.found(alive) is HealthState.HEALTHY

    def test_it_says_how_much_is_missing(self) -> None:
        memory = {ARRIVALS: self.learned([1] * 24 * 14, silent=12).to_memory()}
        sentence = health(replace(FINE, memory=memory), SOURCE, NOW).sentence
        assert "按平时的发稿节奏本应有约" in sentence


def test_a_list_that_gave_too_little_is_odd_and_says_so() -> None:
    odd = replace(FINE, last_error="列表条目少于预期，网页可能已改版：x。", memory={ROTTEN: True})
    found = health(odd, SOURCE, NOW)
    assert (found.state, found.sentence) == (
        HealthState.ODD,
        "列表条目少于预期，网页可能已改版：x。下次采集：今天 12:50。",
    )


def test_what_was_odd_about_the_last_pages_is_said() -> None:
    found = health(replace(FINE, memory={FINDINGS: ["本次 4 篇新稿都读不出发布时间，网页可能已改版。"]}), SOURCE, NOW)
    assert found.state is HealthState.ODD
    assert found.sentence.startswith("本次 4 篇新稿都读不出发布时间")


class TestMissingPages:
    @staticmethod
    def remembered(pages: int, *, failures: int) -> SourceProgress:
        """Return the progress of a source of which so many pages did not answer so often, since yesterday noon."""
        since = NOW - timedelta(days=1)
        late = [
            LatePage(
                record=Listed(native_id=f"p{number}", title=f"关于第{number}号通告"), failures=failures, since=since
            ).to_json()
            for number in range(pages)
        ]
        return replace(FINE, memory={LATE: late})

    def test_several_pages_that_do_not_answer_are_odd_and_said_with_number_title_and_since_when(self) -> None:
        found = health(self.remembered(4, failures=3), SOURCE, NOW)
        assert found.state is HealthState.ODD
        assert "列表上的 4 个网页（《关于第3号通告》等）自11月24日 12:00起没有取到" in found.sentence

    def test_one_page_that_does_not_answer_is_said_and_is_no_trouble(self) -> None:
        found = health(self.remembered(1, failures=5), SOURCE, NOW)
        assert found.state is HealthState.HEALTHY
        assert "1 个网页（《关于第0号通告》）" in found.sentence

    def test_pages_that_failed_once_are_not_said(self) -> None:
        assert "没有取到" not in health(self.remembered(9, failures=1), SOURCE, NOW).sentence
