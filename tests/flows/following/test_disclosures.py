"""A decision on a frequent subject that was made by mistake is taken back."""

from datetime import timedelta
from pathlib import Path

import pytest

from service.domain.matters.disclosure import DisclosureState
from service.domain.people.person import Person
from service.domain.refusal import Forbidden, NotFound, Refusal
from service.domain.rules.register import Register
from service.flows.matters.acts import decide_disclosure, frequent_subjects, withdraw_disclosure
from service.flows.matters.matter_watch import coming_of_disclosures
from service.ports.store import Store
from tests.builders import NOW
from tests.following import seed_following

DAY = timedelta(days=1)


def test_a_decision_by_mistake_is_taken_back_with_its_reason_and_reminds_nobody_any_more(
    store: Store, register: Register, officer: Person, approver: Person, tmp_path: Path
) -> None:
    seed_following(store, officer, register, tmp_path)
    with store.read() as work:
        [subject] = [one for one in frequent_subjects(work, days=90, now=NOW).subjects if one.proposed]
    decided = decide_disclosure(
        store, approver, subject.id, disclose=True, reason="多人申请", days=90, register=register, now=NOW
    )
    with pytest.raises(Forbidden):
        withdraw_disclosure(store, officer, decided.id, "误点", now=NOW)
    with pytest.raises(Refusal, match="撤销决定须写明理由"):
        withdraw_disclosure(store, approver, decided.id, " ", now=NOW)
    with pytest.raises(NotFound):
        withdraw_disclosure(store, approver, "没有", "误点", now=NOW)
    withdraw_disclosure(store, approver, decided.id, " 误点 ", now=NOW + DAY)
    with store.read() as work:
        held = work.matters.disclosures()
        coming = coming_of_disclosures(work, held, register, NOW + DAY)
        [row] = work.audit.rows(subject=f"disclosure:{decided.id}", action="disclosure.withdrawn")
        assert any(one.proposed for one in frequent_subjects(work, days=90, now=NOW).subjects)
    assert ([one.state for one in held], coming) == ([DisclosureState.WITHDRAWN], {})
    assert (row.actor, row.detail["from"], row.detail["reason"]) == (approver.name, "决定主动公开", "误点")
    assert decided.due_at is not None
    assert [one.due_at for one in held] == [decided.due_at]
    assert row.detail["due_at"] == decided.due_at.isoformat()


def test_decided_taken_back_and_decided_again_at_one_instant_both_decisions_are_kept(
    store: Store, register: Register, officer: Person, approver: Person, tmp_path: Path
) -> None:
    seed_following(store, officer, register, tmp_path)

    def decided() -> str:
        with store.read() as work:
            [subject] = [one for one in frequent_subjects(work, days=90, now=NOW).subjects if one.proposed]
        return decide_disclosure(
            store, approver, subject.id, disclose=True, reason="多人申请", days=90, register=register, now=NOW
        ).id

    first = decided()
    withdraw_disclosure(store, approver, first, "误点", now=NOW)
    second = decided()
    with store.read() as work:
        held = {one.id: one.state for one in work.matters.disclosures()}
    assert held == {first: DisclosureState.WITHDRAWN, second: DisclosureState.ACCEPTED}
