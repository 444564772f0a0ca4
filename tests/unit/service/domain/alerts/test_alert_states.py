from datetime import timedelta
from itertools import product

import pytest

from service.domain.alerts.alert import AlertLevel, AlertState, decide
from service.domain.alerts.alert_states import MOVES, Mover, check_move
from service.domain.alerts.following import followed
from service.domain.alerts.handling import answered_last, moved, standing
from service.domain.refusal import Conflict
from tests.unit.service.domain.builders import NOW, alert, event, finding

RED, YELLOW = AlertLevel.RED, AlertLevel.YELLOW
OPEN, ACKNOWLEDGED, ASSIGNED = AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.ASSIGNED
ANSWERING, ANSWERED, CLOSED = AlertState.ANSWERING, AlertState.ANSWERED, AlertState.CLOSED
HOUR = timedelta(hours=1)

ALLOWED = {
    OPEN: {ACKNOWLEDGED: "hc", ASSIGNED: "hc", ANSWERING: "hc", ANSWERED: "hc", CLOSED: "c"},
    ACKNOWLEDGED: {OPEN: "hcs", ASSIGNED: "hc", ANSWERING: "hc", ANSWERED: "hc", CLOSED: "c"},
    ASSIGNED: {OPEN: "hcs", ACKNOWLEDGED: "hc", ANSWERING: "hc", ANSWERED: "hc", CLOSED: "c"},
    ANSWERING: {OPEN: "s", ACKNOWLEDGED: "hc", ASSIGNED: "hc", ANSWERED: "hc", CLOSED: "c"},
    ANSWERED: {OPEN: "s", ANSWERING: "hc", CLOSED: "c"},
    CLOSED: {OPEN: "cs", ACKNOWLEDGED: "c", ASSIGNED: "c", ANSWERING: "c", ANSWERED: "c"},
}
MOVERS = {"h": Mover.HANDLER, "c": Mover.CLOSER, "s": Mover.SYSTEM}


@pytest.mark.parametrize(("state", "to"), [pair for pair in product(AlertState, AlertState) if pair[0] is not pair[1]])
def test_each_move_is_open_to_exactly_those_who_may(state: AlertState, to: AlertState) -> None:
    expected = {MOVERS[letter] for letter in ALLOWED[state].get(to, "")}
    passed = set()
    for mover in Mover:
        try:
            check_move(state, to, mover=mover)
        except Conflict:
            continue
        passed.add(mover)
    assert passed == expected
    assert MOVES.get((state, to), frozenset()) == expected


@pytest.mark.parametrize("mover", Mover)
@pytest.mark.parametrize("state", AlertState)
def test_staying_is_no_move_and_always_right(state: AlertState, mover: Mover) -> None:
    check_move(state, state, mover=mover)
    before = alert(RED, state=state)
    assert moved(before, state, by="甲", mover=mover, now=NOW) is before


@pytest.mark.parametrize(
    ("state", "to", "mover", "sentence"),
    [
        (ANSWERED, ASSIGNED, Mover.HANDLER, "预警已回应，不能改为“已指派”，下一步可以是“回应中”、“已关闭”"),
        (CLOSED, ANSWERING, Mover.HANDLER, "预警已关闭，改为“回应中”须由审批人办理"),
        (OPEN, CLOSED, Mover.HANDLER, "预警待确认，改为“已关闭”须由审批人办理"),
        (ACKNOWLEDGED, ASSIGNED, Mover.SYSTEM, "预警已确认，改为“已指派”须由经办人、审批人办理"),
    ],
)
def test_a_refused_move_says_where_the_alert_stands_and_what_to_do(
    state: AlertState, to: AlertState, mover: Mover, sentence: str
) -> None:
    with pytest.raises(Conflict) as refused:
        check_move(state, to, mover=mover)
    assert refused.value.sentence == sentence


class TestMoved:
    def test_a_step_of_what_nobody_acknowledged_acknowledges_it(self) -> None:
        after = moved(alert(RED), ANSWERING, by="甲", mover=Mover.HANDLER, now=NOW)
        assert (after.state, after.acknowledged_by, after.acknowledged_at) == (ANSWERING, "甲", NOW)

    def test_the_first_answer_stays_and_a_later_one_is_kept_beside_it(self) -> None:
        first = moved(alert(RED), ANSWERED, by="甲", mover=Mover.HANDLER, now=NOW)
        again = moved(first, ANSWERING, by="甲", mover=Mover.HANDLER, now=NOW + HOUR)
        second = moved(again, ANSWERED, by="甲", mover=Mover.HANDLER, now=NOW + 2 * HOUR)
        assert (second.answered_at, answered_last(second)) == (NOW, NOW + 2 * HOUR)
        assert answered_last(alert(RED)) is None

    def test_a_move_that_is_not_in_the_table_is_refused_and_changes_nothing(self) -> None:
        with pytest.raises(Conflict, match="须由审批人办理"):
            moved(alert(RED), CLOSED, by="甲", mover=Mover.HANDLER, now=NOW)

    def test_closing_keeps_who_closed_it_and_when_and_acknowledges_nothing(self) -> None:
        closed = moved(alert(RED), CLOSED, by="审批丙", mover=Mover.CLOSER, now=NOW)
        assert (closed.state, closed.closed_by, closed.closed_at) == (CLOSED, "审批丙", NOW)
        assert (closed.acknowledged_by, closed.acknowledged_at) == (None, None)

    def test_a_draft_is_remembered_from_when_on_it_is_written(self) -> None:
        drafting = moved(alert(RED, owner="甲"), ANSWERING, by="甲", mover=Mover.HANDLER, now=NOW)
        assert (standing(drafting), drafting.extras["answering_at"]) == (ANSWERING, NOW.isoformat())

    def test_taken_back_it_waits_for_somebody_again(self) -> None:
        seen = moved(alert(RED), ACKNOWLEDGED, by="甲", mover=Mover.HANDLER, now=NOW)
        back = moved(seen, OPEN, by="甲", mover=Mover.HANDLER, now=NOW)
        assert (back.state, back.acknowledged_at, back.acknowledged_by) == (OPEN, None, None)

    def test_a_withdrawn_draft_leaves_the_alert_with_its_owner(self) -> None:
        drafting = moved(alert(RED, owner="甲"), ANSWERING, by="甲", mover=Mover.HANDLER, now=NOW)
        back = moved(drafting, ASSIGNED, by="甲", mover=Mover.HANDLER, now=NOW + HOUR)
        assert standing(back) is ASSIGNED


class TestStanding:
    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({}, OPEN),
            ({"acknowledged_at": NOW}, ACKNOWLEDGED),
            ({"acknowledged_at": NOW, "owner": "甲"}, ASSIGNED),
            ({"acknowledged_at": NOW, "owner": "甲", "extras": {"answering_at": NOW.isoformat()}}, ANSWERING),
            ({"acknowledged_at": NOW, "owner": "甲", "answered_at": NOW}, ANSWERED),
            (
                {"acknowledged_at": NOW, "answered_at": NOW, "extras": {"answering_at": (NOW + HOUR).isoformat()}},
                ANSWERING,
            ),
            ({"acknowledged_at": NOW, "answered_at": NOW, "extras": {"answering_at": NOW.isoformat()}}, ANSWERED),
            ({"acknowledged_at": NOW, "answered_at": NOW, "extras": {"risen_at": NOW.isoformat()}}, ACKNOWLEDGED),
            ({"acknowledged_at": NOW, "answered_at": NOW + HOUR, "extras": {"risen_at": NOW.isoformat()}}, ANSWERED),
            (
                {
                    "acknowledged_at": NOW,
                    "extras": {"answering_at": (NOW + HOUR).isoformat(), "risen_at": NOW.isoformat()},
                },
                ANSWERING,
            ),
            (
                {"acknowledged_at": NOW, "extras": {"answering_at": NOW.isoformat(), "risen_at": NOW.isoformat()}},
                ACKNOWLEDGED,
            ),
            (
                {"acknowledged_at": NOW, "answered_at": NOW, "extras": {"risen_at": (NOW + HOUR).isoformat()}},
                ACKNOWLEDGED,
            ),
            (
                {
                    "acknowledged_at": NOW,
                    "owner": "甲",
                    "extras": {"answering_at": NOW.isoformat(), "risen_at": (NOW + HOUR).isoformat()},
                },
                ASSIGNED,
            ),
        ],
    )
    def test_the_facts_give_the_state(self, facts: dict[str, object], expected: AlertState) -> None:
        assert standing(alert(RED, **facts)) is expected

    def test_what_was_said_of_a_lower_level_answers_no_higher_one(self) -> None:
        spoken = moved(alert(YELLOW), ANSWERED, by="甲", mover=Mover.HANDLER, now=NOW)
        found = finding(RED)
        decision = decide(event=event(), finding=found, alert=spoken, now=NOW + HOUR)
        risen = followed(spoken, event=event(), decision=decision, finding=found, now=NOW + HOUR)
        assert risen.state is OPEN
        seen = moved(risen, ACKNOWLEDGED, by="乙", mover=Mover.HANDLER, now=NOW + HOUR)
        assert standing(seen) is ACKNOWLEDGED
        assert seen.answered_at == NOW
