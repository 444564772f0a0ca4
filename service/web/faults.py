"""Every way a request can fail, as a designed page (or JSON below /api) with a sentence and a way on; one table."""

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote, urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from service.api.headers import complete
from service.api.identity import (
    ForbiddenError,
    ForgedError,
    MustBindError,
    MustChangePasswordError,
    NotSignedInError,
    context_of,
)
from service.api.room import NoRoomError
from service.domain.people.person import granted
from service.domain.refusal import Refusal
from service.flows.people.acts import PasswordFaultError
from service.flows.people.passwords import PasswordBusyError
from service.ports.store import StoreBusyError, StoreFullError, StoreUnavailableError
from service.web.live import TooManyStreamsError
from service.web.refused import own_texts, status_of
from service.web.render import bare_page, entries
from service.web.views.field_words import field_word

__all__ = ["install_faults"]

log = structlog.get_logger("yaowang")

_TITLES = {
    400: "请求无法理解",
    401: "尚未登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持的操作",
    409: "与当前状态冲突",
    413: "内容过大",
    422: "填写有误",
    429: "过于频繁",
    500: "系统出错",
    503: "暂时不可用",
    507: "磁盘空间不足",
}
_NOT_SIGNED_IN = 401
_NOT_FOUND = 404
_RETRIED = frozenset({400, 404, 409, 422, 500, 503, 507})
_SIGNED_OUT = "登录已过期，或您的角色、密码刚被调整；这次操作没有保存。请重新登录后再操作。"
_FORGED = "页面已过期，或请求不是从本系统页面发出的。请返回后刷新页面再试。"
_FAILED = "系统出错，这次操作没有完成，也没有留下半成品。错误已记入运行日志，请稍后再试。"
_STORE = "数据库现在无法访问，采集已暂停，没有入库的稿件恢复后重新采集。请检查数据库与磁盘，稍后刷新。"
_BUSY = "数据库正忙，等了十秒仍没有轮到这次操作。请过一会儿再试；一再出现时，请通知系统管理员。"
_FULL = "磁盘已满，这次操作没有保存；已有的内容仍可查阅。请通知系统管理员清理磁盘，有空间后即可继续，不用重启。"


def install_faults(app: FastAPI) -> None:
    """Give the application its failure pages."""
    fixed: tuple[tuple[type[Exception], int, str], ...] = (
        (ForgedError, 403, _FORGED),
        (PasswordBusyError, 503, "同时处理的密码过多，请稍后再试。"),
        (TooManyStreamsError, 503, "打开的页面过多，实时更新暂停；刷新页面可以看到最新内容。"),
    )
    for kind, status, sentence in fixed:
        app.add_exception_handler(kind, _saying(status, sentence))
    app.add_exception_handler(ForbiddenError, _forbidden)
    app.add_exception_handler(NotSignedInError, _to_login)
    app.add_exception_handler(MustChangePasswordError, _to_password)
    app.add_exception_handler(MustBindError, _to_second_factor)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(PasswordFaultError, _no_password)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(NoRoomError, _no_room)
    app.add_exception_handler(StoreFullError, _full)
    app.add_exception_handler(StoreBusyError, _busy)
    app.add_exception_handler(StoreUnavailableError, _unreachable)
    app.add_exception_handler(Exception, _failed)


def _saying(status: int, sentence: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handler(request: Request, _: Exception) -> Response:
        return _show(request, status, sentence, texts=await own_texts(request))

    return handler


async def _forbidden(request: Request, error: Exception) -> Response:
    assert isinstance(error, ForbiddenError)
    # A role may have changed while a page with the form was open.
    stored = "没有保存。" if request.method == "POST" else ""
    person, roles = request.state.identity.person, "、".join(role.word for role in granted(error.act))
    sentence = (
        f"{stored}{person.name}现在的角色是{person.role.word}，不能{error.act.word}；可以的是{roles}。"
        "请交由他们办理，或请系统管理员调整角色。"
    )
    return _show(request, 403, sentence, texts=await own_texts(request))


def _no_password(request: Request, error: Exception) -> Response:
    return _show(request, 422, str(error))


async def _to_login(request: Request, _: Exception) -> Response:
    if _wants_json(request):
        return _show(request, 401, "请先登录。")
    if _asks_for_part(request):
        return _leading(401, "/login")
    if request.method != "GET" or "text/event-stream" in request.headers.get("accept", ""):
        return _show(request, 401, _SIGNED_OUT, texts=await own_texts(request))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(path, safe='')}", status_code=303)


def _to_password(request: Request, _: Exception) -> Response:
    if _wants_json(request):
        return _show(request, 403, "请先在网页上修改一次性密码。")
    if _asks_for_part(request):
        return _leading(403, "/password")
    return RedirectResponse("/password", status_code=303)


def _to_second_factor(request: Request, _: Exception) -> Response:
    if _wants_json(request):
        return _show(request, 403, "请先在网页上绑定动态口令。")
    if _asks_for_part(request):
        return _leading(403, "/second-factor")
    return RedirectResponse("/second-factor", status_code=303)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    kind, _, name = error.about.partition(":")
    first = [("打开处置", f"/cases/{name}")] if kind == "case" else ()
    return _show(request, status_of(error), error.sentence, first=first, texts=await own_texts(request))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentences = {404: "这个地址没有页面，可能是链接已经失效。", 405: "这个地址不接受这种请求。"}
    return _show(request, error.status_code, sentences.get(error.status_code, "请求没有完成。"))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # Who calls the interface knows a parameter by its name, who sees a page by its words.
    told = (str(row["loc"][-1]) if _wants_json(request) else field_word(row["loc"]) for row in error.errors())
    fields = "、".join(dict.fromkeys(told)) or "请求"
    sentence = f"以下内容缺失或格式不对：{fields}。请返回修改后再提交。"
    return _show(request, 422, sentence, texts=await own_texts(request))


async def _no_room(request: Request, error: Exception) -> Response:
    return _show(request, 507, str(error), texts=await own_texts(request))


async def _full(request: Request, error: Exception) -> Response:
    log.error("store.full", path=request.url.path, error=error)
    return _show(request, 507, _FULL, texts=await own_texts(request))


async def _busy(request: Request, error: Exception) -> Response:
    log.error("store.busy", path=request.url.path, error=error)
    return _show(request, 503, _BUSY, texts=await own_texts(request))


async def _unreachable(request: Request, error: Exception) -> Response:
    log.error("store.unreachable", path=request.url.path, error=error)
    return _show(request, 503, _STORE, texts=await own_texts(request))


async def _failed(request: Request, error: Exception) -> Response:
    log.error("request.failed", path=request.url.path, exc_info=error)
    # The body cannot be read again here, only what was kept of it when its token was checked.
    texts = await own_texts(request) if hasattr(request.state, "form") else []
    response = _show(request, 500, _FAILED, texts=texts)
    # This handler answers outside every middleware.
    complete(response.headers, request.state.nonce, https=context_of(request).secure_cookies)
    return response


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _asks_for_part(request: Request) -> bool:
    return "hx-request" in request.headers


def _leading(status: int, href: str) -> Response:
    """Lead the whole page away: the part of it that was asked for cannot hold another page."""
    return Response(status_code=status, headers={"HX-Redirect": href})


def _show(
    request: Request,
    status: int,
    sentence: str,
    *,
    first: Sequence[tuple[str, str]] = (),
    texts: Sequence[tuple[str, str]] = (),
) -> Response:
    if _wants_json(request):
        return JSONResponse({"status": status, "sentence": sentence}, status_code=status)
    out = status == _NOT_SIGNED_IN
    ways = [*first, *([("登录", _login_to_page(request))] if out else _ways_on(request, status))]
    title = _TITLES.get(status, "请求没有完成")
    # A form that may be sent again is gone back to: the browser still holds what was typed.
    typed = request.method == "POST" and status in _RETRIED
    return bare_page(
        request,
        "fault.html",
        title=title,
        status=status,
        code=status,
        sentence=sentence,
        ways=ways,
        typed=typed,
        texts=texts,
        leads=bool(first),
        beside=out and bool(texts),
    )


def _ways_on(request: Request, status: int) -> list[tuple[str, str]]:
    """Return the ways on: back to the page that led here, to the list of what was asked for, to the overview."""
    asked, came = request.url.path, _came_from(request)
    # Where something is missing, its list leads on; where the service or the right is, the list does not either.
    parts = entries() if status == _NOT_FOUND else []
    part = next((entry for entry in parts if asked.startswith(entry.href + "/")), None)
    back = [("返回上一页", came)] if came and urlsplit(came).path not in {asked, "/"} else []
    return [*back, *([(f"查看{part.word}", part.href)] if part else []), ("返回总览", "/")]


def _came_from(request: Request) -> str:
    """Return path and query of the own page that led here; empty where none did."""
    page = urlsplit(request.headers.get("referer", ""))
    own = page.netloc == request.headers.get("host") and page.path not in {"", "/login"}
    return page.path + (f"?{page.query}" if page.query else "") if own else ""


def _login_to_page(request: Request) -> str:
    """Return the log-in that leads back to the page whose form was sent."""
    came = _came_from(request)
    return f"/login?next={quote(came, safe='')}" if came else "/login"
