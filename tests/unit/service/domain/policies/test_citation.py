"""Proposing rows from what officers say: how much it takes, and what weighs against it."""

from datetime import UTC, datetime

import pytest

from service.domain.policies.citation import CitationCount, RowChange, RowProposal, propose_rows, rewritten

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


@pytest.mark.parametrize(
    ("add", "drop", "expected"),
    [
        (["法#9"], [], (["法#1"], ["法#2", "法#9"])),
        (["法#2"], [], (["法#1"], ["法#2"])),
        ([], ["法#2"], (["法#1"], [])),
        (["法#9"], ["法#1"], (["法#9"], ["法#2"])),
        ([], ["法#1"], (["法#2"], [])),
        ([], ["法#1", "法#2"], ([], [])),
    ],
)
def test_an_added_article_is_related_unless_it_takes_the_place_of_the_last_governing_one(
    add: list[str], drop: list[str], expected: tuple[list[str], list[str]]
) -> None:
    assert rewritten(["法#1"], ["法#2"], add, drop) == expected


def test_of_two_changes_of_a_row_the_later_word_on_an_article_stands() -> None:
    def change(add: tuple[str, ...], drop: tuple[str, ...]) -> RowChange:
        return RowChange(situation="recall", add=add, drop=drop, by="管理丁", at=datetime(2026, 11, 27, tzinfo=UTC))

    whole = change(("法#1",), ("法#9",)).after(change(("法#9", "法#8"), ("法#1",)))
    assert (whole.add, whole.drop) == (("法#8", "法#1"), ("法#9",))
    assert RowChange.from_json("recall", whole.to_json()) == whole
