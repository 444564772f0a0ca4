"""Which links of an article are its files."""

import pytest

from crawlers.gate import GateRefusal
from crawlers.parsing.article import extract
from tests.unit.crawlers.test_dateline import NOW, TEXT, TITLE


def files(link: str) -> list[str]:
    markup = f"<head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div>{TEXT}<p>附件：{link}</p></div></body>"
    article = extract(markup.encode(), url="https://mpa.test/a/1.html", now=NOW)
    assert not isinstance(article, GateRefusal)
    return [address for address, _ in article.attachments]


@pytest.mark.parametrize(
    "link",
    [
        "<a href='/api/download?id=12'>附件1：不合格产品名单.xlsx</a>",
        "<a href='/file/0a1b' title='名单.docx'>下载</a>",
        "<a href='/file/0a1b' download='通告.pdf'>点击下载</a>",
        "<a href='f.ofd'>通告（版式文件）</a>",
        "<a href='f.zip'>全部附件</a>",
        "<a href='f.rar'>全部附件</a>",
    ],
)
def test_a_file_is_found_by_its_address_or_by_what_it_is_called(link: str) -> None:
    assert len(files(link)) == 1


def pictures(inside: str, text: str = "") -> list[str]:
    markup = (
        f"<head><title>{TITLE}</title></head><body><div class=nav><img src=/nav/1.jpg></div><img src=/images/logo.png>"
        f"<h1>{TITLE}</h1><div class=content>{text}{inside}</div><div class=footer><img src=/beian.png></div></body>"
    )
    article = extract(markup.encode(), url="https://mpa.test/a/1.html", now=NOW)
    assert not isinstance(article, GateRefusal)
    return [address for address, _ in article.attachments]


def test_the_pictures_of_an_article_without_words_are_its_files() -> None:
    shown = "<p><img src='./W01.jpg'></p><p><img data-src='W02.png' src='loading.gif'></p>"
    assert pictures(shown) == ["https://mpa.test/a/W01.jpg", "https://mpa.test/a/W02.png"]


def test_the_pictures_of_an_article_with_words_are_no_files() -> None:
    assert pictures("<p><img src='./W01.jpg'></p>", TEXT) == []


@pytest.mark.parametrize("link", ["<a href='/b/2.html'>关于.docx格式的说明</a>", "<a href='/b/2.html'>相关通告</a>"])
def test_a_page_is_no_file(link: str) -> None:
    assert files(link) == []
