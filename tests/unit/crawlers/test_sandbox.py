import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from crawlers.gate import GateRefusal, RefusalReason
from crawlers.parsing.article import Article, extract
from crawlers.parsing.sandbox import ExtractionSandbox, SandboxLimits
from crawlers.records import BEIJING
from tests.unit.crawlers.article_pages import page
from tests.unit.crawlers.test_article import BODY, TITLE, Selectors

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=BEIJING)
PAGE = page(TITLE, "2026-11-20 09:30 来源：某报", BODY)


@pytest.fixture
def sandbox() -> Iterator[ExtractionSandbox]:
    with ExtractionSandbox() as opened:
        yield opened


def test_child_gives_what_extraction_in_this_process_gives(sandbox: ExtractionSandbox) -> None:
    rule = Selectors(body=(".TRS_Editor p",), title=("h2",))
    for chosen in (None, rule):
        assert sandbox.extract(PAGE, now=NOW, rule=chosen) == extract(PAGE, now=NOW, rule=chosen)


def test_refusal_of_the_child_is_the_refusal(sandbox: ExtractionSandbox) -> None:
    assert sandbox.extract(b"%PDF-1.4", now=NOW) == extract(b"%PDF-1.4", now=NOW)


def test_child_that_does_not_answer_costs_one_page() -> None:
    # Starting takes seconds on a busy machine, so only the child that stands still gets the short limit.
    with ExtractionSandbox(SandboxLimits(answer_seconds=120.0)) as sandbox:
        assert isinstance(sandbox.extract(PAGE, now=NOW), Article)
        os.kill(_child(sandbox), signal.SIGSTOP)
        sandbox._child._limits = SandboxLimits(answer_seconds=1.0)
        refusal = sandbox.extract(PAGE, now=NOW)
        assert isinstance(refusal, GateRefusal)
        assert refusal.reason is RefusalReason.CRASHED
        assert "超时" in refusal.detail
        sandbox._child._limits = SandboxLimits(answer_seconds=120.0)
        assert isinstance(sandbox.extract(PAGE, now=NOW), Article)


def test_next_page_after_a_dead_child_gets_a_new_one(sandbox: ExtractionSandbox) -> None:
    sandbox.extract(PAGE, now=NOW)
    first = _child(sandbox)
    os.kill(first, signal.SIGKILL)
    sandbox.extract(PAGE, now=NOW)
    assert isinstance(sandbox.extract(PAGE, now=NOW), Article)
    assert _child(sandbox) != first


def test_child_may_use_the_stated_memory_only() -> None:
    with ExtractionSandbox(SandboxLimits(memory_bytes=2**26)) as sandbox:
        huge = page(TITLE, "2026-11-20", "<div>" + "<p>药品监管，某某。</p>" * 150_000 + "</div>")
        refusal = sandbox.extract(huge, now=NOW)
        assert isinstance(refusal, GateRefusal)
        assert refusal.reason is RefusalReason.CRASHED


def test_child_may_use_the_stated_processor_time_only(sandbox: ExtractionSandbox) -> None:
    sandbox.extract(PAGE, now=NOW)
    # Soft limits of a running process are set from outside; the field is in seconds.
    limits = Path(f"/proc/{_child(sandbox)}/limits").read_text(encoding="ascii")
    cpu = next(line for line in limits.splitlines() if line.startswith("Max cpu time"))
    memory = next(line for line in limits.splitlines() if line.startswith("Max address space"))
    assert 10 <= int(cpu.split()[3]) <= 13
    assert int(memory.split()[3]) == 2**30


def test_child_is_replaced_after_its_share_of_pages() -> None:
    with ExtractionSandbox(SandboxLimits(questions=2)) as sandbox:
        children = set()
        for _ in range(4):
            assert isinstance(sandbox.extract(PAGE, now=NOW), Article)
            children.add(_child(sandbox))
    assert len(children) == 2


def test_threads_take_turns(sandbox: ExtractionSandbox) -> None:
    pages = [page(f"{TITLE}之{number}", "2026-11-20", BODY) for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        articles = list(pool.map(lambda raw: sandbox.extract(raw, now=NOW), pages))
    assert [a.title for a in articles if isinstance(a, Article)] == [f"{TITLE}之{number}" for number in range(12)]


def test_closing_leaves_no_child_behind() -> None:
    with ExtractionSandbox() as sandbox:
        sandbox.extract(PAGE, now=NOW)
        child = _child(sandbox)
    assert not Path(f"/proc/{child}").exists()


def _child(sandbox: ExtractionSandbox) -> int:
    pid = sandbox._child.pid
    assert pid is not None
    return pid
