"""The laws that are at hand: imported whole and in time, split without gaps, summarised in words of our own."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.matching.articles import article_number
from analysis.matching.clauses import split_clauses
from service.flows.policies.importing import import_policies
from service.policies.register import load_register
from service.ports.store import Store
from service.storage.sql import migrate, open_store
from tests.builders import NOW

pytestmark = pytest.mark.quality

LAWS = 28
MOST_SECONDS = 10.0
MOST_SHARED = 20
"""Characters of an article that its gist may repeat in one run: names of bodies and statutory terms are longer than words."""


@pytest.fixture(scope="module")
def laws(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, float]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('laws') / 'yaowang.db'}"
    migrate(url)
    store = open_store(url)
    started = time.process_time()
    report = import_policies(store, shared_data / "law", register=load_register(), actor="测试", now=NOW)
    took = time.process_time() - started
    assert (report.policies, report.refused, report.notices) == (LAWS, [], [])
    yield store, took
    store.close()


def test_twenty_eight_laws_are_taken_in_ten_seconds(laws: tuple[Store, float]) -> None:
    assert laws[1] <= MOST_SECONDS


def test_every_article_is_there_once_and_in_order(laws: tuple[Store, float]) -> None:
    with laws[0].read() as work:
        for policy in work.policies.listing():
            numbers = [article_number(article.number) for article in work.policies.articles_of(policy.stem)]
            assert numbers == list(range(1, len(numbers) + 1)), policy.stem


def test_paragraphs_and_items_put_together_are_the_article(laws: tuple[Store, float]) -> None:
    with laws[0].read() as work:
        for article in work.policies.articles():
            clauses = split_clauses(article.text)
            assert "\n".join(clause.text for clause in clauses) == article.text
            paragraphs = [clause.paragraph for clause in clauses]
            assert paragraphs == sorted(paragraphs)


def test_every_gist_is_of_an_article_that_is_there_and_repeats_no_sentence_of_it(laws: tuple[Store, float]) -> None:
    gists = load_register().gists
    with laws[0].read() as work:
        held = {article.key: article.text for article in work.policies.articles()}
    assert set(gists) <= set(held)
    copied = [
        key
        for key, gist in gists.items()
        if any(gist.gist[at : at + MOST_SHARED] in held[key] for at in range(len(gist.gist) - MOST_SHARED + 1))
    ]
    assert copied == []
