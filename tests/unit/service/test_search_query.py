from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ports.search import SearchQuery
from service.search.query import QueryError, parse_query

WORDS = {"疫苗", "接种", "流感", "药品", "监督", "管理局"}


def cut(text: str) -> list[str]:
    """Search mode in small: the known words of a text, and the text itself where it is one name made of them."""
    tokens: list[str] = []
    for part in text.split():
        found = [part[i:j] for i in range(len(part)) for j in range(i + 1, len(part) + 1) if part[i:j] in WORDS]
        tokens += found or [part]
        if part == "药品监督管理局":
            tokens.append(part)
    return tokens


class TestWords:
    def test_words_are_segmented_and_all_wanted_once(self) -> None:
        assert parse_query("疫苗接种 疫苗　HPV", cut) == SearchQuery(tokens=("疫苗", "接种", "HPV"))

    def test_an_empty_text_asks_for_everything(self) -> None:
        assert parse_query("", cut) == parse_query("  \t　", cut) == SearchQuery()

    def test_punctuation_is_left_out(self) -> None:
        assert parse_query("疫苗 ， 接种！", lambda text: list(text)).begun == (("疫", "苗"), ("接", "种"))  # noqa: PLW0108 - a cut into characters

    @pytest.mark.parametrize("text", ["，。！", '""', "…… “”"])
    def test_nothing_but_signs_is_refused(self, text: str) -> None:
        with pytest.raises(QueryError, match="没有可检索的字词"):
            parse_query(text, cut)

    def test_a_name_that_no_dictionary_holds_is_asked_for_as_it_is_written(self) -> None:
        query = parse_query("于都疫苗", lambda text: ["于", "都", "疫苗"] if text else [])
        assert (query.tokens, query.begun) == (("疫苗",), (("于", "都"),))
        assert parse_query("药", lambda text: list(text)).begun == (("药",),)  # noqa: PLW0108 - a cut into characters
        assert parse_query("余江区", lambda _: ["余江", "区"]).tokens == ("余江", "区")

    def test_of_a_long_word_the_parts_are_asked_for_where_they_cover_it(self) -> None:
        long = ["阿莫", "莫西", "西林", "阿莫西林"]
        assert parse_query("阿莫西林", lambda _: long).tokens == ("阿莫", "莫西", "西林")
        assert parse_query("“阿莫西林”", lambda _: long).phrases == (("阿莫", "莫西", "西林"),)
        assert parse_query("头孢克肟", lambda _: ["头孢", "头孢克肟"]).tokens == ("头孢", "头孢克肟")


class TestPhrases:
    @pytest.mark.parametrize("text", ['"疫苗接种"', "“疫苗接种”", "＂疫苗接种＂", "「疫苗接种」", "”疫苗接种“"])
    def test_any_quotation_marks_make_a_phrase(self, text: str) -> None:
        assert parse_query(text, cut) == SearchQuery(phrases=(("疫苗", "接种"),))

    def test_phrases_and_words_stand_beside_each_other(self) -> None:
        query = parse_query('流感"疫苗 接种"药品', cut)
        assert (query.tokens, query.phrases) == (("流感", "药品"), (("疫苗", "接种"),))

    def test_an_open_quotation_mark_is_refused(self) -> None:
        with pytest.raises(QueryError, match="引号没有成对"):
            parse_query("“疫苗接种", cut)


class TestExcluded:
    @pytest.mark.parametrize("text", ["疫苗 -流感", "疫苗 －流感", '疫苗 -"流感"'])
    def test_a_minus_sign_leaves_a_word_out(self, text: str) -> None:
        assert parse_query(text, cut) == SearchQuery(tokens=("疫苗",), excluded=("流感",))

    def test_a_name_that_is_one_word_is_left_out_whole(self) -> None:
        assert parse_query("-药品监督管理局", cut).excluded == ("药品监督管理局",)

    def test_several_words_are_left_out_where_they_stand_in_order(self) -> None:
        assert parse_query("流感 -疫苗接种", cut).excluded == ("疫苗 接种",)

    @pytest.mark.parametrize("text", ["疫苗 -", "疫苗 -。", '疫苗 -""'])
    def test_a_minus_sign_alone_says_what_it_is_for(self, text: str) -> None:
        with pytest.raises(QueryError, match="减号后面要紧跟一个词"):
            parse_query(text, cut)

    def test_a_hyphen_inside_a_word_is_no_minus_sign(self) -> None:
        assert parse_query("TD-LTE", lambda text: [text]).tokens == ("TD-LTE",)


class TestBounds:
    def test_a_long_text_is_refused(self) -> None:
        with pytest.raises(QueryError, match="最多 200 个字"):
            parse_query("药" * 201, cut)

    def test_many_words_are_refused(self) -> None:
        with pytest.raises(QueryError, match="最多 64 个词"):
            parse_query(" ".join(f"{number}" for number in range(65)), cut)

    def test_filters_order_and_page_are_kept(self) -> None:
        within = SearchQuery(since=datetime(2026, 1, 1, tzinfo=UTC), region="360000", sort="score", offset=20)
        query = parse_query("疫苗", cut, within=within)
        assert query.tokens == ("疫苗",)
        assert (query.since, query.region, query.sort, query.offset) == (within.since, "360000", "score", 20)

    @given(st.text(max_size=250))
    def test_any_text_is_a_query_or_a_clear_refusal(self, text: str) -> None:
        with suppress(QueryError):
            query = parse_query(text, cut)
            every = [
                *query.tokens,
                *query.excluded,
                *(token for run in (*query.begun, *query.phrases) for token in run),
            ]
            assert all(any(sign.isalnum() for sign in token) for token in every)
