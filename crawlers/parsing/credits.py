"""Finds who published a text first (来源) and who wrote it. Pure."""

import re
from collections.abc import Callable, Iterator

from crawlers.parsing.body import Body
from crawlers.parsing.byline import LONGEST_LINE, Byline
from crawlers.parsing.page import Block, Page
from crawlers.parsing.structured import Statement, read_script_statement

__all__ = ["clean_name", "find_author", "find_origin"]

_LABEL = r"(?:文章来源|新闻来源|信息来源|稿件来源|来\s{0,4}源|稿源|出处|转自|来自)"
_ORIGIN = re.compile(rf"{_LABEL}\s{{0,3}}[:：]\s{{0,3}}([^\s|丨<>【】\[\]（(,，。]{{2,40}})")
_ORIGIN_BARE = re.compile(r"(?:^|[|丨\s])来源\s{0,3}([^\s|丨<>【】\[\]（(:：,，。]{2,20})")
_LABEL_ALONE = re.compile(rf"^{_LABEL}\s{{0,3}}[:：]?$")
_ORIGIN_CLASS = re.compile(
    r"source|origin(?!al)|(?:^|[-_ ])from(?:$|[-_ ])|media[-_]?name|nickname|js_name|laiyuan|(?:^|[-_ ])pgc",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_DECORATION = re.compile(
    r"原创|转载|首发|正文|发布于?|时间|(?:阅读|浏览|点击|评论)[数量]?\s?[(（:：]?\s?[\d.万+]*[)）]?|\[[^\]]{0,8}\]|[\d.万+]+\s?(?:阅读|次|评论)"
)
# What may follow a name on its line: only as a word of its own or as a label, for accounts are called 某某发布.
_AFTER_NAME = r"(?:关注|作者|编辑|责编|责任编辑|发布|发表|时间|日期|浏览|点击|阅读|字号|字体|评论|分享|打印)"
_STOP = re.compile(
    rf"(?:^|\s){_AFTER_NAME}|{_AFTER_NAME}(?:时间|日期|次数|于|人|数|量)?\s?[:：]|(?:19|20)\d\d\s?[-年./]"
)
_GENERIC = re.compile(
    r"微信公众平台|今日头条|百家号|网易号|搜狐号|首页|新闻网站|undefined|null|原创|网络", re.IGNORECASE
)
_LONGEST_NAME = 30


def find_origin(page: Page, byline: Byline, stated: Statement) -> str | None:
    """Return who published the text first, or None.

    In order: the 来源 line, what the page states (meta tags, then scripts), the name that stands beside the date or in
    an element called source, the name of the site.
    """
    blocks = [block for zone in byline.ordered() for block in zone]
    candidates: tuple[Callable[[], str | None], ...] = (
        lambda: _labelled(blocks),
        lambda: stated.get("origin"),
        lambda: _in_named_element([*byline.between, *byline.opening[:1], *byline.before[-4:]]),
        lambda: _beside_date(byline.between),
        lambda: _in_script(page),
        lambda: stated.get("site"),
    )
    for candidate in candidates:
        name = clean_name(candidate())
        if name and not _GENERIC.fullmatch(name):
            return name
    return None


def _labelled(blocks: list[Block]) -> str | None:
    for index, block in enumerate(blocks):
        if block.size > LONGEST_LINE:
            continue
        match = _ORIGIN.search(block.text)
        if match is None and "。" not in block.text:
            match = _ORIGIN_BARE.search(block.text)
        if match is not None and (name := clean_name(match[1])):
            return name
        if _LABEL_ALONE.match(block.text) and index + 1 < len(blocks) and blocks[index + 1].size <= _LONGEST_NAME:
            return clean_name(blocks[index + 1].text)
    return None


def _in_named_element(blocks: list[Block]) -> str | None:
    for block in blocks:
        if block.size > LONGEST_LINE:
            continue
        for element in (block.element, *block.element.iter("span", "a", "em", "i", "strong")):
            name = f"{element.get('class') or ''} {element.get('id') or ''}"
            if len(element) > 3 or not _ORIGIN_CLASS.search(name):  # noqa: PLR2004 - more children are a list
                continue
            text = " ".join(element.text_content().split())
            if 2 <= len(text) <= _LONGEST_NAME and not re.search(r"\d{4}", text):  # noqa: PLR2004 - a name's length
                return text
    return None


def _in_script(page: Page) -> str | None:
    name = read_script_statement(page, "origin")
    # Scripts also call channels of statistics a source: "pc", "web".
    return name if name and re.search(r"[\u4e00-\u9fa5A-Z]", name) else None


def _beside_date(blocks: list[Block]) -> str | None:
    for block in blocks:
        if block.size > 60 or block.links > block.size / 2 or not _DATE.search(block.text):  # noqa: PLR2004 - a line of date and name
            continue
        rest = _DECORATION.sub(" ", _DATE.sub(" ", block.text)).split()
        if 1 <= len(rest) <= 2 and not re.search(r"[：:，。！？]", rest[0]):  # noqa: PLR2004 - more are persons
            return rest[0]
    return None


def clean_name(text: str | None) -> str | None:
    """Return the name in `text` without its label and without what follows it on the line, or None."""
    if not text:
        return None
    name = re.sub(r"^\s*(?:文章|新闻|信息|稿件)?\s?(?:来\s{0,4}源|稿源|作\s{0,4}者)\s{0,3}[:：]\s*", "", text)
    name = _STOP.split(name)[0].strip(" 　\t\n-—_|·⋅:：,，。;；\"'“”《》()（）[]【】")
    return name if 1 < len(name) <= 2 * _LONGEST_NAME and re.search(r"\w", name) else None


_ROLE = r"(?:本报|本网|特约|评论员|通讯员|特派|实习|见习|首席)"
_PERSON = r"[\u4e00-\u9fa5A-Za-z][\u4e00-\u9fa5A-Za-z0-9·_]{1,15}"
_PEOPLE = rf"({_PERSON}(?:[ 、，,&]\s?(?!记者|编辑|来源|通讯员|发布|时间|责编){_PERSON}){{0,3}})"
_AUTHORS = (
    re.compile(rf"(?:作\s{{0,4}}者|撰文|撰稿|执笔)\s{{0,2}}[:：/|]\s{{0,2}}{_ROLE}?(?:记者|评论员)?\s{{0,2}}{_PEOPLE}"),
    re.compile(rf"(?:^|[|丨\s》])(?:作\s{{0,4}}者|撰文|撰稿|执笔)\s{{0,2}}{_ROLE}?(?:记者|评论员)?\s{{0,2}}{_PEOPLE}"),
    re.compile(rf"[（(【](?:[\u4e00-\u9fa5]{{0,12}})?(?:记者|评论员)\s?[:：]?\s?{_PEOPLE}[）)】]"),
    re.compile(rf"^(?:[\u4e00-\u9fa5]{{2,10}})?(?:记者|评论员)\s?[:：]?\s{_PEOPLE}"),
)
# A name in brackets closes a text: "…（张三）".
_SIGNATURE = re.compile(r"[。！？”]\s?[（(]([\u4e00-\u9fa5]{2,4}(?:[ 、][\u4e00-\u9fa5]{2,4}){0,2})[）)]$")
_NO_PERSON = re.compile(r"未知|佚名|匿名|admin|管理员|原创|网络|完|图|摘|节选", re.IGNORECASE)


def find_author(byline: Byline, stated: Statement, body: Body | None) -> str | None:
    """Return the names of the authors as the page gives them, or None."""
    for match in _author_matches(list(_author_lines(byline, body))):
        name = clean_name(match[1])
        if name and not _NO_PERSON.fullmatch(name):
            return name
    ending = _SIGNATURE.search(body.text[-40:]) if body else None
    if ending is not None and not _NO_PERSON.search(ending[1]):
        return ending[1]
    author = clean_name(stated.get("author"))
    return author if author and author != stated.get("site") else None


def _author_matches(lines: list[str]) -> Iterator[re.Match[str]]:
    for pattern in _AUTHORS:
        for line in lines:
            match = pattern.search(line)
            if match is not None:
                yield match


def _author_lines(byline: Byline, body: Body | None) -> Iterator[str]:
    for zone in (byline.between, byline.before, byline.opening, byline.after):
        yield from (block.text for block in zone if block.size <= LONGEST_LINE)
    paragraphs = body.text.split("\n") if body else []
    yield from (line[:40] for line in paragraphs[:2])
    yield from (line[-60:] for line in paragraphs[-4:])
