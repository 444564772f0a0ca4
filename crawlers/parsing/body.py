"""Finds the article's text among the blocks of a page: a density scorer and the pruning of what is not the article.

Every block gets a score: prose counts for itself, links and labels count against. The element with the largest sum
holds the article; going down, a child that carries nearly all of it is preferred. One pass over the blocks, no
parsing, no copying of trees.
"""

import re
from dataclasses import dataclass

from crawlers.parsing.page import Block, Element, Page, squeeze

__all__ = ["Body", "find_body", "opens_other_articles", "prune"]

_PUNCTUATION = re.compile(r"[，。！？；：、”“…,!?;]|\.(?=\s|$)")
_SENTENCE_END = re.compile(r"[。！？!?；]")
_BOILERPLATE = re.compile(
    r"copyright|©|版权所有|ICP[备证]|公网安备|许可证号?[:：]|广播电视节目|违法和?不良信息|举报电话|增值电信|All Rights Reserved|"
    r"免责声明|未经授权|(?:主办|承办)(?:单位)?[:：]|邮编[:：]|本网站所|客服热线",
    re.IGNORECASE,
)
_LINK_SHARE = 0.5
_PROSE_SIZE = 40
_BOILERPLATE_SIZE = 200
_LABEL_SIZE = 25
# F1 on the development pages is flat from 0.6 to 0.84; above, side columns come along, below, halves of articles go.
_CHILD_SHARE = 0.75
_FEWEST_CHARACTERS = 10


@dataclass(frozen=True, slots=True)
class Body:
    """The article's text, a paragraph a line, with the range of blocks it was found in."""

    text: str
    start: int
    end: int
    score: float


def find_body(page: Page, title: str) -> Body | None:
    """Return the text of the article, or None where the page holds no prose."""
    for heed_hints in (True, False):
        scores = [_score(block, heed_hints=heed_hints) for block in page.blocks]
        container = _container(page, scores)
        if container is None:
            continue
        start, end = page.spans[container]
        kept = prune(page.blocks[start:end], title, keep_aside=not heed_hints)
        text = "\n".join(block.text for block in kept)
        score = sum(scores[start:end])
        if len(squeeze(text)) >= _FEWEST_CHARACTERS and score > 0:
            return Body(text, start, end, score)
    return None


def _score(block: Block, *, heed_hints: bool) -> float:
    if block.aside and heed_hints:
        return 0.0
    if block.links > _LINK_SHARE * block.size:
        return -8.0 - 0.3 * block.links
    prose = block.size - block.links
    marks = len(_PUNCTUATION.findall(block.text))
    if block.size < _BOILERPLATE_SIZE and _BOILERPLATE.search(block.text):
        return -20.0
    if marks == 0 and block.size < _LABEL_SIZE:
        # A notice may be one sentence and a table of three hundred cells: cells weigh nothing.
        return 0.0 if block.cell else -2.0
    if marks == 0:
        return 0.3 * prose
    # Short sentences are prose inside an article and teasers outside: they count, but less; what ends no sentence, less yet.
    weight = 1.0 if block.size >= _PROSE_SIZE else 0.5 if _SENTENCE_END.search(block.text) else 0.25
    return (prose + 5.0 * min(marks, prose / 6)) * weight


def _container(page: Page, scores: list[float]) -> Element | None:
    sums = [0.0]
    for score in scores:
        sums.append(sums[-1] + score)
    totals = {element: sums[end] - sums[start] for element, (start, end) in page.spans.items()}
    if not totals:
        return None
    # Children come before their parents in `spans`; of equal sums the inner one is found first.
    best = max(totals, key=totals.__getitem__)
    if totals[best] <= 0:
        return None
    while True:
        inner = max(page.children.get(best, ()), key=totals.__getitem__, default=None)
        if inner is None or totals[inner] < _CHILD_SHARE * totals[best] or _is_paragraph(inner):
            return best
        best = inner


def _is_paragraph(element: Element) -> bool:
    return element.tag in {"p", "h1", "h2", "h3", "h4", "li", "blockquote", "pre"}


_NOT_ARTICLE = re.compile(
    r"^[(（【\[「]?\s?(?:原标题|责任?编辑|责编|编辑|校对|监制|审核|审校|终审|值班编辑|文字编辑|本文来源|文章来源|信息来源|图片来源于网络|来源|稿源|出处|作者|"
    r"供稿|撰稿|通讯员|发布时间|发布日期|更新时间|点击数|浏览次数|阅读次数|阅读量|字号|字体|打印|分享到?|关闭窗口|扫一扫|上一[篇条页]|下一[篇条页]|"
    r"关键词|标签|分享至|相关资讯请关注|更多相关资讯|更多内容请关注|点击进入专题|版权声明|免责声明|特别声明|声明|转载请注明|本文系|返回(?:首页|顶部|列表))"
    r"\s?(?:[:：|/丨】\]」)）]|[^，。]{0,24}$)"
)
_NOTICE = re.compile(
    r"(?:图文?|信息|素材|文章|内容|部分|图片)?来源于?网络|重新编排|转载请注明|版权归.{0,12}所有|如有侵权|侵权.{0,6}删|未经.{0,8}(?:许可|授权).{0,12}(?:转载|使用)|"
    r"更多.{0,12}请关注|请关注.{0,12}(?:公众号|专区|微信)|长按.{0,8}二维码|点击.{0,6}阅读原文|扫描.{0,6}二维码|仅代表作者"
)
_AFTERWARDS = re.compile(
    r"^(?:【|\[)?(?:相关(?:阅读|新闻|报道|链接|文章|推荐|专题)|延伸阅读|推荐阅读|猜你喜欢|热门(?:推荐|评论|文章|新闻)|网友评论|最新评论|全部评论|精彩(?:推荐|评论)|"
    r"上一[篇条页]|下一[篇条页]|热点新闻|新闻推荐|更多新闻|为[您你]推荐|今日推荐|编辑推荐|大家都在看)"
)
_NOTICE_SIZE = 120
_LINE_SIZE = 60
_END_SHARE = 0.35


def prune(blocks: list[Block], title: str, *, keep_aside: bool = False) -> list[Block]:
    """Return the blocks that are the article's own: no heading, by-line, editor's line, notice or link list."""
    kept = [block for block in blocks if keep_aside or not block.aside]
    kept = kept[_after_heading(kept, title) :]
    kept = kept[: _end(kept)]
    return [block for block in kept if not _is_foreign(block)]


def _after_heading(blocks: list[Block], title: str) -> int:
    """Return where the text begins: behind the title and the by-line that follows it."""
    wanted = squeeze(title)
    position = 0
    for index, block in enumerate(blocks[:12]):
        text = squeeze(block.text)
        if text == wanted or (block.heading and len(text) >= 6 and (text in wanted or wanted in text)):  # noqa: PLR2004 - a word is no title
            position = index + 1
    if not position:
        return 0
    while position < len(blocks) - 1 and _is_byline(blocks[position]):
        position += 1
    return position


_BYLINE = re.compile(
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|来源|作者|浏览|点击|阅读|评论|字号|编辑|发布|打印|分享|^\d{1,2}:\d\d"
)


def _is_byline(block: Block) -> bool:
    return block.size < _LINE_SIZE and "。" not in block.text and _BYLINE.search(block.text) is not None


def _end(blocks: list[Block]) -> int:
    """Return where the text ends: before the first list of other articles behind its first third."""
    total = sum(block.size for block in blocks)
    seen = 0
    for index, block in enumerate(blocks):
        if seen > _END_SHARE * total and opens_other_articles(block):
            return index
        seen += block.size
    return len(blocks)


def opens_other_articles(block: Block) -> bool:
    """Return whether a list of other articles begins with this block."""
    return block.size < _LINE_SIZE and _AFTERWARDS.match(block.text) is not None


def _is_foreign(block: Block) -> bool:
    if block.links > 0.7 * block.size and block.size < _NOTICE_SIZE:
        return True
    if block.size < _LINE_SIZE and _NOT_ARTICLE.match(block.text):
        return True
    return block.size < _NOTICE_SIZE and (
        _NOTICE.search(block.text) is not None or _BOILERPLATE.search(block.text) is not None
    )
