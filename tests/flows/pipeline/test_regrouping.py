"""A person corrects the grouping: what moves, what follows of it, and that it stays so and can be taken back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from analysis.assessment import Assessment, EntityType
from crawlers.records import Document, document_id
from service.domain.alerts.alert import Alert, AlertState
from service.domain.clocks.clock import ClockState, arm
from service.domain.events.event import Event
from service.domain.events.number import event_number
from service.domain.people.person import Person, Role
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.flows.alerts.consider import Office
from service.flows.judging import regrouping
from service.flows.judging.assess import assess_pending
from service.flows.judging.regrouping import Destination, merge, move_out, take_back
from service.flows.judging.rejudging import judge_again, queue_again
from service.flows.people.acts import add_person
from service.ports.store import Store
from tests.flows.pipeline.conftest import START, MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

SHIVERS = "于都多人输注清云注射液后寒战"
AGAIN = "于都多人输注清云注射液后寒战，医院已停用"
SHORTAGE = "于都清云注射液断货三周"
THERE = "汝城两人使用清云注射液后休克"
WORDS = "于都群众询问输液安全"


class Judge(ScriptedJudge):
    """Sees 汝城 in Hunan, so that its documents are an event of their own."""

    def assess(self, documents: Sequence[Document]) -> list[Assessment]:
        self.facts = {
            SHIVERS: {"harmed": 6, "cluster": True, "jiangxi": True},
            AGAIN: {"harmed": 6, "cluster": True, "jiangxi": True},
            SHORTAGE: {"harmed": 40, "jiangxi": True},
            THERE: {"harmed": 2, "cluster": True},
        }
        return [
            replace(said, entities=tuple(map(_moved, said.entities))) if "汝城" in asked.title else said
            for asked, said in zip(documents, super().assess(documents), strict=True)
        ]


def _moved(entity):  # type: ignore[no-untyped-def] # one of the judge's entities
    return (
        replace(entity, text="汝城", canonical="汝城县", code="431026") if entity.type is EntityType.REGION else entity
    )


def own_id(title: str) -> str:
    return document_id("forum", title)


class Scene:
    """A store in which titles are told and judged, and a person who corrects."""

    def __init__(self, store: Store, office: Office, clock: MovingClock) -> None:
        self.store, self.office, self.clock, self.judge = store, office, clock, Judge()
        self.person = self.joins("组长", Role.APPROVER)
        self.officer = self.named("值班")

    def joins(self, name: str, role: Role) -> Person:
        add_person(self.store, name=name, role=role, by="system", now=START)
        return self.named(name)

    def named(self, name: str) -> Person:
        with self.store.read() as work:
            found = work.people.by_name(name)
        assert found is not None
        return found

    def tell(self, *titles: str, **texts: str) -> None:
        with self.store.write() as work:
            for title in titles:
                told = document(title, title, at=self.clock())
                told = replace(told, id=own_id(title), text=f"{title}。{texts.get('text', '')}")
                work.documents.put([told], now=self.clock())
        assess_pending(self.store, self.judge, office=self.office, now=self.clock)
        self.clock.pass_by(minutes=20)

    def event_of(self, title: str) -> Event | None:
        with self.store.read() as work:
            name = work.events.of_documents([own_id(title)]).get(own_id(title))
            return work.events.get(name) if name else None

    def known(self, title: str) -> Event:
        found = self.event_of(title)
        assert found is not None
        return found

    def alert(self, event: Event) -> Alert:
        with self.store.read() as work:
            found = work.alerts.of_event(event.id)
        assert found is not None
        return found

    def arm_all(self, event: Event) -> dict[str, Any]:
        """Let every clock of an event run that is only proposed, and return when each is due."""
        alert = self.alert(event)
        with self.store.write() as work:
            for clock in work.clocks.of_alerts([alert.id]).get(alert.id, []):
                if clock.state is ClockState.PROPOSED:
                    work.clocks.save(arm(clock, by="组长", now=self.clock()))
        return {rule: due for rule, (state, due) in self.clocks(alert).items() if state is ClockState.ARMED}

    def clocks(self, alert: Alert) -> dict[str, tuple[ClockState, Any]]:
        with self.store.read() as work:
            return {one.rule_id: (one.state, one.due_at) for one in work.clocks.of_alerts([alert.id]).get(alert.id, [])}

    def move_out(self, event: Event, *titles: str, to: Destination | None = None) -> str:
        picked = [own_id(title) for title in titles]
        done = move_out(
            self.store,
            self.officer,
            event.id,
            picked,
            to or Destination(),
            reason="不是一件事",
            office=self.office,
            now=self.clock(),
        )
        self.clock.pass_by(minutes=1)
        return done.id

    def merge(self, one: Event, other: Event) -> str:
        done = merge(self.store, self.person, one.id, other.id, reason="同一批次", office=self.office, now=self.clock())
        self.clock.pass_by(minutes=1)
        return done.id

    def take_back(self, act_id: str, person: Person | None = None) -> None:
        take_back(self.store, person or self.person, act_id, reason="看错了", office=self.office, now=self.clock())
        self.clock.pass_by(minutes=1)


@pytest.fixture
def scene(store: Store, office: Office, clock: MovingClock) -> Scene:
    return Scene(store, office, clock)


class TestMovingOut:
    def test_what_is_moved_out_becomes_an_event_with_its_own_numbers_and_alert(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(SHORTAGE)
        both = scene.known(SHIVERS)
        assert scene.known(SHORTAGE).id == both.id
        assert both.harmed == 40
        scene.move_out(both, SHORTAGE)
        left, own = scene.known(SHIVERS), scene.known(SHORTAGE)
        assert own.id != left.id == both.id
        assert (left.harmed, left.document_count, own.harmed, own.document_count) == (6, 1, 40, 1)
        assert own.title == SHORTAGE
        # Its clock starts when the system came to know of it, not when somebody sorted it.
        assert own.known_at == own.first_at
        assert scene.alert(own).state is AlertState.OPEN

    def test_what_a_person_placed_stays_there_when_it_is_edited_and_judged_again(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(SHORTAGE)
        scene.move_out(scene.known(SHIVERS), SHORTAGE)
        own = scene.known(SHORTAGE).id
        scene.tell(SHORTAGE, text=SHIVERS * 3)
        assert scene.known(SHORTAGE).id == own
        judge_again(scene.store, scene.joins("管理", Role.ADMINISTRATOR), days=30, now=scene.clock())
        queue_again(scene.store, now=scene.clock())
        assess_pending(scene.store, scene.judge, office=scene.office, now=scene.clock)
        assert scene.known(SHORTAGE).id == own
        assert scene.known(SHIVERS).id != own

    def test_a_reprint_goes_where_its_text_was_moved_to_and_moves_along(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(SHORTAGE, text="药店称厂家停产，何时到货没有消息，附近三家医院同样缺货。")
        scene.tell(SHORTAGE + "！", text="药店称厂家停产，何时到货没有消息，附近三家医院同样缺货。")
        event = scene.known(SHORTAGE)
        scene.move_out(event, SHORTAGE)
        assert scene.known(SHORTAGE + "！").id == scene.known(SHORTAGE).id != event.id
        scene.tell(SHORTAGE + "。", text="药店称厂家停产，何时到货没有消息，附近三家医院同样缺货。")
        assert scene.known(SHORTAGE + "。").id == scene.known(SHORTAGE).id

    def test_into_another_event_it_counts_there(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(SHORTAGE)
        scene.tell(THERE)
        goal = scene.known(THERE)
        scene.move_out(scene.known(SHIVERS), SHORTAGE, to=Destination(event_id=goal.id))
        assert scene.known(SHORTAGE).id == goal.id
        assert scene.known(THERE).harmed == 40

    def test_words_without_risk_may_stand_alone_and_come_back(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(WORDS, text=SHIVERS * 4)
        event = scene.event_of(WORDS)
        if event is None:
            event = scene.known(SHIVERS)
            with scene.store.write() as work:
                work.events.move({own_id(WORDS): event.id}, {})
        act = scene.move_out(event, WORDS, to=Destination(alone=True))
        assert scene.event_of(WORDS) is None
        scene.tell(WORDS, text=SHIVERS * 5)
        assert scene.event_of(WORDS) is None
        scene.take_back(act)
        assert scene.known(WORDS).id == event.id

    def test_it_is_taken_back_whole(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(SHORTAGE)
        before = scene.known(SHIVERS)
        act = scene.move_out(before, SHORTAGE)
        own = scene.known(SHORTAGE)
        scene.take_back(act)
        after = scene.known(SHORTAGE)
        assert (after.id, after.harmed, after.document_count) == (before.id, 40, 2)
        with scene.store.read() as work:
            ended = work.events.get(own.id)
            assert ended is not None
            assert (ended.merged_into, ended.document_count) == (before.id, 0)
            assert own.id not in {one.id for one in work.events.listing()}
        assert scene.alert(own).state is AlertState.CLOSED
        with pytest.raises(Conflict, match="已由组长撤回"):
            scene.take_back(act)

    def test_what_cannot_be_moved_is_said(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(SHORTAGE)
        event = scene.known(SHIVERS)
        with pytest.raises(Refusal, match="请先勾选"):
            scene.move_out(event)
        with pytest.raises(Conflict, match="不能移出全部稿件"):
            scene.move_out(event, SHIVERS, SHORTAGE)
        with pytest.raises(NotFound, match="刷新页面"):
            scene.move_out(event, THERE)
        with pytest.raises(Conflict, match="判为风险"):
            scene.move_out(event, SHORTAGE, to=Destination(alone=True))
        with pytest.raises(Conflict, match="已在本事件中"):
            scene.move_out(event, SHORTAGE, to=Destination(event_id=event.id))
        with pytest.raises(NotFound, match="核对编号"):
            scene.move_out(event, SHORTAGE, to=Destination(event_id="e0"))
        assert scene.known(SHORTAGE) == event == scene.known(SHIVERS)

    def test_too_large_events_are_left_to_the_administrator(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scene.tell(SHIVERS)
        scene.tell(SHORTAGE)
        monkeypatch.setattr(regrouping, "MOST_MEMBERS", 1)
        with pytest.raises(Refusal, match="最多涉及 1 篇稿件，现为 2 篇"):
            scene.move_out(scene.known(SHIVERS), SHORTAGE)


class TestMerging:
    def test_the_event_known_first_stays_with_all_documents_and_the_other_alert_is_closed(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(THERE)
        first, second = scene.known(SHIVERS), scene.known(THERE)
        ended = scene.alert(second)
        scene.merge(second, first)
        kept = scene.known(THERE)
        assert (kept.id, kept.document_count, kept.known_at) == (first.id, 2, first.known_at)
        closed = scene.alert(second)
        assert closed.state is AlertState.CLOSED
        assert closed.close_reason == f"事件并入“{SHIVERS}”（{event_number(first.id)}）：同一批次"
        assert all(state is not ClockState.ARMED for state, _ in scene.clocks(ended).values())
        with scene.store.read() as work:
            assert [one.id for one in work.events.listing()] == [first.id]
            assert work.audit.rows(subject=f"event:{second.id}")[0].action == "event.merged"
            assert work.audit.rows(subject=f"event:{first.id}")[0].action == "event.merged"
        # A further document of the other place finds the event that both are now.
        scene.tell(THERE + "，已送医")
        assert scene.known(THERE + "，已送医").id == first.id

    def test_no_deadline_is_put_off(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(THERE)
        first, second = scene.known(SHIVERS), scene.known(THERE)
        running = scene.arm_all(second)
        assert running
        scene.merge(first, second)
        after = scene.clocks(scene.alert(first))
        for rule, due in running.items():
            state, due_now = after[rule]
            assert state is ClockState.ARMED
            assert due is None or due_now <= due

    def test_taken_back_both_are_events_again_and_what_was_ended_runs_on(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(THERE)
        first, second = scene.known(SHIVERS), scene.known(THERE)
        armed = scene.arm_all(second)
        alert = scene.alert(second)
        scene.take_back(scene.merge(first, second))
        again = scene.known(THERE)
        assert (again.id, again.harmed, again.merged_into) == (second.id, second.harmed, None)
        assert scene.known(SHIVERS).document_count == 1
        opened = scene.alert(again)
        assert (opened.id, opened.state, opened.close_reason) == (alert.id, alert.state, None)
        assert armed
        assert armed.keys() <= {rule for rule, (state, _) in scene.clocks(opened).items() if state is ClockState.ARMED}

    def test_who_may_not_close_alerts_may_not_merge_and_an_ended_event_is_not_merged_again(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(THERE)
        first, second = scene.known(SHIVERS), scene.known(THERE)
        with pytest.raises(Forbidden):
            merge(scene.store, scene.officer, first.id, second.id, reason="同", office=scene.office, now=scene.clock())
        with pytest.raises(Conflict, match="自身"):
            scene.merge(first, first)
        scene.merge(first, second)
        with pytest.raises(Conflict, match="已并入另一事件"):
            scene.merge(first, second)

    def test_documents_moved_on_since_are_not_torn_back(self, scene: Scene) -> None:
        scene.tell(SHIVERS)
        scene.tell(THERE)
        first, second = scene.known(SHIVERS), scene.known(THERE)
        act = scene.merge(first, second)
        scene.move_out(scene.known(SHIVERS), THERE)
        with pytest.raises(Conflict, match="又被移到别处"):
            scene.take_back(act)
