"""`yaowang up` and `yaowang drill` as processes: what they say, what they leave, what survives a kill."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.supervise import answers
from tests.acceptance.installation import free_port
from tests.acceptance.terminal import Canary, Terminal, await_that, processes_of, run

pytestmark = pytest.mark.acceptance

DRAIN_SECONDS = 10.0
ROLES = {"web", "crawl", "assess", "deliver"}


def roles_of(folder: Path) -> dict[str, int]:
    """Return the process of each role of the installation in `folder`."""
    found = {}
    for pid, words in processes_of(folder).items():
        for role in ROLES:
            if f"service.cli {role} " in words:
                found[role] = pid
    return found


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    yield folder
    left = processes_of(folder)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, f"processes were left running: {left}"


class TestUp:
    def test_it_runs_four_roles_restarts_the_dead_and_drains_on_ctrl_c(self, data: Path) -> None:
        port = free_port()
        with Terminal("up", "--port", str(port), "--data", str(data)) as terminal:
            terminal.await_words("按 Ctrl-C 停止")
            await_that(lambda: set(roles_of(data)) == ROLES, seconds=30, what="four roles run")
            self._a_second_start_says_so(data, port)
            self._doctor_takes_the_port_for_ours(data, port)
            self._a_killed_role_comes_back(data, port)
            before = time.monotonic()
            terminal.interrupt()
            assert terminal.ended() == 0
        assert time.monotonic() - before <= DRAIN_SECONDS
        assert "强制终止" not in terminal.said
        assert terminal.said.count("一次性密码") == 1
        assert not processes_of(data)
        self._the_next_start_prints_no_password_and_ends_on_sigterm(data, port)

    def _a_second_start_says_so(self, data: Path, port: int) -> None:
        second = run("up", "--port", str(port), "--data", str(data))
        assert second.returncode == 2
        assert "已有药望在运行（进程 " in second.stderr.decode()
        assert f"127.0.0.1:{port}" in second.stderr.decode()
        assert answers("127.0.0.1", port)

    def _doctor_takes_the_port_for_ours(self, data: Path, port: int) -> None:
        done = run("doctor", "--data", str(data), settings={"YAOWANG_PORT": str(port)})
        assert "端口" not in done.stdout.decode()

    def _a_killed_role_comes_back(self, data: Path, port: int) -> None:
        before = roles_of(data)
        for role in ("web", "assess"):
            os.kill(before[role], signal.SIGKILL)
        await_that(lambda: not answers("127.0.0.1", port), seconds=10, what="the dashboard is gone")
        await_that(lambda: answers("127.0.0.1", port), seconds=60, what="the dashboard answers again")
        await_that(lambda: set(roles_of(data)) == ROLES, seconds=30, what="four roles run again")
        after = roles_of(data)
        assert {role for role in ROLES if after[role] != before[role]} == {"web", "assess"}

    def _the_next_start_prints_no_password_and_ends_on_sigterm(self, data: Path, port: int) -> None:
        with Terminal("up", "--port", str(port), "--data", str(data)) as terminal:
            terminal.await_words("按 Ctrl-C 停止")
            before = time.monotonic()
            terminal.process.terminate()
            assert terminal.ended() == 0
        assert time.monotonic() - before <= DRAIN_SECONDS
        assert "一次性密码" not in terminal.said

    def test_roles_end_by_themselves_when_their_supervisor_is_killed_and_the_next_start_waits_for_them(
        self, data: Path
    ) -> None:
        words = ("up", "--port", str(free_port()), "--data", str(data))
        with Terminal(*words) as terminal:
            terminal.await_words("按 Ctrl-C 停止")
            await_that(lambda: set(roles_of(data)) == ROLES, seconds=30, what="four roles run")
            orphans = set(roles_of(data).values())
            # Also while some are still loading.
            terminal.process.kill()
            terminal.ended()
        with Terminal(*words) as terminal:
            terminal.await_words("按 Ctrl-C 停止")
            await_that(lambda: not orphans & set(processes_of(data)), seconds=20, what="every orphan is gone")
            terminal.interrupt()
            assert terminal.ended() == 0

    def test_a_ctrl_c_while_it_starts_leaves_nothing_running(self, data: Path) -> None:
        with Terminal("up", "--port", str(free_port()), "--data", str(data)) as terminal:
            terminal.await_words("正在启动")
            terminal.interrupt()
            assert terminal.ended() == 0
        assert "药望已启动" not in terminal.said
        assert terminal.said.count("一次性密码") == 1

    def test_beside_policy_facts_of_the_office_with_a_mistake_it_runs_by_the_shipped_ones_and_says_so(
        self, data: Path, tmp_path: Path
    ) -> None:
        own = tmp_path / "own"
        own.mkdir()
        (own / "clokcs.yaml").write_text("clocks: []\n", encoding="utf-8")
        settings = {"YAOWANG_POLICIES": str(own)}
        with Terminal("up", "--port", str(free_port()), "--data", str(data), settings=settings) as terminal:
            terminal.await_words("按 Ctrl-C 停止")
            terminal.interrupt()
            assert terminal.ended() == 0
        assert "clokcs.yaml" in terminal.said
        assert "先按自带的规则运行" in terminal.said


class TestUpRefuses:
    def _refused(self, data: Path, *words: str, settings: dict[str, str] | None = None) -> str:
        done = run("up", "--data", str(data), *words, settings=settings)
        said = done.stderr.decode()
        assert done.returncode == 1, said
        assert "Traceback" not in said
        assert "一次性密码" not in said
        assert not processes_of(data)
        return said

    def test_a_busy_port_and_makes_nothing(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            assert f"端口 {port} 已被占用。" in self._refused(data, "--port", str(port))
        assert not data.exists()

    @pytest.mark.parametrize(
        ("place", "told"),
        [("/proc/yaowang", "所在磁盘只剩 0 MiB"), ("/dev/null/var", "/dev/null 是文件"), ("/sys/kernel", "不可写")],
    )
    def test_a_folder_that_cannot_be_made_or_written(self, place: str, told: str) -> None:
        said = self._refused(Path(place), "--port", str(free_port()))
        assert told in said
        assert "用 --data 换一个" in said

    @pytest.mark.parametrize(
        ("address", "told"),
        [
            ("postgresql+psycopg://office:word@127.0.0.1:1/yaowang", "存储无法打开：数据库暂不可用"),
            ("mysql://office@127.0.0.1/yaowang", "不支持的数据库 mysql"),
            ("nonsense", "数据库地址无法识别"),
            ("sqlite:////proc/nowhere/yaowang.db", "存储无法打开"),
        ],
    )
    def test_a_store_that_cannot_be_used(self, data: Path, address: str, told: str) -> None:
        said = self._refused(data, "--port", str(free_port()), settings={"YAOWANG_STORE_URL": address})
        assert told in said
        assert "YAOWANG_STORE_URL" in said
        assert not list(data.glob("*.db"))

    def test_broken_settings(self, data: Path) -> None:
        data.mkdir()
        (data / "settings.toml").write_text("port = 8300\nprot = 1\n", encoding="utf-8")
        assert "prot：没有这个设置" in self._refused(data)
        assert [path.name for path in data.iterdir()] == ["settings.toml"]


class TestDrill:
    def test_two_at_once_end_early_on_ctrl_c_with_a_report_and_leave_nothing(self, data: Path) -> None:
        canaries = [Canary() for _ in range(3)]
        store, search, smtp = canaries
        outside = {
            "YAOWANG_STORE_URL": f"postgresql+psycopg://office:word@127.0.0.1:{store.port}/yaowang",
            "YAOWANG_SEARCH_URL": f"http://127.0.0.1:{search.port}",
            "YAOWANG_SMTP_HOST": "127.0.0.1",
            "YAOWANG_SMTP_PORT": str(smtp.port),
        }
        words = ("--speed", "60", "--data", str(data))
        with (
            Terminal("drill", "cluster", *words, settings=outside) as first,
            Terminal("drill", "vaccine-rumour", *words, settings=outside) as second,
        ):
            for terminal in (first, second):
                terminal.await_words("已开始")
            for terminal in (first, second):
                terminal.interrupt()
            assert [terminal.ended() for terminal in (first, second)] == [1, 1]
        for terminal in (first, second):
            assert json.loads(terminal.written)["ended_early"] is True
            assert "演练提前结束" in terminal.said
            assert "Traceback" not in terminal.said
        pages = [path.read_text(encoding="utf-8") for path in data.glob("drills/*/report.html")]
        assert len(pages) == 2
        assert all("本次演练提前结束" in page for page in pages)
        assert not processes_of(data)
        assert [canary.visits for canary in canaries] == [0, 0, 0]
        assert not list(data.glob("*.db"))
        for canary in canaries:
            canary.close()

    def test_on_a_port_that_is_taken_it_says_so_and_makes_nothing(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            done = run("drill", "cluster", "--port", str(port), "--data", str(data))
        assert done.returncode == 1
        assert f"端口 {port} 已被占用。" in done.stderr.decode()
        assert "Traceback" not in done.stderr.decode()
        assert not data.exists()
