"""What every test can rely on: no settings from outside, no network beyond loopback, engines on request."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from service.storage.sql import migrate
from tests import network
from tests.engines import chromium, elasticsearch, keeper, postgres
from tests.engines.databases import Databases

ROOT = Path(__file__).resolve().parent.parent
RUN_FOLDER = pytest.StashKey[tuple[Path, int]]()

# Read by the tests themselves; every other YAOWANG_ variable is a setting of the program and must not leak in.
TEST_VARIABLES = {"YAOWANG_ES_HOME", "YAOWANG_REQUIRE_ENGINES", "YAOWANG_SHARED_DATA"}

# Which marker a test carries because of a fixture that it uses.
MARKER_OF_FIXTURE = {
    "postgres_url": "postgres",
    "elasticsearch_url": "elasticsearch",
    "chromium_path": "browser",
}


def pytest_configure(config: pytest.Config) -> None:
    """Clean the environment, close the network, and agree with the other workers on the run's folder."""
    for name in [name for name in os.environ if name.startswith("YAOWANG_") and name not in TEST_VARIABLES]:
        del os.environ[name]
    network.block_outside()
    # Equal inputs on every run and machine: a failure found once is found again.
    settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
    settings.load_profile("repeatable")
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        config.stash[RUN_FOLDER] = (Path(worker["run_folder"]), int(worker["run_pid"]))
        return
    # Made by the first test that needs an engine.
    folder = Path(tempfile.gettempdir()) / f"yaowang-engines-{secrets.token_hex(6)}"
    config.stash[RUN_FOLDER] = (folder, os.getpid())


def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the run's servers are noted."""
    folder, pid = node.config.stash[RUN_FOLDER]
    node.workerinput["run_folder"] = str(folder)
    node.workerinput["run_pid"] = pid


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers with the run."""
    if hasattr(config, "workerinput") or RUN_FOLDER not in config.stash:
        return
    folder, _ = config.stash[RUN_FOLDER]
    keeper.end_all(folder)
    shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the engines that its fixtures need, so that `-m 'not elasticsearch'` leaves them out."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in MARKER_OF_FIXTURE:
                item.add_marker(MARKER_OF_FIXTURE[fixture])


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy."""
    file = tmp_path_factory.mktemp("store") / "empty.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> str:
    """SQLAlchemy URL of the run's PostgreSQL server, as its superuser; for a database use `postgres_database`."""
    _need(postgres.missing())
    folder, pid = request.config.stash[RUN_FOLDER]
    return keeper.engine_url("postgres", folder, run_pid=pid)


@pytest.fixture(scope="session")
def elasticsearch_url(request: pytest.FixtureRequest) -> str:
    """URL of the run's Elasticsearch node; workers share it, so index names must be the test's own."""
    _need(elasticsearch.missing())
    folder, pid = request.config.stash[RUN_FOLDER]
    return keeper.engine_url("elasticsearch", folder, run_pid=pid)


@pytest.fixture(scope="session")
def new_postgres_database(postgres_url: str) -> Iterator[Callable[[], str]]:
    """A function that makes an empty database and returns its SQLAlchemy URL; all are dropped with the session."""
    databases = Databases(postgres_url)
    yield databases.create
    databases.drop_all()


@pytest.fixture(scope="module")
def postgres_database(new_postgres_database: Callable[[], str]) -> str:
    """SQLAlchemy URL of an empty database of this test module's own."""
    return new_postgres_database()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the browser to drive."""
    _need(chromium.missing())
    return chromium.executable() or ""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real, labelled data that lies beside the checkout, or where YAOWANG_SHARED_DATA says."""
    given = os.environ.get("YAOWANG_SHARED_DATA")
    folder = Path(given) if given else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"labelled data is not at {folder}; set YAOWANG_SHARED_DATA to the folder that holds it")
    return folder


def _need(lack: str | None) -> None:
    if lack is None:
        return
    if os.environ.get("YAOWANG_REQUIRE_ENGINES") == "1":
        pytest.fail(f"{lack} (YAOWANG_REQUIRE_ENGINES=1 makes this a failure)", pytrace=False)
    pytest.skip(lack)
