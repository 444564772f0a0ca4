"""How a child process ended is said as it was: out of time, out of memory, or ended from outside."""

import os
import signal
from collections.abc import Callable

import pytest

from crawlers.child import Child, ChildDied, ChildLimits

PATIENT = ChildLimits(answer_seconds=120.0)


def ending(child: Child, meanwhile: Callable[[int], None] = lambda _: None) -> str:
    """Return how the child ends that is asked one question while something is done to it."""
    start = child._start

    def started() -> None:
        start()
        assert child.pid is not None
        meanwhile(child.pid)

    child._start = started  # type: ignore[method-assign]  # it starts within the question
    try:
        with pytest.raises(ChildDied) as ended:
            child.ask({}, b"")
        return str(ended.value)
    finally:
        child.close()


def test_one_that_needs_more_memory_than_it_may_have_says_so() -> None:
    assert ending(Child("tests.unit.crawlers.filling_child", PATIENT)) == "内存用尽"


def test_one_that_was_killed_has_not_run_out_of_time() -> None:
    told = ending(Child("crawlers.reading_sandbox", PATIENT), lambda pid: os.kill(pid, signal.SIGKILL))
    assert told == "被强行终止，多半是本机内存不足"


def test_one_that_gives_no_answer_in_time_has_run_out_of_it() -> None:
    limits = ChildLimits(answer_seconds=0.5)
    assert ending(Child("crawlers.reading_sandbox", limits), lambda pid: os.kill(pid, signal.SIGSTOP)) == "超时"


def test_the_watch_over_one_question_says_nothing_of_the_next() -> None:
    child = Child("crawlers.reading_sandbox", ChildLimits(answer_seconds=0.5))
    assert ending(child, lambda pid: os.kill(pid, signal.SIGSTOP)) == "超时"
    child._limits = PATIENT
    assert ending(child, lambda pid: os.kill(pid, signal.SIGKILL)) != "超时"
