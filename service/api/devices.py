"""The cookie by which a browser is known as one in which somebody has logged in before.

Anybody on the network can type five wrong passwords for a name. Who is on duty must be let in all the same, so tries in
a browser of theirs have a count of their own (OWASP, "Slow down online guessing attacks with device cookies").
"""

from hashlib import sha256

from fastapi import Request, Response

from service.api.context import AppContext
from service.api.identity import context_of, cookie_name
from service.domain.people.device import DEVICE_LIFE, device_in, device_mark

__all__ = ["known_device", "remember_device"]


def known_device(request: Request, name: str) -> str | None:
    """Return the id of this browser where the person of that name has logged in with it before, else `None`."""
    context = context_of(request)
    key, mark = _key(context), request.cookies.get(_cookie(context, name))
    return None if key is None or mark is None else device_in(mark, key=key, name=name, now=context.now())


def remember_device(response: Response, name: str, context: AppContext) -> None:
    """Let the browser keep that the person of that name has logged in with it."""
    key = _key(context)
    if key is not None:
        response.set_cookie(
            _cookie(context, name),
            device_mark(key, name, context.now()),
            max_age=int(DEVICE_LIFE.total_seconds()),
            path="/",
            secure=context.secure_cookies,
            httponly=True,
            samesite="lax",
        )


def _cookie(context: AppContext, name: str) -> str:
    # One for each account: the computer in the duty room knows everybody who is on duty there.
    return f"{cookie_name(context)}-device-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _key(context: AppContext) -> bytes | None:
    # In a drill nobody is on duty, and its clock runs ahead.
    return None if context.drill is not None or context.second_factor is None else context.second_factor.key()
