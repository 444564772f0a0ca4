import pytest

from service.domain.alerts.alert import AlertState
from service.domain.cases.turn import turns
from service.domain.cases.workflow import CaseState, Step
from service.web.views.case_steps import case_steps, next_step
from tests.builders import build_alert, build_event
from tests.unit.service.domain.cases.builders import WORKFLOW, case_in


@pytest.mark.parametrize(
    ("state", "owner", "case", "step"),
    [
        (AlertState.OPEN, None, CaseState.ASSESSING, "确认收到"),
        (AlertState.ACKNOWLEDGED, None, None, "指派承办人"),
        (AlertState.ASSIGNED, "承办甲", None, "核实事实并登记回应"),
        (AlertState.ANSWERED, None, None, "跟踪反应，满足条件后关闭"),
        (AlertState.CLOSED, None, None, "已关闭，继续监测是否反复"),
        (AlertState.ACKNOWLEDGED, None, CaseState.TRIAGED, Step.ASSESS),
        (AlertState.ACKNOWLEDGED, None, CaseState.ASSESSED, Step.RESPOND),
        (AlertState.ASSIGNED, "承办甲", CaseState.APPROVING, Step.SIGN),
        (AlertState.ANSWERED, None, CaseState.TRACKING, Step.EVALUATE),
        (AlertState.ANSWERED, None, CaseState.EVALUATED, Step.ARCHIVE),
        (AlertState.CLOSED, None, CaseState.EVALUATED, Step.ARCHIVE),
        (AlertState.ANSWERED, None, CaseState.ARCHIVED, "处置已结束，核对后关闭预警"),
        (AlertState.CLOSED, None, CaseState.ARCHIVED, "已关闭，继续监测是否反复"),
        (AlertState.ACKNOWLEDGED, None, CaseState.CLOSED, "处置已结束，核对后关闭预警"),
        (AlertState.ASSIGNED, "承办甲", CaseState.CLOSED_FP, "处置已结束，核对后关闭预警"),
    ],
)
def test_the_next_step_is_that_of_the_case_once_there_is_one(
    state: AlertState, owner: str | None, case: CaseState | None, step: str
) -> None:
    alert = build_alert(state=state, owner=owner)
    waiting = None if case is None else turns(case_in(case), WORKFLOW, None)
    wanted = WORKFLOW.steps[step].name if isinstance(step, Step) else step
    assert next_step(alert, waiting) == wanted


def test_the_list_of_steps_points_at_what_the_case_leaves_to_do() -> None:
    alert = build_alert(state=AlertState.ACKNOWLEDGED)

    def pointed(case: CaseState | None) -> list[str]:
        waiting = None if case is None else turns(case_in(case), WORKFLOW, None)
        return [one.name for one in case_steps(build_event(), alert, (), waiting) if one.todo == "下一步"]

    assert pointed(None) == ["指派承办人"]
    assert pointed(CaseState.ASSESSED) == []
    assert pointed(CaseState.CLOSED) == ["关闭预警"]
