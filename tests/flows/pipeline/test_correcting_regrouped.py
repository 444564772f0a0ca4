"""Events whose facts a person corrected are gathered anew, merged and taken apart again."""

import pytest

from crawlers.records import document_id
from service.domain.events.corrections import FactKind, as_reported, disputes, standing
from service.flows.alerts.consider import Office
from service.flows.judging.regrouping import Destination, merge, move_out, take_back
from service.ports.store import Store
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.correcting import AWAY, FIVE, FORTY, MANY, Scene


@pytest.fixture
def scene(store: Store, office: Office, clock: MovingClock) -> Scene:
    made = Scene(store, office, clock)
    made.tell(MANY)
    return made


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
