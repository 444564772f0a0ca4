from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.refusal import Conflict, Refusal
from service.domain.topics.topic import (
    Breadth,
    Phase,
    PhaseKind,
    Topic,
    TopicMatch,
    TopicMatcher,
    begins,
    checked_phases,
    checked_words,
    phase_at,
    title_core,
    windows,
)

NOW = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
CONSULTED = Phase(kind=PhaseKind.CONSULTING, since=date(2026, 11, 1), until=date(2026, 11, 15))
PUBLISHED = Phase(kind=PhaseKind.PUBLISHED, since=date(2026, 11, 20))
PLANNED = Phase(kind=PhaseKind.IN_FORCE, since=date(2027, 1, 1))
TOPIC = Topic(
    id="t1",
    title="某省药品监督管理局关于公开征求《某省药品零售追溯管理办法（征求意见稿）》意见的公告",
    issue_number="某药监〔2026〕7号",
    words=("追溯码", "扫码+药店"),
    without=("疫苗追溯",),
    phases=(CONSULTED, PUBLISHED, PLANNED),
    opened_by="研判员甲",
    opened_at=NOW,
    changed_at=NOW,
)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("依据某药监[2026]7号，下月起执行", TopicMatch("文号", "某药监〔2026〕7号")),
        ("某药监 （2026） ７号 已经印发", TopicMatch("文号", "某药监〔2026〕7号")),
        ("《某省药品零售追溯管理办法》今日发布", TopicMatch("标题", "某省药品零售追溯管理办法")),
        ("药店要扫码登记了", TopicMatch("搜索词", "扫码+药店")),
        ("追 溯 码怎么查", TopicMatch("搜索词", "追溯码")),
        ("出门扫码坐公交", None),
        ("疫苗追溯码查询指南", None),
        ("", None),
    ],
)
def test_a_document_belongs_by_number_title_or_words(text: str, match: TopicMatch | None) -> None:
    assert TopicMatcher(TOPIC).match(TopicMatcher.fold("", text)) == match


@pytest.mark.parametrize(
    ("text", "belongs"),
    [
        ("某省药品零售追溯管理办法实施细则开始征求意见", False),
        ("《某省药品零售追溯管理办法（试行）实施细则》罚得太重", False),
        ("《外省甲市某省药品零售追溯管理办法》出台", False),
        ("某省药品零售追溯管理办法补充问答第二版来了", False),
        ("有了实施细则，某省药品零售追溯管理办法才好执行", True),
        ("《某省药品零售追溯管理办法》的实施细则什么时候出", True),
        ("某省药品零售追溯管理办法实施以后更方便了", True),
        ("我省《某省药品零售追溯管理办法》", True),
    ],
)
def test_a_title_within_the_longer_name_of_another_policy_is_not_this_ones(text: str, belongs: bool) -> None:
    only = replace(TOPIC, words=(), issue_number=None)
    other = replace(only, id="t2", title="某省药品零售追溯管理办法补充问答")
    assert (TopicMatcher(only, [only, other]).match(TopicMatcher.fold("", text)) is not None) is belongs
    assert (
        TopicMatcher(other, [only, other]).match(TopicMatcher.fold("", "看了某省药品零售追溯管理办法补充问答"))
        is not None
    )


def test_a_long_part_of_the_title_as_a_search_word_names_the_policy_and_other_words_do_not() -> None:
    matcher = TopicMatcher(replace(TOPIC, words=("药品零售追溯管理", "追溯管理", "零售药店怎么查追溯码")))
    told = {word: matcher.names_it(TopicMatch("搜索词", word)) for word in matcher.topic.words}
    assert told == {"药品零售追溯管理": True, "追溯管理": False, "零售药店怎么查追溯码": False}


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("关于印发《某省药品追溯办法（试行）》的通知", "某省药品追溯办法"),
        ("某省药监局关于加强中药饮片监管的公告", "加强中药饮片监管"),
        ("某省药品零售追溯管理办法（征求意见稿）", "某省药品零售追溯管理办法"),
        ("某省药品零售追溯管理办法", "某省药品零售追溯管理办法"),
    ],
)
def test_a_title_is_looked_for_as_people_call_the_policy(title: str, core: str) -> None:
    assert title_core(title) == core


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["药"], "太短"),
        (["药店+药"], "太短"),
        (["很" * 41], "过长"),
        ([f"词语{number}" for number in range(21)], "最多20个"),
        ([], "什么稿件都找不到"),
    ],
)
def test_words_that_cannot_be_used_are_refused_in_a_sentence(words: list[str], told: str) -> None:
    with pytest.raises(Refusal, match=told):
        checked_words(words, title="短标题", issue_number=None)


def test_words_are_kept_once_and_trimmed() -> None:
    assert checked_words([" 追溯码 ", "追溯码", "扫码 + 药店", ""], title="", issue_number=None) == (
        "追溯码",
        "扫码+药店",
    )


@pytest.mark.parametrize(("looked", "found", "refused"), [(2000, 600, True), (2000, 500, False), (49, 49, False)])
def test_words_that_hold_of_nearly_everything_are_refused_with_the_count(
    looked: int, found: int, *, refused: bool
) -> None:
    if not refused:
        Breadth(looked, found).refuse_everything()
        return
    with pytest.raises(Refusal, match="2000篇稿件中有600篇（30%）命中"):
        Breadth(looked, found).refuse_everything()


@pytest.mark.parametrize(
    ("phases", "told"),
    [
        ([], "至少填写一个阶段"),
        ([Phase(kind=PhaseKind.PUBLISHED, since=date(2026, 11, 2), until=date(2026, 11, 1))], "早于开始日期"),
        ([CONSULTED, replace(PUBLISHED, since=CONSULTED.since)], "无法分开统计"),
        ([replace(PUBLISHED, since=date(2026, 1, 1) + timedelta(days=day)) for day in range(25)], "最多24个"),
    ],
)
def test_phases_that_cannot_be_counted_are_refused_in_a_sentence(phases: list[Phase], told: str) -> None:
    with pytest.raises((Refusal, Conflict), match=told):
        checked_phases(phases)


def test_a_phase_lasts_to_its_last_day_else_to_the_next_and_a_planned_one_has_not_begun() -> None:
    consulted, published = windows(TOPIC, now=NOW)
    assert (consulted.since.isoformat(), consulted.until.isoformat()) == (
        "2026-11-01T00:00:00+08:00",
        "2026-11-16T00:00:00+08:00",
    )
    assert (published.since.isoformat(), published.until) == ("2026-11-20T00:00:00+08:00", NOW)
    assert (consulted.last, published.last) == (date(2026, 11, 15), NOW)


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        ("2026-10-31T15:59:59+00:00", None),
        ("2026-10-31T16:00:00+00:00", PhaseKind.CONSULTING),
        ("2026-11-15T15:59:59+00:00", PhaseKind.CONSULTING),
        ("2026-11-15T16:00:00+00:00", None),
        ("2026-11-25T06:32:00+00:00", PhaseKind.PUBLISHED),
    ],
)
def test_a_moment_falls_into_the_phase_of_its_beijing_day(at: str, kind: PhaseKind | None) -> None:
    found = phase_at(TOPIC, datetime.fromisoformat(at), now=NOW)
    assert (found.phase.kind if found else None) is kind


@given(st.lists(st.integers(0, 400), min_size=1, max_size=10, unique=True), st.integers(0, 400))
def test_phases_never_overlap_and_none_reaches_into_the_future(days: list[int], passed: int) -> None:
    first = date(2026, 1, 1)
    phases = checked_phases([Phase(kind=PhaseKind.ANSWERED, since=first + timedelta(days=day)) for day in days])
    now = datetime(2026, 1, 1, 4, tzinfo=UTC) + timedelta(days=passed)
    found = windows(replace(TOPIC, phases=phases), now=now)
    assert all(one.since < one.until <= now for one in found)
    assert all(one.until <= later.since for one, later in pairwise(found))
    assert begins(replace(TOPIC, phases=phases), now=now) <= now
