"""Whether an answer came in time, beside every limit that is told of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.figures.answered import LimitUse, ResponseRow
from service.domain.figures.briefing import advise

DUE = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
FIRST = LimitUse(action="首次回应", limit="48小时", used=timedelta(hours=30), met=True)
SECOND = LimitUse(action="首次回应", limit="48小时", used=timedelta(hours=60), met=False)


@pytest.mark.parametrize(
    ("second", "verdict", "proposed"),
    [
        (replace(SECOND, met=True), "按时", []),
        (SECOND, "首次按时，后续时限未完成", []),
        (replace(SECOND, late=True), "首次按时，后续时限逾期未完成", ["尽快回应或说明进展"]),
        (
            replace(SECOND, met=True, late=True),
            "首次按时，后续时限逾期",
            ["复盘用时，补齐会商与审签环节的值守安排"],
        ),
    ],
)
def test_an_answer_is_told_as_in_time_only_where_no_later_limit_ran_out_or_is_open(
    second: LimitUse, verdict: str, proposed: list[str]
) -> None:
    row = ResponseRow(
        title="某县多人寒战",
        known_at=DUE - timedelta(hours=48),
        acknowledged_at=None,
        answered_at=DUE,
        due_at=DUE,
        uses=(FIRST, second),
    )
    now = DUE + timedelta(days=3)
    assert row.verdict(now) == verdict
    advised = advise((), (), (row,), lead="综合规财处", now=now)
    assert [item.proposal for item in advised if row.title in item.fact] == proposed
