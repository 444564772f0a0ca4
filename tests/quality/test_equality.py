"""The same document is judged the same: alone, in any company, in any order, in another process."""

import json
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.assess import Analyser
from analysis.assessment import Assessment
from analysis.training.data import DEV_FILE, load_examples
from crawlers.records import Document

_SAMPLE = 48
_SEED = 20261126
_PROCESS = """
import json, sys
from analysis.assess import Analyser
from tests.quality.test_equality import sample, shown
print(json.dumps(shown(Analyser.load().assess(sample(sys.argv[1])))))
"""


@cache
def analyser() -> Analyser:
    return Analyser.load()


@cache
def sample(shared: str) -> list[Document]:
    """Return documents of other genres and hot-list items of the development set, the same in every process."""
    folder = Path(shared)
    documents = [
        example.document for name in ("documents/train.jsonl", DEV_FILE) for example in load_examples(folder / name)
    ]
    return random.Random(_SEED).sample(documents, _SAMPLE)


def shown(assessments: list[Assessment]) -> list[str]:
    """Return everything of each assessment as text, to the last digit: entities, evidence and facts too."""
    return [repr(one) for one in assessments]


@cache
def together(shared: str) -> list[str]:
    return shown(analyser().assess(sample(shared)))


def test_one_alone_is_judged_as_in_a_batch(shared_data: Path) -> None:
    alone = [analyser().assess([document])[0] for document in sample(str(shared_data))]
    assert shown(alone) == together(str(shared_data))


@settings(max_examples=15)
@given(order=st.lists(st.integers(0, _SAMPLE - 1), min_size=1, max_size=24))
def test_company_and_order_change_nothing(shared_data: Path, order: list[int]) -> None:
    documents = sample(str(shared_data))
    found = shown(analyser().assess([documents[number] for number in order]))
    assert found == [together(str(shared_data))[number] for number in order]


@pytest.mark.parametrize("hash_seed", ["0", "4321"])
def test_a_fresh_process_judges_the_same(shared_data: Path, hash_seed: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _PROCESS, str(shared_data)],
        capture_output=True,
        text=True,
        check=True,
        timeout=280,
        env={"PYTHONHASHSEED": hash_seed, "PYTHONIOENCODING": "utf-8"},
        cwd=Path(__file__).resolve().parents[2],
    )
    assert json.loads(ran.stdout) == together(str(shared_data))


def test_an_explanation_is_the_same_each_time(shared_data: Path) -> None:
    document = sample(str(shared_data))[0]
    (said,) = analyser().assess([document])
    assert Analyser.load().explain(document, said) == analyser().explain(document, said)
