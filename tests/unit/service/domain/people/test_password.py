from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.people.password import is_live, is_locked, password_fault
from service.domain.people.person import Role, Session
from service.flows.people.acts import one_time_password
from tests.builders import NOW, build_person


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Ab1-", "至少 8 个字符"),
        ("abcdefgh1", "至少三类"),
        ("A1" * 65, "最多 128 个字符"),
        ("Xadmin-12", "不能包含用户名"),
        ("Old-pass-1", "不能与原密码相同"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_a_sentence(password: str, words: str) -> None:
    fault = password_fault(password, name="admin", old="Old-pass-1")
    assert fault is not None
    assert words in fault


@pytest.mark.parametrize("password", ["Abcdefg1", "abcdefg-1", "ABCDEFG-1", "密码Ab1234"])
def test_three_classes_of_four_are_enough(password: str) -> None:
    assert password_fault(password, name="admin") is None


def test_a_one_time_password_passes_its_own_rule() -> None:
    assert all(password_fault(one_time_password(), name="admin") is None for _ in range(50))


def test_a_lock_ends_by_itself() -> None:
    person = build_person(Role.VIEWER, locked_until=NOW)
    assert is_locked(person, NOW - timedelta(seconds=1))
    assert not is_locked(person, NOW)


def test_a_clock_set_back_shuts_nobody_out() -> None:
    person = build_person(Role.VIEWER, locked_until=NOW + timedelta(seconds=300))
    assert is_locked(person, NOW)
    assert not is_locked(person, NOW - timedelta(hours=1))
    assert is_locked(person, NOW - timedelta(hours=1), lock=timedelta(hours=2))


def test_a_clock_set_back_gives_no_session_another_year() -> None:
    session = Session(id="s", person_id="p", csrf="c", created_at=NOW, seen_at=NOW)
    assert is_live(session, NOW - timedelta(minutes=15))
    assert not is_live(session, NOW - timedelta(hours=1))
    assert not is_live(session, NOW - timedelta(days=400))


@given(st.integers(0, 60), st.integers(0, 600))
def test_a_session_lives_while_it_is_neither_idle_nor_old(idle: int, age: int) -> None:
    session = Session(
        id="s",
        person_id="p",
        csrf="c",
        created_at=NOW - timedelta(minutes=age),
        seen_at=NOW - timedelta(minutes=idle),
    )
    assert is_live(session, NOW) == (idle <= 15 and age <= 480)
