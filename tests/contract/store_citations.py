"""What the store promises of what officers say of offered articles."""

from dataclasses import replace

from service.domain.policies.citation import Choice, Citation, CitationCount
from service.ports.store import Store
from tests.contract.stored import NOW

SAID = Citation(
    event_id="e1", article="药品管理法(2019-08-26)#第八十二条", situation="recall", choice=Choice.ACCEPTED, actor="值班员甲", at=NOW
)  # fmt: skip


def say(store: Store, *citations: Citation) -> None:
    with store.write() as work:
        for citation in citations:
            work.citations.put(citation)


class CitationsContract:
    """One word an event and article; the last one stands."""

    def test_what_was_said_reads_back_equal_by_article(self, store: Store) -> None:
        other = replace(SAID, article="药品管理法(2019-08-26)#第一百条", choice=Choice.ADDED)
        say(store, SAID, other)
        with store.read() as work:
            assert work.citations.of_event("e1") == [other, SAID]
            assert work.citations.of_event("e2") == []

    def test_a_later_word_takes_the_place_of_the_earlier(self, store: Store) -> None:
        later = replace(SAID, choice=Choice.REJECTED, actor="值班员乙")
        say(store, SAID, later)
        with store.read() as work:
            assert work.citations.of_event("e1") == [later]

    def test_events_are_counted_by_situation_and_article(self, store: Store) -> None:
        say(store, SAID, replace(SAID, event_id="e2", choice=Choice.REJECTED))
        say(
            store,
            replace(SAID, event_id="e3"),
            replace(SAID, event_id="e4", situation="supply-stop", choice=Choice.ADDED),
        )
        with store.read() as work:
            assert work.citations.counts() == [
                CitationCount(situation="recall", article=SAID.article, accepted=2, rejected=1),
                CitationCount(situation="supply-stop", article=SAID.article, added=1),
            ]
