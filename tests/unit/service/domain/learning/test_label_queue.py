"""The queue of questions: deterministic, in its quotas, and never about what is labelled."""

from collections.abc import Set as AbstractSet
from datetime import timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.learning.label import LabelOrigin
from service.domain.learning.label_queue import ASKED_WITHIN, PATTERN, Asked, Candidate, _strangest, queue
from tests.builders import NOW

CUT = 0.31
REASONS = (LabelOrigin.UNCERTAIN, LabelOrigin.DISAGREEMENT, LabelOrigin.DIVERSE, LabelOrigin.RANDOM)


def candidate(number: int, **given: object) -> Candidate:
    made: dict[str, object] = {"document_id": f"d{number}", "group": f"e{number}", "at": NOW, "p_risk": 0.001}
    return Candidate(**(made | given))  # type: ignore[arg-type]


def plenty(each: int) -> list[Candidate]:
    """Return enough documents of each kind, none of two kinds."""
    uncertain = [candidate(n, p_risk=0.31 + n / 1000) for n in range(each)]
    disputed = [candidate(1000 + n, floor=True, p_risk=CUT) for n in range(each)]
    strange = [candidate(2000 + n, words=frozenset(f"词{n}-{k}" for k in range(8))) for n in range(each)]
    others = [candidate(3000 + n) for n in range(each)]
    return [*uncertain, *disputed, *strange, *others]


def ask(
    candidates: list[Candidate], *labelled: str, seed: str = "甲", size: int = 50, known: frozenset[str] = frozenset()
) -> list[Asked]:
    return queue(candidates, set(labelled), NOW, seed, cut=CUT, known=known, size=size)


drawn = st.lists(
    st.builds(
        Candidate,
        document_id=st.integers(0, 60).map(lambda n: f"d{n}"),
        group=st.integers(0, 12).map(lambda n: f"e{n}"),
        at=st.integers(-3, 40).map(lambda days: NOW - timedelta(days=days)),
        p_risk=st.floats(0, 1),
        floor=st.booleans(),
        terms=st.integers(0, 5),
        explained=st.booleans(),
        opposed=st.booleans(),
        words=st.frozensets(st.sampled_from([f"词{n}" for n in range(30)]), max_size=12),
    ),
    max_size=40,
    unique_by=lambda one: one.document_id,
)


@settings(max_examples=60, deadline=None)
@given(candidates=drawn, labelled=st.sets(st.integers(0, 60).map(lambda n: f"d{n}")), seed=st.text(max_size=4))
def test_a_queue_is_the_same_for_the_same_seed_and_asks_nothing_twice(
    candidates: list[Candidate], labelled: set[str], seed: str
) -> None:
    asked = ask(candidates, *labelled, seed=seed)
    assert asked == ask(list(reversed(candidates)), *labelled, seed=seed)
    ids = [one.document_id for one in asked]
    by_id = {one.document_id: one for one in candidates}
    assert len(set(ids)) == len(ids)
    assert not labelled & set(ids)
    assert all(NOW - ASKED_WITHIN <= by_id[one].at <= NOW for one in ids)
    groups = [by_id[one].group for one in ids]
    assert all(groups.count(group) <= 2 for group in groups)
    assert all(one.reason in REASONS and one.why for one in asked)


@settings(max_examples=20, deadline=None)
@given(tens=st.integers(1, 4), seed=st.text(max_size=4))
def test_of_every_ten_questions_each_kind_has_its_quota(tens: int, seed: str) -> None:
    asked = ask(plenty(20), seed=seed, size=10 * tens)
    assert [one.reason for one in asked] == list(PATTERN) * tens
    counts = [sum(one.reason is reason for one in asked) for reason in REASONS]
    assert counts == [4 * tens, 3 * tens, 2 * tens, tens]


def test_another_seed_draws_other_lots() -> None:
    lots = {
        seed: [one.document_id for one in ask(plenty(20), seed=seed) if one.reason is LabelOrigin.RANDOM]
        for seed in ("甲", "乙")
    }
    assert lots["甲"] != lots["乙"]


def test_where_one_kind_runs_out_the_next_takes_its_place() -> None:
    asked = ask([candidate(n) for n in range(5)])
    assert [one.reason for one in asked] == [LabelOrigin.RANDOM] * 5


def test_the_nearest_to_the_cut_is_the_first_uncertain_one() -> None:
    asked = ask([candidate(1, p_risk=0.45), candidate(2, p_risk=0.30), candidate(3, p_risk=0.12)])
    assert [one.document_id for one in asked if one.reason is LabelOrigin.UNCERTAIN] == ["d2", "d1", "d3"]
    assert asked[0].why == "模型拿不准：风险概率 30%，界线 31%"


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        ({"opposed": True, "floor": True, "p_risk": CUT}, "第二意见比模型判得高，请看过后再定"),
        ({"floor": True, "p_risk": CUT}, "规则判为风险，模型不认为是风险"),
        ({"terms": 3, "p_risk": 0.02}, "有 3 处风险用词，模型却认为风险概率只有 2%"),
        ({"explained": False, "p_risk": 0.97}, "模型判为风险（97%），但没有规则或风险用词支持"),
    ],
)
def test_a_disagreement_of_rules_and_model_is_told_as_it_is(given_: dict[str, object], why: str) -> None:
    (asked,) = ask([candidate(1, **given_)])
    assert (asked.reason, asked.why) == (LabelOrigin.DISAGREEMENT, why)


def test_what_is_like_labelled_documents_is_no_news() -> None:
    old = candidate(1, words=frozenset(f"旧{n}" for n in range(8)))
    new = candidate(2, words=frozenset(f"新{n}" for n in range(8)))
    asked = ask([old, new], known=frozenset(f"旧{n}" for n in range(8)))
    assert [one.document_id for one in asked if one.reason is LabelOrigin.DIVERSE] == ["d2", "d1"]


class Counted(frozenset[str]):
    """Words that count how often new ones were looked for in them."""

    times = 0

    def __sub__(self, known: AbstractSet[object]) -> frozenset[str]:
        Counted.times += 1
        return super().__sub__(known)


def test_the_strangest_of_many_are_found_without_counting_the_words_of_all_for_each() -> None:
    many = [candidate(n, words=Counted(f"词{(n * k) % 5000}" for k in range(1, 40))) for n in range(1, 501)]
    Counted.times = 0
    chosen = list(islice(_strangest(many, set()), 20))
    assert Counted.times < 3 * len(many)
    left, known = list(many), set[object]()
    for one in chosen:
        assert one is max(left, key=lambda other: len(frozenset.__sub__(other.words, known)) / len(other.words))
        left.remove(one)
        known |= one.words


def test_two_thousand_documents_are_put_in_order_in_a_fraction_of_a_second() -> None:
    import time

    many = [
        candidate(n, p_risk=(n % 97) / 97, terms=n % 4, words=frozenset(f"词{(n * k) % 5000}" for k in range(1, 80)))
        for n in range(2000)
    ]
    began = time.process_time()
    assert len(ask(many)) == 50
    assert time.process_time() - began < 2
