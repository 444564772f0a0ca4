"""What the store promises of alerts and clocks."""

from datetime import timedelta

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.clocks.clock import ClockState
from service.ports.alerts import NOBODY, AlertsAmong
from service.ports.store import Store
from tests.contract.stored import NOW, alert, clock, event, undone

HOUR = timedelta(hours=1)


class AlertsContract:
    """Alerts and clocks, and the revision that tells of their changes."""

    def test_an_alert_reads_back_equal_and_is_replaced_by_id(self, store: Store) -> None:
        closed = alert(
            state=AlertState.CLOSED, closed_at=NOW, closed_by="p1", close_reason="已澄清", extras={"answers": [1]}
        )
        with store.write() as work:
            work.events.save(event(), [])
            work.alerts.save(alert())
            assert work.alerts.get("a1") == alert()
            work.alerts.save(closed)
        with store.read() as work:
            assert work.alerts.get("a1") == closed
            assert work.alerts.get("a2") is None

    def test_several_alerts_and_clocks_are_saved_together_and_each_moves_the_revision_on(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event(), [])
            work.alerts.save(alert("a1"))
            before = work.alerts.revision()
            work.alerts.save_all([alert("a1", level=AlertLevel.RED), alert("a2")])
            work.clocks.save_all([clock("c1"), clock("c2", alert_id="a2")])
            assert work.alerts.revision() == before + 4
            work.alerts.save_all([])
            work.clocks.save_all([])
        with store.read() as work:
            assert work.alerts.revision() == before + 4
            assert [work.alerts.get(name) for name in ("a1", "a2")] == [alert(level=AlertLevel.RED), alert("a2")]
            assert work.clocks.of_alerts(["a1", "a2"]) == {"a1": [clock("c1")], "a2": [clock("c2", alert_id="a2")]}

    def test_the_latest_alert_of_an_event_is_found_by_the_event(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event(), [])
            work.alerts.save(alert("a1"))
            work.alerts.save(alert("a2", raised_at=NOW + HOUR))
            found = work.alerts.of_event("e1")
            assert work.alerts.of_event("e2") is None
            assert work.alerts.of_events(["e2", "e1"]) == {"e1": found}
            assert work.alerts.of_events([]) == {}
        assert found is not None
        assert found.id == "a2"

    def test_open_alerts_are_gravest_first_then_longest_waiting(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event(), [])
            work.alerts.save(alert("new-red", level=AlertLevel.RED, raised_at=NOW))
            work.alerts.save(alert("blue", level=AlertLevel.BLUE, raised_at=NOW - 9 * HOUR))
            work.alerts.save(alert("old-red", level=AlertLevel.RED, raised_at=NOW - HOUR))
            work.alerts.save(alert("shut", level=AlertLevel.RED, state=AlertState.CLOSED))
            assert [found.id for found in work.alerts.open()] == ["old-red", "new-red", "blue"]
            assert [found.id for found in work.alerts.open(limit=1)] == ["old-red"]
            work.alerts.save(alert("old-red-too", level=AlertLevel.RED, raised_at=NOW - HOUR))
            paged, last = list[str](), None
            while page := work.alerts.open(limit=1, after=last):
                [last] = page
                paged.append(last.id)
            assert paged == [found.id for found in work.alerts.open()] == ["old-red", "old-red-too", "new-red", "blue"]

    def test_alerts_are_listed_newest_first_and_filtered(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event(), [])
            work.alerts.save(alert("a1", raised_at=NOW))
            work.alerts.save(alert("a2", raised_at=NOW + HOUR, level=AlertLevel.RED, changed_at=NOW + 9 * HOUR))
            work.alerts.save(alert("a3", raised_at=NOW + 2 * HOUR, state=AlertState.ACKNOWLEDGED))

            def found(**filters: object) -> list[str]:
                return [row.id for row in work.alerts.listing(**filters)]  # type: ignore[arg-type] # one at a time

            assert found() == ["a3", "a2", "a1"]
            assert found(since=NOW + HOUR) == ["a3", "a2"]
            assert found(until=NOW + HOUR) == ["a1"]
            assert found(changed_since=NOW + 9 * HOUR, limit=1) == ["a2"]
            assert found(level="red") == ["a2"]
            assert found(state="acknowledged") == ["a3"]
            assert found(limit=1, offset=1) == ["a2"]

    def test_alerts_of_a_state_are_listed_and_counted_by_owner_category_and_place_of_their_event(
        self, store: Store
    ) -> None:
        shut = {"state": AlertState.CLOSED}
        with store.write() as work:
            work.events.save(event("e1", categories=("R01",), regions=("360702",)), [])
            work.events.save(event("e2", categories=("R01", "R07"), regions=("430100", "360100")), [])
            work.alerts.save(alert("a1", event_id="e1", owner="乙", **shut))
            work.alerts.save(alert("a2", event_id="e2", owner="甲", level=AlertLevel.RED, **shut))
            work.alerts.save(alert("a3", event_id="e2", raised_at=NOW + HOUR, **shut))
            work.alerts.save(alert("a4", event_id="e2", owner="丙"))
        with store.read() as work:
            for meant, found in (
                (AlertsAmong(), ["a3", "a1", "a2"]),
                (AlertsAmong(owner="甲"), ["a2"]),
                (AlertsAmong(owner=NOBODY), ["a3"]),
                (AlertsAmong(category="R07"), ["a3", "a2"]),
                (AlertsAmong(region="3607"), ["a1"]),
                (AlertsAmong(region="0100"), []),
                (AlertsAmong(region="3601", category="R01", owner="甲"), ["a2"]),
            ):
                assert [one.id for one in work.alerts.listing(state="closed", meant=meant)] == found
                assert work.alerts.count(state="closed", meant=meant) == len(found)
            assert work.alerts.count(state="closed", level="red") == 1
            assert work.alerts.owners(state="closed") == ["乙", "甲"]

    def test_the_revision_grows_with_every_change_of_an_alert_or_clock(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event(), [])
            before = work.alerts.revision()
            work.alerts.save(alert())
            after_alert = work.alerts.revision()
            work.clocks.save(clock())
        with store.read() as work:
            assert before < after_alert < work.alerts.revision()

    def test_the_revision_stands_still_for_a_change_that_is_rolled_back(self, store: Store) -> None:
        with store.read() as work:
            before = work.alerts.revision()
        with undone(store) as work:
            work.events.save(event(), [])
            work.alerts.save(alert())
        with store.read() as work:
            assert work.alerts.revision() == before

    def test_a_clock_reads_back_equal_and_is_replaced_by_id(self, store: Store) -> None:
        armed = clock(state=ClockState.ARMED, armed_by="p1", armed_at=NOW, warned=2)
        with store.write() as work:
            work.events.save(event(), [])
            work.alerts.save(alert())
            work.clocks.save(clock())
            assert work.clocks.get("c1") == clock()
            work.clocks.save(armed)
        with store.read() as work:
            assert work.clocks.get("c1") == armed
            assert work.clocks.get("c2") is None

    def test_clocks_of_alerts_are_soonest_due_first_and_those_without_a_time_last(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event(), [])
            work.alerts.save(alert("a1"))
            work.alerts.save(alert("a2"))
            work.clocks.save(clock("timeless", due_at=None))
            work.clocks.save(clock("later", due_at=NOW + 48 * HOUR))
            work.clocks.save(clock("sooner", due_at=NOW + 5 * HOUR))
            found = work.clocks.of_alerts(["a1", "a2"])
            assert work.clocks.of_alerts([]) == {}
        assert [one.id for one in found["a1"]] == ["sooner", "later", "timeless"]
        assert found["a2"] == []

    def test_running_clocks_are_armed_ones_then_proposed_ones(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event(), [])
            work.alerts.save(alert())
            work.clocks.save(clock("proposed", due_at=NOW))
            work.clocks.save(clock("armed-later", state=ClockState.ARMED, due_at=NOW + 2 * HOUR))
            work.clocks.save(clock("armed-sooner", state=ClockState.ARMED, due_at=NOW + HOUR))
            work.clocks.save(clock("met", state=ClockState.MET))
            assert [one.id for one in work.clocks.running()] == ["armed-sooner", "armed-later", "proposed"]
