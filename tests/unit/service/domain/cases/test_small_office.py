"""A small office: whoever writes, somebody else reviews and a third person signs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.cases.small_office import LEAST, small_office, without_way
from service.domain.people.person import Person, Role
from service.domain.refusal import Conflict
from service.policies.register import load_register

WORKFLOW = load_register().workflow
JOINED = datetime(2026, 11, 25, tzinfo=UTC)
ABLE = [Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR]


def staff(*roles: Role) -> list[Person]:
    return [
        Person(id=f"p{n}", name=f"人{n}", role=role, password_hash="", created_at=JOINED + timedelta(minutes=n))
        for n, role in enumerate(roles)
    ]


def spread(people: list[Person]) -> list[Person]:
    shared = small_office(people, WORKFLOW)
    return [replace(one, duties=shared.get(one.id, frozenset())) for one in people]


@given(
    st.lists(st.sampled_from(ABLE), min_size=LEAST, max_size=12), st.lists(st.sampled_from([Role.VIEWER, Role.AUDITOR]))
)
def test_every_duty_is_held_and_whoever_writes_the_text_can_go_out(able: list[Role], others: list[Role]) -> None:
    people = spread(staff(*able, *others))
    assert frozenset().union(*(one.duties for one in people)) == set(WORKFLOW.duties)
    assert without_way(people, WORKFLOW) == ()
    assert all(not one.duties for one in people if one.role not in ABLE)


@given(st.permutations([Role.OFFICER, Role.OFFICER, Role.ADMINISTRATOR, Role.APPROVER]))
def test_an_approver_signs(roles: list[Role]) -> None:
    signing = [one.role for one in spread(staff(*roles)) if one.duties & {"deputy_head", "head"}]
    assert signing == [Role.APPROVER]


@pytest.mark.parametrize("count", range(LEAST))
def test_with_fewer_than_three_it_says_how_many_are_missing(count: int) -> None:
    with pytest.raises(Conflict, match=f"现有{count}名，请先新增{LEAST - count}名用户"):
        small_office(staff(*[Role.OFFICER] * count, Role.VIEWER, Role.AUDITOR), WORKFLOW)


def test_who_is_switched_off_holds_nothing() -> None:
    people = staff(*[Role.OFFICER] * 4)
    people[0] = replace(people[0], disabled=True)
    assert people[0].id not in small_office(people, WORKFLOW)


def test_a_duty_that_the_office_added_is_held_too() -> None:
    duties = {**WORKFLOW.duties, "translator": replace(WORKFLOW.duties["monitor"], id="translator")}
    shared = small_office(staff(*[Role.OFFICER] * 3), replace(WORKFLOW, duties=duties))
    assert "translator" in frozenset().union(*shared.values())


def test_an_office_in_which_the_only_signer_also_writes_is_named() -> None:
    everything = frozenset(WORKFLOW.duties)
    two = [replace(one, duties=everything) for one in staff(Role.OFFICER, Role.OFFICER)]
    assert without_way(two, WORKFLOW) == ("人0", "人1")
    three = [replace(one, duties=everything) for one in staff(Role.OFFICER, Role.OFFICER, Role.OFFICER)]
    assert without_way(three, WORKFLOW) == ()


FIRST = "analyst case_officer legal_reviewer monitor publisher secrecy_reviewer"
SECOND = "archivist case_officer legal_reviewer monitor publication_checker secrecy_reviewer"
FOURTH = "legal_reviewer monitor publication_checker secrecy_reviewer spokesperson"
SIGNS, HEAD, WATCHES = "deputy_head duty_lead", "head", "analyst monitor"


@pytest.mark.parametrize(
    "seats",
    [
        (f"{FIRST} spokesperson", f"{SECOND} spokesperson", f"{SIGNS} {HEAD}"),
        (FIRST, SECOND, FOURTH, f"{SIGNS} {HEAD}"),
        (FIRST, SECOND, FOURTH, SIGNS, HEAD),
        (FIRST, SECOND, WATCHES, WATCHES, FOURTH, SIGNS, HEAD),
    ],
    ids=["three", "four", "five", "seven"],
)
def test_one_writes_another_reviews_a_third_signs_and_more_people_share_the_checks(seats: tuple[str, ...]) -> None:
    shared = small_office(staff(*[Role.OFFICER] * len(seats)), WORKFLOW)
    assert [shared[f"p{n}"] for n in range(len(seats))] == [frozenset(seat.split()) for seat in seats]


def test_a_duty_that_the_office_added_falls_to_who_reviews_and_not_to_who_signs() -> None:
    duties = {**WORKFLOW.duties, "translator": replace(WORKFLOW.duties["monitor"], id="translator")}
    shared = small_office(staff(*[Role.OFFICER] * 3), replace(WORKFLOW, duties=duties))
    assert [person for person, held in shared.items() if "translator" in held] == ["p1"]


def holding(*duties: str) -> list[Person]:
    return [
        replace(one, duties=frozenset(held.split()))
        for one, held in zip(staff(*[Role.OFFICER] * len(duties)), duties, strict=True)
    ]


def test_whoever_writes_what_nobody_else_reviews_or_signs_is_named_and_who_holds_nothing_helps_nobody() -> None:
    checks = "case_officer legal_reviewer secrecy_reviewer"
    assert without_way(holding(checks, checks, "deputy_head head"), WORKFLOW) == ()
    assert without_way(holding(checks, "", "deputy_head head"), WORKFLOW) == ("人0",)
    assert without_way(holding(checks, checks, "archivist"), WORKFLOW) == ("人0", "人1")


def test_an_office_in_which_nobody_signs_under_grades_1_and_2_is_named() -> None:
    checks = "case_officer legal_reviewer secrecy_reviewer"
    assert without_way(holding(checks, checks, "deputy_head"), WORKFLOW) == ("人0", "人1")
