"""Roles and acts as the interface names them, and which role is granted what."""

from datetime import UTC, datetime

import pytest

from service.domain.people.person import Act, Person, Role, granted, may

VIEWER, OFFICER, APPROVER, ADMINISTRATOR, AUDITOR = Role
HANDLE, DECIDE, KEEP = (OFFICER, APPROVER, ADMINISTRATOR), (APPROVER, ADMINISTRATOR), (ADMINISTRATOR,)
GRANTED: dict[Act, tuple[Role, ...]] = {
    Act.READ: tuple(Role),
    Act.HANDLE_ALERT: HANDLE,
    Act.ARM_CLOCK: DECIDE,
    Act.CLOSE_ALERT: DECIDE,
    Act.IMPORT: HANDLE,
    Act.BRIEF: HANDLE,
    Act.MANAGE_SOURCES: KEEP,
    Act.MANAGE_PEOPLE: KEEP,
    Act.RUN_DRILL: KEEP,
    Act.READ_AUDIT: (AUDITOR,),
    Act.FOLLOW: HANDLE,
    Act.SIGN_SHEET: DECIDE,
    Act.HANDLE_MATTER: HANDLE,
    Act.EXTEND_MATTER: DECIDE,
    Act.LINK_POLICY: HANDLE,
    Act.CHECK_POLICY: KEEP,
    Act.MANAGE_ROSTER: DECIDE,
    Act.LABEL: HANDLE,
    Act.MANAGE_MODELS: KEEP,
    Act.EDIT_WORDS: HANDLE,
    Act.TRY_AGAIN: KEEP,
    Act.HIDE: DECIDE,
}


@pytest.mark.parametrize("act", Act)
def test_an_act_is_granted_to_exactly_these_roles_the_least_first(act: Act) -> None:
    assert granted(act) == GRANTED[act]
    assert {role for role in Role if may(role, act)} == set(GRANTED[act])


def test_who_is_added_can_log_in_with_the_password_given_and_holds_no_duty_and_gets_no_mail() -> None:
    added = Person(id="p1", name="甲", role=OFFICER, password_hash="", created_at=datetime(2026, 11, 25, tzinfo=UTC))
    assert (added.disabled, added.must_change_password, added.failures, added.locked_until) == (False, False, 0, None)
    assert (added.duties, added.email, added.notify_from) == (frozenset(), None, None)


def test_every_role_and_act_has_a_word() -> None:
    for one in (*Role, *Act):
        assert one.word, one
    assert len({one.word for one in Act}) == len(Act)
