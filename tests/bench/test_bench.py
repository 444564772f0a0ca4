import json
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from analysis.tiers.encoder import Encoder, encoder_text
from tests.bench.collecting import charsets, crawling, date_cases, dates
from tests.bench.rounds import Figure, LeftOut
from tests.bench.run import Bench, main, measure
from tests.bench.scanning import scan_steps
from tests.bench.texts import built_corpus, load_corpus
from tests.bench.tiers import TOKENS, encoder_steps, first_tier_alone, share, tier_steps

ROWS = [
    "tier 1: judged, signed, indexed",
    "end to end, as a hot list brings it",
    "end to end, all of the field",
    "judge one text",
    "segment",
    "extract an article",
]


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench.prepare(built_corpus(200), rounds=1)


def test_benchmark_runs_on_built_texts_and_prints_a_line_a_row(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = measure(bench)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["bench"] for row in printed] == ROWS == [row.name for row in rows]
    assert [row.units for row in rows] == [200, 200, 200, 100, 200, 8]
    assert all(line["product"] > 0 and line["peer"] > 0 for line in printed)


def test_rates_and_ratio_of_a_row_say_the_same(bench: Bench) -> None:
    row = bench.segmentation()
    assert row.ratio == pytest.approx(row.product_rate / row.peer_rate)
    assert row.low == row.ratio == row.high


def test_a_document_has_its_price_and_the_encoder_only_where_there_is_one(bench: Bench) -> None:
    corpus = replace(built_corpus(60), half_year=built_corpus(60).stream)
    rows = [step() for step in tier_steps(first_tier_alone(bench.analyser), corpus)]
    assert [row.name for row in rows if isinstance(row, Figure)] == [
        "tier 1 per document",
        "tier 1 per document",
        "tier 1, one text alone",
    ]
    assert all(row.value > 0 and row.to_json()["unit"] == "ms" for row in rows if isinstance(row, Figure))
    assert isinstance(rows[-1], LeftOut)
    assert "no encoder" in rows[-1].why


def test_keywords_are_scanned_beside_the_peer_and_both_find_the_same() -> None:
    for step in scan_steps(built_corpus(100), 1):
        row = step()
        if isinstance(row, LeftOut):
            pytest.skip(row.why)
        assert row.units > 100
        assert row.product_rate > 0 < row.peer_rate


class CountingEncoder:
    """A piece a character; remembers how many pieces each text had that it was asked for."""

    def __init__(self) -> None:
        self.lengths: set[int] = set()
        self.tokenizer = self

    def encode(self, title: str, text: str | None = None) -> SimpleNamespace:
        if text is not None:
            self.lengths.add(len(encoder_text(title, text)) + 2)
        return SimpleNamespace(ids=list(title))


def test_the_encoder_is_measured_at_each_length(bench: Bench) -> None:
    encoder = CountingEncoder()
    texts = [one.title * 9 for one in bench.corpus.stream]
    rows = [step() for step in encoder_steps(cast("Encoder", encoder), texts)]
    assert [row.about for row in rows if isinstance(row, Figure)] == [f"{n} tokens, one thread" for n in TOKENS]
    assert encoder.lengths == set(TOKENS)
    none = [step() for step in encoder_steps(cast("Encoder", encoder), ["短"])]
    assert all(isinstance(row, LeftOut) for row in none)


def test_the_share_is_of_those_that_the_encoder_read(bench: Bench) -> None:
    documents = bench.corpus.stream[:8]
    said = first_tier_alone(bench.analyser).assess(documents)
    read = [replace(one, tier="encoder" if number < 2 else "linear") for number, one in enumerate(said)]
    assert share(SimpleNamespace(assess=lambda _: read), documents).value == 25.0


def test_visits_of_many_hosts_are_whole_beside_the_peer() -> None:
    row = crawling(1, hosts=2, articles=3)
    assert row.units == 6
    assert row.product_rate > 0 < row.peer_rate


def test_written_times_and_lying_charsets_are_all_read() -> None:
    row = charsets(1, count=48)
    assert row.product_right == 1.0
    assert row.to_json()["product_right"] == 1.0
    cases = date_cases(64)
    assert len({text for text, _ in cases}) > 60
    read = dates(1, count=64)
    assert read is None or read.product_right == 1.0


def test_a_part_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crawl", "everything"]) == 2
    assert "everything" in capsys.readouterr().err


def test_stream_brings_distinct_titles_in_order_of_time() -> None:
    stream = load_corpus(100).stream
    assert len({document.id for document in stream}) == len(stream) == 100
    assert [document.fetched_at for document in stream] == sorted(document.fetched_at for document in stream)
