import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.topics.questions import MAX_SENTENCE, group, questions, sentences

# Invented questions on an invented rule; every line asks one thing in several wordings.
ASKED = (
    ("阿胶类产品以后还能不能用医保买？", "请问阿胶以后医保能报销吗？", "阿胶医保还能报吗？"),
    ("征求意见稿什么时候正式实施？", "这个规定到底什么时候开始实施呢？", "实施日期是哪天？"),
    ("老批号的药还能继续卖吗？", "库存的老批号药品怎么处理，能继续卖吗？"),
    ("去哪里投诉药店？", "药店违规去哪投诉？"),
    ("药店怎么办理远程审方？", "远程审方如何办理？"),
    ("乡镇小药店没有执业药师怎么办？", "没有执业药师的乡镇药店怎么办？"),
    ("网上买处方药需要处方吗？", "网购处方药是不是必须要有处方？"),
    ("意见反馈截止到什么时候？", "征求意见截止日期是哪天？"),
    ("会不会导致药价上涨？", "药价会不会涨？"),
)


@pytest.mark.parametrize("sentence", [sentence for asked in ASKED for sentence in asked])
def test_a_question_is_found_with_its_place(sentence: str) -> None:
    text = f"今天看到了通知。{sentence}希望有人回答。"
    [found] = questions(text)
    assert (found.text, text[found.start : found.end]) == (sentence, sentence)


@pytest.mark.parametrize(
    "text",
    [
        "难道企业就该死吗？",
        "你说呢？",
        "为什么？",
        "这条规定写得很清楚。",
        "征求意见稿今日公布",
        "怎么样",
        "？？？",
        "",
    ],
)
def test_what_asks_nothing_that_could_be_answered_is_no_question(text: str) -> None:
    assert questions(text) == []


@pytest.mark.parametrize("order", range(5))
def test_wordings_of_one_question_are_counted_together_and_different_questions_apart(order: int) -> None:
    said = [(sentence, (line, place)) for line, asked in enumerate(ASKED) for place, sentence in enumerate(asked)]
    random.Random(order).shuffle(said)
    groups = group(said, most=50)
    assert all(len({line for line, _ in one.keys}) == 1 for one in groups)
    together = sum(one.count == len(ASKED[one.keys[0][0]]) for one in groups)
    assert together >= len(ASKED) - 1


def test_somebody_who_asks_twice_counts_once_and_the_most_asked_comes_first() -> None:
    said = [("何时开始实施这项规定？", "a"), ("药价会不会涨？", "b"), ("药价会不会涨？", "b"), ("药价会涨吗？", "c")]
    assert [(one.sentence, one.count) for one in group(said)] == [("药价会涨吗？", 2), ("何时开始实施这项规定？", 1)]


@given(st.text(max_size=400))
def test_every_sentence_stands_where_it_says_and_is_short_enough(text: str) -> None:
    for sentence in (*sentences(text), *questions(text)):
        assert text[sentence.start : sentence.end] == sentence.text
        assert len(sentence.text) <= MAX_SENTENCE


@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), st.integers(0, 9)), max_size=40))
def test_grouping_loses_nobody(said: list[tuple[str, int]]) -> None:
    groups = group(said, most=len(said) or 1)
    assert {key for one in groups for key in one.keys} == {key for _, key in said}
    assert [one.count for one in groups] == sorted((one.count for one in groups), reverse=True)
