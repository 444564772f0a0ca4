"""What the store promises of topics, their documents and sheets, of matters, their links, and disclosures."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from service.domain.matters.crossing import Crossing, CrossingState
from service.domain.matters.disclosure import DisclosureDecision, DisclosureState
from service.domain.matters.matter import Matter, MatterKind, MatterState
from service.domain.matters.matter_duty import Duty
from service.domain.topics.assigned import AssignedDocument
from service.domain.topics.sheet import Concern, RiskSheet, SheetLevel, Weight
from service.domain.topics.topic import Phase, PhaseKind, Topic, TopicState
from service.ports.store import Store
from tests.contract.stored import NOW, document, event, judge_all, put

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def topic(topic_id: str = "t1", **changes: Any) -> Topic:
    made = Topic(
        id=topic_id,
        title="某省药品追溯管理办法（征求意见稿）",
        issue_number="某药监〔2026〕7号",
        words=("追溯码", "追溯+药店"),
        without=("食品",),
        phases=(
            Phase(kind=PhaseKind.CONSULTING, since=date(2026, 11, 1), until=date(2026, 11, 15), note="三十日"),
            Phase(kind=PhaseKind.PUBLISHED, since=date(2026, 11, 18)),
        ),
        opened_by="研判员甲",
        opened_at=NOW,
        changed_at=NOW,
        filled_since=NOW - 30 * DAY,
    )
    return replace(made, **changes)


def assigned(native: str, *, at: datetime = NOW, topic_id: str = "t1", **changes: Any) -> AssignedDocument:
    made = AssignedDocument(
        topic_id=topic_id,
        document_id=document(native).id,
        at=at,
        tone="neu",
        level=1,
        source_id="evening-news",
        official=False,
        duplicate=False,
        why="搜索词“追溯码”",
        questions=("什么时候实施？",),
        con=("增加了药店负担。",),
    )
    return replace(made, **changes)


def matter(matter_id: str = "m1", **changes: Any) -> Matter:
    duty = Duty(
        rule_id="C-TS7",
        action="告知投诉是否受理",
        limit="7wd",
        basis="《某办法》第十四条",
        verified=True,
        armed=True,
        start_at=NOW,
        due_at=NOW + 7 * DAY,
        first_due_at=NOW + 6 * DAY,
        extended_by="审批人乙",
        extended_at=NOW,
    )
    made = Matter(
        id=matter_id,
        kind=MatterKind.COMPLAINT,
        number=f"TS-{matter_id}",
        source_id="drop-12345",
        title="反映药店售出过期药",
        received_at=NOW - HOUR,
        taken_at=NOW,
        state_at=NOW,
        applicant="9f8e7d",
        region="360700",
        place="赣州市章贡区",
        duties=(duty,),
        due_at=duty.due_at,
        traits={"products": ["清云注射液"], "event_id": None},
    )
    return replace(made, **changes)


def crossing(matter_id: str = "m1", event_id: str = "e1", **changes: Any) -> Crossing:
    made = Crossing(matter_id=matter_id, event_id=event_id, score=75, reasons=("同一产品：清云注射液",), found_at=NOW)
    return replace(made, **changes)


class TopicsContract:
    """Topics, their documents and sheets."""

    @pytest.fixture
    def four_documents(self, store: Store) -> None:
        put(store, *(document(native) for native in "1234"))

    @pytest.mark.usefixtures("four_documents")
    def test_a_topic_reads_back_equal_and_is_replaced_by_id(self, store: Store) -> None:
        with store.write() as work:
            work.topics.save(topic())
            work.topics.save(topic("t2", opened_at=NOW + DAY))
            closed = topic(state=TopicState.CLOSED, revision=2)
            work.topics.save(closed)
            assert work.topics.get("t1", hold=True) == closed
        with store.read() as work:
            assert work.topics.get("t1") == closed
            assert work.topics.get("t9") is None
            assert [one.id for one in work.topics.listing()] == ["t2", "t1"]
            assert [one.id for one in work.topics.listing(state="open")] == ["t2"]
            assert [one.id for one in work.topics.listing(limit=1, offset=1)] == ["t1"]

    @pytest.mark.usefixtures("four_documents")
    def test_documents_read_back_equal_newest_first_within_the_window(self, store: Store) -> None:
        rows = [assigned("1"), assigned("2", at=NOW - HOUR), assigned("3", at=NOW - DAY)]
        with store.write() as work:
            work.topics.save(topic())
            work.topics.assign(rows)
        with store.read() as work:
            assert work.topics.documents("t1", since=NOW - HOUR, until=NOW + HOUR) == rows[:2]
            assert work.topics.documents("t1", since=NOW - 2 * DAY, until=NOW, limit=1) == rows[1:2]
            assert work.topics.totals() == {"t1": 3}
            assert work.topics.totals(since=NOW - HOUR) == {"t1": 2}

    @pytest.mark.usefixtures("four_documents")
    def test_a_document_assigned_again_replaces_what_was_read_of_it(self, store: Store) -> None:
        with store.write() as work:
            work.topics.save(topic())
            work.topics.assign([assigned("1"), assigned("2")])
            work.topics.assign([assigned("1", tone="neg", questions=())])
            work.topics.withdraw([document("2").id], topic_ids=["t1"])
            found = work.topics.documents("t1", since=NOW - DAY, until=NOW + DAY)
        assert found == [assigned("1", tone="neg", questions=())]

    @pytest.mark.usefixtures("four_documents")
    def test_withdrawing_and_clearing_leave_other_topics_alone(self, store: Store) -> None:
        with store.write() as work:
            work.topics.save(topic())
            work.topics.save(topic("t2"))
            work.topics.assign([assigned("1"), assigned("1", topic_id="t2"), assigned("2", topic_id="t2")])
            work.topics.withdraw([document("1").id], topic_ids=["t1"])
            assert work.topics.totals() == {"t2": 2}
            work.topics.clear("t2")
            assert work.topics.totals() == {}

    @pytest.mark.usefixtures("four_documents")
    def test_hours_are_counted_by_tone_with_those_that_ask(self, store: Store) -> None:
        start = NOW.replace(minute=0, second=0, microsecond=0)
        with store.write() as work:
            work.topics.save(topic())
            work.topics.assign(
                [
                    assigned("1", at=start),
                    assigned("2", at=start + HOUR - timedelta(microseconds=1), questions=()),
                    assigned("3", at=start, tone="neg", questions=()),
                    assigned("4", at=start + 2 * HOUR),
                ]
            )
        with store.read() as work:
            counted = work.topics.hourly("t1", since=start, until=start + 2 * HOUR)
        assert counted == [(start, "neg", 1, 0), (start, "neu", 2, 1)]

    @pytest.mark.usefixtures("four_documents")
    def test_every_version_of_a_sheet_is_kept_latest_first(self, store: Store) -> None:
        first = RiskSheet(
            topic_id="t1",
            version=1,
            answers={"scope": "零售药店"},
            concerns=(
                Concern(
                    concern="成本上升", likelihood=Weight.HIGH, impact=Weight.LOW, answer="有过渡期", owner="承办人丙"
                ),
            ),
            proposed=SheetLevel.MIDDLE,
            level=SheetLevel.HIGH,
            reason="临近年末",
            author="研判员甲",
            saved_at=NOW,
        )
        second = replace(first, version=2, signed_by="审批人乙", signed_at=NOW + HOUR)
        with store.write() as work:
            work.topics.save(topic())
            work.topics.save_sheet(first)
            work.topics.save_sheet(replace(second, signed_by=None, signed_at=None))
            work.topics.save_sheet(second)
        with store.read() as work:
            assert work.topics.sheets("t1") == [second, first]
            assert work.topics.sheets("t2") == []
            assert work.topics.latest_sheets(["t1", "t2"]) == {"t1": second}
            assert work.topics.latest_sheets([]) == {}


class MattersContract:
    """Matters, their links to events, and disclosures."""

    def test_a_matter_reads_back_equal_and_is_replaced_by_id(self, store: Store) -> None:
        answered = matter(state=MatterState.ANSWERED, revision=2)
        with store.write() as work:
            work.matters.save_all([matter(), matter("m2", kind=MatterKind.APPLICATION, duties=(), due_at=None)])
            work.matters.save_all([answered])
            assert work.matters.get("m1", hold=True) == answered
            assert work.matters.get("m9", hold=True) is None
        with store.read() as work:
            assert work.matters.get("m1") == answered
            assert work.matters.get("m9") is None
            assert set(work.matters.get_all(["m1", "m2", "m9"])) == {"m1", "m2"}

    def test_two_people_who_act_on_one_matter_at_once_act_one_after_the_other(self, store: Store) -> None:
        with store.write() as work:
            work.matters.save_all([matter()])

        def act(_: int) -> None:
            with store.write() as work:
                held = work.matters.get("m1", hold=True)
                assert held is not None
                work.matters.save_all([replace(held, revision=held.revision + 1)])

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(act, range(12)))
        with store.read() as work:
            kept = work.matters.get("m1")
        assert kept is not None
        assert kept.revision == 13

    def test_the_soonest_due_comes_first_and_what_has_no_due_time_last(self, store: Store) -> None:
        rows = [
            matter("late", due_at=NOW - DAY),
            matter("none", due_at=None),
            matter("soon", due_at=NOW + DAY, kind=MatterKind.REPORT),
            matter("done", due_at=None, state=MatterState.CLOSED, received_at=NOW - 9 * DAY),
        ]
        with store.write() as work:
            work.matters.save_all(rows)
        with store.read() as work:
            assert [one.id for one in work.matters.listing()] == ["late", "soon", "none", "done"]
            assert [one.id for one in work.matters.listing(kind=MatterKind.REPORT)] == ["soon"]
            assert [one.id for one in work.matters.listing(states=[MatterState.CLOSED])] == ["done"]
            assert [one.id for one in work.matters.listing(due_before=NOW)] == ["late"]
            assert [one.id for one in work.matters.listing(due_after=NOW)] == ["soon"]
            assert [one.id for one in work.matters.listing(limit=1, offset=1)] == ["soon"]
            counts = work.matters.counts(now=NOW)
            assert counts["complaint", "received"] == 2
            assert counts["complaint", "closed"] == 1
            assert counts["complaint", "overdue"] == 1
            assert counts["report", "overdue"] == 0

    def test_what_is_due_soon_is_counted_by_who_handles_it(self, store: Store) -> None:
        rows = [
            matter("a", due_at=NOW - DAY, handler="处室甲", state_by=""),
            matter("b", due_at=NOW + DAY, handler="处室甲", state_by=""),
            matter("c", due_at=NOW + DAY, handler="", state_by="值班员甲", state=MatterState.ACCEPTED),
            matter("later", due_at=NOW + 9 * DAY, handler="处室甲", state_by=""),
            matter("over", due_at=NOW - DAY, handler="处室甲", state_by="", state=MatterState.CLOSED),
        ]
        with store.write() as work:
            work.matters.save_all(rows)
        with store.read() as work:
            assert work.matters.waiting(before=NOW + 2 * DAY) == [
                ("", "值班员甲", MatterState.ACCEPTED, 1),
                ("处室甲", "", MatterState.RECEIVED, 2),
            ]

    def test_matters_are_found_by_when_they_were_received(self, store: Store) -> None:
        with store.write() as work:
            work.matters.save_all([matter("a", received_at=NOW), matter("b", received_at=NOW - DAY)])
        with store.read() as work:
            assert [one.id for one in work.matters.received(since=NOW - DAY, until=NOW + HOUR)] == ["a", "b"]
            assert [one.id for one in work.matters.received(since=NOW - DAY, until=NOW)] == ["b"]

    def test_a_matter_is_found_by_a_part_of_its_number_whatever_its_width_and_case(self, store: Store) -> None:
        with store.write() as work:
            numbers = {"a": "JX2026_0001", "b": "３６2607020167", "c": "赣热线〔2026〕17号", "d": "JX202610001"}
            work.matters.save_all([matter(name, number=number) for name, number in numbers.items()])
        with store.read() as work:
            found = {
                asked: {one.id for one in work.matters.listing(number=asked)}
                for asked in ("jx2026_0001", "362607020167", "36260702", "２０２６〕17", "〔2026〕", "%", "没有")
            }
        assert found == {
            "jx2026_0001": {"a"},
            "362607020167": {"b"},
            "36260702": {"b"},
            "２０２６〕17": {"c"},
            "〔2026〕": {"c"},
            "%": set(),
            "没有": set(),
        }

    def test_only_what_is_judged_and_not_read_yet_is_to_be_read_whenever_it_came(self, store: Store) -> None:
        told = [document(str(number)) for number in range(3)]
        put(store, *told[:2])
        with store.write() as work:
            judge_all(work)
            work.documents.put(told[2:], now=NOW)
            rows = [matter(one.native_id, document_id=one.id, received_at=NOW - 300 * DAY, traits={}) for one in told]
            rows[1] = replace(rows[1], traits={"products": []})
            work.matters.save_all([*rows, matter("application", traits={})])
        with store.read() as work:
            assert work.matters.unread(limit=9) == [rows[0]]
            assert work.matters.unread(limit=0) == []

    def test_links_read_back_from_both_sides_the_likeliest_first(self, store: Store) -> None:
        decided = crossing(state=CrossingState.CONFIRMED, decided_by="研判员甲", decided_at=NOW, remark="电话核对一致")
        with store.write() as work:
            work.events.save(event("e1"), [])
            work.events.save(event("e2"), [])
            work.matters.save_all([matter("m1"), matter("m2")])
            work.matters.save_links([crossing(), crossing("m1", "e2", score=90), crossing("m2", "e1", score=80)])
            work.matters.save_links([decided])
        with store.read() as work:
            assert work.matters.links_of(["m1", "m3"]) == {"m1": [crossing("m1", "e2", score=90), decided], "m3": []}
            assert [one.matter_id for one in work.matters.links_of_event("e1")] == ["m2", "m1"]

    def test_a_disclosure_reads_back_equal_and_is_replaced_by_id(self, store: Store) -> None:
        decision = DisclosureDecision(
            id="m1",
            subject="抽检不合格名单",
            matters=("m1", "m2"),
            counts={"application": 2},
            state=DisclosureState.ACCEPTED,
            decided_by="审批人乙",
            decided_at=NOW,
            reason="多人申请",
            due_at=NOW + 28 * DAY,
        )
        published = replace(
            decision, state=DisclosureState.PUBLISHED, published_by="研判员甲", published_at=NOW, place="抽检公告栏"
        )
        later = replace(decision, id="m9", decided_at=NOW + HOUR)
        with store.write() as work:
            for one in (decision, later, published):
                work.matters.save_disclosure(one)
        with store.read() as work:
            assert work.matters.disclosures() == [later, published]
