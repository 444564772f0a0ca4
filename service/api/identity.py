"""Who asks, and may they: the session cookie, the synchroniser token, and the guard that every route declares."""

import hmac
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from service.api.context import AppContext
from service.domain.people.person import Act, Person, Session, may
from service.flows.people.entry import awaiting_code, current
from service.flows.people.second_factor import must_bind
from service.ports.store import StoreUnavailableError

__all__ = [
    "MAY_READ",
    "AnyPerson",
    "Briefer",
    "ClockKeeper",
    "Closer",
    "DrillKeeper",
    "ForbiddenError",
    "ForgedError",
    "Guard",
    "Handler",
    "Hider",
    "Identity",
    "Importer",
    "Labeller",
    "ModelKeeper",
    "MustBindError",
    "MustChangePasswordError",
    "NotSignedInError",
    "PasswordGiven",
    "PeopleKeeper",
    "PolicyChecker",
    "PolicyLinker",
    "QuietReader",
    "Reader",
    "RosterKeeper",
    "SourceKeeper",
    "context_of",
    "cookie_name",
    "drop_cookie",
    "set_cookie",
    "still_reads",
    "token_of",
    "verify_origin",
]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class NotSignedInError(Exception):
    """No live session came with the request."""


class MustChangePasswordError(Exception):
    """A one-time password must be replaced before anything else."""


class MustBindError(Exception):
    """A second factor must be bound before anything else."""


class ForbiddenError(Exception):
    """The role is not granted the act."""

    def __init__(self, act: Act) -> None:
        """Keep the act."""
        super().__init__(act.value)
        self.act = act


class ForgedError(Exception):
    """A changing request came without this session's token or from another site."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The person and session of a request."""

    person: Person
    session: Session

    def may(self, act: Act) -> bool:
        """Tell whether this person is granted `act`."""
        return may(self.person.role, act)


class Guard:
    """A dependency that lets a request pass only for a person granted `act` (`None`: for anybody with a session).

    A changing request must carry the session's token, in the field `csrf` or the header `X-CSRF-Token`, and where the
    browser names an origin it must be this one.
    """

    def __init__(
        self, act: Act | None, *, touch: bool = True, fresh_password: bool = True, second_factor: bool = True
    ) -> None:
        """Keep what is asked for; `touch=False` for requests that a page makes by itself.

        Without `fresh_password` a one-time password will do, without `second_factor` one that must be bound may be missing.
        """
        self.act = act
        self._touch = touch
        self._fresh_password = fresh_password
        self._second_factor = second_factor

    async def __call__(self, request: Request) -> Identity:
        """Return who asks.

        Raises `NotSignedInError`, `ForbiddenError`, `ForgedError`, `MustChangePasswordError` or `MustBindError`.
        """
        identity = await _identify(request, touch=self._touch)
        if request.method not in _SAFE_METHODS:
            await _verify_token(request, identity.session)
        if identity.person.must_change_password and self._fresh_password:
            raise MustChangePasswordError
        if self._second_factor and must_bind(identity.person, context_of(request).second_factor):
            raise MustBindError
        if self.act is not None and not identity.may(self.act):
            raise ForbiddenError(self.act)
        return identity


class AwaitedCode:
    """A dependency that lets a request pass only for somebody who has given the right password and still owes the code."""

    async def __call__(self, request: Request) -> Identity:
        """Return who asks. Raises `NotSignedInError` or `ForgedError`."""
        token = token_of(request)
        context = context_of(request)
        if token is None:
            raise NotSignedInError
        found = await run_in_threadpool(awaiting_code, context.store, token, now=context.now(), pace=context.pace)
        if found is None:
            raise NotSignedInError
        if request.method not in _SAFE_METHODS:
            await _verify_token(request, found[1])
        return Identity(*found)


PasswordGiven = Annotated[Identity, Depends(AwaitedCode())]
AnyPerson = Annotated[Identity, Depends(Guard(None))]
Reader = Annotated[Identity, Depends(Guard(Act.READ))]
MAY_READ = Depends(Guard(Act.READ))
"""For routes that ask only whether somebody may read, and not who."""

_QUIETLY = Guard(Act.READ, touch=False)
QuietReader = Annotated[Identity, Depends(_QUIETLY)]
Handler = Annotated[Identity, Depends(Guard(Act.HANDLE_ALERT))]
Closer = Annotated[Identity, Depends(Guard(Act.CLOSE_ALERT))]
ClockKeeper = Annotated[Identity, Depends(Guard(Act.ARM_CLOCK))]
Importer = Annotated[Identity, Depends(Guard(Act.IMPORT))]
Briefer = Annotated[Identity, Depends(Guard(Act.BRIEF))]
RosterKeeper = Annotated[Identity, Depends(Guard(Act.MANAGE_ROSTER))]
SourceKeeper = Annotated[Identity, Depends(Guard(Act.MANAGE_SOURCES))]
PeopleKeeper = Annotated[Identity, Depends(Guard(Act.MANAGE_PEOPLE))]
DrillKeeper = Annotated[Identity, Depends(Guard(Act.RUN_DRILL))]
PolicyLinker = Annotated[Identity, Depends(Guard(Act.LINK_POLICY))]
PolicyChecker = Annotated[Identity, Depends(Guard(Act.CHECK_POLICY))]
Labeller = Annotated[Identity, Depends(Guard(Act.LABEL))]
Hider = Annotated[Identity, Depends(Guard(Act.HIDE))]
ModelKeeper = Annotated[Identity, Depends(Guard(Act.MANAGE_MODELS))]


async def still_reads(request: Request) -> bool | None:
    """Tell whether a request that `QuietReader` let pass would pass now; `None` where the store does not answer."""
    try:
        await _QUIETLY(request)
    except StoreUnavailableError:
        return None
    except (NotSignedInError, ForbiddenError, MustChangePasswordError, MustBindError):
        return False
    return True


def context_of(request: Request) -> AppContext:
    """Return the application's context, with the rules and the sources in force."""
    context = request.app.state.context
    assert isinstance(context, AppContext)
    if context.source_book is not None and context.source_book.catalogue.sources is not context.catalogue_sources:
        context = replace(context, catalogue_sources=context.source_book.catalogue.sources)
    if context.rulebook is None or context.rulebook.register is context.office.register:
        return context
    return replace(context, office=context.rulebook.office(context.office))


def cookie_name(context: AppContext) -> str:
    """Return the session cookie's name; the prefix makes browsers refuse one set over http or by a sibling host.

    A cookie holds for every port of its host: a drill beside the service has a name of its own, or it would log people
    out.
    """
    name = "yaowang" if context.drill is None else "yaowang-drill"
    return f"__Host-{name}" if context.secure_cookies else name


def token_of(request: Request) -> str | None:
    """Return the session token that the request carries."""
    return request.cookies.get(cookie_name(context_of(request)))


def set_cookie(response: Response, token: str, context: AppContext) -> None:
    """Give the browser its session token."""
    secure = context.secure_cookies
    response.set_cookie(cookie_name(context), token, path="/", secure=secure, httponly=True, samesite="lax")


def drop_cookie(response: Response, context: AppContext) -> None:
    """Take the session token back."""
    secure = context.secure_cookies
    response.delete_cookie(cookie_name(context), path="/", secure=secure, httponly=True, samesite="lax")


def verify_origin(request: Request) -> None:
    """Raise `ForgedError` where the browser says that the request comes from another site."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForgedError
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForgedError


async def _identify(request: Request, *, touch: bool) -> Identity:
    token = token_of(request)
    if token is None:
        raise NotSignedInError
    context = context_of(request)
    found = await run_in_threadpool(current, context.store, token, now=context.now(), touch=touch, pace=context.pace)
    if context.rulebook is not None:
        await run_in_threadpool(context.rulebook.refresh, context.now())
    if context.source_book is not None:
        await run_in_threadpool(context.source_book.refresh, context.now())
    if found is None:
        raise NotSignedInError
    identity = Identity(*found)
    request.state.identity = identity
    return identity


async def _verify_token(request: Request, session: Session) -> None:
    verify_origin(request)
    token = request.headers.get("x-csrf-token")
    if token is None and "form" in request.headers.get("content-type", ""):
        request.state.form = await request.form()
        field = request.state.form.get("csrf")
        token = field if isinstance(field, str) else None
    if token is None or not hmac.compare_digest(token.encode(), session.csrf.encode()):
        raise ForgedError
