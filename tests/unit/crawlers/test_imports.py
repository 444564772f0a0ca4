import json
import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from crawlers.imports import ColumnMap, ImportRefused, RowRefusal, choose_column_map, load_column_maps, read_import
from crawlers.records import BEIJING, DatePrecision, Document, DocumentKind, Source, SourceClass

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
KEY = b"0123456789abcdef"
SOURCE = Source(id="drop-12345", name="热线导出", kind="file_drop", source_class=SourceClass.COMPLAINT, region="360000")
HOTLINE = ("工单编号", "诉求标题", "诉求内容", "受理时间", "事发地点", "办理状态")
ROW = ("G1", "药店卖过期药", "市民反映某药店出售过期虚构片。", "2026-11-24 09:30", "南昌市红谷滩区某路1号", "办理中")


def read(path: Path, column_map: ColumnMap | None = None) -> list[Document | RowRefusal]:
    return list(read_import(path, source=SOURCE, column_map=column_map, now=NOW, author_key=KEY))


def documents(path: Path) -> list[Document]:
    rows = read(path)
    assert all(isinstance(row, Document) for row in rows), rows
    return [row for row in rows if isinstance(row, Document)]


def csv_file(folder: Path, lines: Sequence[str], *, charset: str = "utf-8", name: str = "导出.csv") -> Path:
    path = folder / name
    path.write_bytes("\n".join(lines).encode(charset))
    return path


def xlsx_file(folder: Path, rows: Sequence[Sequence[Any]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]  # a new workbook has a sheet
    path = folder / "导出.xlsx"
    book.save(path)
    return path


def jsonl_file(folder: Path, rows: Sequence[dict[str, Any] | str], name: str = "导出.jsonl") -> Path:
    path = folder / name
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


class TestHotline:
    @pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
    def test_complaint_becomes_a_document_in_every_charset(self, tmp_path: Path, charset: str) -> None:
        (document,) = documents(csv_file(tmp_path, [",".join(HOTLINE), ",".join(ROW)], charset=charset))
        assert document.kind is DocumentKind.COMPLAINT
        assert (document.native_id, document.title, document.text) == ROW[:3]
        assert document.published_at == datetime(2026, 11, 24, 9, 30, tzinfo=BEIJING)
        assert document.method == "import:hotline_12345"
        assert document.region == "360000"
        assert document.extras["status"] == "办理中"

    def test_place_is_kept_down_to_the_county_only(self, tmp_path: Path) -> None:
        (document,) = documents(csv_file(tmp_path, [",".join(HOTLINE), ",".join(ROW)]))
        assert document.extras["place"] == "南昌市红谷滩区"

    def test_columns_about_the_complainant_are_dropped(self, tmp_path: Path) -> None:
        lines = [",".join((*HOTLINE, "来电人姓名", "联系电话")), ",".join((*ROW, "王某", "13812345678"))]
        (document,) = documents(csv_file(tmp_path, lines))
        assert "王某" not in repr(document)
        assert "13812345678" not in repr(document)

    def test_the_name_of_the_complainant_is_masked_in_the_text_where_a_column_tells_it(self, tmp_path: Path) -> None:
        row = (ROW[0], "王小明反映药店售假", "本人王小明要求查处。", *ROW[3:], "王小明", "13812345678")
        lines = [",".join((*HOTLINE, "来电人姓名", "联系电话")), ",".join(row)]
        (document,) = documents(csv_file(tmp_path, lines))
        assert (document.title, document.text) == ("某某反映药店售假", "本人某某要求查处。")
        assert document.author is not None

    @pytest.mark.parametrize("length", range(20, 40))
    def test_a_title_cut_out_of_the_text_holds_no_part_of_a_number(self, tmp_path: Path, length: int) -> None:
        text = "反" * length + "13812345678，请回复此事。"
        (document,) = documents(csv_file(tmp_path, [",".join(HOTLINE), ",".join((ROW[0], "", text, *ROW[3:]))]))
        assert "1381" not in document.title

    def test_dates_and_numbers_of_a_spreadsheet_are_read(self, tmp_path: Path) -> None:
        rows = [HOTLINE, (1001.0, *ROW[1:3], datetime(2026, 11, 24, 9, 30, 15), *ROW[4:])]  # noqa: DTZ001 - cells have no zone
        rows.append((1002, *ROW[1:3], datetime(2026, 11, 24), *ROW[4:]))  # noqa: DTZ001 - as above
        rows.append((1003, *ROW[1:3], 46350.5, *ROW[4:]))
        first, second, third = documents(xlsx_file(tmp_path, rows))
        assert [document.native_id for document in (first, second, third)] == ["1001", "1002", "1003"]
        assert (first.published_at, first.precision) == (
            datetime(2026, 11, 24, 9, 30, 15, tzinfo=BEIJING),
            DatePrecision.SECOND,
        )
        assert (second.published_at, second.precision) == (datetime(2026, 11, 24, tzinfo=BEIJING), DatePrecision.DAY)
        assert third.published_at == datetime(2026, 11, 24, 12, 0, tzinfo=BEIJING)

    def test_complaint_form_of_the_drug_line_is_known(self, tmp_path: Path) -> None:
        lines = ["登记编号,投诉内容,登记时间,产品名称,批号", "T1,服用后头晕。,2026年11月24日,虚构片,20261101"]
        (document,) = documents(csv_file(tmp_path, lines))
        assert document.extras["product"] == "虚构片"
        assert document.title == "服用后头晕。"


class TestSocial:
    def test_counts_and_times_of_a_crawler_export_are_read(self, tmp_path: Path) -> None:
        row = {
            "note_id": 5012345678,
            "content": "这药是不是假的？",
            "create_time": 1795500000,
            "liked_count": "1.2万",
            "comments_count": "",
            "shared_count": "0",
            "user_id": "10001",
            "nickname": "某网友",
            "source_keyword": "假药",
            "ip_location": "江西",
        }
        (document,) = documents(jsonl_file(tmp_path, [row]))
        assert document.native_id == "5012345678"
        assert document.published_at == datetime.fromtimestamp(1795500000, BEIJING)
        assert document.engagement is not None
        assert (document.engagement.likes, document.engagement.comments, document.engagement.reposts) == (
            12000,
            None,
            0,
        )
        assert document.extras == {"query": "假药", "place": "江西"}
        assert document.author is not None
        assert "某网友" not in repr(document)
        assert "10001" not in repr(document)

    @pytest.mark.parametrize(
        ("row", "name", "text"),
        [
            (
                {"note_id": "a", "title": "题", "desc": "述", "time": 1795500000000, "liked_count": "3"},
                "mediacrawler_post",
                "题\n述",
            ),
            ({"aweme_id": "a", "desc": "述", "create_time": 1795500000}, "mediacrawler_post", "述"),
            ({"video_id": "a", "desc": "述", "create_time": 1795500000, "viewd_count": "7"}, "mediacrawler_post", "述"),
            (
                {"content_id": "a", "content_text": "文", "created_time": 1795500000, "voteup_count": 5},
                "mediacrawler_zhihu",
                "文",
            ),
            (
                {
                    "comment_id": "a",
                    "content": "评",
                    "create_time": 1795500000,
                    "note_id": "n",
                    "parent_comment_id": "p",
                },
                "mediacrawler_comment",
                "评",
            ),
        ],
    )
    def test_exports_of_each_platform_are_told_apart(
        self, tmp_path: Path, row: dict[str, Any], name: str, text: str
    ) -> None:
        (document,) = documents(jsonl_file(tmp_path, [row]))
        assert (document.method, document.text) == (f"import:{name}", text)

    def test_json_array_is_read_like_lines(self, tmp_path: Path) -> None:
        path = tmp_path / "导出.json"
        path.write_text(
            json.dumps([{"note_id": "a", "content": "文"}, {"note_id": "b", "content": "字"}], indent=2),
            encoding="utf-8",
        )
        assert [document.native_id for document in documents(path)] == ["a", "b"]

    def test_export_of_a_weibo_tool_is_read_with_counts_and_without_names(self, tmp_path: Path) -> None:
        headings = "id,bid,user_id,用户昵称,微博正文,发布位置,话题,转发数,评论数,点赞数,发布时间,发布工具,retweet_id,ip"
        row = "5012,Qx1,10001,某网友,示例药房的药是真的吗？,,假药,3,,1.5万,2026-11-24 21:30,手机,,江西"
        (document,) = documents(csv_file(tmp_path, [headings, row], charset="gb18030"))
        assert (document.native_id, document.kind, document.method) == (
            "5012",
            DocumentKind.POST,
            "import:weibo_export",
        )
        assert document.published_at == datetime(2026, 11, 24, 21, 30, tzinfo=BEIJING)
        assert document.engagement is not None
        counts = (document.engagement.reposts, document.engagement.comments, document.engagement.likes)
        assert counts == (3, None, 15_000)
        assert document.extras == {"topics": "假药", "device": "手机", "place": "江西"}
        assert "某网友" not in repr(document)


class TestVendor:
    HEADINGS = "标题,正文,发布时间,链接,媒体名称,作者,阅读数,情感倾向"

    def test_chinese_headings_of_a_vendor_are_known(self, tmp_path: Path) -> None:
        line = '虚构片被召回,"企业称，已召回。",2026/11/24 08:00,https://example.cn/1,某报,某甲,10万+,负面'
        (document,) = documents(csv_file(tmp_path, [self.HEADINGS, line]))
        assert document.url == "https://example.cn/1"
        assert document.native_id == "https://example.cn/1"
        assert document.origin == "某报"
        assert document.engagement is not None
        assert document.engagement.views == 100000

    @pytest.mark.parametrize("heading", ["标题（必填）", " 标 题 ", "﻿标题", "标题*"])
    def test_headings_are_compared_without_decoration(self, tmp_path: Path, heading: str) -> None:
        assert documents(csv_file(tmp_path, [f"{heading},正文,发布时间", "题,文,2026-11-24"]))[0].title == "题"

    def test_semicolons_and_tabs_separate_too(self, tmp_path: Path) -> None:
        assert documents(csv_file(tmp_path, ["标题;正文;发布时间", "题;文;2026-11-24"]))[0].text == "文"
        assert (
            documents(csv_file(tmp_path, ["标题\t正文\t发布时间", "题\t文\t2026-11-24"], name="a.tsv"))[0].text == "文"
        )

    def test_own_column_map_is_used_as_given(self, tmp_path: Path) -> None:
        own = ColumnMap(name="own", title="自定", kind=DocumentKind.POST, fields={"text": ("话",)}, needs=(("话",),))
        (row,) = read(csv_file(tmp_path, ["话,标题,发布时间", "说,题,2026-11-24"]), own)
        assert isinstance(row, Document)
        assert (row.text, row.method) == ("说", "import:own")


class TestBadRows:
    def test_bad_rows_are_refused_with_number_and_reason_and_good_ones_kept(self, tmp_path: Path) -> None:
        lines = [
            "标题,正文,发布时间,链接",
            "一,文,2026-11-24,https://example.cn/1",
            ",,2026-11-24,https://example.cn/2",
            "三,文,不知道,https://example.cn/3",
            "四,文,2026-11-24,javascript:alert(1)",
            "五,文,有,太多,逗号,的行",
            "",
            "六,文,2026-11-24,https://example.cn/6",
        ]
        rows = read(csv_file(tmp_path, lines))
        assert [row.title for row in rows if isinstance(row, Document)] == ["一", "六"]
        refusals = [row for row in rows if isinstance(row, RowRefusal)]
        assert [(row.row_number, row.reason) for row in refusals] == [
            (3, "缺内容"),
            (4, "时间"),
            (5, "网址"),
            (6, "格式"),
        ]
        assert all(row.detail.startswith(f"第 {row.row_number} 行：") and row.sample for row in refusals)

    def test_quotation_mark_never_closed_costs_one_row(self, tmp_path: Path) -> None:
        lines = [
            "标题,正文,发布时间",
            '一,"没有收尾,2026-11-24',
            "二,文,2026-11-24",
            '三,"两\n行",2026-11-24',
            "四,文,2026-11-24",
        ]
        rows = read(csv_file(tmp_path, lines))
        assert [row.title for row in rows if isinstance(row, Document)] == ["二", "三", "四"]
        assert [row.row_number for row in rows if isinstance(row, RowRefusal)] == [2]

    def test_mark_inside_a_field_is_text(self, tmp_path: Path) -> None:
        (document,) = documents(csv_file(tmp_path, ["标题,正文,发布时间", '一,5" 输液管,2026-11-24']))
        assert document.text == '5" 输液管'

    def test_row_over_several_lines_is_one_row_and_later_numbers_are_right(self, tmp_path: Path) -> None:
        rows = read(csv_file(tmp_path, ["标题,正文,发布时间", '一,"两\n行",2026-11-24', "二,文,错"]))
        assert isinstance(rows[0], Document)
        assert rows[0].text == "两\n行"
        assert isinstance(rows[1], RowRefusal)
        assert rows[1].row_number == 4

    def test_broken_json_lines_cost_themselves_only(self, tmp_path: Path) -> None:
        lines: list[dict[str, Any] | str] = [
            {"id": "1", "text": "文"},
            '{"id": "2", "text": ',
            "3",
            "[]",
            "",
            {"id": "6", "text": "字"},
        ]
        rows = read(jsonl_file(tmp_path, lines))
        assert [row.native_id for row in rows if isinstance(row, Document)] == ["1", "6"]
        assert [row.row_number for row in rows if isinstance(row, RowRefusal)] == [2, 3, 4]

    def test_future_claim_stays_readable_for_the_gate(self, tmp_path: Path) -> None:
        (document,) = documents(csv_file(tmp_path, ["标题,正文,发布时间", "题,文,2099-01-01"]))
        assert document.published_at == datetime(2099, 1, 1, tzinfo=BEIJING)

    def test_relative_time_of_an_export_is_no_time(self, tmp_path: Path) -> None:
        (document,) = documents(csv_file(tmp_path, ["标题,正文,发布时间", "题,文,3分钟前"]))
        assert document.published_at is None

    def test_surrogates_and_control_characters_do_no_harm(self, tmp_path: Path) -> None:
        (document,) = documents(jsonl_file(tmp_path, ['{"id": "1", "title": "\\ud83d题\\u0000", "text": "\\u000b文"}']))
        assert (document.title, document.text) == ("\ufffd题", "文")


class TestAgain:
    def test_same_file_gives_the_same_ids_on_another_day(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path, ["标题,正文,发布时间", "一,文,2026-11-24", "二,文,3分钟前", "一,文,2026-11-24"])
        first = [row.id for row in documents(path)]
        later = read_import(path, source=SOURCE, now=NOW + timedelta(days=9), author_key=KEY)
        assert [row.id for row in later if isinstance(row, Document)] == first
        assert len(set(first)) == 2

    def test_edited_row_keeps_its_number_and_changes_its_hash(self, tmp_path: Path) -> None:
        before = documents(csv_file(tmp_path, [",".join(HOTLINE), ",".join(ROW)]))[0]
        edited = (*ROW[:2], "市民补充：药店已关门。", *ROW[3:])
        after = documents(csv_file(tmp_path, [",".join(HOTLINE), ",".join(edited)]))[0]
        assert after.id == before.id
        assert after.content_hash != before.content_hash


class TestRefusedFiles:
    def test_unknown_headings_are_listed_with_the_known_ones(self, tmp_path: Path) -> None:
        with pytest.raises(ImportRefused) as refused:
            read(csv_file(tmp_path, ["甲,乙", "1,2"]))
        assert "甲、乙" in str(refused.value)
        assert "工单编号" in str(refused.value)

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("a.csv", b"", "空文件"),
            ("a.jsonl", b"\n\n", "没有 JSON 对象"),
            ("a.csv", b"\n\n", "没有表头"),
            ("a.csv", b"PK\x03\x04rest", "与扩展名不符"),
            ("a.xlsx", b"a,b\n1,2\n", "与扩展名不符"),
            ("a.xlsx", b"PK\x03\x04rest", "已损坏"),
            ("a.xls", b"\xd0\xcf\x11\xe0rest", "另存为"),
            ("a.docx", b"text", "不认识"),
            ("a.csv", b"\x00\x01\x02\x03" * 9, "不是文本"),
            ("a.csv", bytes((i * 97 + 131) % 128 + 128 for i in range(3000)), "编码"),
            ("a.json", b"[{]", "不是合法的 JSON"),
        ],
    )
    def test_file_that_is_not_what_it_says_is_refused(
        self, tmp_path: Path, name: str, content: bytes, reason: str
    ) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ImportRefused, match=reason):
            read(path)

    def test_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ImportRefused, match="找不到"):
            read(tmp_path / "nothing.csv")

    def test_empty_workbook_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ImportRefused, match="空的"):
            read(xlsx_file(tmp_path, []))

    def test_zip_that_is_no_workbook_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "text")
        with pytest.raises(ImportRefused, match="不是 Excel"):
            read(path)

    def test_decompression_bomb_is_not_opened(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", "<a/>")
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * (40 * 2**20))
        with pytest.raises(ImportRefused, match="压缩炸弹"):
            read(path)


class TestMaps:
    def test_shipped_maps_are_well_formed_and_each_finds_itself(self) -> None:
        for column_map in load_column_maps():
            headings = [group[0] for group in column_map.needs]
            headings += [names[0].split("+")[0] for names in column_map.fields.values()]
            assert choose_column_map(headings) is column_map

    def test_map_with_an_unknown_field_is_refused(self) -> None:
        with pytest.raises(ValueError, match="colour"):
            ColumnMap(name="a", title="a", kind=DocumentKind.POST, fields={"text": ("a",), "colour": ("b",)})

    def test_map_without_words_is_refused(self) -> None:
        with pytest.raises(ValueError, match="neither title nor text"):
            ColumnMap(name="a", title="a", kind=DocumentKind.POST, fields={"url": ("a",)})


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    line = f"题,{'文' * 3000}。,2026-11-24"
    path = csv_file(tmp_path, ["标题,正文,发布时间", *([line] * 1_500)])
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_import(path, source=SOURCE, now=NOW, author_key=KEY))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 1_500
    assert peak < path.stat().st_size / 3
