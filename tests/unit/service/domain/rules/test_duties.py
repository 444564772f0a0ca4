from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.clocks.clock import SYSTEM, Clock, ClockState, cancel, drop, expire
from service.domain.events.event import IncidentGrade
from service.domain.policies.checks import Check, CheckVerdict
from service.domain.policies.policy import Verification
from service.domain.rules.duties import cited, clock_id, propose
from service.domain.rules.register import Register
from tests.unit.service.domain.builders import HOUR, NOW, alert, facts, register

NONE, BLUE, YELLOW, ORANGE, RED = AlertLevel
KNOWN = NOW - HOUR / 2
CLUSTER: dict[str, Any] = {"cluster": True, "products": ("甲乙注射液",)}


def proposed(level: AlertLevel, *categories: str, existing: tuple[Clock, ...] = (), **known: Any) -> dict[str, Clock]:
    when = known.pop("known_at", KNOWN)
    held = known.pop("alert", alert(level))
    rules = known.pop("rules", None) or register()
    clocks = propose(
        alert=held,
        categories=categories,
        facts=facts(*categories, **known),
        register=rules,
        known_at=when,
        post_at=NOW - HOUR,
        now=NOW,
        existing=existing,
    )
    return {clock.rule_id: clock for clock in clocks}


# Each row: level, categories, facts; rules armed at once; rules proposed.
ROWS: list[tuple[str, AlertLevel, tuple[str, ...], dict[str, Any], set[str], set[str]]] = [
    (
        "red proposes 5 h and 24 h and starts 48 h",
        RED,
        ("R01",),
        CLUSTER,
        {"C-48H"},
        {"C-5H", "C-24H", "C-UPD", "C-GRP", "W-GRP7"},
    ),
    ("orange starts 48 h and proposes no 5 h", ORANGE, ("R02",), {}, {"C-48H"}, set()),
    ("yellow only proposes 48 h", YELLOW, ("R02",), {}, set(), {"C-48H"}),
    ("blue starts nothing statutory", BLUE, ("R02",), {}, set(), set()),
    ("no level has no clocks", NONE, ("R02",), {}, set(), set()),
    (
        "a grave grade leaves 48 h to other opinion",
        RED,
        ("R02",),
        {"grade": IncidentGrade.II},
        set(),
        {"C-5H", "C-24H", "C-UPD"},
    ),
    ("misleading vaccine information is checked at once, even at blue", BLUE, ("R07", "R13"), {}, {"C-VAX"}, set()),
    ("a rumour is to be clarified from yellow on", YELLOW, ("R05", "R13"), {}, {"C-CLAR"}, {"C-48H"}),
    ("a rumour at blue is only watched", BLUE, ("R05", "R13"), {}, set(), set()),
    (
        "a class 1 drug recall goes on the office's site; its limits are not verified",
        ORANGE,
        ("R04",),
        {"recall_class": 1},
        {"C-48H", "C-RCWEB"},
        {"W-RC"},
    ),
    ("a class 3 recall stays off the site", ORANGE, ("R04",), {"recall_class": 3}, {"C-48H"}, {"W-RC"}),
    ("a device recall follows its own rule", ORANGE, ("R10", "R04"), {"recall_class": 1}, {"C-48H"}, {"W-RCD"}),
    ("a device cluster", YELLOW, ("R10",), {"cluster": True}, set(), {"C-48H", "W-DEV12", "W-DEV7"}),
    ("a single device case without death", YELLOW, ("R10",), {}, set(), {"C-48H"}),
    ("a cosmetic of large influence", ORANGE, ("R11",), {}, {"C-48H"}, {"W-COS3", "W-COS10"}),
    ("a death after a drug", BLUE, ("R01",), {"death": True}, set(), {"W-ADRD", "W-ADR15"}),
    ("a death after a vaccination", BLUE, ("R07",), {"death": True}, set(), {"W-AEFI2"}),
    ("a complaint of another kind has no clock of complaints", BLUE, ("R02",), {"complaint": True}, set(), set()),
    ("a complaint", BLUE, ("R09",), {"complaint": True}, set(), {"C-TS7"}),
    ("a lead and a petition", BLUE, ("R12",), {"lead": True, "petition": True}, set(), {"C-JB15", "C-XF15"}),
]


@pytest.mark.parametrize(
    ("_rule", "level", "categories", "known", "armed", "offered"), ROWS, ids=[row[0] for row in ROWS]
)
def test_a_level_starts_and_proposes_what_the_table_says(
    _rule: str,
    level: AlertLevel,
    categories: tuple[str, ...],
    known: dict[str, Any],
    armed: set[str],
    offered: set[str],
) -> None:
    clocks = proposed(level, *categories, **known)
    assert {name for name, clock in clocks.items() if clock.state is ClockState.ARMED} == armed
    assert {name for name, clock in clocks.items() if clock.state is ClockState.PROPOSED} == offered


def test_every_rule_is_reached_by_a_row_or_is_for_people_or_disabled() -> None:
    reached = {name for row in ROWS for name in (*row[4], *row[5])}
    by_hand = {"C-PUB", "C-APP", "C-TJ45", "C-XF60"}
    disabled = {name for name, rule in register().clocks.items() if not rule.enabled}
    assert disabled == {"C-UP2H"}
    assert reached | by_hand | disabled == set(register().clocks)


def test_the_five_and_twenty_four_hours_never_start_by_themselves() -> None:
    for level in AlertLevel:
        for grade in (None, *IncidentGrade):
            for name, clock in proposed(level, "R01", "R07", "R13", grade=grade, death=True, **CLUSTER).items():
                assert name not in {"C-5H", "C-24H"} or clock.state is ClockState.PROPOSED


def test_a_clock_that_starts_at_once_runs_from_first_knowledge_in_the_name_of_the_system() -> None:
    clock = proposed(ORANGE, "R02")["C-48H"]
    assert (clock.limit, clock.start_at, clock.due_at) == ("48h", KNOWN, KNOWN + 48 * HOUR)
    assert (clock.post_at, clock.armed_by, clock.armed_at) == (NOW - HOUR, SYSTEM, NOW)
    assert clock.basis == "《国务院办公厅关于在政务公开工作中进一步做好政务舆情回应的通知》（国办发〔2016〕61号）"
    assert clock.id == clock_id("A1", "C-48H")


def test_an_unverified_limit_is_shown_as_such_and_waits_for_a_person() -> None:
    clock = proposed(RED, "R04", recall_class=1)["W-RC"]
    assert (clock.verified, clock.state) == (False, ClockState.PROPOSED)


def with_rule(**given: Any) -> Register:
    """The shipped register with another rule of the 48 hours."""
    known = register()
    return replace(known, clocks={**known.clocks, "C-48H": replace(known.clocks["C-48H"], **given)})


def with_unverified_basis() -> Register:
    known = register()
    doubtful = {
        name: replace(known.policies[name], verification=Verification.UNVERIFIED)
        for name in known.clocks["C-48H"].policies
    }
    return replace(known, policies={**known.policies, **doubtful})


def checked(verdict: CheckVerdict, *, outdated: bool = False) -> Check:
    return Check(
        subject="clock:C-48H",
        verdict=verdict,
        person="张三",
        at=NOW,
        note="已对照原文",
        fingerprint="",
        outdated=outdated,
    )


CONFIRMED, DOUBTED = CheckVerdict.CONFIRMED, CheckVerdict.DOUBTED


@pytest.mark.parametrize(
    ("known", "starts"),
    [
        pytest.param(register(), True, id="as shipped"),
        pytest.param(with_rule(verified=False), False, id="a limit that is not verified"),
        pytest.param(with_unverified_basis(), False, id="a policy that is not verified"),
        pytest.param(with_rule(verified=False, check=checked(CONFIRMED)), True, id="the office confirmed it"),
        pytest.param(
            with_rule(verified=False, check=checked(CONFIRMED, outdated=True)),
            False,
            id="what it confirmed has changed",
        ),
        pytest.param(with_rule(check=checked(CONFIRMED, outdated=True)), True, id="a verified one that changed since"),
        pytest.param(with_rule(check=checked(DOUBTED)), False, id="the office doubts it"),
        pytest.param(with_rule(check=checked(DOUBTED, outdated=True)), False, id="a doubt outlives a change"),
    ],
)
class TestAnUnverifiedClockNeverStartsByItself:
    def test_when_it_is_new(self, known: Register, *, starts: bool) -> None:
        clock = proposed(ORANGE, "R02", rules=known)["C-48H"]
        assert (clock.state, clock.verified) == (ClockState.ARMED if starts else ClockState.PROPOSED, starts)

    @pytest.mark.parametrize("before", [True, False])
    def test_when_it_was_proposed_before(self, known: Register, *, before: bool, starts: bool) -> None:
        offered = replace(proposed(YELLOW, "R02")["C-48H"], verified=before)
        clock = proposed(ORANGE, "R02", rules=known, existing=(offered,)).get("C-48H")
        if starts:
            assert clock is not None
            assert clock.state is ClockState.ARMED
        else:
            # The proposal is written anew where what is known of its rule has changed.
            assert (clock is None) is not before
            assert clock is None or (clock.state, clock.verified) == (ClockState.PROPOSED, False)

    def test_and_a_proposal_says_what_is_known_of_it_now(self, known: Register, *, starts: bool) -> None:
        offered = replace(proposed(YELLOW, "R02")["C-48H"], verified=not starts)
        clock = proposed(YELLOW, "R02", rules=known, existing=(offered,))["C-48H"]
        assert (clock.state, clock.verified) == (ClockState.PROPOSED, starts)

    def test_and_what_runs_keeps_what_it_was_started_on(self, known: Register, *, starts: bool) -> None:
        running = replace(proposed(ORANGE, "R02")["C-48H"], verified=not starts)
        assert proposed(ORANGE, "R02", rules=known, existing=(running,)) == {}


@pytest.mark.parametrize("policy", ["GOV-15", "EM-01"])
def test_of_two_policies_one_that_is_not_verified_is_enough_to_wait_for_a_person(policy: str) -> None:
    known = register()
    assert set(known.clocks["C-CLAR"].policies) == {"GOV-15", "EM-01"}
    doubtful = replace(known.policies[policy], verification=Verification.UNVERIFIED)
    rules = replace(known, policies={**known.policies, policy: doubtful})
    assert proposed(YELLOW, "R05", "R13", rules=rules)["C-CLAR"].state is ClockState.PROPOSED


def test_a_category_that_was_removed_proposes_nothing_and_disturbs_nothing() -> None:
    assert set(proposed(ORANGE, "R02", "R99")) == set(proposed(ORANGE, "R02"))


def test_a_recall_of_unknown_class_has_no_due_time_and_says_why() -> None:
    clock = proposed(YELLOW, "R04", recall=True)["W-RC"]
    assert (clock.limit, clock.due_at) == ("prompt", None)
    assert clock.reason is not None
    assert "级别" in clock.reason


def test_working_days_of_an_unknown_year_leave_the_due_time_open_and_say_why() -> None:
    clock = proposed(BLUE, "R09", complaint=True, known_at=datetime(2026, 12, 30, tzinfo=UTC))["C-TS7"]
    assert clock.due_at is None
    assert "2027年" in (clock.reason or "")


class TestWithExisting:
    def test_asking_twice_proposes_once(self) -> None:
        first = tuple(proposed(RED, "R01", **CLUSTER).values())
        assert proposed(RED, "R01", existing=first, **CLUSTER) == {}

    def test_a_rise_to_orange_starts_what_yellow_proposed(self) -> None:
        yellow = tuple(proposed(YELLOW, "R02").values())
        assert proposed(ORANGE, "R02", existing=yellow)["C-48H"].state is ClockState.ARMED

    def test_an_expired_proposal_starts_when_the_level_demands_it(self) -> None:
        offered = proposed(YELLOW, "R02")["C-48H"]
        lapsed = expire(offered, register().clocks["C-48H"], NOW + 2 * HOUR)
        assert lapsed is not None
        assert proposed(ORANGE, "R02", existing=(lapsed,))["C-48H"].state is ClockState.ARMED
        assert proposed(YELLOW, "R02", existing=(lapsed,)) == {}

    def test_what_a_person_cancelled_stays_cancelled(self) -> None:
        ended = cancel(proposed(YELLOW, "R02")["C-48H"], by="张三", reason="不需要回应", now=NOW)
        assert proposed(RED, "R02", existing=(ended,)).get("C-48H") is None

    def test_a_proposal_that_ended_with_its_alert_is_made_anew_once_that_is_open_again(self) -> None:
        ended = tuple(drop(one, by="张三", now=NOW) for one in proposed(YELLOW, "R02").values())
        assert [one.rule_id for one in ended] == ["C-48H"]
        assert proposed(YELLOW, "R02", existing=ended)["C-48H"].state is ClockState.PROPOSED
        assert proposed(RED, "R02", existing=ended)["C-48H"].state is ClockState.ARMED

    def test_a_closed_alert_gets_no_clocks(self) -> None:
        assert proposed(RED, "R01", alert=replace(alert(RED), state=AlertState.CLOSED), **CLUSTER) == {}


def test_watch_clocks_stay_as_a_checklist_and_own_proposals_expire() -> None:
    rules = register().clocks
    assert rules["C-5H"].expires_after == timedelta(hours=2)
    assert rules["W-GRP7"].expires_after is None


def test_a_document_that_two_entries_of_a_clock_come_from_is_cited_once() -> None:
    shipped = register()
    for rule in shipped.clocks.values():
        named = cited(rule, shipped).split("；")
        assert len(named) == len(set(named)), rule.id
