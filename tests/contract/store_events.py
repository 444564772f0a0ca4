"""What the store promises of events."""

from datetime import datetime, timedelta

from analysis.assessment import CategoryScore
from crawlers.records import Engagement
from service.domain.events.event import Event, IncidentGrade
from service.ports.store import Store, Work
from tests.contract.stored import LEASE, NOW, assessment, complete, document, event, judge_all, put

HOUR = timedelta(hours=1)


def found_by(work: Work, keys: list[str], *, since: datetime, limit: int = 200) -> list[Event]:
    """The candidates of one lookup."""
    [found] = work.events.candidates([(keys, since)], limit=limit)
    return found


class EventsContract:
    """Events and their members."""

    def test_an_event_reads_back_equal_and_is_replaced_by_id(self, store: Store) -> None:
        changed = event(grade=IncidentGrade.II, grade_by="p1", harmed=12, heat={"items": 3.5}, revision=2)
        with store.write() as work:
            work.events.save(event(), ["a"])
            assert work.events.get("e1") == event()
            work.events.save(changed, ["b"])
        with store.read() as work:
            assert work.events.get("e1") == changed
            assert work.events.get("e2") is None

    def test_candidates_share_a_key_and_come_with_most_shared_keys_first(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event("one"), ["drug:清云", "place:3607"])
            work.events.save(event("two"), ["drug:清云", "place:3607", "sign:7"])
            work.events.save(event("none"), ["drug:别的"])
            found = found_by(work, ["sign:7", "drug:清云", "place:3607", "place:3607"], since=NOW - HOUR)
        assert [candidate.id for candidate in found] == ["two", "one"]

    def test_candidates_are_limited_and_no_key_finds_none(self, store: Store) -> None:
        with store.write() as work:
            for number in range(4):
                work.events.save(event(f"e{number}", last_at=NOW + number * HOUR), ["k"])
            assert found_by(work, [], since=NOW - HOUR) == []
            found = found_by(work, ["k"], since=NOW - HOUR, limit=2)
        assert [candidate.id for candidate in found] == ["e3", "e2"]

    def test_candidates_were_seen_at_or_after_the_given_time(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event(last_at=NOW), ["k"])
            assert len(found_by(work, ["k"], since=NOW)) == 1
            assert found_by(work, ["k"], since=NOW + timedelta(microseconds=1)) == []

    def test_many_lookups_answer_as_one_by_one_and_share_what_they_find(self, store: Store) -> None:
        with store.write() as work:
            work.events.save_all(
                [
                    (
                        event(f"e{number}", last_at=NOW + number % 3 * HOUR),
                        ["all", f"mod:{number % 4}", f"own:{number}"],
                    )
                    for number in range(12)
                ]
            )
            lookups = [
                (["all", f"mod:{number % 4}", f"own:{number}"], NOW + number % 4 * HOUR - HOUR) for number in range(12)
            ]
            together = work.events.candidates(lookups, limit=5)
            assert work.events.candidates([]) == []
            assert together == [found_by(work, keys, since=since, limit=5) for keys, since in lookups]
        assert [found.id for found in together[4]] == ["e4", "e8", "e0", "e11", "e2"]
        assert [found.id for found in together[3]] == ["e11", "e2", "e5", "e8"]
        assert together[4][1] is together[3][3]

    def test_events_are_read_by_several_ids(self, store: Store) -> None:
        with store.write() as work:
            work.events.save_all([(event("e1"), ["k"]), (event("e2", harmed=3), [])])
            assert work.events.get_all(["e2", "gone", "e1", "e2"]) == {"e1": event("e1"), "e2": event("e2", harmed=3)}
            assert work.events.get_all([]) == {}
            work.events.save_all([])

    def test_events_are_read_by_how_their_ids_begin(self, store: Store) -> None:
        with store.write() as work:
            for name in ("e1_2", "e1_1", "e1x3", "e2_1"):
                work.events.save(event(name), [])
            found = {begin: [one.id for one in work.events.beginning_with(begin)] for begin in ("e1_", "e3", "%")}
            assert [one.id for one in work.events.beginning_with("e", limit=2)] == ["e1_1", "e1_2"]
        assert found == {"e1_": ["e1_1", "e1_2"], "e3": [], "%": []}

    def test_spreads_of_several_events_are_those_of_each(self, store: Store) -> None:
        seen = Engagement(seen_at=NOW, views=100, reposts=7)
        with store.write() as work:
            for name in ("e1", "e2", "empty"):
                work.events.save(event(name), [])
        for name, hours in (("e1", 1), ("e2", 5)):
            put(
                store,
                document(f"{name}-1", source_id="a", published_at=NOW - hours * HOUR, region="360100"),
                document(f"{name}-2", source_id=name, published_at=NOW - 3 * HOUR, engagement=seen, author="x"),
            )
            with store.write() as work:
                judge_all(work, event_id=name)
        with store.read() as work:
            spreads = work.events.spreads(["e1", "empty", "e2"], now=NOW)
            assert spreads == {name: work.events.spread(name, now=NOW) for name in ("e1", "empty", "e2")}
            assert work.events.spreads([], now=NOW) == {}
        assert [spreads[name]["items"] for name in ("e1", "empty", "e2")] == [2, 0, 2]
        assert [spreads[name]["first_source_id"] for name in ("e1", "empty", "e2")] == ["e1", None, "a"]

    def test_keys_are_added_and_kept(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event(), ["a"])
            work.events.save(event(), ["a", "b"])
            work.events.save(event(), [])
            assert [len(found_by(work, [key], since=NOW)) for key in ("a", "b")] == [1, 1]

    def test_members_come_in_order_of_time(self, store: Store) -> None:
        put(
            store,
            document("late", published_at=NOW - HOUR),
            document("early", published_at=NOW - 3 * HOUR),
            document("undated", published_at=None),
        )
        with store.write() as work:
            work.events.save(event(), [])
            judge_all(work, event_id="e1", duplicates=["undated"])
            members = work.events.documents("e1")
            first = work.events.documents("e1", limit=1)
            within = work.events.documents("e1", since=NOW - 3 * HOUR, until=NOW - HOUR)
        assert [member.document_id for member in members] == [
            document(name).id for name in ("early", "late", "undated")
        ]
        assert [member.duplicate_of for member in members] == [None, None, document("late").id]
        assert first == members[:1]
        assert [member.document_id for member in within] == [document("early").id]

    def test_of_one_text_the_earliest_post_is_the_first_whatever_came_in_first(self, store: Store) -> None:
        put(
            store,
            document("late", published_at=NOW - HOUR),
            document("early", published_at=NOW - 3 * HOUR),
            document("middle", published_at=NOW - 2 * HOUR),
        )
        with store.write() as work:
            work.events.save(event(), [])
            judge_all(work, event_id="e1", duplicates=["early", "middle"])
            members = work.events.documents("e1")
            since = work.events.documents("e1", since=NOW - 2 * HOUR)
        early, middle, late = (document(name).id for name in ("early", "middle", "late"))
        assert [(one.document_id, one.duplicate_of) for one in members] == [
            (early, None),
            (middle, early),
            (late, early),
        ]
        with store.read() as work:
            assert work.events.order("e1") == [(early, None), (middle, early), (late, early)]
            assert work.events.order("e2") == []
            assert [one.document_id for one in work.events.documents("e1", limit=1, offset=1)] == [middle]
        # Of a window it is not known whether the first post lies before it.
        assert [one.document_id for one in since] == [middle, late]
        assert since[0].duplicate_of is not None

    def test_a_document_that_is_judged_anew_changes_its_event(self, store: Store) -> None:
        put(store, document("1"))
        with store.write() as work:
            work.events.save(event("e1"), [])
            work.events.save(event("e2"), [])
            judge_all(work, event_id="e1")
        put(store, document("1", text="更正。"))
        with store.write() as work:
            judge_all(work, event_id="e2")
            assert work.events.documents("e1") == []
            assert len(work.events.documents("e2")) == 1

    def test_documents_per_hour_leave_empty_hours_out(self, store: Store) -> None:
        hour = NOW.replace(minute=0, second=0, microsecond=0)
        times = (hour - 5 * HOUR, hour - 3 * HOUR, hour - 3 * HOUR + timedelta(minutes=59), hour)
        put(store, *(document(str(n), published_at=moment, fetched_at=NOW) for n, moment in enumerate(times)))
        with store.write() as work:
            work.events.save(event(), [])
            judge_all(work, event_id="e1")
            found = work.events.hourly("e1", since=hour - 4 * HOUR, until=hour)
            everything = work.events.hourly("e1", since=hour - 9 * HOUR, until=hour + HOUR)
        assert found == [(hour - 3 * HOUR, 2)]
        assert everything == [(hour - 5 * HOUR, 1), (hour - 3 * HOUR, 2), (hour, 1)]

    def test_members_within_a_window_are_counted_for_many_events_at_once(self, store: Store) -> None:
        times = (NOW - 5 * HOUR, NOW - 3 * HOUR, NOW - HOUR, NOW)
        put(store, *(document(str(n), published_at=moment, fetched_at=NOW) for n, moment in enumerate(times)))
        with store.write() as work:
            work.events.save(event("e1"), [])
            work.events.save(event("e2"), [])
            judge_all(work, event_id="e1")
            assert work.events.counts(["e1", "e2"], since=NOW - 3 * HOUR, until=NOW) == {"e1": 2}
            assert work.events.mentions(since=NOW - 3 * HOUR, until=NOW) == [(event().products, event().firms, 2)]
            work.events.save(event(severity=0), [])
            assert work.events.mentions(since=NOW - 3 * HOUR, until=NOW) == []
            assert work.events.counts([], since=NOW - 3 * HOUR, until=NOW) == {}
            assert work.events.classes("e1") == {"other": 4}

    def test_the_claims_of_an_event_are_counted_all_and_told_by_the_first_that_no_office_wrote(
        self, store: Store
    ) -> None:
        said = {
            "denial": document("denial", source_id="office", published_at=NOW - 9 * HOUR),
            "complaint": document("complaint", published_at=NOW - 8 * HOUR),
            **{
                f"post-{n}": document(f"post-{n}", published_at=NOW - 7 * HOUR + n * timedelta(minutes=1))
                for n in range(210)
            },
            "other": document("other", published_at=NOW),
        }
        put(store, *reversed(said.values()))
        rumour = (CategoryScore(code="R01", p=0.9), CategoryScore(code="R13", p=0.9))
        of = {said["denial"].id: "e1", said["other"].id: "e2"}
        unmarked = {said["complaint"].id}
        with store.write() as work:
            work.sources.describe([{"id": "office", "name": "某局", "source_class": "official"}])
            work.events.save_all([(event("e1"), []), (event("e2"), [])])
            for leased in work.documents.claim(limit=1000, lease=LEASE, now=NOW + 24 * HOUR):
                one = leased.document
                found = assessment(one) if one.id in unmarked else assessment(one, categories=rumour)
                assert complete(work, leased, found, event_id=of.get(one.id, "e1"))
            assert work.events.claims(["e1", "e2", "e3"], "R13") == {
                "e1": (210, said["post-0"].id),
                "e2": (1, said["other"].id),
            }
            assert work.events.claims(["e2"], "R1") == {}
            assert work.events.claims([], "R13") == {}

    def test_spread_counts_items_sources_accounts_and_places(self, store: Store) -> None:
        seen = Engagement(seen_at=NOW, views=100, reposts=7)
        put(
            store,
            document("1", source_id="a", published_at=NOW - 30 * HOUR, region="360100"),
            document("2", source_id="b", published_at=NOW - 3 * HOUR, region="430100", engagement=seen, author="x"),
            document("3", source_id="c", published_at=NOW - HOUR, engagement=seen, author="x"),
            document("4", source_id="c", published_at=NOW - HOUR, text="转载", author="y"),
        )
        with store.write() as work:
            work.sources.describe([{"id": "a", "name": "甲", "source_class": "central_media"}])
            work.events.save(event(), [])
            judge_all(work, event_id="e1", duplicates=["2"])
            spread = work.events.spread("e1", now=NOW)
        assert spread == {
            "items": 4,
            "items_24h": 3,
            "items_2h": 2,
            "items_prev_24h": 1,
            "items_1h": 0,
            "items_prev_1h": 2,
            "sources": 3,
            "independent_sources": 2,
            "independent_24h": 1,
            "accounts": 3,
            "views": 200,
            "reposts": 14,
            "source_classes": ["central_media", "other"],
            "provinces": ["360000", "430000"],
            "first_source_id": "a",
        }

    def test_of_an_export_each_outlet_that_it_names_is_a_source_and_one_collected_too_counts_once(
        self, store: Store
    ) -> None:
        put(
            store,
            *(
                document(str(n), source_id="export", origin=name)
                for n, name in enumerate(("晨报", "论坛", "晨报", None))
            ),
            document("5", source_id="paper", origin="别处"),
            document("6", source_id="line", origin="电话"),
            document("7", source_id="line", origin="信件"),
        )
        with store.write() as work:
            rows = (("export", "数据导出", "social"), ("paper", "晨报", "media"), ("line", "热线", "complaint"))
            work.sources.describe([{"id": a, "name": b, "source_class": c} for a, b, c in rows])
            work.events.save(event(), [])
            judge_all(work, event_id="e1")
            spread = work.events.spread("e1", now=NOW)
            told = work.events.documents("e1")
        named, speaking = sorted({one.source_name for one in told}), {one.speaker for one in told}
        assert (spread["sources"], spread["independent_sources"]) == (4, 4)
        assert speaking == {"晨报", "论坛", "数据导出", "热线"}
        assert named == sorted({"晨报（数据导出）", "论坛（数据导出）", "数据导出", "晨报", "热线"})

    def test_spread_of_an_event_without_members_is_zero(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event(), [])
            spread = work.events.spread("e1", now=NOW)
        assert spread["items_24h"] == spread["accounts"] == 0
        assert spread["views"] is None
        assert spread["first_source_id"] is None

    def test_events_are_listed_by_latest_activity_and_level(self, store: Store) -> None:
        with store.write() as work:
            for number, level in enumerate(("none", "red", "blue", "orange")):
                work.events.save(event(f"e{number}", last_at=NOW + number * HOUR, level=level), [])
            assert [found.id for found in work.events.listing()] == ["e3", "e2", "e1", "e0"]
            assert [found.id for found in work.events.listing(level_at_least="orange")] == ["e3", "e1"]
            assert [found.id for found in work.events.listing(since=NOW + 2 * HOUR)] == ["e3", "e2"]
            assert [found.id for found in work.events.listing(limit=1, offset=1)] == ["e2"]

    def test_events_are_listed_by_any_of_their_categories_and_by_how_a_place_begins(self, store: Store) -> None:
        told = ((("R07", "R13"), ("360400", "430100")), (("R13",), ("360700",)), (("R07",), ()))
        with store.write() as work:
            for number, (categories, regions) in enumerate(told):
                work.events.save(event(f"e{number}", categories=categories, regions=regions), [])

            def found(**filters: str) -> list[str]:
                return sorted(one.id for one in work.events.listing(**filters))  # type: ignore[arg-type] # one at a time

            assert found(category="R07") == ["e0", "e2"]
            assert found(category="R13", region="3604") == ["e0"]
            assert found(region="36") == ["e0", "e1"]
            assert found(region="3601") == found(category="R0") == found(category="%") == []
