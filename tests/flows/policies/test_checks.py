"""What an administrator vouches for is laid over the shipped marks, with name, note and audit row, until the entry or its text changes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from service.domain.alerts.alert import AlertLevel
from service.domain.people.person import Person
from service.domain.policies.checks import CheckVerdict
from service.domain.refusal import Forbidden, NotFound, Refusal
from service.domain.rules.duties import is_verified
from service.domain.rules.register import Register
from service.flows.policies.importing import import_policies
from service.flows.rules.in_force import Rulebook
from service.flows.rules.verifying import check_entry
from service.ports.store import Store
from tests.flows.acts.scene import APPROVER, NOW

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def rules(store: Store, register: Register) -> Rulebook:
    return Rulebook(store, lambda: register, lambda: 0)


@pytest.fixture
def check(store: Store, register: Register, administrator: Person) -> Callable[..., None]:
    def do(subject: str, verdict: CheckVerdict = CheckVerdict.CONFIRMED, note: str = "对照公布文本第十六条") -> None:
        check_entry(store, administrator, subject, verdict, note, register=register, now=NOW)

    return do


class TestChecking:
    def test_a_checked_clock_is_verified_and_says_by_whom(self, rules: Rulebook, check: Callable[..., None]) -> None:
        assert not is_verified(rules.register.clocks["W-RC"], rules.register)
        check("clock:W-RC")
        assert rules.refresh(LATER)
        rule = rules.register.clocks["W-RC"]
        assert is_verified(rule, rules.register)
        assert rule.check is not None
        assert (rule.check.person, rule.check.note, rule.check.word) == ("管", "对照公布文本第十六条", "本单位已核实")

    def test_a_checked_fact_verifies_what_rests_on_it(self, rules: Rulebook, check: Callable[..., None]) -> None:
        fact = rules.register.policies["RC-03"]
        assert (fact.verified, fact.mark) == (False, "待核实")
        assert fact.open_points
        check("fact:RC-03")
        rules.refresh(LATER)
        fact = rules.register.policies["RC-03"]
        assert (fact.verified, fact.mark) == (True, "本单位已核实")
        assert fact.open_points == fact.document.open_points

    def test_a_checked_document_has_no_open_points_left(self, rules: Rulebook, check: Callable[..., None]) -> None:
        check("document:plan-jiangxi-2020")
        rules.refresh(LATER)
        assert rules.register.documents["plan-jiangxi-2020"].open_points == ()
        assert rules.register.policies["EM-13"].document.open_points == ()

    def test_a_doubt_takes_the_mark_from_what_was_shipped_as_verified(
        self, rules: Rulebook, check: Callable[..., None]
    ) -> None:
        assert is_verified(rules.register.clocks["C-48H"], rules.register)
        check("clock:C-48H", CheckVerdict.DOUBTED)
        rules.refresh(LATER)
        assert not is_verified(rules.register.clocks["C-48H"], rules.register)
        check("clock:C-48H")
        rules.refresh(LATER + timedelta(minutes=1))
        assert is_verified(rules.register.clocks["C-48H"], rules.register)

    def test_the_act_is_in_the_audit_with_note_and_hashes(
        self, store: Store, check: Callable[..., None], texts: Path, register: Register
    ) -> None:
        (texts / "药品管理法(2019-08-26).md").write_text("第一百零七条 演示文本。\n", encoding="utf-8")
        import_policies(store, texts, register=register, actor="测试", now=NOW)
        check("fact:INF-01")
        with store.read() as work:
            [row] = work.audit.rows(subject="policy:fact:INF-01")
            [held] = work.policies.checks_of("fact:INF-01")
            policy = work.policies.get("药品管理法(2019-08-26)")
        assert policy is not None
        assert (row.actor, row.action, row.detail["reason"]) == ("管", "policy.checked", "对照公布文本第十六条")
        assert row.detail["text_hash"] == held.text_hash == policy.text_hash
        assert row.detail["fingerprint"] == held.fingerprint


class TestRefusals:
    def test_only_an_administrator_checks(self, store: Store, register: Register) -> None:
        with pytest.raises(Forbidden):
            check_entry(store, APPROVER, "clock:W-RC", CheckVerdict.CONFIRMED, "已对照", register=register, now=NOW)
        with store.read() as work:
            assert work.policies.checks() == {}

    def test_without_a_note_nothing_is_checked(self, check: Callable[..., None], store: Store) -> None:
        with pytest.raises(Refusal, match="核实须写明理由"):
            check("clock:W-RC", note="  ")
        with store.read() as work:
            assert work.policies.checks() == {}

    @pytest.mark.parametrize("subject", ["clock:W-NONE", "W-RC", "person:1", ""])
    def test_what_is_not_in_the_register_is_not_checked(self, check: Callable[..., None], subject: str) -> None:
        with pytest.raises(NotFound):
            check(subject)


class TestOutdated:
    def test_a_shipped_fact_that_changes_asks_for_a_new_check(
        self, store: Store, register: Register, check: Callable[..., None]
    ) -> None:
        check("fact:RC-03")
        changed = replace(register.policies["RC-03"], limit="每日；2日；5日")
        facts = MappingProxyType({**register.policies, "RC-03": changed})
        rules = Rulebook(store, lambda: replace(register, policies=facts), lambda: 0)
        rules.refresh(NOW)
        fact = rules.register.policies["RC-03"]
        assert not fact.verified
        assert fact.check is not None
        assert fact.check.word == "内容已变更，须重新核实（待核实）"

    def test_a_new_text_asks_for_a_new_check(
        self, store: Store, register: Register, rules: Rulebook, check: Callable[..., None], texts: Path
    ) -> None:
        law = texts / "药品管理法(2019-08-26).md"
        law.write_text("第一百零七条 演示文本。\n", encoding="utf-8")
        import_policies(store, texts, register=register, actor="测试", now=NOW)
        check("fact:INF-01")
        rules.refresh(NOW)
        assert rules.register.policies["INF-01"].mark == "本单位已核实"
        law.write_text("第一百零七条 改过的演示文本。\n", encoding="utf-8")
        import_policies(store, texts, register=register, actor="测试", now=LATER)
        rules.refresh(LATER)
        # What was shipped as read in the text falls back to its own mark; only the office's word is withdrawn.
        fact = rules.register.policies["INF-01"]
        assert fact.check is not None
        assert (fact.check.outdated, fact.mark) == (True, "已核对原文")

    def test_a_doubt_outlives_a_change(self, store: Store, register: Register, check: Callable[..., None]) -> None:
        check("clock:C-48H", CheckVerdict.DOUBTED)
        changed = replace(register.clocks["C-48H"], limit="36h")
        rules = Rulebook(
            store, lambda: replace(register, clocks=MappingProxyType({**register.clocks, "C-48H": changed})), lambda: 0
        )
        rules.refresh(NOW)
        assert not is_verified(rules.register.clocks["C-48H"], rules.register)


def test_an_unchecked_register_is_the_shipped_one(rules: Rulebook, register: Register) -> None:
    assert not rules.refresh(LATER)
    assert rules.register is register
    assert rules.register.level(AlertLevel.RED) is register.level(AlertLevel.RED)
