"""Matters and topics that were ended by mistake are taken up again, by name and with a reason."""

from datetime import timedelta
from pathlib import Path

import pytest

from service.domain.matters.matter import Matter, MatterAct, MatterState
from service.domain.people.person import Person
from service.domain.refusal import Conflict, Forbidden, Refusal
from service.domain.rules.register import Register
from service.domain.topics.topic import TopicState
from service.flows.matters.acts import act_on_matter
from service.flows.topics import acts as topics
from service.flows.topics.acts import close_topic, follow_documents, reopen_topic
from service.ports.store import Store
from tests.builders import NOW
from tests.flows.following.test_registers import TEXT, one_of, take
from tests.following import hear, judged, voice, watch_rule

MINUTE = timedelta(minutes=1)


def acts(store: Store, who: Person, register: Register, matter: Matter, *some: MatterAct) -> Matter:
    for number, act in enumerate(some):
        done = NOW + number * MINUTE
        matter = act_on_matter(store, who, matter.id, act, register=register, now=done, remark="误办，已核实")
    return matter


class TestMatters:
    def test_it_stands_where_the_trail_says_that_it_stood(
        self, store: Store, tmp_path: Path, register: Register, officer: Person
    ) -> None:
        take(store, tmp_path, register, ("甲-1", "投诉", TEXT, "2026-11-24", "", ""))
        way = (MatterAct.ACCEPT, MatterAct.HANDLE, MatterAct.WITHDRAW, MatterAct.REOPEN)
        assert acts(store, officer, register, one_of(store, "甲-1"), *way).state is MatterState.HANDLING
        with store.read() as work:
            row = work.audit.rows(subject=f"matter:{one_of(store, '甲-1').id}", limit=1)[0]
        assert (row.actor, row.action) == (officer.name, "matter.reopen")
        assert (row.detail["to"], row.detail["reason"]) == ("办理中", "误办，已核实")

    def test_ended_and_opened_twice_it_stands_there_twice(
        self, store: Store, tmp_path: Path, register: Register, officer: Person
    ) -> None:
        take(store, tmp_path, register, ("甲-1", "投诉", TEXT, "2026-11-24", "", ""))
        way = (MatterAct.ACCEPT, MatterAct.ANSWER, MatterAct.CLOSE, MatterAct.REOPEN, MatterAct.CLOSE, MatterAct.REOPEN)
        matter = acts(store, officer, register, one_of(store, "甲-1"), *way)
        assert matter.state is MatterState.ANSWERED

    def test_one_that_came_as_done_was_received_and_its_clock_runs(
        self, store: Store, tmp_path: Path, register: Register, officer: Person
    ) -> None:
        take(store, tmp_path, register, ("甲-1", "举报", TEXT, "2026-11-20", "已办结", ""))
        assert one_of(store, "甲-1").duties == ()
        matter = acts(store, officer, register, one_of(store, "甲-1"), MatterAct.REOPEN)
        assert (matter.state, [duty.rule_id for duty in matter.duties]) == (MatterState.RECEIVED, ["C-JB15"])
        assert matter.due_at is not None

    def test_a_register_that_still_holds_it_as_done_does_not_end_it_again(
        self, store: Store, tmp_path: Path, register: Register, officer: Person
    ) -> None:
        row = ("甲-1", "投诉", TEXT, "2026-11-24", "不予受理", "2026-11-24")
        take(store, tmp_path, register, row)
        opened = acts(store, officer, register, one_of(store, "甲-1"), MatterAct.REOPEN)
        report = take(store, tmp_path, register, row)
        assert one_of(store, "甲-1") == opened
        assert report.followed == 0
        assert any("甲-1：登记表写明已办完，本处已重新打开或撤销了答复登记，没有照改" in one for one in report.notices)

    def test_an_answer_that_was_registered_by_mistake_is_taken_back_to_where_the_matter_stood(
        self, store: Store, tmp_path: Path, register: Register, officer: Person
    ) -> None:
        take(store, tmp_path, register, ("甲-1", "投诉", TEXT, "2026-11-24", "", ""))
        way = (MatterAct.ACCEPT, MatterAct.HANDLE)
        handled = acts(store, officer, register, one_of(store, "甲-1"), *way)
        again = acts(store, officer, register, handled, MatterAct.ANSWER, MatterAct.RETRACT)
        assert (again.state, again.duties, again.due_at) == (MatterState.HANDLING, handled.duties, handled.due_at)
        with store.read() as work:
            row = work.audit.rows(subject=f"matter:{again.id}", limit=1)[0]
        assert (row.action, row.detail["to"], row.detail["reason"]) == ("matter.retract", "办理中", "误办，已核实")

    def test_it_is_taken_back_also_after_the_matter_was_closed_and_opened_again(
        self, store: Store, tmp_path: Path, register: Register, officer: Person
    ) -> None:
        take(store, tmp_path, register, ("甲-1", "举报", TEXT, "2026-11-20", "", ""))
        handled = acts(store, officer, register, one_of(store, "甲-1"), MatterAct.ACCEPT, MatterAct.HANDLE)
        way = (MatterAct.ANSWER, MatterAct.CLOSE, MatterAct.REOPEN, MatterAct.RETRACT)
        again = acts(store, officer, register, handled, *way)
        assert (again.state, again.duties) == (MatterState.HANDLING, handled.duties)

    def test_a_register_that_holds_it_as_answered_does_not_answer_it_again(
        self, store: Store, tmp_path: Path, register: Register, officer: Person
    ) -> None:
        row = ("甲-1", "投诉", TEXT, "2026-11-24", "已答复", "2026-11-24")
        take(store, tmp_path, register, row)
        back = acts(store, officer, register, one_of(store, "甲-1"), MatterAct.RETRACT)
        assert back.state is MatterState.RECEIVED
        report = take(store, tmp_path, register, row)
        assert (one_of(store, "甲-1"), report.followed) == (back, 0)

    def test_an_answer_that_only_a_register_told_of_leaves_the_limit_to_accept_running(
        self, store: Store, tmp_path: Path, register: Register, officer: Person
    ) -> None:
        take(store, tmp_path, register, ("甲-1", "投诉", TEXT, "2026-11-24", "", ""))
        before = one_of(store, "甲-1")
        take(store, tmp_path, register, ("甲-1", "投诉", TEXT, "2026-11-24", "已答复", "2026-11-24"))
        assert one_of(store, "甲-1").due_at is None
        back = acts(store, officer, register, one_of(store, "甲-1"), MatterAct.RETRACT)
        assert (back.state, back.duties, back.due_at) == (MatterState.RECEIVED, before.duties, before.due_at)

    def test_who_handles_no_matters_opens_none(
        self, store: Store, tmp_path: Path, register: Register, viewer: Person
    ) -> None:
        take(store, tmp_path, register, ("甲-1", "投诉", TEXT, "2026-11-24", "不予受理", "2026-11-24"))
        with pytest.raises(Forbidden):
            acts(store, viewer, register, one_of(store, "甲-1"), MatterAct.REOPEN)


class TestTopics:
    def test_what_came_while_it_was_closed_is_assigned_and_what_was_there_stays(
        self, store: Store, officer: Person
    ) -> None:
        first = voice(1, 2, "追溯码扫不出来怎么办？")
        hear(store, [(first, judged(first))])
        topic = watch_rule(store, officer)
        close_topic(store, officer, topic.id, now=NOW)
        second = voice(2, 1, "追溯码设备谁出钱？")
        hear(store, [(second, judged(second))])
        opened = reopen_topic(store, officer, topic.id, " 误点结束 ", now=NOW)
        assert (opened.state, opened.words) == (TopicState.OPEN, topic.words)
        third = voice(3, 1, "追溯码又坏了？")
        with store.write() as work:
            assert work.topics.totals() == {topic.id: 2}
            work.documents.put([third], now=NOW)
            assert follow_documents(work, [(third, judged(third), "social", False)], now=NOW) == 1
            row = work.audit.rows(subject=f"topic:{topic.id}", limit=1)[0]
        assert (row.actor, row.action, row.detail["reason"]) == (officer.name, "topic.reopened", "误点结束")

    def test_it_needs_a_reason_a_right_and_an_end_before(self, store: Store, officer: Person, viewer: Person) -> None:
        topic = watch_rule(store, officer)
        with pytest.raises(Conflict, match="正在跟踪"):
            reopen_topic(store, officer, topic.id, "误点", now=NOW)
        close_topic(store, officer, topic.id, now=NOW)
        with pytest.raises(Refusal, match="恢复跟踪须写明理由"):
            reopen_topic(store, officer, topic.id, " ", now=NOW)
        with pytest.raises(Forbidden):
            reopen_topic(store, viewer, topic.id, "误点", now=NOW)

    def test_beside_another_on_the_same_policy_it_stays_closed(self, store: Store, officer: Person) -> None:
        topic = watch_rule(store, officer)
        close_topic(store, officer, topic.id, now=NOW)
        watch_rule(store, officer, now=NOW + MINUTE)
        with pytest.raises(Conflict, match="已在跟踪中"):
            reopen_topic(store, officer, topic.id, "误点", now=NOW + MINUTE)

    def test_no_more_are_watched_than_can_be(
        self, store: Store, officer: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        topic = watch_rule(store, officer)
        close_topic(store, officer, topic.id, now=NOW)
        monkeypatch.setattr(topics, "MOST_OPEN", 0)
        with pytest.raises(Conflict, match="请先结束不再需要的"):
            reopen_topic(store, officer, topic.id, "误点", now=NOW)
