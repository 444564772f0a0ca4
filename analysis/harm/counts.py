"""Counts of harmed and dead people as a text claims them: where they stand and which integer they say."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from analysis.assessment import EntityType
from analysis.harm.circumstances import (
    SENTENCE,
    counts_all_reports,
    is_another_story,
    is_refuted,
    is_statistic,
    is_supposed,
    is_unrelated,
    names_harm,
    quoted_spans,
)
from analysis.harm.deaths import dead_by, died_in_a_trial, may_tell_death, plainly_spelled, single_deaths, totals
from analysis.harm.denials import stands_in
from analysis.harm.gone import gone_after_use, may_be_gone
from analysis.harm.hurt import harmed
from analysis.harm.numbers import counted, counted_kin, may_count_people, numbers_of_people, written_number
from analysis.harm.one_told import one_told, wrongly_given
from analysis.harm.people import PeopleCount
from analysis.harm.side_by_side import told_beside_the_dead, told_side_by_side
from analysis.harm.taken_back import refutes_all, without_taken_back
from analysis.harm.weighed import weighed_one

__all__ = ["people_counts"]

_CLAUSE_REST = re.compile("[^,。;!?\n]{0,30}")
_SUB_COUNT = re.compile("(?:其中|另有?|还有|此外)[^,。]{0,3}$")
# A title about what followed a death tells that death.
_AFTER_DEATH = re.compile("(?:去世|离世)后")
# More are told by a number alone.
_FEW_TOLD = 3
_MOST_COUNTS = 40
_MOST_ASKED = 8


def people_counts(text: str) -> list[PeopleCount]:
    """Return the counts of harmed and dead people that a normalised text claims, in order, none inside another.

    Only sentences that tell of harm or death are read, so that five doctors at a meeting are not five victims. What is
    denied, supposed, a statistic, a trial, history, quoted to be refuted, or reported and then said to be false is no claim. Where no number of harmed
    people is claimed, the first person of whom harm is told counts as one.
    """
    # What refutes a count is looked for last: most texts count nobody.
    sentences = [(match.start(), match.group()) for match in SENTENCE.finditer(text)]
    read = sentences if may_tell_death(text) or may_be_gone(text) or may_count_people(text) else ()
    found = [_moved(count, offset) for offset, words in read for count in _in_sentence(words)]
    if all(c.type is EntityType.HARMED and c.value < _FEW_TOLD for c in found):
        most = max((c.value for c in found), default=0)
        found = [*islice((c for c in told_side_by_side(text) if c.value > most), 1), *found]
    if found and is_refuted(text):
        quoted = quoted_spans(text)
        found = [c for c in found if not stands_in(quoted, c.start)]
    found = found or list(wrongly_given(text))
    found = found or list(islice(one_told(text, sentences), 1)) or weighed_one(text, sentences)
    found = list(without_taken_back(text, sentences, found))
    title = text.partition("\n")[0]
    if not found or refutes_all(title) or is_another_story(_AFTER_DEATH.sub("", title)):
        return []
    return _with_survivors(text, sentences, _without_parts(text, found))


def _with_survivors(text: str, sentences: Sequence[tuple[int, str]], kept: list[PeopleCount]) -> list[PeopleCount]:
    """Add who lies ill beside one dead, where nobody harmed is counted: 男的死了,女的还在重症."""
    if any(count.type is EntityType.HARMED for count in kept) or is_refuted(text):
        return kept
    for offset, words in islice(_holding(sentences, [count.start for count in kept]), _MOST_ASKED):
        for count in told_beside_the_dead(words):
            return sorted([*kept, _moved(count, offset)], key=lambda count: count.start)
    return kept


def _holding(sentences: Sequence[tuple[int, str]], starts: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yield each sentence in which one of `starts` lies, once; both stand in order."""
    numbers = (bisect_right(sentences, start, key=lambda sentence: sentence[0]) - 1 for start in starts)
    yield from (sentences[number] for number in dict.fromkeys(numbers))


def _without_parts(text: str, found: Sequence[PeopleCount]) -> list[PeopleCount]:
    """Drop what another count holds already: the one who died, 其中3人 after 12名患者, one of many without a harm of its own, a death told twice."""
    most = max((c.value for c in found if c.type is EntityType.HARMED), default=0)
    dead = {c.value for c in found if c.type is EntityType.DEATHS}
    if most == 1 and dead:
        found = [c for c in found if c.type is EntityType.DEATHS]
    found = [c for c in found if c.type is EntityType.DEATHS or c.value not in dead or not _dies(text, c)]
    body, kept = text.find("\n") + 1, list[PeopleCount]()
    told: dict[tuple[EntityType, bool], int] = {}
    for count in found:
        before = told.get((count.type, count.start < body), 0)
        if count.type is EntityType.DEATHS:
            is_part = before > 0 and not count.named
        else:
            is_part = before > count.value and bool(_SUB_COUNT.search(text[max(0, count.start - 6) : count.start]))
            is_part = is_part or (count.value == 1 < most and not _harm_in_clause(text, count))
        if not is_part:
            kept.append(count)
            told[count.type, count.start < body] = max(before, count.value)
    return kept


def _dies(text: str, count: PeopleCount) -> bool:
    return may_tell_death(text, count.end, text.find("。", count.end) + 1 or len(text))


def _harm_in_clause(text: str, count: PeopleCount) -> bool:
    rest = _CLAUSE_REST.match(text, count.end)
    return bool(rest and names_harm(rest.group()))


def _moved(count: PeopleCount, offset: int) -> PeopleCount:
    return PeopleCount(count.type, count.start + offset, count.end + offset, count.value, count.named)


def _in_sentence(words: str) -> list[PeopleCount]:
    kept: list[PeopleCount] = []
    words = plainly_spelled(words)
    for count in islice((*_deaths(words), *harmed(words)), _MOST_COUNTS):
        if all(count.end <= other.start or count.start >= other.end for other in kept):
            kept.append(count)
    if not kept or is_another_story(words) or counts_all_reports(words):
        return []
    return sorted(kept, key=lambda count: count.start)


def _deaths(words: str) -> Iterator[PeopleCount]:
    if not may_tell_death(words) and not may_be_gone(words):
        return
    told = False
    if trial := died_in_a_trial(words):
        yield PeopleCount(EntityType.DEATHS, *trial, 1, named=False)
        return
    for kind, start, end, written in _written_deaths(words):
        told = True
        if not is_supposed(words, start, end) and not is_unrelated(words, start, end):
            yield from counted(kind, start, end, written)
    if told:
        return
    for start, end in chain(single_deaths(words), gone_after_use(words)):
        if not is_supposed(words, start, end) and not is_statistic(words, start, end):
            yield PeopleCount(EntityType.DEATHS, start, end, 1, named=False)
            return


def _written_deaths(words: str) -> Iterator[tuple[EntityType, int, int, str]]:
    yield from totals(words)
    for match in numbers_of_people(words):
        says_dead = match.group("cases") and "死亡" in match.group("cases")
        dead = dead_by(words, match.end())
        if says_dead or dead:
            yield EntityType.DEATHS, match.start(), dead or match.end(), written_number(match)
    for match, written in counted_kin(words):
        if dead := dead_by(words, match.end()):
            yield EntityType.DEATHS, match.start(), dead, written
