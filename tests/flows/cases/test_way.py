from datetime import timedelta

import pytest

from service.domain.alert import AlertState
from service.domain.case_moves import Bar, Barred
from service.domain.clock import ClockState
from service.domain.workflow import CaseState, Step
from service.flows.cases.ending import archive_case
from service.flows.cases.following import evaluate_response, track_reaction
from tests.flows.acts.scene import acts_on, clocks_of
from tests.flows.cases.scene import Way


class TestTheWholeWay:
    def test_a_case_goes_from_alert_to_archive_and_every_step_is_written_down(self, way: Way) -> None:
        way.published()
        track_reaction(way.hand("analyst"), remark="三家媒体转载，评论平稳")
        way.now += timedelta(days=3)
        evaluate_response(way.hand("analyst"), reach="转载三家", questions="无", lessons="")
        archive_case(way.hand("archivist"), lessons="提前备好问答口径")
        file = way.file
        assert file.case.state is CaseState.ARCHIVED
        taken = [step.step.value for step in file.steps]
        assert taken == ["T01", "T03", "T04", "T06", "T08", "S05", "S01"] + [
            "T09", "T10", "T11", "T12", "T13", "T14", "T15", "T17", "T18",
        ]  # fmt: skip
        with way.store.read() as work:
            assert work.audit.verify() is None
        written = [action for _, action in acts_on(way.store, f"case:{file.case.id}")]
        assert written == [
            "case.opened",
            "case.assessing",
            "case.half",
            "case.assessed",
            "case.half",
            "case.drafting",
            "case.saved",
            "case.submitted",
            "case.reviewed",
            "case.reviewed",
            "case.reviewed",
            "case.authority",
            "case.disclosure",
            "case.signed",
            "case.published",
            "case.tracked",
            "case.evaluated",
            "case.archived",
        ]

    def test_drafting_and_publishing_move_the_alert_and_meet_its_clocks(self, way: Way) -> None:
        states = []
        for step in (way.opened, way.drafting):
            with way.store.write() as work:
                pass
        del work, step
        assert states == []
