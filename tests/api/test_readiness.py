"""The address of readiness answers within seconds, whatever hangs."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from service.api.readiness import Readiness
from service.web.app import create_app
from tests.api.conftest import Site

LIMIT_SECONDS = 0.3


class Hanging:
    """A part that says nothing before the test lets it."""

    def __init__(self) -> None:
        self.end, self.asked = threading.Event(), 0

    def check(self) -> str | None:
        self.asked += 1
        self.end.wait(30)
        return None


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    part = Hanging()
    yield part
    part.end.set()


def test_a_part_that_hangs_is_named_and_keeps_neither_the_answer_nor_the_other_parts_back(
    site: Site, hanging: Hanging
) -> None:
    checks = {"邮件": hanging.check, "检索": lambda: None, "磁盘": lambda: "磁盘将满"}
    context = replace(site.context, checks=checks, readiness=Readiness(limit_seconds=LIMIT_SECONDS))
    answer = TestClient(create_app(context)).get("/readyz")
    assert not hanging.end.is_set()
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "degraded": ["邮件", "磁盘"]})


def test_a_part_that_hangs_is_asked_once_however_often_readiness_is(hanging: Hanging) -> None:
    readiness = Readiness(limit_seconds=0.01)
    for _ in range(5):
        assert readiness.begin({"邮件": hanging.check})() == ["邮件"]
    assert hanging.asked == 1
    patient = readiness.begin({"邮件": hanging.check})
    hanging.end.set()
    for thread in threading.enumerate():
        if thread.name == "readiness":
            thread.join(10)
    assert patient() == []
    assert Readiness().begin({"邮件": hanging.check})() == []


def test_one_part_under_two_names_is_asked_once(hanging: Hanging) -> None:
    hanging.end.set()
    asked = threading.Barrier(2)

    def part() -> str | None:
        hanging.asked += 1
        asked.wait(10)
        return "away"

    faults = Readiness().begin({"search": part, "检索": part})
    asked.wait(10)
    assert faults() == ["search", "检索"]
    assert hanging.asked == 1
