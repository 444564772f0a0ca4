"""What the store promises of surges, and of the hours in which a source answered."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from analysis.events.surges import SurgeReason
from crawlers.ports import SourceProgress
from service.domain.figures.surge import FoundSurge
from service.ports.store import Store
from tests.contract.store_transactions import WORKERS, together
from tests.contract.stored import NOW, undone

HOUR = timedelta(hours=1)
WHOLE = NOW.replace(minute=0, second=0, microsecond=0)
SURGE = FoundSurge(
    id="2026112007-R07",
    series="R07",
    first_hour=WHOLE - HOUR,
    last_hour=WHOLE - HOUR,
    since=WHOLE - 3 * HOUR,
    until=WHOLE,
    observed=23,
    expected=4.125,
    upper=11,
    reason=SurgeReason.SCAN,
    p=3.5e-07,
    parameters={"alpha": 0.0001, "cusum": 12.5},
    found_at=NOW,
)


def keep(store: Store, *surges: FoundSurge) -> None:
    with store.write() as work:
        for surge in surges:
            work.surges.add(surge)


class SurgesContract:
    """One row a surge of a series; an hour in which nobody answered is no hour of zero."""

    def test_a_surge_reads_back_equal_and_is_kept_once(self, store: Store) -> None:
        with store.write() as work:
            assert work.surges.add(SURGE)
            assert not work.surges.add(replace(SURGE, observed=99))
        with store.read() as work:
            assert work.surges.get(SURGE.id) == SURGE
            assert work.surges.get("nothing") is None

    def test_the_same_surge_found_at_once_is_kept_once(self, store: Store) -> None:
        def find(_: int) -> list[str]:
            with store.write() as work:
                return ["new" if work.surges.add(SURGE) else "known"]

        assert sorted(together(find)) == [*[["known"]] * (WORKERS - 1), ["new"]]

    def test_a_saved_surge_takes_the_place_of_the_earlier(self, store: Store) -> None:
        keep(store, SURGE)
        seen = replace(SURGE, last_hour=WHOLE, seen_by="值班员甲", seen_at=NOW + HOUR)
        with store.write() as work:
            work.surges.save(seen)
        with store.read() as work:
            assert work.surges.get(SURGE.id) == seen

    def test_the_latest_of_each_series_is_the_one_that_lasted_longest(self, store: Store) -> None:
        earlier = replace(SURGE, id="earlier", first_hour=WHOLE - 40 * HOUR, last_hour=WHOLE - 30 * HOUR)
        other = replace(SURGE, id="other", series="risk", last_hour=WHOLE - 20 * HOUR)
        keep(store, SURGE, earlier, other)
        with store.read() as work:
            assert work.surges.latest(since=WHOLE - 48 * HOUR) == {"R07": SURGE, "risk": other}
            assert work.surges.latest(since=WHOLE - 20 * HOUR) == {"R07": SURGE, "risk": other}
            assert work.surges.latest(since=WHOLE - 19 * HOUR) == {"R07": SURGE}

    def test_surges_are_listed_by_when_they_were_found_newest_first(self, store: Store) -> None:
        older = replace(SURGE, id="older", found_at=NOW - 24 * HOUR)
        seen = replace(SURGE, id="seen", found_at=NOW - HOUR, seen_by="值班员甲", seen_at=NOW)
        keep(store, older, SURGE, seen)
        with store.read() as work:
            listed = work.surges.listing
            assert listed(since=older.found_at) == [SURGE, seen, older]
            assert listed(since=older.found_at, until=NOW) == [seen, older]
            assert listed(since=older.found_at, unseen=True) == [SURGE, older]
            assert listed(since=older.found_at, limit=1) == [SURGE]

    def test_what_is_found_and_seen_moves_the_pages_on_and_what_is_known_does_not(self, store: Store) -> None:
        with store.read() as work:
            before = work.alerts.revision()
        keep(store, SURGE)
        keep(store, SURGE)
        with store.read() as work:
            assert work.alerts.revision() == before + 1

    def test_an_hour_counts_as_answered_by_a_success_and_not_by_a_failure(self, store: Store) -> None:
        with store.write() as work:
            work.sources.save_progress(SourceProgress(source_id="a", last_run_at=NOW, failures=1))
            assert work.sources.first_answer() is None
            for minutes in (0, 20, 65):
                at = NOW + timedelta(minutes=minutes)
                work.sources.save_progress(SourceProgress(source_id="a", last_success_at=at))
                work.sources.save_progress(SourceProgress(source_id="b", last_success_at=at))
            work.sources.note_answer(NOW - 5 * HOUR)
        with store.read() as work:
            hours = work.sources.answered_hours
            assert hours(since=WHOLE - 9 * HOUR, until=WHOLE + 9 * HOUR) == {WHOLE - 5 * HOUR, WHOLE, WHOLE + HOUR}
            assert hours(since=WHOLE, until=WHOLE + HOUR) == {WHOLE}
            assert work.sources.first_answer() == WHOLE - 5 * HOUR

    def test_a_failed_transaction_leaves_no_surge_and_no_answered_hour(self, store: Store) -> None:
        with undone(store) as work:
            work.surges.add(SURGE)
            work.sources.note_answer(NOW)
        with store.read() as work:
            assert work.surges.get(SURGE.id) is None
            assert work.sources.first_answer() is None

    def test_roll_ups_are_read_by_hour_for_a_tone_a_region_and_each_category(self, store: Store) -> None:
        with store.write() as work:
            add = work.rollups.add
            for category in ("", "R01", "R07"):
                add(hour=NOW, source_class="media", category=category, region="3607", level=2, tone="neg")
            add(hour=NOW, source_class="media", category="", region="4403", level=2, tone="neu")
            add(hour=NOW - HOUR, source_class="media", category="", region="36", level=1, tone="neg")
            add(hour=NOW - HOUR, source_class="media", category="R07", region="36", level=1, tone="neg")
        with store.read() as work:
            hourly = partial(work.rollups.hourly, since=WHOLE - HOUR, until=WHOLE + HOUR)
            assert hourly(tone="neg") == {WHOLE - HOUR: 1, WHOLE: 1}
            assert hourly(region="36") == {WHOLE - HOUR: 1, WHOLE: 1}
            assert hourly(region="36", level_at_least=2) == {WHOLE: 1}
            by_category = partial(work.rollups.hourly_by_category, since=WHOLE - HOUR, until=WHOLE + HOUR)
            assert by_category() == {"R01": {WHOLE: 1}, "R07": {WHOLE - HOUR: 1, WHOLE: 1}}
            assert by_category(level_at_least=2) == {"R01": {WHOLE: 1}, "R07": {WHOLE: 1}}
            assert by_category(until=WHOLE) == {"R07": {WHOLE - HOUR: 1}}
