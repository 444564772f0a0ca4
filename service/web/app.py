"""The whole application: pages, JSON interface, static files, failure pages, live feed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from service.api.addresses import AddressGate
from service.api.case_routes import router as cases
from service.api.clean_text import CleanText
from service.api.context import AppContext
from service.api.followed import router as followed
from service.api.headers import BodyLimit, SecurityHeaders
from service.api.push import router as push
from service.api.routes import router as api
from service.api.surge_routes import router as surges
from service.api.words import router as words
from service.ports.store import StoreUnavailableError
from service.web.desk import Desk
from service.web.faults import install_faults
from service.web.live import RevisionFeed
from service.web.pages import ROUTERS
from service.web.pages.login import login_limiter
from service.web.shedding import shedding
from service.web.static_files import KeptFiles

__all__ = ["create_app"]


def create_app(context: AppContext) -> FastAPI:
    """Return the application over the given context. Touches nothing yet; it can be made before the store answers."""
    app = FastAPI(
        title="药望", version=context.version, docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan
    )
    app.state.context = context
    app.state.desk = Desk()
    app.state.feed = RevisionFeed(lambda: _revision(context))
    app.state.login_limiter = login_limiter()
    app.add_middleware(CleanText)
    app.add_middleware(BodyLimit)
    app.add_middleware(AddressGate, networks=context.admit_from)
    app.add_middleware(SecurityHeaders, https=context.secure_cookies)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(api)
    app.include_router(cases)
    app.include_router(followed)
    app.include_router(push)
    app.include_router(surges)
    app.include_router(words)
    # The chart library is 1.1 MB, a third of it compressed. Pages stay as they are: with secrets in them their length would tell.
    app.mount("/static", GZipMiddleware(KeptFiles(), minimum_size=1024), name="static")
    install_faults(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    with shedding():
        yield
    app.state.feed.stop()


def _revision(context: AppContext) -> int | None:
    try:
        with context.store.read() as work:
            return work.alerts.revision()
    except StoreUnavailableError:
        return None
