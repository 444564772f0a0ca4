import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.matching.clauses import Clause, Reference, cited, parse_reference, split_clauses

TEXT = "禁止甲。\n有下列情形之一的，为乙：\n（一）情形一；\n（二）情形二。\n有下列情形之一的，为丙：\n(一)情形三。\n禁止丁。"


class TestAddresses:
    def test_paragraphs_and_items_have_their_numbers(self) -> None:
        found = [(clause.paragraph, clause.item) for clause in split_clauses(TEXT)]
        assert found == [(1, None), (2, None), (2, 1), (2, 2), (3, None), (3, 1), (4, None)]

    def test_items_before_any_paragraph_belong_to_the_first(self) -> None:
        assert split_clauses("（一）甲；")[0] == Clause(paragraph=1, item=1, text="（一）甲；")

    def test_what_is_numbered_under_an_item_is_a_part_of_it_and_no_paragraph(self) -> None:
        text = "适用于：\n（一）生产；\n（二）经营：\n1．批发；\n2. 零售。\n违反的，责令改正。\n1.5克以上的除外。"
        found = [(clause.paragraph, clause.item, clause.point) for clause in split_clauses(text)]
        assert found[3:5] == [(1, 2, 1), (1, 2, 2)]
        assert found[5:] == [(2, None, None), (3, None, None)]
        assert cited(text, parse_reference("第一条第一款第二项")) == "（二）经营：\n1．批发；\n2. 零售。"
        assert cited(text, parse_reference("第一条第二款")) == "违反的，责令改正。"

    def test_a_point_is_cited_by_its_own_number(self) -> None:
        text = "适用于：\n（一）生产：\n1．原料；\n（二）经营：\n1．批发；\n2. 零售。\n违反的，责令改正。"
        assert cited(text, parse_reference("第1条第1款第2项第1目")) == "1．批发；"
        assert cited(text, parse_reference("第一条第（二）项第二目")) == "2. 零售。"
        assert cited(text, parse_reference("第一条第2目")) == "2. 零售。"

    def test_a_point_that_is_not_there_or_twice_is_not_guessed(self) -> None:
        text = "适用于：\n（一）生产：\n1．原料；\n（二）经营：\n1．批发。"
        assert cited(text, parse_reference("第一条第一款第二项第2目")) is None
        assert cited(text, parse_reference("第一条第1目")) is None
        assert cited(text, parse_reference("第一条第二款第一项第1目")) is None

    @pytest.mark.parametrize(
        ("written", "reference"),
        [
            ("第98条第2款第1项", Reference(article="第九十八条", paragraph=2, item=1)),
            ("第九十八条第二款第（一）项", Reference(article="第九十八条", paragraph=2, item=1)),
            ("第98条第2款第1项第3目", Reference(article="第九十八条", paragraph=2, item=1, point=3)),
            ("第九十八条第二款第（一）项第三目", Reference(article="第九十八条", paragraph=2, item=1, point=3)),
            ("第 98 条", Reference(article="第九十八条")),
            ("第九十八条第三项", Reference(article="第九十八条", item=3)),
            ("第十二条之一第2款", Reference(article="第十二条之一", paragraph=2)),
        ],
    )
    def test_an_address_is_read_in_digits_and_in_words(self, written: str, reference: Reference) -> None:
        assert parse_reference(written) == reference

    @pytest.mark.parametrize("written", ["", "98", "第2款", "第九十八", "第98条第款", "药品管理法第98条"])
    def test_what_is_no_address_is_refused(self, written: str) -> None:
        with pytest.raises(ValueError, match="not an address"):
            parse_reference(written)

    @given(st.integers(1, 200), st.integers(1, 20), st.integers(1, 20), st.integers(1, 20))
    def test_an_address_survives_its_words(self, article: int, paragraph: int, item: int, point: int) -> None:
        written = str(parse_reference(f"第{article}条第{paragraph}款第{item}项第{point}目"))
        assert str(parse_reference(written)) == written


class TestCited:
    @pytest.mark.parametrize(
        ("address", "text"),
        [
            ("第一条", TEXT),
            ("第一条第一款", "禁止甲。"),
            ("第一条第二款", "有下列情形之一的，为乙：\n（一）情形一；\n（二）情形二。"),
            ("第一条第二款第二项", "（二）情形二。"),
            ("第一条第二项", "（二）情形二。"),
        ],
    )
    def test_what_an_address_names_stands_in_the_article_as_it_is(self, address: str, text: str) -> None:
        assert cited(TEXT, parse_reference(address)) == text
        assert text in TEXT

    @pytest.mark.parametrize("address", ["第一条第五款", "第一条第二款第三项", "第一条第一款第一项"])
    def test_what_is_not_there_is_nothing(self, address: str) -> None:
        assert cited(TEXT, parse_reference(address)) is None

    def test_an_item_that_two_paragraphs_have_is_not_guessed(self) -> None:
        assert cited(TEXT, parse_reference("第一条第一项")) is None
