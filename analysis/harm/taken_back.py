"""What of the people counted a text takes back itself: said to be false, to be another number, or of somebody who lives. Pure."""

import re
from collections.abc import Sequence
from itertools import islice

from analysis.assessment import EntityType
from analysis.harm.circumstances import is_refuted
from analysis.harm.deaths import may_tell_death
from analysis.harm.denials import corrected_spans, denied_spans, lives_after_all, retracted_spans, stands_in, survivals
from analysis.harm.people import PeopleCount

__all__ = ["lies_gravely_ill", "refutes_all", "takes_deaths_back", "without_taken_back"]

# A title that refutes one number may tell the right one: 辟谣:网传3人死亡不实,实际死亡1人.
_ACTUAL = re.compile("(?:实际|实为|确有|核实为)[^,。不未没无]{0,6}[死亡]")
_DEAD = re.compile("死|身亡|去世|离世|没了")
_MOST_ASKED = 4
_GRAVELY_ILL = re.compile("昏迷|icu|重症|病危|植物人|[仍还正]在抢救")


def without_taken_back(
    text: str, sentences: Sequence[tuple[int, str]], found: Sequence[PeopleCount]
) -> Sequence[PeopleCount]:
    """Return the counts that stand: the right number (实际死亡1人) stays where a wrong one (此前称3人死亡系误报) goes."""
    if found and (denied := denied_spans(sentences)):
        found = [c for c in found if not stands_in(denied, c.start)]
    if found and (retracted := retracted_spans(sentences)):
        found = [c for c in found if not stands_in(retracted, c.start)]
    deaths = [c.start for c in found if c.type is EntityType.DEATHS]
    if deaths and (said := survivals(text, max(deaths))):
        alive = {c for c in found if lives_after_all(text, c.start, said, several=c.value > 1)}
        found = [c for c in found if c.type is not EntityType.DEATHS or c not in alive]
    if len(found) > 1 and (corrected := corrected_spans(sentences)):
        found = [c for c in found if not stands_in(corrected, c.start)] or found
    return found


def lies_gravely_ill(text: str) -> bool:
    """Tell whether a text that takes a death back says that who lives is gravely ill."""
    return bool(_GRAVELY_ILL.search(text))


def refutes_all(title: str) -> bool:
    """Tell whether a title refutes what its text tells of people, and tells no other number of dead in its place."""
    return is_refuted(title) and not _ACTUAL.search(title)


def takes_deaths_back(text: str, sentences: Sequence[tuple[int, str]]) -> bool:
    """Tell whether a text takes back that somebody died, in a word of its own or by saying that who was told dead lives."""
    if not may_tell_death(text):
        return False
    if any(
        lives_after_all(text, dead.start(), survivals(text, dead.start()), several=True)
        for dead in islice(_DEAD.finditer(text), _MOST_ASKED)
    ):
        return True
    return any(may_tell_death(text, start, end) for start, end in retracted_spans(sentences))
