"""What every search engine promises. Subclasses hand in an empty one as the fixture `search`, each write visible at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.ports.search import Search, SearchDocument, SearchQuery, SearchRefusedError
from service.search.query import parse_query

NOW = datetime(2026, 11, 20, 8, 30, 15, 123456, tzinfo=UTC)


def document(seq: int, tokens: str = "疫苗 接种", **changes: Any) -> SearchDocument:
    made = SearchDocument(
        document_id=f"d{seq}",
        version=1,
        seq=seq,
        title=f"标题{seq}",
        text=tokens.replace(" ", ""),
        tokens=tokens,
        source_id="evening-news",
        source_class="media",
        kind="article",
        level=1,
        severity=0,
        tone="neu",
        categories=("R07",),
        products=("甲疫苗",),
        firms=(),
        regions=("360702",),
        event_id=None,
        published_at=NOW + timedelta(minutes=seq),
        url=f"https://news.invalid/{seq}",
    )
    return replace(made, **changes)


def found(search: Search, *tokens: str, **options: Any) -> list[str]:
    return [hit.document.document_id for hit in search.find(SearchQuery(tokens=tokens, **options)).hits]


def characters(text: str) -> list[str]:
    """A segmenter for queries of these tests: blanks are borders."""
    return text.split()


class SearchContract:
    """Everything that is promised of a search engine."""

    def test_a_found_document_reads_back_equal_in_every_field(self, search: Search) -> None:
        full = document(1, event_id="e1", firms=("清云制药",), published_at=NOW)
        bare = document(2, url=None, categories=(), products=(), regions=(), title="")
        search.index([full, bare])
        hits = search.find(SearchQuery(tokens=("疫苗",))).hits
        assert [hit.document for hit in hits] == [bare, full]

    def test_words_of_two_characters_are_found(self, search: Search) -> None:
        search.index([document(1, "手机 酒店 假药"), document(2, "酒店")])
        assert found(search, "假药") == ["d1"]
        assert found(search, "酒店") == ["d2", "d1"]
        assert found(search, "药") == []

    def test_every_token_must_occur(self, search: Search) -> None:
        search.index([document(1, "疫苗 发热"), document(2, "疫苗"), document(3, "发热 疫苗 章贡区")])
        assert found(search, "疫苗", "发热") == ["d3", "d1"]
        assert found(search, "疫苗", "寒战") == []

    def test_a_phrase_must_occur_in_order(self, search: Search) -> None:
        search.index([document(1, "疫苗 接种 点"), document(2, "接种 疫苗"), document(3, "疫苗 已 接种")])
        assert found(search, phrases=(("疫苗", "接种"),)) == ["d1"]
        assert found(search, "点", phrases=(("疫苗", "接种"),)) == ["d1"]
        assert found(search, phrases=(("接种", "点"), ("疫苗", "接种"))) == ["d1"]

    def test_an_excluded_word_leaves_documents_out(self, search: Search) -> None:
        search.index([document(1, "疫苗 流感"), document(2, "疫苗"), document(3, "流感")])
        assert found(search, "疫苗", excluded=("流感",)) == ["d2"]
        assert found(search, excluded=("流感",)) == ["d2"]
        assert found(search, excluded=("流感", "疫苗")) == []

    def test_a_run_of_characters_is_found_side_by_side_and_as_the_beginning_of_a_word(self, search: Search) -> None:
        texts = ("于都县 疫苗", "于 都 疫苗", "都 于 疫苗", "于 是 都 疫苗", "大于都 疫苗")
        search.index([document(seq, text) for seq, text in enumerate(texts, 1)])
        assert found(search, begun=(("于", "都"),)) == ["d2", "d1"]
        assert found(search, "疫苗", begun=(("于", "都"), ("疫",))) == ["d2", "d1"]
        assert found(search, begun=(("*", "。"),)) == []

    def test_words_in_order_and_what_begins_with_a_word_are_left_out(self, search: Search) -> None:
        search.index(
            [
                document(1, "于都县 疫苗"),
                document(2, "于 都 疫苗"),
                document(3, "都 于 疫苗"),
                document(4, "阿莫西林胶囊"),
            ]
        )
        assert found(search, excluded=("于 都",)) == ["d4", "d3"]
        assert found(search, excluded=("阿莫西林",)) == ["d3", "d2", "d1"]

    def test_case_does_not_matter(self, search: Search) -> None:
        search.index([document(1, "HPV 疫苗")])
        assert found(search, "hpv") == found(search, "Hpv") == ["d1"]

    @pytest.mark.parametrize("sign", ['"', "疫苗*", "AND", "a:b", "(", "NEAR(疫苗)", "'; --", "{}", "\\", "-", "+疫苗"])
    def test_what_a_person_types_is_never_an_operator(self, search: Search, sign: str) -> None:
        search.index([document(1, "疫苗 接种")])
        result = search.find(SearchQuery(tokens=(sign, "不存在")))
        assert result.total == 0

    def test_signs_alone_find_nothing(self, search: Search) -> None:
        search.index([document(1)])
        assert found(search, "。") == []
        assert found(search, phrases=(("！",),)) == []

    def test_no_words_list_everything_within_the_filters(self, search: Search) -> None:
        search.index([document(1), document(2), document(3, level=2)])
        assert found(search) == ["d3", "d2", "d1"]
        assert found(search, level_at_least=2) == ["d3"]

    def test_a_highest_level_leaves_what_is_above_it_out(self, search: Search) -> None:
        search.index([document(1, level=0), document(2, level=1), document(3, level=2), document(4, level=0)])
        assert found(search, level_at_most=0) == ["d4", "d1"]
        assert found(search, level_at_least=1, level_at_most=1) == ["d2"]
        assert search.find(SearchQuery()).facets["level"] == {"0": 2, "1": 1, "2": 1}

    def test_filters_by_time_are_half_open(self, search: Search) -> None:
        search.index([document(seq) for seq in (1, 2, 3)])
        second = document(2).published_at
        assert found(search, since=second) == ["d3", "d2"]
        assert found(search, until=second) == ["d1"]
        assert found(search, since=second, until=second + timedelta(microseconds=1)) == ["d2"]

    def test_a_filter_by_tone_leaves_the_other_tones_out(self, search: Search) -> None:
        search.index([document(1, tone="neg"), document(2, tone="neu"), document(3, tone="neg")])
        assert found(search, tone="neg") == ["d3", "d1"]
        assert found(search, tone="neg", until=document(3).published_at) == ["d1"]

    def test_filters_by_level_class_category_and_region(self, search: Search) -> None:
        search.index(
            [
                document(1, level=0, source_class="social", categories=(), regions=()),
                document(2, level=2, categories=("R01", "R07"), regions=("360100", "430000")),
                document(3, level=1, categories=("R02",), regions=("360000",)),
            ]
        )
        assert found(search, level_at_least=1) == ["d3", "d2"]
        assert found(search, source_class="social") == ["d1"]
        assert found(search, categories=("R02", "R07")) == ["d3", "d2"]
        assert found(search, region="360000") == ["d3", "d2"]
        assert found(search, region="360100") == ["d2"]
        assert found(search, region="430000", categories=("R02",)) == []

    def test_facets_and_total_count_all_that_matches(self, search: Search) -> None:
        search.index(
            [
                document(1, level=2, categories=("R01", "R07")),
                document(2, source_class="social", regions=("360100", "360702")),
                document(3, "别的"),
            ]
        )
        result = search.find(SearchQuery(tokens=("疫苗",), limit=1))
        assert result.total == 2
        assert len(result.hits) == 1
        assert result.degraded is None
        assert result.facets == {
            "categories": {"R01": 1, "R07": 2},
            "source_class": {"media": 1, "social": 1},
            "level": {"1": 1, "2": 1},
            "region": {"360100": 1, "360702": 2},
        }

    def test_facets_and_total_without_a_word_follow_what_is_replaced_and_removed(self, search: Search) -> None:
        search.index([document(1, level=2, categories=("R01", "R07")), document(2, regions=(), categories=())])
        assert search.find(SearchQuery()).facets["categories"] == {"R01": 1, "R07": 1}
        search.index([document(1, version=2, level=0, categories=("R02",))])
        search.remove(["d2"])
        result = search.find(SearchQuery(sort="score"))
        assert result.total == 1
        assert [hit.document.document_id for hit in result.hits] == ["d1"]
        assert result.facets["categories"] == {"R02": 1}
        assert result.facets["level"] == {"0": 1}

    def test_the_newest_published_comes_first_whatever_the_order_of_arrival(self, search: Search) -> None:
        search.index([document(1, published_at=NOW), document(2, published_at=NOW - timedelta(days=1))])
        assert found(search, "疫苗") == ["d1", "d2"]

    def test_sorting_by_score_prefers_documents_that_say_it_more(self, search: Search) -> None:
        filler = " ".join(["其他"] * 40)
        search.index(
            [document(1, f"疫苗 疫苗 疫苗 {filler}"), document(2, f"疫苗 {filler} {filler}"), document(3, filler)]
        )
        result = search.find(SearchQuery(tokens=("疫苗",), sort="score"))
        assert [hit.document.document_id for hit in result.hits] == ["d1", "d2"]
        assert result.hits[0].score > result.hits[1].score

    def test_pages_follow_each_other(self, search: Search) -> None:
        search.index([document(seq) for seq in range(1, 8)])
        pages = [found(search, "疫苗", limit=3, offset=offset) for offset in (0, 3, 6, 9)]
        assert pages == [["d7", "d6", "d5"], ["d4", "d3", "d2"], ["d1"], []]

    @pytest.mark.parametrize(
        "page", [{"limit": 101}, {"offset": 9_999}, {"offset": -1}, {"limit": -1}, {"sort": "rank"}]
    )
    def test_a_page_beyond_the_bounds_is_refused(self, search: Search, page: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="must be"):
            search.find(SearchQuery(**page))

    def test_a_newer_version_replaces_words_and_filters(self, search: Search) -> None:
        search.index([document(1, "疫苗", level=1)])
        search.index([document(1, "发热", level=2, version=2)])
        assert found(search, "疫苗") == []
        assert found(search, "发热", level_at_least=2) == ["d1"]
        assert search.find(SearchQuery()).total == 1

    def test_an_older_version_is_ignored_and_no_fault(self, search: Search) -> None:
        search.index([document(1, "发热", version=3)])
        search.index([document(1, "疫苗", version=2), document(2, "疫苗")])
        assert found(search, "发热") == ["d1"]
        assert found(search, "疫苗") == ["d2"]

    def test_the_same_version_again_is_no_fault(self, search: Search) -> None:
        search.index([document(1)])
        search.index([document(1)])
        assert found(search, "疫苗") == ["d1"]

    def test_of_two_versions_in_one_batch_the_newer_stays(self, search: Search) -> None:
        search.index([document(1, "发热", version=2), document(1, "疫苗", version=1)])
        assert found(search, "发热") == ["d1"]
        assert found(search, "疫苗") == []

    def test_a_document_that_cannot_be_indexed_is_named_and_its_neighbours_are_indexed(self, search: Search) -> None:
        with pytest.raises(SearchRefusedError) as caught:
            search.index([document(1), document(2, text="\ud83d"), document(3)])
        assert list(caught.value.reasons) == ["d2"]
        assert found(search, "疫苗") == ["d3", "d1"]

    def test_removed_documents_are_not_found_and_may_come_back(self, search: Search) -> None:
        search.index([document(1), document(2)])
        search.remove(["d1", "unknown"])
        search.remove([])
        assert found(search, "疫苗") == ["d2"]
        search.index([document(1)])
        assert found(search, "疫苗") == ["d2", "d1"]

    def test_a_cleared_index_is_empty_and_takes_the_same_versions_again(self, search: Search) -> None:
        search.index([document(1, version=5), document(2)])
        search.clear()
        assert search.find(SearchQuery()).total == 0
        assert found(search, "疫苗") == []
        search.index([document(1, version=5)])
        assert found(search, "疫苗") == ["d1"]
        search.clear()
        assert search.find(SearchQuery()).total == 0

    def test_versions_come_in_order_of_seq_in_pages(self, search: Search) -> None:
        search.index([document(seq, version=seq + 1) for seq in (5, 1, 3, 9)])
        assert search.versions(after_seq=0, limit=2) == [(1, "d1", 2), (3, "d3", 4)]
        assert search.versions(after_seq=3, limit=9) == [(5, "d5", 6), (9, "d9", 10)]
        assert search.versions(after_seq=9, limit=9) == []

    def test_nothing_is_indexed_without_a_fault(self, search: Search) -> None:
        search.index([])
        assert search.find(SearchQuery(tokens=("疫苗",))).total == 0
        assert search.versions(after_seq=0, limit=5) == []

    def test_a_long_text_is_found_by_its_last_word(self, search: Search) -> None:
        search.index([document(1, " ".join(["监督"] * 60_000) + " 末尾词")])
        assert found(search, "末尾词") == ["d1"]

    def test_what_a_person_typed_is_found(self, search: Search) -> None:
        search.index([document(1, "清云 注射液 寒战"), document(2, "清云 注射液"), document(3, "注射液 清云")])
        asked = parse_query("“清云 注射液” -寒战", characters, within=SearchQuery(level_at_least=1))
        assert [hit.document.document_id for hit in search.find(asked).hits] == ["d2"]

    def test_an_engine_that_answers_has_nothing_to_say(self, search: Search) -> None:
        assert search.check() is None

    def test_by_which_rules_it_was_made_is_kept_until_it_is_emptied(self, search: Search) -> None:
        assert search.made_by() is None
        search.index([document(1)])
        assert search.made_by() is None
        search.note_made_by("a")
        search.note_made_by("b")
        search.index([document(2)])
        assert search.made_by() == "b"
        assert found(search, "疫苗") == ["d2", "d1"]
        search.clear()
        assert search.made_by() is None
