"""The office's own words: what is refused, what has to be confirmed, what they come to, and as a table."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.lexicon import Term, TermKind, load_lexicon
from analysis.lexicon.overlay import Silenced, overlay
from service.domain.refusal import Refusal
from service.domain.words.own_words import MOST_WORDS, OwnWord, Vocabulary, WordDraft, WordSort, lay_over, normal
from service.domain.words.word_checks import WordDoubt, WordsInForce, check_removal, check_word
from service.domain.words.word_table import COLUMNS, read_words, words_csv
from service.flows.words.acts import shipped_vocabulary

AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
SMALL = WordDraft(sort=WordSort.WORD, text="小安瓶", kind="drug", canonical="清安口服液")
ALIAS = WordDraft(sort=WordSort.ALIAS, text="布老芬", canonical="布洛芬")
SILENT = WordDraft(sort=WordSort.EXCLUSION, text="疫苗", within="职场疫苗")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(load_lexicon())


SORTS = st.sampled_from(["word", "alias", "exclusion", "unheard", ""])
KINDS = st.sampled_from(["drug", "firm", "strong", "harm", "unheard", ""])
# Any text, and what the lexicon knows: names, guards, places, invisible characters, half a surrogate pair.
ANY = st.text(max_size=8) | st.sampled_from(
    ["布洛芬", "疫苗", "职场疫苗", "无药可救", "九江", "\u200b", "\ud800", "假药"]
)


def word(draft: WordDraft = SMALL, word_id: str = "w1", **changes: Any) -> OwnWord:
    return replace(OwnWord(id=word_id, author="研判员甲", created_at=AT, **asdict(draft)), **changes)


def check(draft: WordDraft, vocabulary: Vocabulary, *held: OwnWord, sure: bool = False) -> WordDraft:
    return check_word(draft, vocabulary, WordsInForce(held), sure=sure)


class TestASpelling:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "2 至 30 字"),
            ("针", "2 至 30 字"),
            ("针\u200b\u200d", "2 至 30 字"),
            ("甲" * 31, "2 至 30 字"),
            ("甲" * 61, "太长"),
            ("小安\n瓶", "控制字符"),
            ("小安\x00瓶", "控制字符"),
            ("小安\ud800瓶", "控制字符"),
            ("12345", "字母或数字"),
            ("abc", "字母或数字"),
            ("大家", "常用词"),
            ("医院", "常用词"),
            ("中國", "常用词"),
        ],
    )
    def test_what_would_hit_everywhere_or_nowhere_is_refused_with_the_reason(
        self, vocabulary: Vocabulary, text: str, reason: str
    ) -> None:
        with pytest.raises(Refusal, match=reason):
            check(replace(SMALL, text=text), vocabulary)

    @pytest.mark.parametrize("text", ["小安瓶", "清安ABC", "qingan", "小 安 瓶", "甲" * 30])
    def test_what_names_something_is_taken(self, vocabulary: Vocabulary, text: str) -> None:
        assert check(replace(SMALL, text=text), vocabulary).text == text


class TestANewWord:
    def test_it_needs_a_kind_and_a_risk_word_a_category(self, vocabulary: Vocabulary) -> None:
        with pytest.raises(Refusal, match="种类"):
            check(replace(SMALL, kind=""), vocabulary)
        with pytest.raises(Refusal, match="风险类别"):
            check(replace(SMALL, kind="strong", canonical=""), vocabulary)

    def test_a_category_of_what_is_no_risk_word_is_dropped(self, vocabulary: Vocabulary) -> None:
        assert check(replace(SMALL, category="R01"), vocabulary).category == ""

    def test_what_the_shipped_lexicon_knows_is_said(self, vocabulary: Vocabulary) -> None:
        with pytest.raises(Refusal, match="已经认识“布洛芬”：药品，不必再加"):
            check(WordDraft(sort=WordSort.WORD, text="布洛芬", kind="drug"), vocabulary)

    def test_another_meaning_of_a_shipped_spelling_has_to_be_confirmed(self, vocabulary: Vocabulary) -> None:
        draft = WordDraft(sort=WordSort.WORD, text="芬必得", kind="firm")
        with pytest.raises(WordDoubt, match="药品“布洛芬”"):
            check(draft, vocabulary)
        assert check(draft, vocabulary, sure=True) == draft

    def test_a_shipped_name_is_offered_as_an_alias(self, vocabulary: Vocabulary) -> None:
        with pytest.raises(Refusal, match="改选“别名”"):
            check(replace(SMALL, canonical="布洛芬"), vocabulary)

    def test_the_same_spelling_is_not_kept_twice_however_it_is_written(self, vocabulary: Vocabulary) -> None:
        with pytest.raises(Refusal, match="研判员甲添加"):
            check(replace(SMALL, text="小\u200b安瓶", kind="firm"), vocabulary, word())

    def test_a_phrase_that_guards_is_no_word(self, vocabulary: Vocabulary) -> None:
        with pytest.raises(Refusal, match="防误报"):
            check(replace(SMALL, text="无药可救"), vocabulary)

    def test_there_are_no_more_than_the_most(self, vocabulary: Vocabulary) -> None:
        held = WordsInForce(
            word(replace(SMALL, text=f"小安瓶{number}号"), f"w{number}") for number in range(MOST_WORDS)
        )
        with pytest.raises(Refusal, match=str(MOST_WORDS)):
            check_word(SMALL, vocabulary, held)


class TestAnAlias:
    def test_it_leads_to_the_canonical_name_even_if_another_spelling_was_written(self, vocabulary: Vocabulary) -> None:
        assert check(replace(ALIAS, canonical="芬必得"), vocabulary).canonical == "布洛芬"

    def test_it_may_lead_to_an_own_word(self, vocabulary: Vocabulary) -> None:
        own = replace(ALIAS, canonical="清安口服液")
        assert check(own, vocabulary, word()).canonical == "清安口服液"

    @pytest.mark.parametrize(
        ("canonical", "reason"), [("", "须写明"), ("并无此药素片", "词库里没有"), ("布老芬", "词库里没有")]
    )
    def test_it_needs_a_name_that_is_known(self, vocabulary: Vocabulary, canonical: str, reason: str) -> None:
        with pytest.raises(Refusal, match=reason):
            check(replace(ALIAS, canonical=canonical), vocabulary)

    def test_a_word_that_aliases_lead_to_is_not_removed_before_them(self) -> None:
        alias = word(replace(ALIAS, canonical="清安口服液"), "w2")
        with pytest.raises(Refusal, match="布老芬"):
            check_removal(word(), [word(), alias])
        check_removal(alias, [word(), alias])
        check_removal(word(), [word(), word(replace(SMALL, text="清安小瓶"), "w3"), alias])


class TestAnExclusion:
    def test_what_nobody_would_find_is_not_excluded(self, vocabulary: Vocabulary) -> None:
        with pytest.raises(Refusal, match="本来就不会被识别"):
            check(WordDraft(sort=WordSort.EXCLUSION, text="甲乙丙丁"), vocabulary)

    def test_an_own_word_is_removed_rather_than_excluded(self, vocabulary: Vocabulary) -> None:
        draft = WordDraft(sort=WordSort.EXCLUSION, text="小安瓶")
        with pytest.raises(Refusal, match="直接移除"):
            check(draft, vocabulary, word())
        assert check(replace(draft, within="小安瓶盖"), vocabulary, word()).within == "小安瓶盖"
        shipped_too = word(WordDraft(sort=WordSort.WORD, text="芬必得", kind="firm"))
        with pytest.raises(Refusal, match="直接移除"):
            check(replace(draft, text="芬必得", note="试"), vocabulary, shipped_too, sure=True)

    def test_a_place_is_silent_only_within_a_phrase(self, vocabulary: Vocabulary) -> None:
        place = WordDraft(sort=WordSort.EXCLUSION, text="九江")
        with pytest.raises(Refusal, match="地名"):
            check(place, vocabulary)
        assert check(replace(place, within="九江双蒸"), vocabulary).within == "九江双蒸"

    @pytest.mark.parametrize(
        ("within", "reason"), [("疫苗", "须比这个词长"), ("职场", "须比这个词长"), (f"疫苗{'甲' * 11}", "12 字")]
    )
    def test_a_phrase_holds_the_word_and_is_short(self, vocabulary: Vocabulary, within: str, reason: str) -> None:
        with pytest.raises(Refusal, match=reason):
            check(replace(SILENT, within=within), vocabulary)

    @pytest.mark.parametrize("text", ["假药", "布洛芬", "中毒"])
    def test_what_a_floor_rule_needs_asks_for_a_reason_and_for_certainty(
        self, vocabulary: Vocabulary, text: str
    ) -> None:
        draft = WordDraft(sort=WordSort.EXCLUSION, text=text)
        with pytest.raises(Refusal, match="为什么不再识别"):
            check(draft, vocabulary, sure=True)
        reasoned = replace(draft, note="专项另行监测")
        with pytest.raises(WordDoubt, match="兜底规则"):
            check(reasoned, vocabulary)
        assert check(reasoned, vocabulary, sure=True) == reasoned

    def test_a_strong_term_asks_even_within_a_phrase_and_another_does_not(self, vocabulary: Vocabulary) -> None:
        strong = WordDraft(sort=WordSort.EXCLUSION, text="假药", within="假药停", note="片名")
        with pytest.raises(WordDoubt):
            check(strong, vocabulary)
        assert check(SILENT, vocabulary) == SILENT

    def test_one_that_is_silent_everywhere_needs_no_phrase(self, vocabulary: Vocabulary) -> None:
        everywhere = word(replace(SILENT, within=""), "w2")
        with pytest.raises(Refusal, match="不必再限定"):
            check(SILENT, vocabulary, everywhere)
        with pytest.raises(Refusal, match="已经有了"):
            check(replace(SILENT, within=""), vocabulary, everywhere)

    def test_a_word_that_is_excluded_is_not_added(self, vocabulary: Vocabulary) -> None:
        excluded = word(WordDraft(sort=WordSort.EXCLUSION, text="芬必得"), "w2")
        with pytest.raises(Refusal, match="请先移除那一条"):
            check(WordDraft(sort=WordSort.WORD, text="芬必得", kind="firm"), vocabulary, excluded)


class TestWhatAnalysisIsGiven:
    def test_aliases_take_over_what_their_name_is_and_own_names_count(self, vocabulary: Vocabulary) -> None:
        own_alias = word(replace(ALIAS, text="安安水", canonical="清安口服液"), "w3")
        words, faults = lay_over([own_alias, word(ALIAS, "w2"), word(), word(SILENT, "w4")], vocabulary)
        added = {one.written: one.term for one in words.terms}
        assert added["小安瓶"] == added["安安水"] == Term(TermKind.PRODUCT, "drug", "清安口服液")
        assert added["布老芬"] == Term(TermKind.PRODUCT, "drug", "布洛芬")
        assert words.silenced == (Silenced("疫苗", "职场疫苗"),)
        assert not faults

    @pytest.mark.parametrize(
        "broken",
        [
            word(SMALL, kind="unheard"),
            word(SMALL, kind="strong", category="R99"),
            word(ALIAS, canonical="已撤名称"),
            word(WordDraft(sort=WordSort.EXCLUSION, text="并无此词素")),
            word(SILENT, within="无关短语"),
            word(SMALL, sort="unheard"),
            word(SMALL, text="\u200b"),
        ],
    )
    def test_what_cannot_be_used_is_left_out_and_told(self, vocabulary: Vocabulary, broken: OwnWord) -> None:
        words, faults = lay_over([broken, word(SMALL, "good")], vocabulary)
        assert [one.written for one in words.terms] == ["小安瓶"]
        assert not words.silenced
        assert faults.keys() == {"w1"}
        assert faults["w1"].endswith("。")

    @given(rows=st.lists(st.tuples(SORTS, ANY, KINDS, ANY, ANY), max_size=8), sentence=ANY)
    @settings(max_examples=15, deadline=None)
    def test_no_row_however_odd_stops_analysis(self, rows: list[tuple[str, ...]], sentence: str) -> None:
        odd = [
            OwnWord(id=str(n), sort=sort, text=text, kind=kind, category="R01", canonical=name, within=within, author="x", created_at=AT)
            for n, (sort, text, kind, name, within) in enumerate(rows)
        ]  # fmt: skip
        lexicon = load_lexicon()
        words, faults = lay_over(odd, shipped_vocabulary())
        assert faults.keys() <= {one.id for one in odd}
        overlay(lexicon, words).scan(normal(f"{sentence}{''.join(row[1] for row in rows)}"))

    @pytest.mark.parametrize(("category", "kind"), [("R02", TermKind.STRONG), ("R14", TermKind.RISK)])
    def test_a_strong_word_of_good_news_is_no_risk_that_speaks_alone(
        self, vocabulary: Vocabulary, category: str, kind: TermKind
    ) -> None:
        words, _ = lay_over([word(SMALL, kind="strong", category=category)], vocabulary)
        assert words.terms[0].term.kind is kind


class TestATable:
    def test_an_export_reads_back_as_the_same_words(self) -> None:
        strong = WordDraft(sort=WordSort.WORD, text="打完脸僵", kind="strong", category="R01", note='带"引号"，和逗号')
        drafts = [SMALL, strong, ALIAS, SILENT]
        assert [draft for _, draft in read_words(words_csv(map(word, drafts)))] == drafts

    @pytest.mark.parametrize(
        "text", ["=1+1+清安", "+清安", "-清安", "@清安", "|清安", "＝清安", "＠清安", "'清安", "'=清安"]
    )
    def test_no_cell_is_a_formula_and_each_comes_back(self, text: str) -> None:
        content = words_csv([word(replace(SMALL, text=text))])
        assert f",'{text},".encode() in content
        [(_, draft)] = read_words(content)
        assert isinstance(draft, WordDraft)
        assert draft.text == text

    def test_a_table_of_an_older_office_suite_is_read(self) -> None:
        content = "类型,词,种类\r\n新词,小安瓶,药品\r\n".encode("gb18030")
        assert read_words(content) == [(2, replace(SMALL, canonical=""))]

    def test_a_bad_row_is_told_and_blank_ones_are_skipped(self) -> None:
        rows = read_words(
            "类型,词,种类,风险类别\n,,,\n新词,甲甲甲,汽车,\n旧词,乙乙乙,药品,\n新词,丙丙丙,风险词,R77\n".encode()
        )
        assert [line for line, _ in rows] == [3, 4, 5]
        assert ["汽车" in str(rows[0][1]), "旧词" in str(rows[1][1]), "R77" in str(rows[2][1])] == [True] * 3

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"\xff\xfe\x00", "编码"),
            (b"a,b\n1,2\n", "缺少列：类型、词"),
            (b"", "缺少列"),
            (b"x" * (1024 * 1024 + 1), "1 MB"),
            (f"{','.join(COLUMNS)}\n{'新词,小安瓶,药品,,,,,,' + chr(10)}".encode() * 1 + "新词,小安瓶,药品\n".encode() * 2000, "2000 条"),
        ],
    )  # fmt: skip
    def test_a_file_that_is_no_table_is_refused_with_the_reason(self, content: bytes, reason: str) -> None:
        with pytest.raises(Refusal, match=reason):
            read_words(content)
