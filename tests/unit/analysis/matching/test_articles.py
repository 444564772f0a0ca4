import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.matching.articles import article_label, article_number, split_articles

LAW = """# 演示条例

2020年1月1日 某机关公布

<!-- INFO END -->

## 第一编 通则

### 第一章  总 则

第一条 为了演示，制定本条例。

第二条 本条例所称药店，依照第一条的规定确定。

第一条规定的情形除外。

## 第二章 经营

### 第一节 零售

**第十条** 药店应当准确无误，并符合下列要求：

（一）说明用法；

（二）说明用量。

第一百零七条 本条例自2020年3月1日起施行。
"""


class TestSplitting:
    def test_every_article_has_its_key_chapter_and_text(self) -> None:
        articles = split_articles(LAW, "演示条例(2020-01-01)")
        assert [a.number for a in articles] == ["第一条", "第二条", "第十条", "第一百零七条"]
        assert articles[0].key == "演示条例(2020-01-01)#第一条"
        assert articles[0].stem == "演示条例(2020-01-01)"
        assert articles[0].chapter == "第一编 通则 第一章 总 则"
        assert articles[0].text == "为了演示，制定本条例。"

    def test_a_reference_at_the_start_of_a_paragraph_is_not_an_article(self) -> None:
        second = split_articles(LAW, "x")[1]
        assert second.text.endswith("第一条规定的情形除外。")

    def test_paragraphs_and_items_stay_with_their_article(self) -> None:
        tenth = split_articles(LAW, "x")[2]
        assert tenth.text.split("\n") == ["药店应当准确无误，并符合下列要求：", "（一）说明用法；", "（二）说明用量。"]
        assert tenth.chapter == "第一编 通则 第二章 经营 第一节 零售"

    def test_a_copy_without_blanks_after_the_numbers_is_read(self) -> None:
        articles = split_articles("第一条为了演示，制定本条例。\n第二条本条例自公布之日起施行。", "x")
        assert [a.text for a in articles] == ["为了演示，制定本条例。", "本条例自公布之日起施行。"]

    @pytest.mark.parametrize("blank", ["\u3000", ""])
    def test_numbers_in_digits_of_full_width_are_read_as_other_digits(self, blank: str) -> None:
        text = f"第１条{blank}甲。\n第２条{blank}乙。\n第２条之１{blank}丙。\n第 １０ 条{blank}丁。"
        articles = split_articles(text, "x")
        assert [(a.number, a.text) for a in articles] == [
            ("第1条", "甲。"),
            ("第2条", "乙。"),
            ("第2条之1", "丙。"),
            ("第10条", "丁。"),
        ]

    def test_a_number_that_stands_twice_is_kept_once(self) -> None:
        articles = split_articles("第一条 甲。\n\n第一条 乙。", "x")
        assert [a.text for a in articles] == ["甲。"]

    def test_arabic_numbers_full_width_blanks_and_zhi_are_read(self) -> None:
        articles = split_articles("第12条　甲。\n第十二条之一 乙。", "x")
        assert [a.number for a in articles] == ["第12条", "第十二条之一"]

    @pytest.mark.parametrize("number", ["第 十 一 条", "第　十一　条", "第 十一条", "第十一 条", "第 11 条"])
    def test_a_number_that_is_spread_over_the_line_is_the_number(self, number: str) -> None:
        text = f"第 一 章 总则\n第十条 甲。\n{number} 乙。\n第 十 一 条 之 一 丙。"
        found = split_articles(text, "演示法")
        told = "第11条" if "11" in number else "第十一条"
        assert [(one.number, one.text) for one in found] == [
            ("第十条", "甲。"),
            (told, "乙。"),
            ("第十一条之一", "丙。"),
        ]
        assert found[0].chapter == "第 一 章 总则"

    @pytest.mark.parametrize("title", ["附件", "附件1 目录", "附件：1. 申请表", "## 附录二：情形表", "附　表"])
    def test_what_is_annexed_after_the_articles_has_numbers_of_its_own(self, title: str) -> None:
        articles = split_articles(f"第一条 甲。\n{title}\n第一条 表内的。\n第二条 表内的。", "x")
        assert [(a.number, a.text) for a in articles] == [("第一条", "甲。")]

    @pytest.mark.parametrize("sentence", ["附表一所列品种不得零售。", "附件 所列品种除外；", "附录所列"])
    def test_a_sentence_that_begins_with_an_annex_is_part_of_its_article(self, sentence: str) -> None:
        articles = split_articles(f"第一条 甲。\n{sentence}\n第二条 乙。", "x")
        assert [a.text for a in articles] == [f"甲。\n{sentence}", "乙。"]

    def test_a_text_without_articles_is_refused_by_name(self) -> None:
        with pytest.raises(ValueError, match="通知: no article"):
            split_articles("各单位：现将有关事项通知如下。", "通知")


class TestNumbers:
    @pytest.mark.parametrize(
        ("label", "number"),
        [("第一条", 1), ("第十条", 10), ("第十一条", 11), ("第二十条", 20), ("第一百条", 100), ("第一百零七条", 107),
         ("第一百一十条", 110), ("第一百五十五条", 155), ("第一千二百六十条", 1260), ("第一千零一条", 1001)],
    )  # fmt: skip
    def test_labels_are_written_as_laws_write_them(self, label: str, number: int) -> None:
        assert article_label(number) == label
        assert article_number(label) == number

    @given(st.integers(1, 9999))
    def test_every_number_survives_its_label(self, number: int) -> None:
        assert article_number(article_label(number)) == number

    def test_arabic_and_inserted_numbers_have_their_value(self) -> None:
        assert article_number("第107条") == 107
        assert article_number("第十二条之一") == 12

    @pytest.mark.parametrize("label", ["一百条", "第条", "第一章", "article 5"])
    def test_what_is_no_article_number_is_refused(self, label: str) -> None:
        with pytest.raises(ValueError, match="not an article number"):
            article_number(label)

    @pytest.mark.parametrize("number", [0, -1, 10_000])
    def test_numbers_out_of_range_are_refused(self, number: int) -> None:
        with pytest.raises(ValueError, match="1 to 9999"):
            article_label(number)
