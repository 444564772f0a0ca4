from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crawlers.ports import SourceProgress
from crawlers.records import DocumentKind
from crawlers.remembered import ANSWERED as HOURS
from crawlers.schedule.answering import AnsweredHours
from service.domain.figures.effect import Effect, Trend
from service.domain.refusal import Conflict, NotFound
from service.flows.reports.effect import measure_effect
from service.ports.store import Store
from tests.builders import NOW
from tests.following import happening, hear, judged, voice

DAY = timedelta(days=1)
ANSWERED = NOW - 3 * DAY


def effect_of(store: Store, event_id: str, moment: datetime) -> Effect:
    with store.read() as work:
        return measure_effect(work, event_id, moment, now=NOW)


@pytest.fixture
def told(store: Store) -> Store:
    """An event of nine negative documents before the answer and three plain ones after it."""
    with store.write() as work:
        work.events.save(happening(), ["happening"])
    before = [
        voice(number, 3 + number / 4 + 0.1, f"第{number}位家属：药还能继续用吗？大家都很着急。") for number in range(9)
    ]
    after = [voice(50 + number, 1, f"第{number}个消息：官方已经说明。去哪里退药？") for number in range(3)]
    hear(store, [(one, judged(one, "neg", risk=True)) for one in before], event_id="happening")
    hear(store, [(one, judged(one)) for one in after], event_id="happening")
    return store


def test_the_effect_of_an_answer_is_measured_in_equal_windows(told: Store) -> None:
    found = effect_of(told, "happening", ANSWERED)
    assert (found.before.documents, found.after.documents, found.trend) == (9, 3, Trend.FELL)
    assert found.before.until == found.after.since == ANSWERED
    assert (found.before.negative_share, found.after.negative_share) == (1.0, 0.0)
    assert [one.sentence.split("：")[-1] for one in found.settled] == ["药还能继续用吗？"]
    assert [one.count for one in found.remaining] == [3]


def test_reach_is_counted_and_what_no_platform_tells_is_unknown(told: Store) -> None:
    found = effect_of(told, "happening", ANSWERED)
    assert (found.before.sources, found.after.sources) == (1, 1)
    assert (found.before.views, found.after.views) == (None, None)
    assert ("阅读量（平台现示）", "平台未提供", "平台未提供", "") in found.words


def test_shares_and_count_are_of_the_same_documents_where_pages_date_themselves_into_the_future(told: Store) -> None:
    odd = [replace(voice(70 + n, 1, f"家属{n}：又出现了，太可怕。"), published_at=NOW + DAY) for n in range(6)]
    hear(told, [(one, judged(one, "neg", risk=True)) for one in odd], event_id="happening")
    after = effect_of(told, "happening", ANSWERED).after
    assert (after.documents, after.tones) == (9, {"neu": 3, "neg": 6})
    assert after.negative_share == pytest.approx(6 / 9)


def test_each_outlet_of_an_export_is_one_independent_source_as_on_the_page_of_the_event(told: Store) -> None:
    relayed = [
        replace(voice(60 + n, 1, f"{name}：已通报。"), source_id="drop-vendor", origin=name)
        for n, name in enumerate(("晨报", "论坛", "晨报"))
    ]
    with told.write() as work:
        work.sources.describe([{"id": "drop-vendor", "name": "供应商导出", "source_class": "social"}])
    hear(told, [(one, judged(one)) for one in relayed], event_id="happening")
    with told.read() as work:
        spread = work.events.spread("happening", now=NOW)
    found = effect_of(told, "happening", ANSWERED)
    assert (found.before.sources, found.after.sources, spread["independent_sources"]) == (1, 3, 3)


def test_a_citizens_own_words_are_counted_and_never_quoted(told: Store) -> None:
    private = replace(voice(90, 2, "我在诊所打了针，家人一直发热，该找谁？"), kind=DocumentKind.COMPLAINT)
    hear(told, [(private, judged(private))], event_id="happening")
    found = effect_of(told, "happening", ANSWERED)
    assert found.after.documents == 4
    assert not [one for one in found.remaining if "该找谁" in one.sentence]


def test_documents_beyond_those_that_are_read_are_counted_and_the_scope_says_what_was_read(
    told: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.flows.reports.effect._READ", 3)
    found = effect_of(told, "happening", ANSWERED)
    assert (found.before.documents, found.after.documents, found.trend) == (9, 3, Trend.FELL)
    assert (found.before.negative_share, found.before.asking, found.asking_change) == (1.0, 3, None)
    assert "超过3篇的时段，信源、阅读量、负面和提问只看最早的3篇" in found.sentence


def test_the_windows_reach_as_far_as_is_asked(told: Store) -> None:
    with told.read() as work:
        found = measure_effect(work, "happening", ANSWERED, now=NOW, span=2 * DAY)
    assert (found.before.days, found.after.days) == (2, 2)


def test_right_after_an_answer_it_is_too_early_to_tell(told: Store) -> None:
    found = effect_of(told, "happening", NOW - timedelta(hours=1))
    assert (found.trend, found.settled) == (Trend.TOO_EARLY, ())


def test_what_is_to_come_and_what_is_not_there_is_refused(told: Store) -> None:
    with pytest.raises(Conflict, match="不能晚于现在"):
        effect_of(told, "happening", NOW + DAY)
    with pytest.raises(NotFound, match="没有这个事件"):
        effect_of(told, "nothing", NOW)


def test_the_effect_says_that_collecting_stopped_after_the_answer(told: Store) -> None:
    assert effect_of(told, "happening", ANSWERED).coverage.startswith("采集覆盖：其间没有自动采集的信源")
    known: AnsweredHours | None = None
    for hour in range(200, 48, -1):
        known = AnsweredHours.noted(known, NOW - timedelta(hours=hour))
    assert known is not None
    with told.write() as work:
        memory = {HOURS: known.to_memory()}
        work.sources.save_progress(SourceProgress(source_id="daily", last_run_at=NOW, memory=memory))
    found = effect_of(told, "happening", ANSWERED)
    assert found.coverage.startswith("采集有缺漏：")
    assert "没有任何信源应答" in found.coverage
    assert found.as_json()["coverage"] == found.coverage
