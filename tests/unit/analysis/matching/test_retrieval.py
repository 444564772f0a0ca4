"""Matching of invented reports with invented articles, and the shipped table of situations."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from analysis.assessment import CATEGORY_NAMES, Assessment, CategoryScore, Entity, EntityType, Level, Tone
from analysis.matching.articles import split_articles
from analysis.matching.grounds import grounds
from analysis.matching.retrieval import ArticleIndex, Counsel, Validity
from analysis.matching.situations import load_situations, parse_situations
from analysis.segmentation import RjiebaSegmenter
from crawlers.records import Document, DocumentKind

SEGMENTER = RjiebaSegmenter()
OLD, NEW = "演示药法(2010-01-01)", "演示药法(2020-01-01)"
TEXT = """第一条 药店零售药品应当准确无误，说明用法用量。

第二条 药品广告应当真实合法，不得含有虚假内容。

第三条 对超过有效期的药品应当立即封存。
"""
TABLE = """
version: "1"
laws: {旧法: 演示药法(2010-01-01), 新法: 演示药法(2020-01-01)}
products: {drug: [药], cosmetic: [面膜]}
situations:
  - {id: expired, categories: [R02], products: [drug], cues: [过期, 超过有效期], unless: [谣言], governs: [新法#3, 旧法#3], related: [新法#1], why: 过期药品应封存}
  - {id: ad, categories: [R05], cues: [广告], also: [药], governs: [新法#2], why: 广告应真实}
  - {id: any, categories: [R02], products: [drug], governs: [新法#1], why: 兜底}
modifiers:
  - {id: crime, cues: [警方], articles: [新法#2], why: 涉嫌犯罪}
"""
VALIDITY = {OLD: Validity(until=date(2020, 1, 1)), NEW: Validity(since=date(2020, 1, 1))}
INDEX = ArticleIndex([*split_articles(TEXT, OLD), *split_articles(TEXT, NEW)], SEGMENTER.cut_for_search, VALIDITY)
SITUATIONS = parse_situations(TABLE, "table.yaml")
COUNSEL = Counsel(index=INDEX, situations=SITUATIONS)
TODAY = date(2026, 3, 2)


def document(title: str, text: str = "") -> Document:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Document(
        id="d", source_id="s", native_id="1", kind=DocumentKind.ARTICLE, title=title, text=text, fetched_at=at
    )


def judged(*categories: str, entities: tuple[Entity, ...] = ()) -> Assessment:
    return Assessment(
        document_id="d", level=Level.RISK, p_in_remit=1, p_risk=1, severity=3, tone=Tone.NEUTRAL, entities=entities,
        categories=tuple(CategoryScore(code=code, p=0.9) for code in categories), evidence=(), model="test",
    )  # fmt: skip


def keys(title: str, *categories: str, on: date = TODAY, text: str = "") -> list[str]:
    found = COUNSEL.consult(document(title, text), judged(*categories), on=on).matches
    return [m.article.key for m in found]


class TestMatching:
    def test_the_situation_leads_and_says_why(self) -> None:
        best = COUNSEL.consult(document("药店卖过期药"), judged("R02"), on=TODAY).matches[0]
        assert best.article.key == f"{NEW}#第三条"
        assert (best.situation, best.why, best.valid) == ("expired", "过期药品应封存", True)

    def test_an_article_out_of_force_is_never_returned(self) -> None:
        assert not [key for key in keys("药店卖过期药", "R02") if key.startswith(OLD)]
        before = keys("药店卖过期药", "R02", on=date(2015, 5, 5))
        assert before[0] == f"{OLD}#第三条"
        assert not [key for key in before if key.startswith(NEW)]

    def test_the_day_on_which_a_revision_takes_effect_belongs_to_the_revision(self) -> None:
        assert keys("药店卖过期药", "R02", on=date(2020, 1, 1))[0].startswith(NEW)
        assert keys("药店卖过期药", "R02", on=date(2019, 12, 31))[0].startswith(OLD)

    def test_a_law_that_governs_and_is_held_only_as_it_was_is_named_and_nothing_that_reads_alike_takes_its_place(
        self,
    ) -> None:
        other = split_articles(TEXT.replace("药", "品"), "演示别法(2020-01-01)")
        held = ArticleIndex([*split_articles(TEXT, OLD), *other], SEGMENTER.cut_for_search, VALIDITY)
        asked = document("药店卖过期药"), judged("R02")
        now = replace(COUNSEL, index=held).consult(*asked, on=TODAY)
        assert [(one.stem, one.ended_at, one.situation) for one in now.ended] == [(OLD, date(2020, 1, 1), "expired")]
        assert now.ended[0].why == "过期药品应封存"
        assert not now.matches
        before = replace(COUNSEL, index=held).consult(*asked, on=date(2019, 12, 31))
        assert not before.ended
        assert before.matches[0].article.key == f"{OLD}#第三条"
        # Where the present text is held too, the one that ended is not worth a word.
        assert not COUNSEL.consult(*asked, on=TODAY).ended

    def test_words_alone_find_an_article_where_the_table_is_silent(self) -> None:
        found = COUNSEL.consult("零售药品未说明用法用量", None, on=TODAY).matches
        assert found[0].article.key == f"{NEW}#第一条"
        assert found[0].situation is None

    def test_words_alone_find_an_article_where_the_library_holds_none_that_the_table_names(self) -> None:
        provincial = ArticleIndex(split_articles(TEXT, "演示省药品条例(2024-01-01)"), SEGMENTER.cut_for_search)
        found = (
            replace(COUNSEL, index=provincial)
            .consult(document("超过有效期的药品没有封存"), judged("R02"), on=TODAY)
            .matches
        )
        assert found[0].article.key == "演示省药品条例(2024-01-01)#第三条"
        assert {one.situation for one in found} == {None}
        assert found[0].why == "条文用语与稿件相近"

    def test_scores_fall_and_no_article_stands_twice(self) -> None:
        found = COUNSEL.consult(document("警方查处药店卖过期药"), judged("R02"), on=TODAY).matches
        scores = [m.score for m in found]
        assert scores == sorted(scores, reverse=True)
        assert len({m.article.key for m in found}) == len(found)

    def test_the_limit_is_kept(self) -> None:
        found = COUNSEL.consult(document("药店卖过期药"), judged("R02"), on=TODAY, limit=2).matches
        assert len(found) == 2

    def test_an_empty_library_gives_nothing(self) -> None:
        empty = ArticleIndex([], SEGMENTER.cut_for_search)
        assert (len(empty), len(INDEX)) == (0, 6)
        assert Counsel(index=empty).consult("药店卖过期药", None, on=TODAY).matches == ()


class TestTable:
    def test_unless_and_also_hold_a_row_back(self) -> None:
        rows = {g.situation for g in grounds(SITUATIONS, "过期药是谣言", "", judged("R02")).articles}
        assert "expired" not in rows
        assert not grounds(SITUATIONS, "一则广告", "", judged("R05")).articles

    def test_a_row_of_another_category_counts_little_and_of_another_product_nothing(self) -> None:
        told = {code: grounds(SITUATIONS, "过期药的广告", "", judged(code)).situations[0].id for code in ("R02", "R05")}
        assert told == {"R02": "expired", "R05": "ad"}
        assert "expired" not in {row.id for row in grounds(SITUATIONS, "过期面膜", "", judged("R02")).situations}

    def test_a_row_counts_less_where_only_the_text_speaks_of_it(self) -> None:
        plain = grounds(SITUATIONS, "过期药与广告", "", None).articles[0]
        deep = grounds(SITUATIONS, "一则药店广告", "其中有过期药", None).articles[0]
        assert (plain.situation, deep.situation) == ("expired", "ad")

    def test_a_weighty_row_comes_first_and_both_rows_are_told(self) -> None:
        table = parse_situations(TABLE.replace("id: ad,", "id: ad, weight: 2,"), "table.yaml")
        assert [row.id for row in grounds(table, "过期药的广告", "", None).situations] == ["ad", "expired"]

    def test_a_row_that_stands_alone_silences_the_others(self) -> None:
        row = "  - {id: abroad, weight: 3, alone: true, cues: [外国], governs: [], why: 发生在境外}\n"
        table = parse_situations(TABLE.replace("situations:\n", f"situations:\n{row}"), "table.yaml")
        offered = grounds(table, "外国警方查处过期药", "", judged("R02"))
        assert ([row.id for row in offered.situations], offered.articles) == (["abroad"], ())
        assert not replace(COUNSEL, situations=table).consult(document("外国警方查处过期药"), None, on=TODAY).matches

    def test_words_of_a_list_and_words_at_a_distance_are_cues(self) -> None:
        lists = "words: {old: [过期, 陈旧]}\nlaws: {新法: 演示药法(2020-01-01)}\nproducts: {}\nsituations:\n"
        row = "  - {id: x, cues: [$old, 卖…假货], governs: [新法#1], why: 测试}\n"
        table = parse_situations(lists + row, "table.yaml")
        assert grounds(table, "陈旧药品", "", None).articles
        assert grounds(table, "药店卖出一批假货", "", None).articles
        assert not grounds(table, "药店卖出去的东西后来经过很久才被说成是假货", "", None).articles

    def test_a_fallback_row_needs_its_category(self) -> None:
        assert not grounds(SITUATIONS, "药店开业", "", judged("R08")).articles
        assert [row.id for row in grounds(SITUATIONS, "药店开业", "", judged("R02")).situations] == ["any"]

    def test_a_modifier_adds_its_article(self) -> None:
        offered = grounds(SITUATIONS, "警方查处过期药", "", judged("R02")).articles
        assert f"{NEW}#第二条" in {ground.article for ground in offered}

    def test_the_name_of_the_office_does_not_make_a_drug(self) -> None:
        assert SITUATIONS.product_of("药监局通报面膜不合格", "", None) == "cosmetic"

    def test_the_drug_in_a_food_does_not_make_it_a_drug(self) -> None:
        assert load_situations().product_of("凉茶店凉茶检出布洛芬", "", None) == "food"

    def test_a_named_vaccine_decides_the_product(self) -> None:
        entity = Entity(type=EntityType.VACCINE, text="某苗", start=0, end=2, field="title")
        assert load_situations().product_of("某苗引发关注", "", judged(entities=(entity,))) == "vaccine"

    @pytest.mark.parametrize(
        ("row", "complaint"),
        [
            ("{id: x, governs: [新法#1]}", "情形 x：缺少 why"),
            ("{id: x, governs: [无法#1], why: w}", "laws 中的简称"),
            ("{id: x, governs: [新法], why: w}", "laws 中的简称"),
            ("{id: x, governs: [新法#1], why: w, categories: [R99]}", "没有编号为 R99 的类别"),
            ("{id: x, governs: [新法#1], why: w, products: [toy]}", "toy 不是产品大类"),
            ("{id: x, governs: [新法#1], why: w, cue: [a]}", "不认识的项 cue"),
            ("{id: x, governs: [新法#1], why: w, cues: [$ab]}", "没有名为 ab 的词表"),
            ("{id: x, governs: [], why: w, cues: [a]}", "情形 x：缺少 governs"),
        ],
    )
    def test_a_broken_row_is_refused_with_its_name(self, row: str, complaint: str) -> None:
        text = f"laws: {{新法: {NEW}}}\nsituations:\n  - {row}\n"
        with pytest.raises(ValueError, match=complaint):
            parse_situations(text, "mine.yaml")

    def test_two_rows_of_one_name_and_an_empty_table_are_refused(self) -> None:
        row = "  - {id: x, governs: [新法#1], why: w}\n"
        with pytest.raises(ValueError, match="情形 x 写了两次"):
            parse_situations(f"laws: {{新法: {NEW}}}\nsituations:\n{row}{row}", "mine.yaml")
        with pytest.raises(ValueError, match="没有任何情形"):
            parse_situations("laws: {}\n", "mine.yaml")

    def test_the_shipped_table_covers_every_risk_category_with_a_fallback(self) -> None:
        table = load_situations()
        assert len(table.rows) >= 150
        covered = {code for row in table.rows for code in row.categories}
        assert covered == set(CATEGORY_NAMES) - {"R14"}
        fallbacks = {code for row in table.rows if not row.cues for code in row.categories}
        assert fallbacks == covered

    def test_every_reason_of_the_shipped_table_is_one_chinese_sentence(self) -> None:
        for row in (*load_situations().rows, *load_situations().modifiers):
            assert 4 <= len(row.why) <= 60, row.id
            assert not row.why.endswith("。"), row.id
