"""A real, single-node Elasticsearch 8.19 on loopback.

The server is the unmodified distribution, without ILM, data streams, SQL and analysis plugins, that a Maven artifact
carries in its folder `elasticsearch/`. It has no start script; the class that the script would call is called here.
It lives in `$YAOWANG_ES_HOME`, or `~/.cache/yaowang/elasticsearch-8.19.8`; `python -m tests.engines install` gets it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import process

__all__ = ["DEBIAN_PACKAGES", "home", "missing", "running"]

VERSION = "8.19.8"
OLDEST_JAVA = 17
DEBIAN_PACKAGES = ("maven", "openjdk-17-jre-headless")
START_LIMIT_SECONDS = 180
HEAP = "512m"
# Where the server's folder is copied when the account it runs as cannot enter the cache, as under /root.
SHARED_COPY = Path("/var/tmp") / f"yaowang-tests-elasticsearch-{VERSION}"  # noqa: S108 - its owner is checked


def home() -> Path:
    """Return the folder that holds, or is to hold, the server."""
    given = os.environ.get("YAOWANG_ES_HOME")
    return Path(given) if given else Path.home() / ".cache" / "yaowang" / f"elasticsearch-{VERSION}"


def is_installed(folder: Path) -> bool:
    """Say whether `folder` holds the server of this version."""
    return (folder / "lib" / f"elasticsearch-{VERSION}.jar").is_file()


def missing() -> str | None:
    """Say what is missing and the one command that gets it; None where the server can be started."""
    if _java() is None:
        return f"Java {OLDEST_JAVA} is not installed; get it with: apt-get install {' '.join(DEBIAN_PACKAGES)}"
    if not is_installed(home()):
        return f"the Elasticsearch {VERSION} server is not installed; get it with: python -m tests.engines install"
    return None


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run one node with its data in `folder`, which other accounts must be able to enter; yield its URL.

    Raises:
        process.EngineError: something is missing, or the node did not start.
    """
    lack = missing()
    java = _java()
    if lack is not None or java is None:
        raise process.EngineError(lack or "")
    owner = process.account("nobody")
    server_home = home() if owner is None else _enterable_home()
    port, log = process.free_port(), folder / "out.log"
    _write_configuration(folder, server_home, port)
    process.hand_over(folder, owner)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "JAVA_HOME": str(java.parents[1]),
        "ES_TMPDIR": str(folder / "tmp"),
        "ES_PATH_CONF": str(folder / "config"),
    }
    # The server looks for its modules in the folder it is started in.
    command = _command(java, server_home, folder)
    server = process.start(command, folder=server_home, owner=owner, log=log, environment=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        process.wait_until(lambda: _answers(url), server, log=log, limit_seconds=START_LIMIT_SECONDS)
        yield url
    finally:
        process.stop(server, polite=signal.SIGTERM, limit_seconds=20, folder=folder)


def _command(java: Path, server_home: Path, folder: Path) -> list[str]:
    return [
        *(str(java), "-Xms4m", "-Xmx64m", "-XX:+UseSerialGC"),
        *("-Dcli.name=server", "-Dcli.script=./bin/elasticsearch", "-Dcli.libs=lib/tools/server-cli"),
        *(f"-Des.path.home={server_home}", f"-Des.path.conf={folder / 'config'}"),
        *("-Des.distribution.type=tar", "-Des.java.type=JAVA_HOME"),
        *("-cp", f"{server_home}/lib/*:{server_home}/lib/cli-launcher/*"),
        "org.elasticsearch.launcher.CliToolLauncher",
    ]


def _write_configuration(folder: Path, server_home: Path, port: int) -> None:
    folder.mkdir(mode=0o755)
    for name in ("config", "data", "logs", "tmp", "snapshots"):
        (folder / name).mkdir()
    for file in (server_home / "config").iterdir():
        if file.is_file() and file.name != "elasticsearch.yml":
            shutil.copyfile(file, folder / "config" / file.name)
    settings: dict[str, object] = {
        "cluster.name": "yaowang-tests",
        "node.name": "tests",
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        "path.repo": [str(folder / "snapshots")],
        "network.host": "127.0.0.1",
        "http.port": port,
        "transport.port": process.free_port(),
        "discovery.type": "single-node",
        "xpack.security.enabled": False,
        "cluster.routing.allocation.disk.threshold_enabled": False,
        "action.destructive_requires_name": True,
    }
    lines = "".join(f"{name}: {json.dumps(value)}\n" for name, value in settings.items())
    (folder / "config" / "elasticsearch.yml").write_text(lines, encoding="utf-8")
    options = [f"-Xms{HEAP}", f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]
    options += [f"-Djava.io.tmpdir={folder / 'tmp'}", "--add-modules=jdk.incubator.vector"]
    (folder / "config" / "jvm.options").write_text("\n".join(options) + "\n", encoding="utf-8")


def _enterable_home() -> Path:
    """Return a folder with the server that the unprivileged account can enter, made by copying where need be."""
    if process.unenterable_parent(home()) is None:
        return home()
    if not is_installed(SHARED_COPY):
        part = SHARED_COPY.with_name(f"{SHARED_COPY.name}.{os.getpid()}")
        shutil.copytree(home(), part)
        part.chmod(0o755)
        part.rename(SHARED_COPY)
    if SHARED_COPY.stat().st_uid != os.geteuid():
        message = f"{SHARED_COPY} belongs to another account; remove it"
        raise process.EngineError(message)
    return SHARED_COPY


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_cluster/health?wait_for_status=green&timeout=2s", timeout=5) as answer:
            return not json.load(answer)["timed_out"]
    except (OSError, ValueError):
        return False


def _java() -> Path | None:
    """Return the `java` on PATH where it is new enough."""
    found = shutil.which("java")
    if found is None:
        return None
    said = subprocess.run([found, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    return Path(found).resolve() if version and int(version[1]) >= OLDEST_JAVA else None
