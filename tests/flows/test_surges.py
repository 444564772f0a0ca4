"""Surges with a clock set by hand: found shortly after the hour, once over restarts, seen by a named person."""

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest

from analysis.assessment import CATEGORY_NAMES
from crawlers.ports import SourceProgress
from crawlers.remembered import ANSWERED
from crawlers.schedule.answering import AnsweredHours
from service.bootstrap import build, prepare
from service.domain.figures.surge import FoundSurge
from service.domain.people.person import Person, Role
from service.domain.refusal import Forbidden, NotFound
from service.flows.alerts.surges import SurgeReport, count_now, find_surges, history_of, see_surge
from service.ports.store import Store
from service.settings import load_settings
from service.storage.sql import open_store
from service.workers import run_assess
from tests.builders import build_person
from tests.following import voice

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
# 17:12 in Beijing; the hour that is judged began at 16:00.
NOW = datetime(2026, 11, 25, 9, 12, tzinfo=UTC)
JUDGED = datetime(2026, 11, 25, 8, tzinfo=UTC)


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{shutil.copy(migrated, tmp_path / 'yaowang.db')}", durable=False)
    yield opened
    opened.close()


@pytest.fixture
def officer() -> Person:
    return build_person(Role.OFFICER)


def publish(
    store: Store, hour: datetime, count: int, *, category: str = "R07", tone: str = "neg", region: str = ""
) -> None:
    """Count risk documents in an hour as judging them does."""
    with store.write() as work:
        for one in ("", category):
            work.rollups.add(
                hour=hour, source_class="media", category=one, region=region, level=2, tone=tone, count=count
            )


def answer(store: Store, *, since: datetime, until: datetime) -> None:
    """Let a source answer in every hour from `since` to `until`."""
    with store.write() as work:
        for n in range(int((until - since) / HOUR) + 1):
            work.sources.note_answer(since + n * HOUR)


@pytest.fixture
def watched(store: Store) -> Store:
    """Six weeks of watching with a vaccine document every third hour, and a burst from 14:00 to 17:00 in Beijing."""
    answer(store, since=JUDGED - 6 * WEEK, until=JUDGED + 48 * HOUR)
    for n in range(0, 24 * 42, 3):
        publish(store, JUDGED - 3 * HOUR - n * HOUR, 1, tone="neu")
    for n, count in enumerate((7, 9, 7)):
        publish(store, JUDGED - n * HOUR, count)
    return store


def kept(store: Store) -> dict[str, FoundSurge]:
    with store.read() as work:
        return {surge.series: surge for surge in work.surges.listing(since=NOW - 10 * WEEK)}


def test_a_burst_is_found_shortly_after_the_hour_in_the_series_it_belongs_to(watched: Store) -> None:
    report = find_surges(watched, now=NOW)
    assert report.new == len(kept(watched)) == 2
    assert set(kept(watched)) == {"risk", "R07"}
    assert (
        kept(watched)["R07"].sentence
        == "11月25日 14:00–17:00 疫苗与预防接种类风险稿件 23 篇，平时同时段约 1 篇（近四周）"
    )
    with watched.read() as work:
        [_, row] = work.audit.rows(action="surge.found")
    assert row.actor == "system"
    assert row.detail["reason"] == "scan"


def test_where_negative_documents_are_rare_the_rules_decide_and_no_surge_is_kept(watched: Store) -> None:
    reasons = {one.series.key: one.reason.value for one in find_surges(watched, now=NOW).decisions}
    assert reasons["negative"] == "rare"
    assert reasons["R01"] == "within_band"


def test_documents_that_name_the_province_are_a_series_of_their_own(watched: Store) -> None:
    for n in range(0, 24 * 28, 2):
        publish(watched, JUDGED - 24 * HOUR - n * HOUR, 1, region="3601")
    publish(watched, JUDGED, 12, region="3607")
    find_surges(watched, now=NOW)
    assert kept(watched)["province"].sentence.startswith("11月25日 16:00–17:00 涉赣稿件 12 篇")


def test_an_hour_is_judged_once_over_restarts_and_by_two_processes(watched: Store, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        reports: list[SurgeReport] = list(pool.map(lambda _: find_surges(watched, now=NOW), range(4)))
    assert sum(report.new for report in reports) == 2
    again = open_store(f"sqlite:///{tmp_path / 'yaowang.db'}")
    assert find_surges(again, now=NOW + timedelta(minutes=40)).decisions == ()
    again.close()
    with watched.read() as work:
        assert len(work.audit.rows(action="surge.found")) == 2


def test_a_surge_that_goes_on_is_carried_on_and_told_no_second_time(watched: Store, officer: Person) -> None:
    find_surges(watched, now=NOW)
    first = kept(watched)["R07"]
    see_surge(watched, officer, first.id, now=NOW)
    for later in (1, 2, 3):
        publish(watched, JUDGED + later * HOUR, 20)
        assert find_surges(watched, now=NOW + later * HOUR).new == 0
    now = kept(watched)["R07"]
    assert (now.id, now.observed, now.seen_by) == (first.id, first.observed, officer.name)
    assert now.last_hour == JUDGED + 3 * HOUR


def test_what_came_in_and_is_not_judged_yet_is_waited_for_and_the_hour_is_still_judged(watched: Store) -> None:
    with watched.write() as work:
        work.documents.put([voice(1, 1, "还没有研判")], now=JUDGED + HOUR)
    assert find_surges(watched, now=NOW).decisions == ()
    assert find_surges(watched, now=NOW + 40 * timedelta(minutes=1)).decisions == ()
    publish(watched, JUDGED, 5)
    assert find_surges(watched, now=NOW + 48 * timedelta(minutes=1)).new == 2
    assert kept(watched)["R07"].observed == 28


def test_what_came_in_after_the_hour_is_not_waited_for(watched: Store) -> None:
    with watched.write() as work:
        work.documents.put([voice(1, 1, "随后收到")], now=NOW)
    assert find_surges(watched, now=NOW).new == 2


def test_late_documents_are_counted_in_the_hours_of_a_surge_and_others_are_not(watched: Store) -> None:
    find_surges(watched, now=NOW)
    publish(watched, JUDGED, 6)
    publish(watched, JUDGED + HOUR, 50)
    publish(watched, JUDGED, 3, category="R01")
    surges = list(kept(watched).values())
    with watched.read() as work:
        by_now = count_now(work, surges)
    assert {surge.series: by_now[surge.id] - surge.observed for surge in surges} == {"R07": 6, "risk": 9}


def test_what_rises_again_after_a_day_of_rest_is_a_new_surge(watched: Store) -> None:
    find_surges(watched, now=NOW)
    first = kept(watched)["R07"]
    later = 47 * HOUR
    publish(watched, JUDGED + later, 30)
    assert find_surges(watched, now=NOW + later).new == 2
    with watched.read() as work:
        listed = [one.id for one in work.surges.listing(since=NOW - WEEK) if one.series == "R07"]
    assert len(listed) == 2
    assert first.id in listed


def test_hours_missed_while_nothing_ran_are_not_judged_one_by_one(watched: Store) -> None:
    find_surges(watched, now=NOW - 20 * HOUR)
    report = find_surges(watched, now=NOW)
    assert {one.found.first_hour for one in report.decisions if one.found} == {JUDGED}


def test_a_clock_set_back_says_nothing_twice(watched: Store) -> None:
    find_surges(watched, now=NOW)
    for back in (1, 2, 30):
        assert find_surges(watched, now=NOW - back * HOUR).new == 0
    assert find_surges(watched, now=NOW).new == 0


def test_before_sources_answered_for_four_weeks_nothing_is_said(store: Store) -> None:
    answer(store, since=JUDGED - 4 * WEEK + HOUR, until=JUDGED + 2 * HOUR)
    publish(store, JUDGED, 500)
    report = find_surges(store, now=NOW)
    assert {one.reason.value for one in report.decisions} == {"short_history"}
    assert kept(store) == {}
    with store.read() as work:
        assert not history_of(work, NOW).is_long(JUDGED)
        assert history_of(work, NOW).answered == 27 * 24
    publish(store, JUDGED + HOUR, 500)
    for n in range(0, 24 * 27, 3):
        publish(store, JUDGED - 24 * HOUR - n * HOUR, 1)
    assert find_surges(store, now=NOW + HOUR).new > 0


def test_nights_without_any_answer_are_no_nights_of_nothing(store: Store) -> None:
    last = JUDGED.replace(hour=21)
    watched = [at for n in range(24 * 42) if (at := last - n * HOUR).hour not in range(16, 23) or n < 6]
    with store.write() as work:
        for at in watched:
            work.sources.note_answer(at)
    for at in watched:
        publish(store, at, 4)
    report = find_surges(store, now=last + HOUR + timedelta(minutes=12))
    [vaccines] = [one for one in report.decisions if one.series.key == "R07"]
    assert vaccines.reason.value == "within_band"


def test_who_saw_it_first_stands_and_a_viewer_may_not(watched: Store, officer: Person) -> None:
    find_surges(watched, now=NOW)
    surge = kept(watched)["R07"]
    with pytest.raises(Forbidden):
        see_surge(watched, build_person(Role.VIEWER), surge.id, now=NOW)
    with pytest.raises(NotFound):
        see_surge(watched, officer, "2020010100-R07", now=NOW)
    see_surge(watched, officer, surge.id, now=NOW)
    see_surge(watched, build_person(Role.APPROVER), surge.id, now=NOW + HOUR)
    seen = kept(watched)["R07"]
    assert (seen.seen_by, seen.seen_at) == (officer.name, NOW)
    with watched.read() as work:
        [row] = work.audit.rows(action="surge.seen")
    assert row.subject == f"surge:{surge.id}"


def test_the_assess_role_judges_the_hour_by_itself(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path / "var")
    prepare(settings)
    app, stop = build(settings), threading.Event()
    role = threading.Thread(target=run_assess, args=(app, stop), daemon=True)
    role.start()
    judged = None
    try:
        for _ in range(600):
            with app.store.read() as work:
                judged = work.value("surges.hour")
            if judged is not None or stop.wait(0.05):
                break
    finally:
        stop.set()
        role.join(timeout=20)
        app.close()
    assert judged is not None


def test_a_month_of_full_counts_is_judged_within_two_seconds(store: Store) -> None:
    answer(store, since=JUDGED - 6 * WEEK, until=JUDGED)
    with store.write() as work:
        for n in range(24 * 28):
            for category in ("", *CATEGORY_NAMES):
                for region in ("", "3601", "3607", "4403"):
                    for tone in ("neg", "neu"):
                        work.rollups.add(
                            hour=JUDGED - n * HOUR,
                            source_class="media",
                            category=category,
                            region=region,
                            level=2,
                            tone=tone,
                            count=3,
                        )
    began = process_time()
    find_surges(store, now=NOW)
    assert process_time() - began < 2


def test_what_sources_bring_after_an_outage_is_no_surge_and_which_were_silent_is_known_from_their_visits(
    store: Store,
) -> None:
    silent = [JUDGED - n * HOUR for n in range(12, 0, -1)]
    answer(store, since=JUDGED - 6 * WEEK, until=JUDGED)
    for n in range(24 * 42):
        if (hour := JUDGED - n * HOUR) not in silent:
            publish(store, hour, 1)
    publish(store, JUDGED, 11)
    with_sources = {"small": (10, ()), "large": (900, silent)}
    with store.write() as work:
        for name, (taken, away) in with_sources.items():
            known: AnsweredHours | None = None
            for n in range(24 * 29, -1, -1):
                if (hour := JUDGED - n * HOUR) not in away:
                    known = AnsweredHours.noted(known, hour)
            assert known is not None
            memory = {ANSWERED: known.to_memory()}
            work.sources.save_progress(SourceProgress(source_id=name, taken=taken, memory=memory))
    assert find_surges(store, now=NOW).new == 0
    with store.write() as work:
        for name in with_sources:
            work.sources.save_progress(SourceProgress(source_id=name))
        work.set_value("surges.hour", (JUDGED - HOUR).isoformat())
    assert find_surges(store, now=NOW).new > 0
