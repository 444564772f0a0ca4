from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from analysis.assessment import Level
from analysis.events.heat import Relevance
from service.domain.events.event import IncidentGrade
from service.domain.events.facts import Condition, holds
from service.domain.events.need import (
    NeedDecision,
    NeedSigns,
    Side,
    absorb_need,
    need_decision,
    need_signs,
    propose_need,
)
from tests.builders import build_assessment, build_document
from tests.unit.service.domain.builders import HOUR, NOW, event, facts, register

LOCAL = {"spread": {"relevance": Relevance.LOCAL}}

# Each row: the rule with its policy id, categories, facts, signs of documents; proposed; reasons that must be named.
ROWS: list[tuple[str, tuple[str, ...], dict[str, Any], NeedSigns, bool, set[str]]] = [
    ("GOV-04: a suspected death is answered", ("R01",), {"death": True}, NeedSigns(), True, {"death"}),
    ("GOV-04: an open cluster is answered", ("R01",), {"cluster": True}, NeedSigns(), True, {"open_cluster"}),
    (
        "AEFI-05: a worry about a vaccine is answered",
        ("R07",),
        LOCAL,
        NeedSigns(documents=1, votes={"vaccine": 1, "vaccine_worry": 1}),
        True,
        {"vaccine", "vaccine_worry"},
    ),
    (
        "GOV-15: a rumour that nobody rebutted is answered",
        ("R13",),
        LOCAL,
        NeedSigns(documents=2, votes={"rumour": 2, "rumour_spreads": 1}),
        True,
        {"rumour", "rumour_spreads"},
    ),
    (
        "GOV-09: named criticism of the regulator is answered",
        ("R12",),
        LOCAL,
        NeedSigns(documents=1, votes={"criticism": 1, "criticism_sharp": 1}),
        True,
        {"criticism", "criticism_sharp"},
    ),
    (
        "SUP-01: the shortage of a critical medicine is answered",
        ("R08",),
        {},
        NeedSigns(documents=3, votes={"shortage": 3, "shortage_critical": 1}),
        True,
        {"shortage", "shortage_critical"},
    ),
    ("a risk without any reason is not", ("R09",), LOCAL, NeedSigns(documents=1), False, set()),
    (
        "CMP-02: a single grievance goes the way of complaints",
        ("R09",),
        LOCAL,
        NeedSigns(documents=1, votes={"single_grievance": 1, "asks_for_truth": 1}),
        False,
        {"single_grievance", "asks_for_truth"},
    ),
    (
        "GOV-10: what an office has answered is not answered again",
        ("R13",),
        {"misleading": True},
        NeedSigns(documents=2, votes={"rumour": 2, "rumour_spreads": 2}, answered_at=NOW),
        False,
        {"answered"},
    ),
    (
        "GOV-10: unless people go on asking",
        ("R13",),
        {"misleading": True},
        NeedSigns(documents=4, votes={"rumour": 4, "rumour_spreads": 2}, answered_at=NOW, asked_since=2),
        True,
        {"answered", "asked_again"},
    ),
    (
        "GOV-03: another province answers for itself",
        ("R01",),
        {"cluster": True, "elsewhere": True},
        NeedSigns(),
        False,
        {"elsewhere"},
    ),
    (
        "GOV-03: nor does it leave its dead to be answered here",
        ("R01",),
        {"death": True, "cluster": True, "elsewhere": True},
        NeedSigns(documents=1, votes={"many_in_words": 1, "serious": 1}),
        False,
        {"elsewhere"},
    ),
    ("what happened abroad alone is not", ("R02",), {"cluster": True, "abroad": True}, NeedSigns(), False, {"abroad"}),
    (
        "nor is it by the deaths of children",
        ("R01",),
        {"death": True, "cluster": True, "abroad": True},
        NeedSigns(documents=1, votes={"many_in_words": 1, "serious": 1, "closely_alike": 1}),
        False,
        {"abroad"},
    ),
    ("an old matter is not", ("R01",), {"cluster": True}, NeedSigns(old=True), False, {"old_matter"}),
    ("a refuted death is no reason", ("R01",), {"death": True, "death_refuted": True}, NeedSigns(), False, set()),
    (
        "RC-06: a recall that did not reach people is answered",
        ("R04",),
        LOCAL,
        NeedSigns(documents=1, votes={"recall_unreached": 1, "asks_for_truth": 1}),
        True,
        {"recall_unreached"},
    ),
    (
        "GOV-09: a call for the truth is answered",
        ("R09",),
        LOCAL,
        NeedSigns(documents=1, votes={"asks_for_truth": 1}),
        True,
        {"asks_for_truth"},
    ),
    ("industry news is not", ("R14",), {}, NeedSigns(), False, {"only_industry"}),
]


@pytest.mark.parametrize(
    ("_rule", "categories", "known", "signs", "needed", "named"), ROWS, ids=[row[0] for row in ROWS]
)
def test_the_proposal_follows_the_rule(
    _rule: str, categories: tuple[str, ...], known: dict[str, Any], signs: NeedSigns, needed: bool, named: set[str]
) -> None:
    proposal = propose_need(categories, facts(*categories, **known), signs)
    assert proposal.needed is needed
    assert named <= {reason.id for reason in proposal.reasons}
    if _rule.partition(":")[0] in register().policies:
        assert _rule.partition(":")[0] in {reason.policy for reason in proposal.reasons if reason.id in named}
    assert proposal.word == ("建议回应" if needed else "建议不回应")
    weights = [reason.weight for reason in proposal.reasons]
    assert weights == sorted(weights, reverse=True)
    assert {reason.side for reason in proposal.reasons if reason.weight < 0} <= {Side.AGAINST}


def test_every_policy_that_a_reason_names_stands_in_the_register() -> None:
    votes = dict.fromkeys(("vaccine", "rumour", "criticism", "shortage", "expose", "many_alike"), 1)
    signs = NeedSigns(documents=1, votes=votes, answered_at=NOW, asked_since=1)
    known = facts("R07", death=True, cluster=True, elsewhere=True)
    named = [reason.policy for reason in propose_need(("R07",), known, signs).reasons if reason.policy]
    assert len(named) > 8
    assert set(named) <= set(register().policies)


def test_what_the_event_tells_itself_is_not_counted_from_its_documents_again() -> None:
    told = ("death", "death_told", "open_cluster", "many_harmed", "office_speaks", "foreign")
    proposal = propose_need(("R01",), facts("R01"), NeedSigns(documents=1, votes=dict.fromkeys(told, 1)))
    assert proposal.reasons == ()


def test_industry_beside_a_risk_category_is_no_reason_against() -> None:
    assert propose_need(("R02", "R14"), facts("R02", "R14"), NeedSigns()).reasons == ()
    assert propose_need((), facts(), NeedSigns()).reasons == ()


def test_a_proposal_is_kept_with_every_reason_its_side_weight_and_policy() -> None:
    kept = propose_need(("R01",), facts("R01", death=True, elsewhere=True), NeedSigns()).as_json()
    assert (kept["needed"], kept["score"]) == (False, round(sum(one["weight"] for one in kept["reasons"]), 6))
    assert [(one["id"], one["side"], one["policy"]) for one in kept["reasons"]] == [
        ("death", "for", "GOV-04"),
        ("elsewhere", "against", "GOV-03"),
    ]
    assert all(one["sentence"] for one in kept["reasons"])


@pytest.mark.parametrize(("votes", "documents", "named"), [(1, 4, True), (1, 5, False), (3, 99, True), (2, 99, False)])
def test_a_reason_for_is_shown_by_a_quarter_of_the_documents_or_by_three(
    votes: int, documents: int, *, named: bool
) -> None:
    proposal = propose_need(("R12",), facts("R12"), NeedSigns(documents=documents, votes={"criticism_sharp": votes}))
    assert bool(proposal.reasons) is named


@pytest.mark.parametrize(("votes", "named"), [(2, False), (3, True)])
def test_a_reason_against_is_shown_by_more_than_half(votes: int, *, named: bool) -> None:
    proposal = propose_need(("R09",), facts("R09"), NeedSigns(documents=4, votes={"single_grievance": votes}))
    assert bool(proposal.reasons) is named


def test_what_a_person_decided_is_read_back_as_it_was_kept() -> None:
    decided = NeedDecision(needed=False, by="张三", at=NOW, reason="属地已回应")
    for one in (decided, replace(decided, needed=True)):
        assert need_decision(event(facts={"need_decided": one.as_json()})) == one
    assert need_decision(event()) is None
    for at in ("2026-11-25T06:32:00", "gestern", None):
        assert need_decision(event(facts={"need_decided": decided.as_json() | {"at": at}})) is None


def test_one_stray_among_many_documents_is_no_reason_for_and_a_half_is_none_against() -> None:
    votes = {"criticism_sharp": 2, "single_grievance": 5}
    proposal = propose_need(("R12",), facts("R12"), NeedSigns(documents=10, votes=votes))
    assert proposal.reasons == ()
    three = propose_need(("R12",), facts("R12"), NeedSigns(documents=99, votes={"criticism_sharp": 3}))
    assert [reason.id for reason in three.reasons] == ["criticism_sharp"]


def test_beside_an_answer_nothing_says_that_nobody_has_answered() -> None:
    votes = {"rumour": 2, "rumour_spreads": 2}
    answered = propose_need(("R13",), facts("R13"), NeedSigns(documents=2, votes=votes, answered_at=NOW))
    assert not any("未见辟谣" in reason.sentence for reason in answered.reasons)
    signs = NeedSigns(documents=2, votes=votes, answered_at=NOW, asked_since=1)
    [again] = [reason for reason in propose_need(("R13",), facts("R13"), signs).reasons if reason.id == "rumour"]
    assert again.sentence == "属于传言或误导信息，官方回应后仍未平息（2篇）"


class TestAbsorbing:
    def told(
        self,
        *,
        official: bool = False,
        named: bool = False,
        hours: int = 0,
        known: dict[str, Any] | None = None,
        **said: Any,
    ) -> Any:
        document = build_document(at=NOW + hours * HOUR, title=str(said.pop("title", "某市药店出现异味药品")))
        level = said.pop("level", Level.RISK)
        assessment = replace(build_assessment(document), facts=said, level=level)
        return absorb_need(known, document, assessment, official=official, named=named)

    def test_signs_are_counted_document_by_document(self) -> None:
        once = self.told(need="rumour rumour_spreads", needs_response=True)
        twice = self.told(need="rumour", needs_response=False, known=once)
        assert twice["documents"] == 2
        assert twice["votes"] == {"rumour": 2, "rumour_spreads": 1}

    def test_an_office_that_speaks_answers_and_what_is_asked_later_asks_again(self) -> None:
        known = self.told(need="rumour", needs_response=True)
        known = self.told(known=known, official=True, hours=2, need="office_speaks rebutted")
        earlier = self.told(known=known, hours=1, need="rumour", needs_response=True)
        assert earlier["asked_since"] == 0
        later = self.told(known=earlier, hours=3, need="rumour", needs_response=True)
        signs = need_signs(event(facts={"need": later}))
        assert signs.answered_at == NOW + 2 * HOUR
        assert signs.asked_since == 1

    def test_who_passes_the_answer_on_does_not_ask_again_unless_his_own_words_ask(self) -> None:
        known = self.told(official=True, need="office_speaks")
        relayed = self.told(known=known, named=True, hours=1, need="many_in_words", needs_response=True)
        assert relayed["asked_since"] == 0
        titled = self.told(known=known, hours=1, need="told_answered many_in_words", needs_response=True)
        assert titled["asked_since"] == 0
        asking = self.told(known=known, named=True, hours=1, need="told_answered asks_for_truth", needs_response=True)
        assert asking["asked_since"] == 1

    def test_a_later_answer_settles_what_was_asked(self) -> None:
        known = self.told(official=True, need="office_speaks")
        known = self.told(known=known, hours=1, need="rumour", needs_response=True)
        known = self.told(known=known, official=True, hours=2, official_rebuttal=True, level=Level.IN_REMIT)
        assert need_signs(event(facts={"need": known})).asked_since == 0

    def test_an_office_whose_title_says_that_it_is_false_answers(self) -> None:
        known = self.told(need="rumour", needs_response=True)
        title = "区教育局：网传“打疫苗30个孩子住院”不实"
        assert need_signs(
            event(facts={"need": self.told(known=known, official=True, hours=1, title=title)})
        ).answered_at
        assert not need_signs(event(facts={"need": self.told(known=known, hours=1, title=title)})).answered_at

    def test_an_office_that_is_merely_quoted_answers_nothing_and_is_no_risk_document(self) -> None:
        known = self.told(need="rumour", needs_response=True)
        assert self.told(known=known, official=True, hours=1, need="criticism", needs_response=True) == known

    def test_what_is_no_risk_counts_for_nothing(self) -> None:
        known = self.told(need="rumour")
        assert self.told(known=known, level=Level.IN_REMIT, need="rumour", needs_response=True) == known

    def test_before_any_answer_nothing_is_asked_again(self) -> None:
        assert self.told(need="rumour", needs_response=True)["asked_since"] == 0

    def test_what_was_published_with_the_answer_does_not_ask_again(self) -> None:
        known = self.told(official=True, need="rebutted")
        assert self.told(known=known, need="rumour", needs_response=True)["asked_since"] == 0
        assert self.told(known=known, need="rumour", hours=1, needs_response=False)["asked_since"] == 0

    def test_an_older_answer_that_comes_in_late_takes_nothing_back(self) -> None:
        known = self.told(official=True, hours=2, need="office_speaks")
        known = self.told(known=known, hours=3, need="rumour", needs_response=True)
        assert self.told(known=known, official=True, hours=1, need="office_speaks") == known

    @pytest.mark.parametrize(
        ("apart", "old"), [(timedelta(days=30), False), (timedelta(days=30, seconds=1), True), (timedelta(0), False)]
    )
    def test_a_first_post_more_than_thirty_days_before_makes_an_old_matter(
        self, apart: timedelta, *, old: bool
    ) -> None:
        assert need_signs(event(first_at=NOW - apart, known_at=NOW)).old is old

    def test_what_is_malformed_is_left_out(self) -> None:
        signs = need_signs(event(facts={"need": {"documents": "x", "votes": [1], "answered_at": "gestern"}}))
        assert signs == NeedSigns()
        assert need_decision(event(facts={"need_decided": {"needed": True}})) is None
        assert need_signs(event(first_at=NOW - timedelta(days=40))).old


@pytest.mark.parametrize(
    ("_rule", "categories", "known", "holds_it"),
    [
        ("GOV-02: undecided, a risk counts as needing an answer", ("R02",), {}, True),
        ("industry news does not", ("R14",), {}, False),
        ("a decision against counts", ("R02",), {"response_needed": False}, False),
        ("a decision for counts", ("R14",), {"response_needed": True}, True),
        ("the grade is another condition", ("R02",), {"grade": IncidentGrade.I}, True),
    ],
)
def test_a_decision_stands_above_what_the_categories_say(
    _rule: str, categories: tuple[str, ...], known: dict[str, Any], holds_it: bool
) -> None:
    assert holds((Condition.NEEDS_RESPONSE,), categories, facts(*categories, **known)) is holds_it
