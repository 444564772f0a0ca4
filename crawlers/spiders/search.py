"""Site search: a few words of the office's watch list per visit, each with its own pages, in turn over visits."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from scrapy.http import Response

from crawlers.access.failure import Failure, FailureCode
from crawlers.lists.listed import Listed, Reading
from crawlers.lists.paging import first_page
from crawlers.remembered import TURN
from crawlers.spiders.listing import ListingSpider
from crawlers.visits.walk import Walk

__all__ = ["SearchSpider", "words_of_visit"]

LONGEST_WORD = 40


def words_of_visit(words: Sequence[str], turn: int, per_visit: int) -> tuple[tuple[str, ...], int]:
    """Return the words that a visit asks for and the turn of the next one; every word gets its turn. Pure."""
    usable = list(dict.fromkeys(word.strip()[:LONGEST_WORD] for word in words if word.strip()))
    if not usable:
        return (), 0
    start = turn % len(usable)
    taken = (usable[start:] + usable[:start])[:per_visit]
    return tuple(taken), (start + len(taken)) % len(usable)


class SearchSpider(ListingSpider):
    """Visits a source of kind `search`.

    What an answer holds depends on the word, so no validators are kept: an answer is new or it is not by its records.
    """

    unchanged_ends_visit = False

    def __init__(self, **given: Any) -> None:
        """Start with no word asked."""
        super().__init__(**given)
        self._unanswered = 0
        self._hits = 0

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first page of every word whose turn it is."""
        rule = self.declaration.search
        turn = self.visit.progress.memory.get(TURN)
        words, following = words_of_visit(
            rule.words or self.surroundings.watch_words, turn if isinstance(turn, int) else 0, rule.per_visit
        )
        self.visit.notes[TURN] = following
        if not words:
            self.visit.listing_read = True
            self.visit.remark = Failure(code=FailureCode.NO_WORDS, where=self.visit.source.name)
        self._unanswered = len(words)
        for word in words:
            asked = first_page(self.declaration, day=self.today, word=word)
            yield self.page_request(asked, 1, Walk(asked=asked, day=self.today, word=word))

    def read_list(self, response: Response, walk: Walk) -> tuple[str, Reading]:
        """Return the hits, each with the word that found it."""
        text, reading = super().read_list(response, walk)
        found = tuple(replace(record, facts=record.facts | {"query": walk.word}) for record in reading.records)
        return text, replace(reading, records=found)

    def is_known_list(self, response: Response, records: Sequence[Listed], walk: Walk) -> bool:
        """Take any answer: a word without a hit is no fault of the site; that none has any is, where hits are expected."""
        del walk
        self._unanswered -= 1
        self._hits += len(records)
        if self._unanswered == 0 and self._hits == 0 and self.declaration.expect.min_items:
            self.visit.fail(Failure(code=FailureCode.NOTHING_FOUND, where=response.url))
        return False
