"""How a source is doing, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawlers.health import HealthState, health
from crawlers.ports import SourceProgress
from crawlers.records import Source, SourceClass

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
