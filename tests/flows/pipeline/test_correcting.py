"""A person corrects what is told of an event: it stands, is told everywhere, and a later claim of more is never swallowed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from analysis.assessment import Assessment, EntityType
from crawlers.records import Document, document_id
from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.clocks.clock import ClockState, cancel
from service.domain.events.corrections import FactKind, Place, as_reported, corrections_told, disputes, standing
from service.domain.events.event import Event
from service.domain.events.reported import is_local
from service.domain.events.toll import people_told
from service.domain.people.person import Person, Role
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.flows.alerts.acts import close
from service.flows.alerts.consider import Office
from service.flows.alerts.grading import set_level
from service.flows.judging.assess import assess_pending
from service.flows.judging.correcting import Wanted, correct_fact
from service.flows.judging.regrouping import Destination, merge, move_out, take_back
from service.flows.judging.rejudging import judge_again, queue_again
from service.flows.people.acts import add_person
from service.ports.store import Store
from tests.flows.pipeline.conftest import START, MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

MANY = "于都三十人输注清云注射液后寒战"
AGAIN = "于都清云注射液致三十人寒战，网友再传"
FIVE = "于都清云注射液寒战者五人"
TWELVE = "于都清云注射液寒战者十二人"
FORTY = "于都清云注射液寒战者增至四十人"
THREE_DEAD = "于都输注清云注射液后死亡三人"
TWO_DEAD = "于都清云注射液又传死亡两人"
CALM = "于都清云注射液断货三周"
AWAY = "汝城清云注射液寒战"
THERE = "德兴清云注射液寒战"

FACTS: dict[str, dict[str, Any]] = {
    MANY: {"harmed": 30, "cluster": True, "jiangxi": True},
    AGAIN: {"harmed": 30, "cluster": True, "jiangxi": True},
    FIVE: {"harmed": 5, "jiangxi": True},
    TWELVE: {"harmed": 12, "jiangxi": True},
    FORTY: {"harmed": 40, "jiangxi": True},
    THREE_DEAD: {"harmed": 6, "deaths": 3, "jiangxi": True},
    TWO_DEAD: {"deaths": 2, "jiangxi": True},
    CALM: {"jiangxi": True},
}
PLACES = {"德兴": ("德兴市", "361181"), "汝城": ("汝城县", "431026")}
DEXING = Place("361181", "江西省上饶市德兴市")
HUNAN = Place("430000", "湖南省")


class Judge(ScriptedJudge):
    """Reads the numbers that the test wrote down, and the place that begins the title."""

    def assess(self, documents: Sequence[Document]) -> list[Assessment]:
        self.facts = dict(FACTS)
        found = super().assess(documents)
        return [
            replace(said, entities=tuple(_placed(entity, asked.title) for entity in said.entities))
            for asked, said in zip(documents, found, strict=True)
        ]


def _placed(entity, title: str):  # type: ignore[no-untyped-def] # one of the judge's entities
    name, code = PLACES.get(title[:2], ("", ""))
    return (
        replace(entity, text=title[:2], canonical=name, code=code)
        if name and entity.type is EntityType.REGION
        else entity
    )


class Scene:
    """A store in which titles are told and judged, and two who correct."""

    def __init__(self, store: Store, office: Office, clock: MovingClock) -> None:
        self.store, self.office, self.clock, self.judge = store, office, clock, Judge()
        add_person(store, name="组长", role=Role.APPROVER, by="system", now=START, email="lead@office.invalid")
        add_person(store, name="只读", role=Role.VIEWER, by="system", now=START)
        self.approver, self.officer, self.viewer = map(self.named, ("组长", "值班", "只读"))

    def named(self, name: str) -> Person:
        with self.store.read() as work:
            found = work.people.by_name(name)
        assert found is not None
        return found

    def tell(self, title: str, *, source: str = "forum", name: str = "", at: datetime | None = None) -> None:
        with self.store.write() as work:
            told = document(name or title, title, at=at or self.clock(), source=source)
            work.documents.put([replace(told, text=f"{title}。")], now=self.clock())
        assess_pending(self.store, self.judge, office=self.office, now=self.clock)
        self.clock.pass_by(minutes=20)

    def event(self, title: str = MANY, source: str = "forum") -> Event:
        own = document_id(source, title)
        with self.store.read() as work:
            found = work.events.get(work.events.of_documents([own])[own])
        assert found is not None
        return found

    def alert(self, title: str = MANY) -> Alert:
        with self.store.read() as work:
            found = work.alerts.of_event(self.event(title).id)
        assert found is not None
        return found

    def correct(self, kind: FactKind, value: Any, *, title: str = MANY, who: Person | None = None, **given: str) -> str:
        event = self.event(title)
        held = standing(event).get(kind)
        wanted = Wanted(
            kind=kind,
            value=value,
            **{"reason": "院方核对了病历", "source": "县人民医院", "seen": held.id if held else "", **given},
        )
        now = self.clock()
        done = correct_fact(self.store, who or self.approver, event.id, wanted, office=self.office, now=now)
        self.clock.pass_by(minutes=1)
        return done.id

    def clocks(self, title: str = MANY) -> dict[str, tuple[ClockState, Any]]:
        with self.store.read() as work:
            held = work.clocks.of_alerts([self.alert(title).id])
            return {one.rule_id: (one.state, one.due_at) for some in held.values() for one in some}

    def close(self, title: str = MANY) -> None:
        alert = self.alert(title)
        with self.store.write() as work:
            for clock in work.clocks.of_alerts([alert.id]).get(alert.id, []):
                work.clocks.save(cancel(clock, by="组长", reason="不再适用", now=self.clock()))
        close(self.store, self.approver, self.alert(title).id, reason="已核实", office=self.office, now=self.clock())
        self.clock.pass_by(minutes=1)

    def told(self, occasion: str, title: str = MANY) -> set[str]:
        with self.store.read() as work:
            notices = work.notices.of_alert(self.alert(title).id)
        return {one.person_name for one in notices if one.told and one.occasion.startswith(occasion)}


@pytest.fixture
def scene(store: Store, office: Office, clock: MovingClock) -> Scene:
    made = Scene(store, office, clock)
    made.tell(MANY)
    return made


class TestThePersonsFact:
    def test_stands_in_place_of_the_programs_sum_which_stays_beside_it(self, scene: Scene) -> None:
        assert scene.event().harmed == 30
        scene.correct(FactKind.HARMED, 3)
        event = scene.event()
        assert event.harmed == 3
        assert as_reported(event).harmed == 30
        assert people_told(event) == "受影响3人（人工更正）"
        assert corrections_told(event) == (
            "人工更正：受影响人数为3人（组长更正，来源：县人民医院；系统按稿件汇总为30人）",
        )
        assert not disputes(event)

    def test_is_not_overwritten_by_what_is_reported_later_and_the_sum_goes_on(self, scene: Scene) -> None:
        scene.correct(FactKind.HARMED, 3)
        scene.tell(FORTY)
        event = scene.event()
        assert (event.harmed, as_reported(event).harmed) == (3, 40)

    def test_is_taken_back_to_what_the_program_has_summed_up_meanwhile(self, scene: Scene) -> None:
        scene.correct(FactKind.HARMED, 3)
        scene.tell(FORTY)
        scene.correct(FactKind.HARMED, None)
        event = scene.event()
        assert event.harmed == 40
        assert standing(event) == {}
        assert "corrected" not in event.facts
        assert "reported" not in event.facts

    def test_of_a_place_decides_where_the_event_is(self, scene: Scene) -> None:
        scene.correct(FactKind.PLACES, [DEXING])
        event = scene.event()
        assert event.regions == ("361181",)
        assert event.facts["places"] == ["江西省上饶市德兴市"]
        with scene.store.read() as work:
            assert [one.id for one in work.events.listing(region="3611")] == [event.id]
            assert work.events.listing(region="3607") == []

    def test_is_written_down_with_who_told_it_in_the_history_and_in_the_audit(self, scene: Scene) -> None:
        done = scene.correct(FactKind.HARMED, 3)
        event = scene.event()
        with scene.store.read() as work:
            [act] = work.corrections.of_event(event.id)
            rows = [row for row in work.audit.rows(subject=f"event:{event.id}") if row.action == "event.fact_corrected"]
        assert (act.id, act.value, act.reported, act.source, act.actor) == (done, "3人", "30人", "县人民医院", "组长")
        assert [(row.actor, row.detail["from"], row.detail["to"], row.detail["told_by"]) for row in rows] == [
            ("组长", "30人", "3人", "县人民医院")
        ]


class TestALaterClaim:
    @pytest.mark.parametrize(
        ("title", "source", "sentence", "weighs"),
        [
            (FIVE, "forum", "新稿件称受影响5人，人工更正为3人，请核实", False),
            (AGAIN, "forum", "新稿件称受影响30人，人工更正为3人，请核实", False),
            (FORTY, "forum", "新稿件称受影响40人，人工更正为3人，请核实", True),
            (TWELVE, "evening", "新稿件称受影响12人，人工更正为3人，请核实", True),
        ],
        ids=["fewer than before", "the old number again", "more than ever", "of a source with a name"],
    )
    def test_is_said_and_weighs_where_it_is_news_or_has_a_name(
        self, scene: Scene, title: str, source: str, sentence: str, weighs: bool
    ) -> None:
        scene.correct(FactKind.HARMED, 3)
        scene.tell(title, source=source)
        event, alert = scene.event(), scene.alert()
        assert disputes(event) == (sentence,)
        assert sentence in alert.triggers
        assert any("达到10人" in one for one in alert.triggers) is weighs
        assert event.harmed == 3

    def test_in_a_reprint_is_said_and_weighs_nothing_though_the_reprint_has_a_name(self, scene: Scene) -> None:
        scene.correct(FactKind.HARMED, 3)
        scene.tell(MANY, source="evening")
        assert disputes(scene.event()) == ("新稿件称受影响30人，人工更正为3人，请核实",)
        assert not any("达到10人" in one for one in scene.alert().triggers)

    def test_of_no_more_than_the_person_said_disputes_nothing(self, scene: Scene) -> None:
        scene.correct(FactKind.HARMED, 5)
        scene.tell(FIVE)
        assert disputes(scene.event()) == ()

    def test_is_settled_by_correcting_anew_with_what_stands(self, scene: Scene) -> None:
        scene.correct(FactKind.HARMED, 3)
        with pytest.raises(Conflict, match="没有新的说法需要核定"):
            scene.correct(FactKind.HARMED, 3)
        scene.tell(FORTY)
        scene.correct(FactKind.HARMED, 3)
        assert disputes(scene.event()) == ()
        scene.tell(AGAIN)
        assert "达到10人" not in "".join(scene.alert().triggers)

    def test_wakes_a_closed_alert_although_its_peak_was_that_of_the_wrong_number(self, scene: Scene) -> None:
        scene.correct(FactKind.HARMED, 3)
        scene.close()
        scene.tell(AGAIN)
        assert scene.alert().state is AlertState.CLOSED
        scene.tell(TWELVE, source="evening")
        assert scene.alert().state is AlertState.OPEN
        assert scene.alert().reason == "raised_again"

    def test_of_more_dead_is_told_anew_although_as_many_were_told_of_before(self, scene: Scene) -> None:
        scene.tell(THREE_DEAD, source="evening")
        assert scene.event().deaths == 3
        scene.correct(FactKind.DEATHS, 1)
        scene.close()
        scene.tell(TWO_DEAD, source="official")
        assert scene.event().deaths == 1
        assert disputes(scene.event()) == ("新稿件称死亡2人，人工更正为1人，请核实",)
        assert (scene.alert().state, scene.alert().reason) == (AlertState.OPEN, "more_deaths")

    def test_is_not_made_by_judging_again_what_was_known(self, scene: Scene) -> None:
        scene.correct(FactKind.HARMED, 3)
        judge_again(scene.store, scene.approver, days=3, now=scene.clock())
        queue_again(scene.store, now=scene.clock())
        assess_pending(scene.store, scene.judge, office=scene.office, now=scene.clock)
        assert (scene.event().harmed, disputes(scene.event())) == (3, ())

    def test_of_another_place_is_said_and_in_the_province_counts_again(self, scene: Scene) -> None:
        scene.correct(FactKind.PLACES, [HUNAN])
        assert not is_local(scene.event(), province="36")
        scene.tell(CALM, source="evening")
        assert disputes(scene.event()) == ("新稿件提到于都县，地点人工更正为湖南省，请核实",)
        assert scene.event().regions == ("430000",)
        assert is_local(scene.event(), province="36")


class TestTheLevel:
    def test_rises_at_once_where_a_person_says_more(self, scene: Scene) -> None:
        scene.tell(CALM)
        was = scene.alert().level
        scene.correct(FactKind.HARMED, 60)
        assert scene.alert().level is AlertLevel.RED > was

    def test_sinks_only_after_two_windows_and_below_orange_only_without_a_death(self, scene: Scene) -> None:
        scene.tell(THREE_DEAD, source="evening")
        assert scene.alert().level is AlertLevel.RED
        scene.correct(FactKind.DEATHS, 0)
        scene.correct(FactKind.HARMED, 1)
        assert scene.alert().level is AlertLevel.RED
        assert not any("死亡" in one for one in scene.alert().triggers)
        scene.clock.pass_by(hours=30)
        scene.tell(CALM)
        scene.clock.pass_by(hours=30)
        scene.tell(CALM, name="again")
        assert scene.alert().level < AlertLevel.ORANGE

    def test_of_a_closed_alert_is_left_and_its_reasons_are_those_of_now(self, scene: Scene) -> None:
        scene.close()
        assert any("30人" in one for one in scene.alert().triggers)
        scene.correct(FactKind.HARMED, 3)
        assert scene.alert().state is AlertState.CLOSED
        assert not any("30人" in one for one in scene.alert().triggers)

    def test_no_deadline_is_put_off(self, scene: Scene) -> None:
        before = scene.clocks()
        scene.correct(FactKind.HARMED, 1)
        scene.correct(FactKind.PLACES, [HUNAN])
        after = scene.clocks()
        running = {rule: due for rule, (state, due) in before.items() if state is ClockState.ARMED}
        assert running
        assert {rule: after[rule] for rule in running} == {rule: before[rule] for rule in running}


class TestTelling:
    def test_whoever_was_told_of_the_old_number_is_told_of_the_new_one(self, scene: Scene) -> None:
        assert scene.told("first_raise")
        scene.correct(FactKind.HARMED, 3)
        assert scene.told("corrected") >= scene.told("first_raise")


class TestWhoMay:
    def test_a_reader_may_not_and_that_nobody_died_says_whoever_may_refute_a_death(self, scene: Scene) -> None:
        with pytest.raises(Forbidden):
            scene.correct(FactKind.HARMED, 3, who=scene.viewer)
        with pytest.raises(Forbidden):
            scene.correct(FactKind.DEATHS, 0, who=scene.officer)
        scene.correct(FactKind.DEATHS, 1, who=scene.officer)
        scene.correct(FactKind.HARMED, 3, who=scene.officer)

    @pytest.mark.parametrize(
        ("kind", "value", "given", "sentence"),
        [
            (FactKind.HARMED, 3, {"source": " "}, "须写明来源"),
            (FactKind.HARMED, 3, {"reason": " "}, "更正事实须写明理由"),
            (FactKind.HARMED, -1, {}, "人数须在"),
            (FactKind.HARMED, 10**9, {}, "人数须在"),
            (FactKind.PLACES, [], {}, "1 至 3 个地点"),
            (FactKind.HARMED, None, {"reason": ""}, "恢复程序计数须写明理由"),
            (FactKind.HARMED, None, {}, "没有人工更正"),
        ],
    )
    def test_what_is_incomplete_is_refused_and_nothing_changes(
        self, scene: Scene, kind: FactKind, value: Any, given: dict[str, str], sentence: str
    ) -> None:
        before = scene.event()
        with pytest.raises(Refusal, match=sentence):
            scene.correct(kind, value, **given)
        assert scene.event() == before

    def test_of_two_who_correct_at_once_the_second_is_told(self, scene: Scene) -> None:
        scene.correct(FactKind.HARMED, 3)
        with pytest.raises(Conflict, match="刚由组长更正为3人（来源：县人民医院）"):
            scene.correct(FactKind.HARMED, 4, who=scene.officer, seen="")
        assert scene.event().harmed == 3

    def test_an_event_that_is_not_there_or_was_merged_is_refused(self, scene: Scene) -> None:
        wanted = Wanted(kind=FactKind.HARMED, value=3, reason="核对", source="县人民医院")
        with pytest.raises(NotFound):
            correct_fact(scene.store, scene.approver, "e9", wanted, office=scene.office, now=scene.clock())
        scene.tell(AWAY)
        if scene.event(AWAY).id == scene.event().id:
            pytest.fail("two places are two events")
        done = merge(
            scene.store, scene.approver, scene.event().id, scene.event(AWAY).id, reason="一件事", office=scene.office,
            now=scene.clock(),
        )  # fmt: skip
        with pytest.raises(Conflict, match="已并入另一事件"):
            correct_fact(scene.store, scene.approver, done.source, wanted, office=scene.office, now=scene.clock())

    def test_a_level_set_by_a_person_does_not_refute_a_death_that_was_corrected(self, scene: Scene) -> None:
        scene.correct(FactKind.DEATHS, 1)
        alert = scene.alert()
        with pytest.raises(Conflict, match="死亡人数已由组长更正为1人"):
            set_level(
                scene.store, scene.approver, alert.id, AlertLevel.BLUE, reason="核实", office=scene.office,
                now=scene.clock(), refuted=True,
            )  # fmt: skip


class TestRegrouping:
    def test_gathered_anew_the_persons_fact_stands_and_what_was_known_disputes_nothing(self, scene: Scene) -> None:
        scene.tell(FIVE)
        scene.correct(FactKind.HARMED, 3)
        event = scene.event()
        act = move_out(
            scene.store, scene.officer, event.id, [document_id("forum", FIVE)], Destination(), reason="两件事",
            office=scene.office, now=scene.clock(),
        )  # fmt: skip
        assert (scene.event().harmed, as_reported(scene.event()).harmed, disputes(scene.event())) == (3, 30, ())
        assert scene.event(FIVE).harmed == 5
        scene.clock.pass_by(minutes=1)
        take_back(scene.store, scene.approver, act.id, reason="看错了", office=scene.office, now=scene.clock())
        assert (scene.event().harmed, disputes(scene.event())) == (3, ())

    def test_a_claim_goes_with_its_document(self, scene: Scene) -> None:
        scene.correct(FactKind.HARMED, 3)
        scene.tell(FORTY)
        assert disputes(scene.event())
        move_out(
            scene.store, scene.officer, scene.event().id, [document_id("forum", FORTY)], Destination(), reason="两件事",
            office=scene.office, now=scene.clock(),
        )  # fmt: skip
        assert (scene.event().harmed, disputes(scene.event())) == (3, ())

    def test_merged_what_the_other_event_claims_is_said_and_taken_back_it_is_gone(self, scene: Scene) -> None:
        scene.tell(AWAY)
        away = scene.event(AWAY).id
        scene.correct(FactKind.HARMED, 1, title=AWAY)
        done = merge(
            scene.store, scene.approver, scene.event().id, away, reason="一件事", office=scene.office, now=scene.clock()
        )
        assert done.source == away
        merged = scene.event()
        assert (merged.harmed, as_reported(merged).harmed) == (1, 30)
        assert disputes(merged) == ("新稿件称受影响30人，人工更正为1人，请核实",)
        scene.clock.pass_by(minutes=1)
        take_back(scene.store, scene.approver, done.id, reason="看错了", office=scene.office, now=scene.clock())
        assert (scene.event().harmed, standing(scene.event())) == (30, {})
        assert scene.event(AWAY).harmed == 1
        assert disputes(scene.event(AWAY)) == ()
