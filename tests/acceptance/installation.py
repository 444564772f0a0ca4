"""One installation under test: its folder, its settings, its real processes, its mail server."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any, TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from service.bootstrap import Application, build, prepare
from service.domain.people.person import Role
from service.flows.people.acts import add_person
from service.settings import load_settings
from service.supervise import RoleProcess, Supervisor, answers

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")

CATALOGUE = """
sources:
  - {{id: press-feed, name: 测试晚报, kind: feed, source_class: media, region: "360700", weight: 4, access: open, legal_basis: 测试自建页面,
     url: "http://127.0.0.1:{port}/feed.xml", politeness: {{delay: 0s}}, schedule: {{min: 1m, start: 1m, max: 2m}}}}
  - {{id: press-broken, name: 测试坏源, kind: feed, source_class: media, region: "360700", weight: 1, access: open, legal_basis: 测试自建页面,
     url: "http://127.0.0.1:{port}/broken.xml", politeness: {{delay: 0s}}, schedule: {{min: 1m, start: 1m, max: 2m}}}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_until(look: Callable[[], T | None], *, seconds: float, what: str) -> T:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


class Inbox:
    """Accepts every mail and keeps it."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        assert isinstance(envelope.content, bytes)
        message = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


class Installation:
    """Starts and stops the four roles as the product does, each in a process of its own."""

    def __init__(self, folder: Path, *, world_port: int, settings: dict[str, Any]) -> None:
        self.folder = folder
        self.inbox = Inbox()
        self.smtp_port = free_port()
        self._smtp = Controller(self.inbox, hostname="127.0.0.1", port=self.smtp_port)
        self.port = free_port()
        catalogue = folder / "catalogue"
        catalogue.mkdir(parents=True)
        (catalogue / "press.yaml").write_text(CATALOGUE.format(port=world_port), encoding="utf-8")
        written = {
            "port": self.port,
            "smtp_host": "127.0.0.1",
            "smtp_port": self.smtp_port,
            "catalogue": str(catalogue),
            **settings,
        }
        lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in written.items()]
        (folder / "settings.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.settings = load_settings(data=folder)
        prepare(self.settings)
        self.app: Application = build(self.settings)
        self.password = add_person(
            self.app.store, name="admin", role=Role.ADMINISTRATOR, by="system", now=self.app.now()
        )
        add_person(
            self.app.store,
            name="值班",
            role=Role.OFFICER,
            by="system",
            now=self.app.now(),
            email="duty@office.invalid",
            notify_from="yellow",
        )
        python, data = sys.executable, str(folder)
        commands = {name: [python, "-m", "service.cli", name, "--data", data] for name in ("web", "assess", "deliver")}
        commands["crawl"] = [python, "-m", "tests.acceptance.role", "--data", data, "--world", str(world_port)]
        roles = [RoleProcess(name=name, command=command) for name, command in commands.items()]
        self.said: list[str] = []
        self.supervisor = Supervisor(roles, log_folder=folder / "log", say=self.said.append)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._smtp.start()
        self.supervisor.start()
        await_until(lambda: answers("127.0.0.1", self.port), seconds=90, what="the dashboard answers")

    def run(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "service.cli", *arguments, "--data", str(self.folder)]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, cwd=ROOT)

    def close(self) -> None:
        self.supervisor.drain()
        self._smtp.stop()
        self.app.close()
