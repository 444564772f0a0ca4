import pytest

from crawlers.attachments.grid import Grid, Span, clean, from_rows, from_spans
from crawlers.attachments.headings import field_of
from crawlers.attachments.notice_rows import notice_rows

HEAD = ("序号", "产品名称", "标示生产企业", "批号", "不合格项目")


def grid(*rows: tuple[str, ...], opens: bool = False, ends: bool = False) -> Grid:
    return Grid(cells=rows, where="第 1 页", opens_page=opens, ends_page=ends)


def values(*grids: Grid) -> list[dict[str, str]]:
    return [dict(row.values) for row in notice_rows(grids)]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("药品品名", "product"),
        ("标示生产企业/产地", "maker"),
        ("标示注册人（备案人）/受托生产企业", "maker"),
        ("生产日期/批号", "batch"),
        ("生产日期/批号/出厂编号", "batch"),
        ("规 格 型 号", "specification"),
        ("不符合规定项目", "failed_items"),
        ("被抽样单位名称", "sampled_from"),
        ("检验结果（标准规定）", "result"),
        ("备注", "remark"),
        ("甲公司生产的药品因为含量不足被召回的说明文字很长很长很长", None),
        ("", None),
        ("天气", None),
    ],
)
def test_a_heading_names_its_field(heading: str, field: str | None) -> None:
    assert field_of(heading) == field


class TestGrid:
    def test_a_merged_cell_stands_in_each_place_it_covers(self) -> None:
        made = from_spans([[Span("甲", rows=2), Span("一")], [Span("二")]])
        assert made.cells == (("甲", "一"), ("甲", "二"))

    def test_a_span_that_claims_to_cover_everything_is_cut(self) -> None:
        made = from_spans([[Span("甲", rows=99_999, columns=99_999)], [Span("乙")]])
        assert len(made.cells) <= 2
        assert made.width <= 200

    def test_empty_rows_and_columns_are_left_out(self) -> None:
        assert from_rows([["甲", "", "乙"], ["", "", ""], ["丙"]]).cells == (("甲", "乙"), ("丙", ""))

    @pytest.mark.parametrize(
        ("given", "line"),
        [
            ("阿莫西林\n胶囊", "阿莫西林胶囊"),
            ("2403\n01", "240301"),
            ("Good\nDay", "Good Day"),
            (" a　b\u00a0c ", "a b c"),
        ],
    )
    def test_a_line_break_in_a_cell_is_where_the_column_ended(self, given: str, line: str) -> None:
        assert clean(given) == line


class TestHorizontal:
    def test_banner_repeated_heading_total_and_note_are_no_records(self) -> None:
        found = values(
            grid(
                ("附件1",) * 5,
                HEAD,
                ("1", "甲片", "示例甲公司", "A1", "含量测定"),
                HEAD,
                ("2", "乙片", "示例乙公司", "B2", "溶出度"),
                ("合计：2", "", "", "", ""),
                ("注：1.排名不分先后",) * 5,
            )
        )
        assert [row["batch"] for row in found] == ["A1", "B2"]

    def test_ditto_means_what_stands_above(self) -> None:
        found = values(grid(HEAD, ("1", "甲片", "示例甲公司", "A1", "含量"), ("2", "同上", "〃", "A2", "性状")))
        assert found[1]["product"] == "甲片"
        assert found[1]["maker"] == "示例甲公司"

    def test_an_empty_cell_stays_unknown(self) -> None:
        found = values(grid(HEAD, ("1", "甲片", "", "", "含量")))
        assert found == [{"serial": "1", "product": "甲片", "failed_items": "含量"}]

    def test_a_column_of_unknown_name_is_kept_under_its_words(self) -> None:
        (row,) = notice_rows([grid((*HEAD[:4], "检出药名"), ("1", "甲片", "示例甲公司", "A1", "西布曲明"))])
        assert dict(row.others) == {"检出药名": "西布曲明"}

    def test_two_columns_of_one_field_are_both_told(self) -> None:
        head = ("产品名称", "批号", "生产批号")
        assert values(grid(head, ("甲片", "A1", "B1")))[0]["batch"] == "A1；B1"

    def test_a_table_without_a_known_heading_gives_nothing(self) -> None:
        assert values(grid(("天气", "温度"), ("晴", "20"))) == []


class TestOverPages:
    def test_a_table_without_heading_at_the_top_of_a_page_goes_on(self) -> None:
        found = values(
            grid(HEAD, ("1", "甲片", "示例甲公司", "A1", "含量"), ends=True),
            grid(("2", "乙片", "示例乙公司", "B2", "性状"), opens=True),
        )
        assert [row["product"] for row in found] == ["甲片", "乙片"]

    def test_a_row_that_the_page_cut_is_one_record(self) -> None:
        found = values(
            grid(HEAD, ("1", "甲片", "示例甲制药", "A1", "含量测定、溶出"), ends=True),
            grid(HEAD, ("", "", "有限公司", "", "度、性状"), ("2", "乙片", "示例乙公司", "B2", "性状"), opens=True),
        )
        assert found[0]["maker"] == "示例甲制药有限公司"
        assert found[0]["failed_items"] == "含量测定、溶出度、性状"
        assert len(found) == 2

    def test_a_merged_cell_goes_on_over_the_page(self) -> None:
        found = values(
            grid(HEAD, ("1", "甲片", "示例甲公司", "A1", "含量"), ends=True),
            grid(HEAD, ("2", "", "", "A2", "性状"), ("3", "乙片", "", "B1", "性状"), opens=True),
        )
        assert (found[1]["product"], found[1]["maker"]) == ("甲片", "示例甲公司")

    def test_another_table_in_the_middle_of_a_page_does_not_go_on(self) -> None:
        found = values(
            grid(HEAD, ("1", "甲片", "示例甲公司", "A1", "含量")), grid(("5", "丙片", "示例丙公司", "C1", "性状"))
        )
        assert len(found) == 1


class TestUpright:
    def test_labels_in_the_first_column_make_one_record(self) -> None:
        found = values(
            grid(("产品名称", "甲导管"), ("生产企业", "示例甲公司"), ("召回级别", "二级"), ("涉及批次", "A1、A2"))
        )
        assert found == [{"product": "甲导管", "maker": "示例甲公司", "batch": "A1、A2", "recall_class": "二级"}]

    def test_labels_in_two_columns_make_one_record(self) -> None:
        found = values(grid(("产品名称", "甲导管", "批号", "A1"), ("生产企业", "示例甲公司", "召回原因", "渗漏")))
        assert found[0] == {"product": "甲导管", "maker": "示例甲公司", "batch": "A1", "reason": "渗漏"}
