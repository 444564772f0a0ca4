"""Proposing rows from what officers say: how much it takes, and what weighs against it."""

import pytest

from service.domain.citation import CitationCount, RowProposal, propose_rows

NAMED = {"recall": {"法#1", "法#2"}}


def count(article: str, **said: int) -> CitationCount:
    return CitationCount(situation="recall", article=article, **said)


def proposed(*counts: CitationCount) -> RowProposal | None:
    found = propose_rows(counts, NAMED)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("said", "adds"),
    [
        ({"added": 1}, False),
        ({"added": 2}, True),
        ({"added": 2, "rejected": 2}, False),
        ({"added": 3, "rejected": 2}, True),
    ],
)
def test_an_article_is_proposed_when_two_events_lacked_it_and_more_than_rejected_it(
    said: dict[str, int], adds: bool
) -> None:
    found = proposed(count("法#9", **said))
    assert (found is not None) is adds


@pytest.mark.parametrize(
    ("said", "drops"),
    [
        ({"rejected": 2}, False),
        ({"rejected": 3}, True),
        ({"rejected": 3, "accepted": 3}, False),
        ({"rejected": 4, "accepted": 3}, True),
    ],
)
def test_an_article_is_dropped_when_three_events_rejected_it_and_fewer_accepted_it(
    said: dict[str, int], drops: bool
) -> None:
    found = proposed(count("法#1", **said))
    assert (found is not None) is drops


def test_what_a_row_names_already_is_not_added_and_what_it_does_not_name_is_not_dropped() -> None:
    assert proposed(count("法#1", added=5), count("法#9", rejected=5)) is None


def test_words_on_a_row_that_the_table_no_longer_has_propose_nothing() -> None:
    assert propose_rows([CitationCount(situation="gone", article="法#9", added=9)], NAMED) == []


def test_the_evidence_is_told_article_by_article() -> None:
    found = proposed(count("法#9", added=2, rejected=1), count("法#2", rejected=4, accepted=1))
    assert found is not None
    assert found.evidence == ("法#9：2 个事件由人员补充，1 个事件未采纳", "法#2：4 个事件未采纳，1 个事件采纳")
