"""Why a visit to a source failed: a code for programs and one Chinese sentence for the dashboard."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import aiohttp
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.spidermiddlewares.httperror import HttpError

from crawlers.access.egress import EgressRefusal, EgressRefused

__all__ = ["DOWNLOAD_ERRORS", "Failure", "FailureCode", "RequestStopped", "describe", "failure_of_status", "status_of"]


class FailureCode(StrEnum):
    """The kinds of failure that the dashboard, the schedule and the health rules tell apart."""

    DNS = "dns"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    TLS = "tls"
    CONNECTION = "connection"
    EGRESS = "egress"
    ROBOTS = "robots"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    CHALLENGE = "challenge"
    BUSY = "busy"
    STATUS = "status"
    TOO_LARGE = "too_large"
    REDIRECTS = "redirects"
    NOT_A_FEED = "not_a_feed"
    NOT_A_SITEMAP = "not_a_sitemap"
    NOT_JSON = "not_json"
    CRASHED = "crashed"
    UNREADABLE = "unreadable"
    NOTHING_FOUND = "nothing_found"
    TOO_FEW = "too_few"
    UNDATED = "undated"
    UNLINKED = "unlinked"
    MOVED = "moved"
    SAME_PAGE = "same_page"
    NO_MORE_PAGES = "no_more_pages"
    NO_WORDS = "no_words"
    LOGIN = "login"
    DAILY_CAP = "daily_cap"
    STORE = "store"
    INTERNAL = "internal"
    HOST_STOPPED = "host_stopped"
    STOPPED = "stopped"
    TIME_LIMIT = "time_limit"


_SENTENCES = {
    FailureCode.DNS: "域名解析失败：{where} 无法解析，请检查本机网络与域名服务器。",
    FailureCode.REFUSED: "连接被拒绝：{where} 没有应答，可能停机或被防火墙阻断。",
    FailureCode.TIMEOUT: "连接超时：{where} 在限定时间内没有返回内容。",
    FailureCode.TLS: "安全连接失败：{where} 的证书无法验证。",
    FailureCode.CONNECTION: "连接中断：{where} 没有完整返回内容。",
    FailureCode.EGRESS: "出口规则不允许访问：{where}。",
    FailureCode.ROBOTS: "网站的 robots.txt 不允许采集：{where}。",
    FailureCode.ROBOTS_UNREACHABLE: "未能取得 {where} 的 robots.txt，按规范暂停采集。",
    FailureCode.CHALLENGE: "网站要求人机验证或拒绝自动访问（{where}），已停止，不作绕过。",
    FailureCode.BUSY: "网站要求放慢访问（{where}），已按其要求推迟。",
    FailureCode.STATUS: "网站返回错误：{where}。",
    FailureCode.TOO_LARGE: "页面超过大小上限：{where}。",
    FailureCode.REDIRECTS: "跳转次数过多或跳转目标不被允许：{where}。",
    FailureCode.NOT_A_FEED: "返回的内容不是 RSS/Atom：{where}。",
    FailureCode.NOT_A_SITEMAP: "返回的内容不是网站地图：{where}。",
    FailureCode.NOT_JSON: "返回的内容不是约定的 JSON：{where}。",
    FailureCode.CRASHED: "返回的内容没有读完，可能太大、不合常规，或本机太忙：{where}。",
    FailureCode.UNREADABLE: "列表页无法解读：{where}。",
    FailureCode.NOTHING_FOUND: "列表规则没有找到任何条目，网页可能已改版：{where}。",
    FailureCode.TOO_FEW: "列表条目少于预期，网页可能已改版：{where}。",
    FailureCode.UNDATED: "列表以往带有时间，现在没有一条读得出，网页可能已改版，请核对 list.record 与 list.published：{where}。",
    FailureCode.UNLINKED: "列表上没有一条带有可用的网址，只按标题研判，请核对 list.link 或改用其他栏目：{where}。",
    FailureCode.MOVED: "列表页跳转到了网站首页或出错页，栏目可能已改版或撤下，请核对网址：{where}。",
    FailureCode.SAME_PAGE: "翻页规则可能有误，翻页得到的仍是前面的条目：{where}。",
    FailureCode.NO_MORE_PAGES: "列表到此为止，没有 {where} 这一页；若网站上有，请核对翻页规则。",
    FailureCode.NO_WORDS: "没有检索词，未作检索：{where}。请在设置 watch_words 中写关注词，或在声明的 search.words 中写明。",
    FailureCode.LOGIN: "网站要求登录后才能查看（{where}），已停止，不作登录；请改用备用信源或导入其导出文件。",
    FailureCode.DAILY_CAP: "已达到当日访问上限（{where}），次日继续。",
    FailureCode.STORE: "稿件未能写入存储：{where}。",
    FailureCode.INTERNAL: "采集程序内部错误：{where}。",
    FailureCode.HOST_STOPPED: "管理员已停止采集该网站（{where}）。",
    FailureCode.STOPPED: "采集被中止，未完成：{where}。",
    FailureCode.TIME_LIMIT: "本轮采集时间用尽，未完成：{where}。",
}


_NOT_LET_OUT = {
    EgressRefusal.URL: "网址写法有误",
    EgressRefusal.SCHEME: "不是 http 或 https 网址",
    EgressRefusal.PORT: "只访问 80 和 443 端口",
    EgressRefusal.ADDRESS: "不是公开的网络地址",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure: `sentence` is Chinese and complete; `retry_at` is set where the site named a time."""

    code: FailureCode
    where: str
    retry_at: datetime | None = None

    @property
    def sentence(self) -> str:
        """Return the sentence for the dashboard."""
        return _SENTENCES[self.code].format(where=self.where)


class RequestStopped(IgnoreRequest):
    """A request that is not sent, or whose answer is not used; Scrapy hands it to the errback and does not retry it.

    `answered` says that the host was asked for this very address; the others are not sent because of that answer.
    """

    def __init__(self, failure: Failure, *, answered: bool = False) -> None:
        """Keep the failure that says why."""
        super().__init__(failure.sentence)
        self.failure = failure
        self.answered = answered


DOWNLOAD_ERRORS: tuple[type[Exception], ...] = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
    OSError,
)


def status_of(error: BaseException | None) -> int:
    """Return the status of the answer that `error` speaks of, 0 where there was none."""
    return int(getattr(getattr(error, "response", None), "status", 0))


def describe(error: BaseException, where: str) -> Failure:
    """Return what `error`, raised while fetching `where`, means; unknown errors are internal ones."""
    chain = tuple(_causes(error))
    for cause in chain:
        if isinstance(cause, RequestStopped):
            return cause.failure
        if isinstance(cause, EgressRefused):
            return _of_refusal(cause, where)
        if isinstance(cause, IgnoreRequest) and "DOWNLOAD_MAXSIZE" in str(cause):
            return Failure(code=FailureCode.TOO_LARGE, where=where)  # how Scrapy reports a decompression bomb
        if isinstance(cause, HttpError):
            return failure_of_status(cause.response.status, where)
    for kinds, code in _CODES:
        if any(isinstance(cause, kinds) for cause in chain):
            return Failure(code=code, where=where)
    return Failure(code=FailureCode.INTERNAL, where=f"{where}（{type(error).__name__}）")


def failure_of_status(status: int, where: str) -> Failure:
    """Return what an HTTP error status means."""
    return Failure(code=FailureCode.STATUS, where=f"{where}（HTTP {status}）")


_CODES: tuple[tuple[tuple[type[BaseException], ...], FailureCode], ...] = (
    ((ssl.SSLError, aiohttp.ClientSSLError), FailureCode.TLS),
    ((socket.gaierror, CannotResolveHostError, aiohttp.ClientConnectorDNSError), FailureCode.DNS),
    ((DownloadTimeoutError, TimeoutError), FailureCode.TIMEOUT),
    ((ConnectionRefusedError, DownloadConnectionRefusedError), FailureCode.REFUSED),
    ((DownloadCancelledError,), FailureCode.TOO_LARGE),
    ((DownloadFailedError, ResponseDataLossError, aiohttp.ClientError, OSError), FailureCode.CONNECTION),
    ((UnsupportedURLSchemeError, IgnoreRequest), FailureCode.REDIRECTS),
)


def _of_refusal(refused: EgressRefused, where: str) -> Failure:
    match refused.reason:
        case EgressRefusal.RESOLVER_TIMEOUT | EgressRefusal.NO_ADDRESS | EgressRefusal.RESOLVER_BUSY:
            return Failure(code=FailureCode.DNS, where=where)
        case _:
            return Failure(code=FailureCode.EGRESS, where=f"{where}（{_NOT_LET_OUT[refused.reason]}）")


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop(0)
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [current.__cause__, current.__context__, getattr(current, "os_error", None)]
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions
