from collections.abc import Callable

import pytest

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.events.event import IncidentGrade
from service.domain.people.person import Person
from service.domain.refusal import Forbidden, NotFound
from service.flows.alerts.acts import acknowledge, answer, assign
from service.flows.alerts.clocks import arm_clock, cancel_clock, meet_clock, pause_clock, start_clock
from service.flows.alerts.grading import set_grade, set_level
from service.ports.store import Store
from tests.flows.acts.scene import APPROVER, GONE, NOW, OFFICE, OFFICER, VIEWER

ACTS: list[tuple[str, Callable[[Store, Person, Alert], object], frozenset[str]]] = [
    ("acknowledge", lambda s, p, a: acknowledge(s, p, a.id, now=NOW), frozenset({"甲", "乙"})),
    ("assign", lambda s, p, a: assign(s, p, a.id, "甲", office=OFFICE, now=NOW), frozenset({"甲", "乙"})),
    ("answer", lambda s, p, a: answer(s, p, a.id, office=OFFICE, now=NOW), frozenset({"甲", "乙"})),
    ("meet", lambda s, p, a: meet_clock(s, p, f"{a.id}-C-48H", office=OFFICE, now=NOW), frozenset({"甲", "乙"})),
    (
        "grade",
        lambda s, p, a: set_grade(s, p, a.id, IncidentGrade.III, reason="核实", office=OFFICE, now=NOW),
        frozenset({"乙"}),
    ),
    (
        "level",
        lambda s, p, a: set_level(s, p, a.id, AlertLevel.RED, reason="核实", office=OFFICE, now=NOW),
        frozenset({"乙"}),
    ),
    ("arm", lambda s, p, a: arm_clock(s, p, f"{a.id}-C-GRP", office=OFFICE, now=NOW), frozenset({"乙"})),
    ("start", lambda s, p, a: start_clock(s, p, a.id, "C-APP", office=OFFICE, now=NOW), frozenset({"乙"})),
    ("cancel", lambda s, p, a: cancel_clock(s, p, f"{a.id}-C-48H", "重复", office=OFFICE, now=NOW), frozenset({"乙"})),
    ("pause", lambda s, p, a: pause_clock(s, p, f"{a.id}-C-48H", "等待", now=NOW), frozenset({"乙"})),
]


@pytest.mark.parametrize(("name", "act", "allowed"), ACTS, ids=[row[0] for row in ACTS])
@pytest.mark.parametrize("who", [OFFICER, APPROVER, VIEWER, GONE], ids=["officer", "approver", "viewer", "disabled"])
def test_only_the_roles_that_are_granted_an_act_do_it(
    store: Store,
    alert: Alert,
    name: str,
    act: Callable[[Store, Person, Alert], object],
    allowed: frozenset[str],
    who: Person,
) -> None:
    with store.read() as work:
        before = (work.alerts.get(alert.id), len(work.audit.rows()))
    if who.name in allowed:
        act(store, who, alert)
        with store.read() as work:
            assert len(work.audit.rows()) > before[1], name
        return
    with pytest.raises(Forbidden, match="没有这项权限"):
        act(store, who, alert)
    with store.read() as work:
        assert (work.alerts.get(alert.id), len(work.audit.rows())) == before


def test_what_does_not_exist_is_said_so(store: Store) -> None:
    with pytest.raises(NotFound, match="预警"):
        acknowledge(store, OFFICER, "none", now=NOW)
    with pytest.raises(NotFound, match="时限"):
        cancel_clock(store, APPROVER, "none", "重复", office=OFFICE, now=NOW)
