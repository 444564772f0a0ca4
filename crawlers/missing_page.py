"""Whether a site answers with something else than the page that was asked for: its words for a page that is gone, its home. Pure."""

import re
from urllib.parse import urlsplit

__all__ = [
    "MISSING_STATUSES",
    "is_short",
    "is_titled_away",
    "is_titled_missing",
    "moved_home",
    "moved_to_channel",
    "moved_to_error",
    "moved_to_login",
    "says_missing",
]

MISSING_STATUSES = frozenset({404, 410})
_SAYS_MISSING = re.compile(
    r"(?:页面|网页|文章|内容|稿件|信息|帖子?|贴子?|微博|视频|笔记|话题|回答)"
    r"(?:不存在|(?:已(?:经)?|被)(?:被)?(?:发布者|作者|楼主|用户|管理员|吧务|系统)?(?:自行)?(?:删除|下线|下架|撤销|撤回|撤稿|撤下|移除|隐藏|屏蔽)|找不到了?|已失效|"
    r"(?:正在|未通过|尚未)审核)|(?:内容|文章)(?:因违规|被投诉).{0,20}无法查看|"
    r"(?:页面|网页|文章|稿件|链接)(?:已(?:经)?)?过期|(?:没有|未能?)找到(?:相关|对应|您要|该|所需)(?:的)?(?:页面|网页|文章|内容|稿件)|"
    r"(?:您|你)(?:所)?(?:访问|查看|浏览)的(?:页面|内容|文章)(?:不存在|已(?:被)?(?:删除|下线))|404 ?Not Found",
    re.IGNORECASE,
)
# What stands above such a page, whatever else it shows: calls for missing children, lists of other articles.
_TITLED_MISSING = re.compile(
    r"^\W{0,5}(?:404|403|50[0-4]|error|not ?found|(?:系统)?提示(?:信息)?|(?:系统)?出错[了啦]?|错误(?:提示|页面?)|"
    r"(?:(?:对不起|抱歉)\W?)?(?:您|你)?(?:所?访问的|要找的)?(?:页面|网页|文章|内容)(?:不存在|找不到|已删除|走丢)[了啦]?)(?!\d)",
    re.IGNORECASE,
)
# The site, or what stands before it, for the time being: such pages have titles of their own and few words.
_TITLED_AWAY = re.compile(
    r"^\W{0,5}(?:(?:网站|系统|平台|站点|服务器)?(?:正在)?(?:升级)?(?:维护|升级)(?:中|公告|通知|提示|升级)?|(?:网站|系统|服务)?(?:暂停|关闭)(?:服务|访问)|"
    r"(?:人机|安全|访问|身份|滑动|滑块)(?:验证|校验|检测)(?:码|页面?|中心|中)?|验证码|访问(?:过于)?(?:频繁|受限|被拒绝?|异常|拦截)|请求(?:过于频繁|被拦截|异常)|"
    r"(?:网站|web)?(?:应用)?防火墙|系统(?:繁忙|忙)|服务(?:器)?(?:繁忙|忙|不可用)|请稍[后候](?:再试|重试)?|loading|just a moment|verify|captcha|access denied|"
    r"service unavailable|under maintenance)(?:\W|_|$)",
    re.IGNORECASE,
)
_HOME_PATH = re.compile(r"^/(?:(?:index|home|default|main)(?:\.\w{1,5})?)?/?$", re.IGNORECASE)
_WHICH_OF_A_SITE = re.compile(r"^(?:www|m|wap)\.")
_LOGIN_PATH = re.compile(r"/(?:login|log-in|signin|sign-in|passport|sso|cas|uaa|oauth2?)(?:[/._?]|$)", re.IGNORECASE)
_CHANNEL_PATH = re.compile(
    r"/(?:(?:index|default|list|channel|more)(?:_\d{1,4})?\.(?:s?html?|jsp|aspx?|php))?$", re.IGNORECASE
)
_ERROR_PATH = re.compile(r"/(?:404|error|notfound|not_found|deleted)\b|^/?$|^/index\.s?html?$", re.IGNORECASE)
# What says that it is gone says little else: no article is found on it, or one of a line or two.
_SHORT = 80
_HEAD = 256 * 1024
# A script that is never closed takes the rest of the page: looking for its end again and again takes minutes.
_MARKUP = re.compile(r"<(script|style)\b(?:.*?</\1\s{0,9}>|.*)|<[^<>]*>|\s+", re.DOTALL | re.IGNORECASE)


def is_short(text: str) -> bool:
    """Return whether the text found on a page is so short that its words may be the site's about a missing page."""
    return len(text) < _SHORT


def says_missing(markup: str) -> bool:
    """Return whether the page holds a site's words for a page that is not there; articles about such pages do too."""
    return _SAYS_MISSING.search(_MARKUP.sub("", markup[:_HEAD])) is not None


def is_titled_missing(title: str) -> bool:
    """Return whether a page is called as sites call their pages for missing ones."""
    return _TITLED_MISSING.search(title) is not None


def is_titled_away(title: str) -> bool:
    """Return whether a page is called as sites call what stands there for a while: maintenance, a check of who asks."""
    return _TITLED_AWAY.search(title) is not None


def moved_to_login(asked: str, answered: str) -> bool:
    """Return whether redirects led from a page to the site's log-in."""
    there, here = urlsplit(answered).path, urlsplit(asked).path
    return asked != answered and bool(_LOGIN_PATH.search(there)) and not _LOGIN_PATH.search(here)


def moved_to_error(asked: str, answered: str) -> bool:
    """Return whether redirects led from a page to the site's home or to its page for errors."""
    if asked == answered:
        return False
    there = urlsplit(answered)
    # `/?p=123` is an article of a site that numbers them.
    return bool(not there.query and _ERROR_PATH.search(there.path)) and not _ERROR_PATH.search(urlsplit(asked).path)


def moved_to_channel(asked: str, answered: str) -> bool:
    """Return whether redirects led from a page to a folder or an index, as sites send on who asks for what they took down.

    Not where the folder is the page's own (`/n/1` and `/n/1/`). Pages have moved into other folders too: what stands
    there tells.
    """
    there, here = urlsplit(answered), urlsplit(asked)
    own = here.path.rpartition(".")[0] if "." in here.path.rpartition("/")[2] else here.path.rstrip("/")
    return (
        asked != answered
        and not there.query
        and not there.path.startswith(f"{own}/")
        and bool(_CHANNEL_PATH.search(there.path))
        and not _CHANNEL_PATH.search(here.path)
    )


def moved_home(asked: str, answered: str) -> bool:
    """Return whether redirects led from a list to the home of its own site, or to its page for errors.

    A site that moved to another host may well have its list on the home page there.
    """
    hosts = {_WHICH_OF_A_SITE.sub("", urlsplit(url).hostname or "") for url in (asked, answered)}
    return len(hosts) == 1 and moved_to_error(asked, answered) and not _HOME_PATH.search(urlsplit(asked).path)
