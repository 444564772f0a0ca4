from collections import Counter
from random import Random

import pytest

from analysis.events.termweights import UNSEEN, is_term, salient_terms, term_weight
from analysis.segmentation import RjiebaSegmenter
from analysis.training.term_weights import count_words, main, weigh


def test_words_of_every_report_say_little_and_unseen_words_most() -> None:
    assert term_weight("疫苗") < term_weight("回应") < 0.5 < term_weight("蒙脱石散")
    assert term_weight("从未见过的某词") == UNSEEN


def test_the_order_of_tokens_does_not_matter() -> None:
    tokens = ["药店", "过期", "退烧药", "被", "查处", "药店", "通报", "南昌", "12盒", "封存"]
    shuffled = list(tokens)
    Random(5).shuffle(shuffled)
    assert salient_terms(tokens, 5) == salient_terms(shuffled, 5)


def test_a_repeated_word_counts_at_most_double() -> None:
    once, often = salient_terms(["蒙脱石散"], 3), salient_terms(["蒙脱石散"] * 50, 3)
    assert often["蒙脱石散"] == pytest.approx(2 * once["蒙脱石散"], abs=0.002)


@pytest.mark.parametrize(
    ("word", "counts"), [("药", False), ("药店", True), ("——", False), ("12.5", True), ("hpv", True)]
)
def test_single_signs_and_punctuation_are_no_terms(word: str, counts: bool) -> None:
    assert is_term(word) is counts


def test_a_frequent_word_weighs_less_than_a_rare_one() -> None:
    general = (1000, Counter({"通报": 200, "封存": 7}))
    weights = weigh(general, (100, Counter({"通报": 30})))
    assert weights["通报"] < weights["封存"]
    assert list(weights.values()) == sorted(weights.values())


def test_a_word_is_counted_once_a_text() -> None:
    total, counts = count_words(["药店药店药店", "药店"], RjiebaSegmenter())
    assert (total, counts["药店"]) == (2, 2)


def test_the_training_command_refuses_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
