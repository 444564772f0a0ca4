import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsing.charset import declared_charset, decode

SENTENCE = "某省药品监督管理局通告：某某片含量测定不符合规定，企业已主动召回。"
TRADITIONAL = "藥品監督管理機關公布：某某錠劑含量不符規定，廠商已主動回收，請民眾留意。"


def page(text: str, declared: str) -> str:
    body = "".join(f"<p>{text}</p>" for _ in range(8))
    return f'<html><head><meta charset="{declared}"><title>通告</title></head><body>{body}</body></html>'


LIES = [
    ("utf-8", "gbk", SENTENCE, "gb18030"),
    ("utf-8", "gb18030", SENTENCE + "𠮷㐀", "gb18030"),
    ("gb2312", "utf-8", SENTENCE, "utf-8"),
    ("gb2312", "gbk", SENTENCE + "镕喆堃", "gb18030"),
    ("iso-8859-1", "gbk", SENTENCE, "gb18030"),
    ("nonsense-9", "gbk", SENTENCE, "gb18030"),
    ("gbk", "utf-8", SENTENCE, "utf-8"),
    ("utf-8", "big5", TRADITIONAL, "big5hkscs"),
    ("big5", "big5", TRADITIONAL, "big5hkscs"),
    ("utf-8", "utf-16-le", SENTENCE, "utf-16-le"),
    ("utf-8", "utf-16-be", SENTENCE, "utf-16-be"),
]


@pytest.mark.parametrize(("declared", "actual", "text", "charset"), LIES)
def test_page_is_read_by_its_bytes_whatever_it_declares(declared: str, actual: str, text: str, charset: str) -> None:
    markup = page(text, declared)
    decoded = decode(markup.encode(actual), f"text/html; charset={declared}")
    assert (decoded.text, decoded.charset, decoded.replaced_ratio) == (markup, charset, 0.0)


@pytest.mark.parametrize(
    ("bom", "charset"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (b"\x84\x31\x95\x33", "gb18030"),
    ],
)
def test_byte_order_mark_decides_and_is_not_part_of_the_text(bom: bytes, charset: str) -> None:
    decoded = decode(bom + SENTENCE.encode(charset), "text/html; charset=big5")
    assert (decoded.text, decoded.charset) == (SENTENCE, charset)


def test_mixed_page_with_few_broken_bytes_stays_readable() -> None:
    raw = page(SENTENCE, "utf-8").encode() + b"\xff\xfe\x80"
    assert decode(raw).is_readable


def test_noise_is_unreadable_rather_than_text() -> None:
    noise = bytes((index * 97 + 131) % 128 + 128 for index in range(2000))
    assert not decode(noise, "utf-8").is_readable


def test_script_without_chinese_in_front_does_not_hide_the_charset() -> None:
    raw = b"<script>" + b"var a = 1;" * 20_000 + b"</script>" + page(SENTENCE, "utf-8").encode("gbk")
    assert decode(raw).charset == "gb18030"


@pytest.mark.parametrize(
    ("raw", "content_type", "expected"),
    [
        (b"", "text/html; charset=GB2312", "gb18030"),
        (b"", "gbk", "gb18030"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', None, "gb18030"),
        (b'<?xml version="1.0" encoding="UTF-8"?>', None, "utf-8"),
        (b"<meta charset=rot13>", None, None),
        (b"", "text/html", None),
    ],
)
def test_declared_charset_is_found_and_widened(raw: bytes, content_type: str | None, expected: str | None) -> None:
    assert declared_charset(raw, content_type) == expected


@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=40)))
def test_no_bytes_and_no_label_make_it_raise(raw: bytes, declared: str | None) -> None:
    decoded = decode(raw, declared)
    assert 0.0 <= decoded.replaced_ratio <= 1.0


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_utf_8_is_read_back_exactly(text: str) -> None:
    if "\x00" not in text and not text.startswith("\ufeff"):
        assert decode(text.encode()).text == text
