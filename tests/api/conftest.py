"""A dashboard over a seeded store, and browsers of each role in front of it, without a socket."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import structlog
from fastapi.testclient import TestClient
from httpx2 import Response

from service.api.context import AppContext
from service.api.identity import cookie_name
from service.domain.people.person import Person, Role, Session
from service.flows.people.entry import session_id
from service.web.app import create_app
from tests.builders import NOW
from tests.dashboard import make_context

__all__ = ["Browser", "Site"]


# The default renderer prints the locals of every frame, which for a page takes minutes.
structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@dataclass(frozen=True)
class Browser:
    """A signed-in (or anonymous) browser; `csrf` is its session's token."""

    client: TestClient
    csrf: str
    person: Person | None

    def post(self, path: str, **fields: str) -> Response:
        return self.client.post(path, data={"csrf": self.csrf, **fields})


@dataclass(frozen=True)
class Site:
    """The application and its context."""

    context: AppContext
    client: Callable[[], TestClient]

    @classmethod
    def over(cls, context: AppContext) -> "Site":
        """Return the site over a context."""
        app = create_app(context)
        return cls(context, lambda: TestClient(app, follow_redirects=False, raise_server_exceptions=False))

    def browser(self, role: Role | None) -> Browser:
        """Return a fresh browser of the role with a session of its own, or an anonymous one."""
        client = self.client()
        if role is None:
            return Browser(client, "", None)
        token = secrets.token_urlsafe(8)
        session = Session(
            id=session_id(token),
            person_id=f"p-{role.value}",
            csrf=secrets.token_urlsafe(8),
            created_at=NOW,
            seen_at=NOW,
        )
        with self.context.store.write() as work:
            work.people.save_session(session)
            person = work.people.get(session.person_id)
        client.cookies.set(cookie_name(self.context), token)
        return Browser(client, session.csrf, person)


@pytest.fixture(scope="session")
def seeded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a seeded store to copy; migrating and seeding take most of a test's time."""
    folder = tmp_path_factory.mktemp("seeded")
    context = make_context(folder)
    context.search.close()
    context.store.close()
    return folder


def _copy(seeded: Path, folder: Path) -> Site:
    shutil.copytree(seeded, folder, dirs_exist_ok=True)
    return Site.over(make_context(folder, prepared=True))


@pytest.fixture(scope="module")
def shared_site(seeded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site for tests that only read."""
    site = _copy(seeded_folder, tmp_path_factory.mktemp("site"))
    yield site
    site.context.search.close()
    site.context.store.close()


@pytest.fixture
def site(seeded_folder: Path, tmp_path: Path) -> Iterator[Site]:
    """A site of one's own, for tests that write."""
    site = _copy(seeded_folder, tmp_path)
    yield site
    site.context.search.close()
    site.context.store.close()


@pytest.fixture
def reached(site: Site) -> Site:
    """The site, where everybody has an address."""
    with site.context.store.write() as work:
        for person in work.people.listing():
            work.people.save(replace(person, email=f"{person.role.value}@office.invalid"))
    return site
