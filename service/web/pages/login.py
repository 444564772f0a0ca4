"""登录 with its second factor, 首次改密, 退出, and the page between here and the outside."""

from functools import partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.api.devices import known_device, remember_device
from service.api.identity import (
    Guard,
    Identity,
    NotSignedInError,
    PasswordGiven,
    context_of,
    drop_cookie,
    set_cookie,
    token_of,
    verify_origin,
)
from service.domain.documents.web_address import is_web_address
from service.domain.people.password import LOCK, MAX_FAILURES, ONE_TIME_HOURS
from service.domain.refusal import NotFound
from service.flows.people.acts import PasswordFaultError, change_password
from service.flows.people.entry import EntryOutcome, Whence, enter, leave, leave_behind
from service.flows.people.passwords import PasswordBusyError
from service.flows.people.second_factor import give_code, wrong_code
from service.web.render import bare_page

router = APIRouter(default_response_class=HTMLResponse)

_PER_ADDRESS = RateLimitItemPerMinute(20)
# A name that nobody has is answered as an account that five failures lock: the words must not tell which names there are.
_PER_UNKNOWN = RateLimitItemPerSecond(MAX_FAILURES - 1, int(LOCK.total_seconds()))
# What a known browser may try, whatever strangers did; beyond, it is one like any other.
_PER_DEVICE = RateLimitItemPerSecond(MAX_FAILURES, int(LOCK.total_seconds()))
_TOO_OFTEN = "这个地址的登录尝试过于频繁，请一分钟后再试。"
_SENTENCES = {
    EntryOutcome.REFUSED: "用户名或密码不正确。",
    EntryOutcome.RUN_OUT: f"一次性密码已过期：自给出起 {ONE_TIME_HOURS} 小时内有效。请系统管理员在“系统 → 用户”重置密码；没有其他管理员的，"
    "请维护人员在服务器上运行 yaowang users reset 用户名。",
    EntryOutcome.LOCKED: "连续失败次数过多，账号已锁定 5 分钟，请稍后再试；在本人登录过的电脑上（原来的浏览器）仍可登录。",
}
# No bound is put on these by the form: a long search in an old session must not end before a page of mistakes.
Onward = Annotated[str, Query(alias="next")]
PostedOnward = Annotated[str, Form(alias="next")]
_LONGEST_PATH = 4000
# A person with a one-time password may come as far as replacing it.
OldPassword = Annotated[Identity, Depends(Guard(None, fresh_password=False, second_factor=False))]


def login_limiter() -> MovingWindowRateLimiter:
    """Return the limiter of log-in tries by address; one an application, in memory."""
    return MovingWindowRateLimiter(MemoryStorage())


@router.get("/login")
def login_page(request: Request, next_path: Onward = "/") -> HTMLResponse:
    """Show the log-in form."""
    return _form(request, next_path=next_path)


@router.post("/login")
def log_in(
    request: Request,
    name: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=256)],
    next_path: PostedOnward = "/",
) -> Response:
    """Open a session, or say why not."""
    verify_origin(request)
    context = context_of(request)
    show = partial(_form, request, next_path=next_path, name=name)
    whence = _whence(request, name)
    if not whence.known and not _may_try(request):
        return show(fault=_TOO_OFTEN, status=429)
    try:
        entry = enter(context.store, name=name, password=password, now=context.now(), pace=context.pace, whence=whence)
    except PasswordBusyError:
        return show(fault="同时登录的人过多，请稍后再试。", status=503)
    if entry.token is None:
        seems = entry.outcome if entry.known or _is_open(request, name) else EntryOutcome.LOCKED
        return show(fault=_SENTENCES[seems], status=401)
    leave_behind(context.store, token_of(request) or "", now=context.now())
    onward = _own_path(next_path)
    wanted = entry.outcome is EntryOutcome.CODE_WANTED
    response = RedirectResponse(f"/login/code?next={quote(onward, safe='')}" if wanted else onward, status_code=303)
    set_cookie(response, entry.token, context)
    if not wanted:
        remember_device(response, name, context)
    return response


@router.get("/login/code")
def code_page(request: Request, identity: PasswordGiven, next_path: Onward = "/") -> HTMLResponse:
    """Show the form for the code."""
    return _code_form(request, identity, next_path)


@router.post("/login/code")
def take_code(
    request: Request,
    identity: PasswordGiven,
    code: Annotated[str, Form(max_length=20)],
    next_path: PostedOnward = "/",
) -> Response:
    """Open the session of who has given the password and now the code, or say why not."""
    context = context_of(request)
    whence = _whence(request, identity.person.name)
    if not whence.known and not _may_try(request):
        return _code_form(request, identity, next_path, fault=_TOO_OFTEN, status=429)
    given = token_of(request) or ""
    rules = context.second_factor
    entry = give_code(context.store, given, code=code, rules=rules, now=context.now(), pace=context.pace, whence=whence)
    if entry is None:
        raise NotSignedInError
    if entry.token is None:
        fault = wrong_code(context.now()) if entry.outcome is EntryOutcome.REFUSED else _SENTENCES[entry.outcome]
        return _code_form(request, identity, next_path, fault=fault, status=401)
    response = RedirectResponse(_own_path(next_path), status_code=303)
    set_cookie(response, entry.token, context)
    remember_device(response, identity.person.name, context)
    return response


def _code_form(
    request: Request, identity: Identity, next_path: str, *, fault: str = "", status: int = 200
) -> HTMLResponse:
    onward, csrf, name = _own_path(next_path), identity.session.csrf, identity.person.name
    return bare_page(
        request, "code.html", title="动态口令", status=status, next=onward, csrf=csrf, name=name, fault=fault
    )


def _whence(request: Request, name: str) -> Whence:
    device = known_device(request, name)
    limiter: MovingWindowRateLimiter = request.app.state.login_limiter
    known = device is not None and limiter.hit(_PER_DEVICE, "device", device)
    return Whence(address=_address(request), known=known)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _may_try(request: Request) -> bool:
    limiter: MovingWindowRateLimiter = request.app.state.login_limiter
    return limiter.hit(_PER_ADDRESS, _address(request))


def _is_open(request: Request, unknown: str) -> bool:
    limiter: MovingWindowRateLimiter = request.app.state.login_limiter
    return limiter.hit(_PER_UNKNOWN, "name", unknown)


def _form(request: Request, *, next_path: str, name: str = "", fault: str = "", status: int = 200) -> HTMLResponse:
    return bare_page(
        request, "login.html", title="登录", status=status, next=_own_path(next_path), name=name, fault=fault
    )


def _own_path(path: str) -> str:
    # Browsers read `//host` and `/\host` as another site.
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if own and len(path) <= _LONGEST_PATH else "/"


@router.post("/logout")
def log_out(request: Request, identity: OldPassword) -> Response:
    """End the session."""
    context = context_of(request)
    leave(context.store, person=identity.person, session=identity.session, now=context.now())
    response = RedirectResponse("/login", status_code=303)
    drop_cookie(response, context)
    return response


@router.get("/password")
def password_page(request: Request, identity: OldPassword) -> HTMLResponse:
    """Show the form for a new password."""
    return _password_form(request, identity)


@router.post("/password")
def replace_password(
    request: Request,
    identity: OldPassword,
    old: Annotated[str, Form(max_length=256)],
    new: Annotated[str, Form(max_length=256)],
    again: Annotated[str, Form(max_length=256)],
) -> Response:
    """Replace the password; every other session of this person ends."""
    context = context_of(request)
    if new != again:
        return _password_form(request, identity, "两次输入的新密码不一致。")
    try:
        token = change_password(
            context.store, person=identity.person, old=old, new=new, now=context.now(), pace=context.pace
        )
    except PasswordFaultError as fault:
        return _password_form(request, identity, str(fault))
    response = RedirectResponse("/?done=password", status_code=303)
    set_cookie(response, token, context)
    return response


def _password_form(request: Request, identity: Identity, fault: str = "") -> HTMLResponse:
    return bare_page(
        request,
        "password.html",
        title="修改密码",
        status=422 if fault else 200,
        csrf=identity.session.csrf,
        first=identity.person.must_change_password,
        fault=fault,
    )


@router.get("/writing", dependencies=[Depends(Guard(None))])
def writing() -> Response:
    """Say that somebody still writes into a form: asking moves the idle limit on, as opening any page does."""
    return Response(status_code=204)


@router.get("/out", dependencies=[Depends(Guard(None))])
def way_out(request: Request, u: Annotated[str, Query(max_length=2000)]) -> HTMLResponse:
    """Show an outside address before it is opened. Raises `NotFound` for one that is not http or https."""
    if not is_web_address(u):
        raise NotFound("这不是可以打开的网址。")
    return bare_page(request, "out.html", title="离开本站", url=u)
