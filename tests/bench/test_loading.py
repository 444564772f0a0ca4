"""An assess worker stays within its memory; how long its model takes to load is what `yaowang bench load` prints."""

import json

import pytest

from tests.bench.loading import DOCUMENTS, MOST_MEBIBYTES, MOST_SECONDS, Load, measure_load


@pytest.fixture(scope="module")
def load() -> Load:
    return measure_load()


def test_a_worker_that_judged_two_thousand_documents_holds_at_most_320_mebibytes(load: Load) -> None:
    assert load.documents == DOCUMENTS
    assert load.mebibytes <= load.peak_mebibytes <= MOST_MEBIBYTES, load.line()


def test_the_line_of_the_bench_names_its_aims(load: Load) -> None:
    assert json.loads(load.line())["aims"] == {"load_seconds": MOST_SECONDS, "mebibytes": MOST_MEBIBYTES}
