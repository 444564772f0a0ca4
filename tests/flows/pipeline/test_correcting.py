"""A person corrects what is told of an event: it stands, is told everywhere, and a later claim of more is never swallowed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.clocks.clock import ClockState
from service.domain.events.corrections import FactKind, as_reported, corrections_told, disputes, standing
from service.domain.events.reported import is_local
from service.domain.events.toll import people_told
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.domain.week import week_of
from service.flows.alerts.consider import Office
from service.flows.alerts.grading import set_level
from service.flows.judging.assess import assess_pending
from service.flows.judging.correcting import Wanted, correct_fact
from service.flows.judging.regrouping import merge
from service.flows.judging.rejudging import judge_again, queue_again
from service.flows.reports.brief import compile_week
from service.flows.reports.mornings import tell_of_blue
from service.ports.store import Store
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.correcting import (
    AGAIN,
    AWAY,
    CALM,
    DEXING,
    FIVE,
    FORTY,
    HUNAN,
    MANY,
    THREE_DEAD,
    TWELVE,
    TWO_DEAD,
    Scene,
)

HOUR = timedelta(hours=1)


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
    def test_the_weekly_briefing_names_the_place_that_a_person_corrected(self, scene: Scene) -> None:
        scene.correct(FactKind.PLACES, [DEXING])
        now = scene.clock()
        names: dict[str, Any] = {"office": "综合规财处", "address": "http://yaowang.invalid", "drill": False}
        issue = compile_week(scene.store, week_of(now), register=scene.office.register, now=now, **names)
        assert [one.place for one in issue.events] == ["地点江西省上饶市德兴市（人工更正）"]

    def test_the_morning_summary_marks_what_a_person_corrected(self, scene: Scene) -> None:
        scene.correct(FactKind.PLACES, [DEXING])
        scene.correct(FactKind.HARMED, 3)
        with scene.store.write() as work:
            alert = scene.alert()
            work.alerts.save(replace(alert, level=AlertLevel.BLUE, extras={}, revision=alert.revision + 1))
            work.people.save(replace(scene.approver, notify_from="blue"))
        scene.clock.pass_by(days=1)
        assert tell_of_blue(scene.store, office=scene.office, now=scene.clock())
        with scene.store.write() as work:
            waiting = work.outbox.claim(kinds=["mail"], limit=50, lease=HOUR, now=scene.clock())
        letters = [one.payload["letter"] for one in waiting if one.key.startswith("mail:digest:")]
        assert letters
        for letter in letters:
            assert letter["listed"][0].endswith("；人工更正：地点江西省上饶市德兴市，受影响人数3人）")

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
            scene.correct(kind, value, given=given)
        assert scene.event() == before

    def test_of_two_who_correct_at_once_the_second_is_told(self, scene: Scene) -> None:
        scene.correct(FactKind.HARMED, 3)
        with pytest.raises(Conflict, match="刚由组长更正为3人（来源：县人民医院）"):
            scene.correct(FactKind.HARMED, 4, who=scene.officer, given={"seen": ""})
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
