import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.gate import (
    AdmittedPage,
    GateRefusal,
    Limits,
    RefusalReason,
    admit_document,
    admit_page,
    in_shanghai,
    repair_text,
)
from crawlers.markup_scan import measure_markup
from crawlers.records import DatePrecision, Document, DocumentKind, document_id
from tests.growth import LINEAR, growth

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
LIMITS = Limits()
MEBIBYTE = 2**20


def document(**changes: object) -> Document:
    plain = Document(
        id=document_id("s", "1"),
        source_id="s",
        native_id="1",
        kind=DocumentKind.ARTICLE,
        title="标题",
        text="正文。",
        fetched_at=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the names are the tests'


def admitted(given_document: Document, limits: Limits = LIMITS) -> Document:
    result = admit_document(given_document, limits, NOW)
    assert isinstance(result, Document)
    return result


def refused(raw: bytes, **options: object) -> RefusalReason:
    result = admit_page(raw, **options)  # type: ignore[arg-type]  # the names are the tests'
    assert isinstance(result, GateRefusal)
    assert result.detail
    return result.reason


class TestPage:
    def test_ordinary_page_is_admitted_with_what_was_measured(self) -> None:
        page = admit_page(b"<html><body><div><p>a</p><a href=x>b</a></div></body></html>", url="https://example.cn/a")
        assert isinstance(page, AdmittedPage)
        assert (page.depth, page.nodes, page.links) == (2, 5, 1)

    def test_empty_body_is_refused(self) -> None:
        assert refused(b" \r\n ") is RefusalReason.EMPTY

    def test_body_over_eight_mebibytes_is_refused(self) -> None:
        assert refused(b"<p>a" * (2 * MEBIBYTE) + b"b") is RefusalReason.TOO_LARGE

    def test_small_body_that_unpacked_hundredfold_is_a_bomb(self) -> None:
        assert refused(b"a" * (2 * MEBIBYTE), compressed_bytes=2_000) is RefusalReason.BOMB

    def test_small_page_may_compress_well(self) -> None:
        assert isinstance(admit_page(b"a" * 500_000, compressed_bytes=600), AdmittedPage)

    @pytest.mark.parametrize(
        "raw",
        [
            b"%PDF-1.7 ...",
            b"PK\x03\x04....",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xe0",
            b"GIF89a",
            b"\xd0\xcf\x11\xe0",
            b"\x7fELF",
            bytes(range(256)) * 40,
        ],
    )
    def test_what_is_no_text_is_refused(self, raw: bytes) -> None:
        assert refused(raw) is RefusalReason.BINARY

    def test_content_type_of_a_picture_is_believed(self) -> None:
        assert refused(b"<p>a</p>", content_type="image/svg+xml") is RefusalReason.BINARY

    @pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "big5"])
    def test_text_in_any_charset_is_no_binary(self, charset: str) -> None:
        raw = ("<p>" + "藥品不良反應監測公告" * 50 + "</p>").encode(charset)
        assert isinstance(admit_page(raw), AdmittedPage)

    @pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "gb18030"])
    def test_nesting_beyond_256_is_refused(self, charset: str) -> None:
        assert refused(("<div>" * 257).encode(charset)) is RefusalReason.TOO_DEEP
        assert isinstance(admit_page(("<div>" * 256).encode(charset)), AdmittedPage)

    def test_end_tags_that_close_nothing_do_not_hide_the_depth(self) -> None:
        assert refused(b"<div></x>" * 300) is RefusalReason.TOO_DEEP
        assert refused(b"<b><div></b>" * 300) is RefusalReason.TOO_DEEP
        assert refused(b"</div>" * 500 + b"<div>" * 300) is RefusalReason.TOO_DEEP

    def test_tags_in_scripts_and_comments_are_no_nesting(self) -> None:
        raw = b"<script>var a='" + b"<div>" * 400 + b"'</script><!--" + b"<div>" * 400 + b"--><p>a</p>"
        assert measure_markup(raw, depth_limit=256).depth == 0

    def test_markup_inside_json_is_measured_like_markup(self) -> None:
        raw = json.dumps([{"html": "<div>一</div>"}] * 400).replace("</", "<\\/").encode()
        assert isinstance(admit_page(raw), AdmittedPage)

    def test_paragraphs_and_items_left_open_are_no_nesting(self) -> None:
        assert isinstance(admit_page(b"<ul>" + b"<li>a<p>b<br>" * 2_000 + b"</ul>"), AdmittedPage)

    def test_too_many_elements_or_links_are_refused(self) -> None:
        assert refused(b"<p>" * 200_001) is RefusalReason.TOO_MANY_NODES
        assert refused(b"<a>b</a>" * 5_001) is RefusalReason.TOO_MANY_LINKS

    @pytest.mark.parametrize("url", ["https://example.cn/" + "a" * 2048, "https://example.cn/a b", "https://a/\x00"])
    def test_address_too_long_or_with_control_characters_is_refused(self, url: str) -> None:
        assert refused(b"<p>a</p>", url=url) is RefusalReason.ADDRESS

    @pytest.mark.parametrize(
        "raw",
        [
            b"<div>" * 209_715,
            b"<b><div></b>" * 87_000,
            b"<!--" * 262_000,
            b"<script>" * 131_000,
            b"<b>" * 250 + b"</table>" * 130_000,
            b"<div><table>" + b"<b>" * 250 + b"</div>" * 170_000,
            b"<" * MEBIBYTE,
            b"<a " * 349_000,
            b'<p title="' * 104_000,
            b"<p>" * 349_000,
            b"</" * 524_000,
            b"\x00<" * 524_000,
        ],
        ids=lambda raw: raw[:16].decode("latin-1"),
    )
    def test_hostile_markup_of_a_mebibyte_costs_what_its_length_does(self, raw: bytes) -> None:
        assert growth(admit_page, raw[: len(raw) // 8], raw) < LINEAR

    @given(st.binary(max_size=2_000))
    def test_no_bytes_make_it_raise(self, raw: bytes) -> None:
        assert isinstance(admit_page(raw), (AdmittedPage, GateRefusal))


class TestText:
    def test_pair_of_surrogates_becomes_the_character_it_encodes(self) -> None:
        assert repair_text("\ud83d\ude37口罩") == "😷口罩"

    def test_lone_surrogate_becomes_the_replacement_character(self) -> None:
        assert repair_text("口\ud83d罩") == "口\ufffd罩"

    def test_printable_characters_need_no_repair(self) -> None:
        printable = "".join(filter(str.isprintable, map(chr, range(0x110000))))
        assert repair_text(printable) == printable
        # With a line feed the text is not printable, so that it is really looked through.
        assert repair_text(f"{printable}\n") == f"{printable}\n"

    def test_characters_that_xml_forbids_are_stripped(self) -> None:
        assert repair_text("a\x00b\x0bc\x1fd\ufffee\x7ff\ng\th") == "abcdef\ng\th"

    @given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
    def test_repaired_text_can_be_stored_and_is_repaired_once(self, text: str) -> None:
        repaired = repair_text(text)
        assert repair_text(repaired) == repaired
        assert "\x00" not in repaired
        repaired.encode("utf-8")


class TestDocument:
    def test_title_becomes_one_line_of_at_most_512_characters(self) -> None:
        assert admitted(document(title=" 甲\r\n乙\u2028丙 ")).title == "甲 乙 丙"
        assert len(admitted(document(title="字" * 600)).title) == 512

    def test_document_without_anything_to_repair_is_the_same_one(self) -> None:
        clean = document(text="正文。\n第二段，1234 个字。", published_at=NOW)
        assert admitted(clean) is clean

    def test_text_over_the_limit_is_cut_at_a_character_and_flagged(self) -> None:
        kept = admitted(document(text="字" * 100), Limits(text_bytes=100))
        assert kept.text == "字" * 33
        assert kept.extras["truncated"] == 300

    def test_document_of_ten_mebibytes_is_kept_up_to_two(self) -> None:
        kept = admitted(document(text="a" * (10 * MEBIBYTE)))
        assert len(kept.text) == 2 * MEBIBYTE
        assert kept.extras["truncated"] == 10 * MEBIBYTE

    @pytest.mark.parametrize(
        "claimed",
        [
            NOW + timedelta(minutes=11),
            datetime(2099, 1, 1, tzinfo=UTC),
            datetime(1970, 1, 1, tzinfo=UTC),
            datetime(1, 1, 2, tzinfo=UTC),
        ],
    )
    def test_implausible_time_is_kept_as_claimed_and_not_believed(self, claimed: datetime) -> None:
        kept = admitted(document(published_at=claimed, precision=DatePrecision.MINUTE))
        assert kept.published_at is None
        assert kept.precision is DatePrecision.UNKNOWN
        assert kept.extras["claimed_at"] == claimed.isoformat()
        assert kept.extras["clamped_at"] == NOW.isoformat()
        assert kept.happened_at == NOW

    def test_ten_minutes_ahead_are_a_clock_difference(self) -> None:
        claimed = NOW + timedelta(minutes=9)
        assert admitted(document(published_at=claimed)).published_at == claimed

    def test_naive_time_is_beijing_time(self) -> None:
        naive = datetime(2026, 11, 25, 12, 0)  # noqa: DTZ001 - what is to be made aware
        assert in_shanghai(naive) == NOW

    def test_personal_data_is_masked_in_title_text_and_extras(self) -> None:
        kept = admitted(
            document(title="电话13812345678", text="联系 lisi@example.com", extras={"reply": "已电话13812345678回复"})
        )
        assert (kept.title, kept.text) == ("电话138********", "联系 ***@example.com")
        assert kept.extras["reply"] == "已电话138********回复"

    def test_document_that_says_nothing_after_repair_is_refused(self) -> None:
        result = admit_document(document(title="\x00", text="\x0b"), LIMITS, NOW)
        assert isinstance(result, GateRefusal)
        assert result.reason is RefusalReason.EMPTY

    @pytest.mark.parametrize(
        "unit",
        [
            "1",
            "13",
            "138 ",
            "a.",
            "a@",
            "a@b.",
            "0791-",
            "1(3)8O，",
            "360102199001",
            "\ud83d",
            "\x00",
            " \u2028",
        ],
    )
    def test_hostile_text_of_a_mebibyte_costs_what_its_length_does(self, unit: str) -> None:
        def admit(text: str) -> None:
            admit_document(document(title=text, text=text, kind=DocumentKind.POST), LIMITS, NOW)

        text = unit * (MEBIBYTE // len(unit))
        assert growth(admit, text[: len(text) // 8], text) < LINEAR

    def test_identity_that_cannot_be_stored_is_refused(self) -> None:
        result = admit_document(document(native_id="a\x00"), LIMITS, NOW)
        assert isinstance(result, GateRefusal)
        assert result.reason is RefusalReason.IDENTITY

    @given(
        title=st.text(alphabet=st.characters(exclude_categories=()), max_size=600),
        text=st.text(alphabet=st.characters(exclude_categories=()), max_size=400),
        published=st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
    )
    def test_second_passage_changes_nothing(self, title: str, text: str, published: datetime | None) -> None:
        first = admit_document(
            document(title=title, text=text or "。", published_at=published), Limits(text_bytes=300), NOW
        )
        if isinstance(first, Document):
            assert admit_document(first, Limits(text_bytes=300), NOW + timedelta(hours=1)) == first
