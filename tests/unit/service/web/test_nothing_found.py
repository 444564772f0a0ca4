import pytest

from service.web.views.nothing_found import why_nothing


def test_a_word_that_no_document_has_is_named_before_how_often_the_others_stand() -> None:
    said = why_nothing([("清云注射液", 16), ("余干", 0)], narrowed=False, excludes=False)
    assert said == "没有一篇稿件含“余干”。"


def test_words_that_never_stand_together_are_counted_each() -> None:
    counts = [("面霜", 1200), ('"于都"', 5)]
    assert why_nothing(counts, narrowed=True, excludes=False) == (
        "在所选条件内，“面霜”有 1,200 篇，“于都”有 5 篇，没有一篇全都含有。"
    )
    assert "而不含减号后面的词" in why_nothing(counts, narrowed=False, excludes=True)


def test_a_word_of_which_all_was_left_out_says_so() -> None:
    assert why_nothing([("疫苗", 3)], narrowed=False, excludes=True) == "含“疫苗”的 3 篇都含有减号后面的词，全被排除。"


@pytest.mark.parametrize("term", ["近三天", "最近3天", "近一周", "24小时内", "今天", "半个月"])
def test_a_time_among_the_words_is_led_to_where_times_are_chosen(term: str) -> None:
    assert f"“{term}”按字面查找" in why_nothing([("疫苗", 3), (term, 0)], narrowed=False, excludes=False)


def test_nothing_is_said_of_a_query_without_words() -> None:
    assert why_nothing([], narrowed=True, excludes=True) == ""
