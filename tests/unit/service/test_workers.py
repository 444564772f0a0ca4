"""The loop of a role: what passes is noted and tried again, and never ends the role."""

import threading

import pytest

from service import workers
from service.domain.refusal import Refusal
from service.ports.store import StoreUnavailableError


@pytest.mark.parametrize("error", [Refusal("内容中有不能保存的字符"), StoreUnavailableError("忙"), OSError("满")])
def test_what_one_step_brings_does_not_end_the_role(error: Exception) -> None:
    stop = threading.Event()

    def step() -> bool:
        stop.set()
        raise error

    workers._loop("assess", step, stop)
    assert stop.is_set()
