"""What the store promises of what persons corrected of the grouping."""

from dataclasses import replace
from datetime import timedelta

from service.domain.events.regrouping import Regrouping
from service.ports.store import Store
from tests.contract.stored import NOW, document, event, judge_all, put

D1, D2, D3 = (document(name).id for name in ("d1", "d2", "d3"))

ACT = Regrouping(
    id="g1",
    source="e1",
    target="e2",
    whole=False,
    document_ids=(D2,),
    actor="乙",
    reason="不是一件事",
    at=NOW,
)


class RegroupingsContract:
    """Acts of regrouping, where documents belong by them, and the members of events."""

    def test_an_act_reads_back_equal_and_is_found_by_both_events_the_latest_first(self, store: Store) -> None:
        put(store, document("d1"), document("d2"))
        later = replace(ACT, id="g2", at=NOW + timedelta(hours=1), whole=True, closed=True, clocks=("a-C-48H",))
        with store.write() as work:
            work.events.save_all([(event("e1"), []), (event("e2"), []), (event("e3"), [])])
            work.regroupings.save(ACT)
            work.regroupings.save(later)
        with store.read() as work:
            assert work.regroupings.get("g1") == ACT
            assert work.regroupings.get("g9") is None
            assert work.regroupings.of_event("e1") == work.regroupings.of_event("e2") == [later, ACT]
            assert work.regroupings.of_event("e1", limit=1) == [later]
            assert work.regroupings.of_event("e3") == []

    def test_documents_belong_where_the_last_act_put_them_and_back_where_it_is_undone(self, store: Store) -> None:
        put(store, document("d1"), document("d2"))
        with store.write() as work:
            work.events.save_all([(event("e1"), []), (event("e2"), [])])
            assert work.regroupings.placed([D1, D2]) == {}
            work.regroupings.save(ACT)
            assert work.regroupings.placed([D1, D2]) == {D2: "e2"}
            work.regroupings.save(replace(ACT, id="g2", source="e2", target=None, at=NOW + timedelta(hours=1)))
            assert work.regroupings.placed([D2]) == {D2: None}
            undone = replace(ACT, undone_by="甲", undone_at=NOW)
            work.regroupings.save(undone)
            assert work.regroupings.placed([D2]) == {D2: "e1"}
            assert work.regroupings.get("g1") == undone
            assert work.regroupings.placed([]) == {}

    def test_members_are_read_with_their_judgement_and_move(self, store: Store) -> None:
        put(store, document("d1"), document("d2"), document("d3"))
        with store.write() as work:
            work.events.save_all([(event("e1"), ["k"]), (event("e2"), ["k"])])
            judge_all(work, event_id="e1")
            members = work.events.members(["e1"])
            assert [(one.document.id, one.event_id) for one in members] == [(D1, "e1"), (D2, "e1"), (D3, "e1")]
            assert all(one.assessment.document_id == one.document.id for one in members)
            assert members[0].document == work.documents.get(D1)
            work.events.move({D2: "e2", D3: None}, {D2: D1})
            assert [one.document.id for one in work.events.members(["e1"])] == [D1]
            assert [one.document.id for one in work.events.members(["e1"], beside=[D3])] == [D1, D3]
            [moved] = work.events.members(["e2"])
            assert (moved.document.id, moved.duplicate_of) == (D2, D1)
            assert work.events.of_documents([D1, D2, D3]) == {D1: "e1", D2: "e2"}

    def test_an_event_without_keys_is_no_candidate_and_a_merged_one_is_not_listed(self, store: Store) -> None:
        with store.write() as work:
            work.events.save_all([(event("e1"), ["k"]), (event("e2"), ["k"])])
            work.events.unfile(["e1"])
            [found] = work.events.candidates([(["k"], NOW - timedelta(days=400))])
            assert [one.id for one in found] == ["e2"]
            work.events.save(replace(event("e1"), merged_into="e2"), [])
            assert [one.id for one in work.events.listing()] == ["e2"]
            merged = work.events.get("e1")
            assert merged is not None
            assert merged.merged_into == "e2"

    def test_what_is_hidden_in_a_document_is_hidden_in_the_events_that_it_was_moved_between(self, store: Store) -> None:
        put(store, document("d1"), document("d2"))
        with store.write() as work:
            work.events.save_all([(event(name), []) for name in ("e1", "e2", "e3", "e4")])
            judge_all(work, event_id="e2")
            work.regroupings.save(ACT)
            work.regroupings.save(replace(ACT, id="g2", source="e1", target="e3"))
            area = work.hiding.area(D2, whole_event=False)
        assert area is not None
        assert area.events == ("e2", "e1", "e3")
