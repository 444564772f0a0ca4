"""Words written so that a search for them finds nothing, and how they are found all the same.

`Evasions` is derived from a lexicon's patterns and speaks of them by number, so that it knows nothing of what a term
means. Plain texts pay two passes of an automaton; everything else runs only where one of them, or a cheap test, found
something. Sources and licences of the data: `CARD.md` beside the files.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from analysis.evasion.masks import MaskIndex
from analysis.evasion.pinyin import PinyinIndex
from analysis.evasion.sounds import SoundIndex
from analysis.evasion.spelling import SpellingIndex
from analysis.evasion.tricks import Evaded, Trick

__all__ = ["Cut", "Evaded", "Evasions", "Trick"]

Cut: TypeAlias = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Evasions:
    """What finds the patterns of one lexicon in other spellings."""

    spellings: SpellingIndex
    sounds: SoundIndex
    letters: PinyinIndex
    masks: MaskIndex

    @classmethod
    def of(cls, hidden: Mapping[int, str], known: frozenset[str]) -> "Evasions":
        """Build the indexes of `hidden`, patterns that somebody would hide by their number; about 90 ms.

        Args:
            hidden: Normalised patterns; those that are not two or more Chinese characters are passed over.
            known: Every spelling that stands for itself and is no disguise of another pattern.
        """
        return cls(
            spellings=SpellingIndex.of(hidden.values()),
            sounds=SoundIndex.of(hidden, known),
            letters=PinyinIndex.of(hidden),
            masks=MaskIndex.of(hidden),
        )

    def by_sound(self, text: str, heard: Iterable[tuple[int, int, int]], cut: Cut) -> list[Evaded]:
        """Return the patterns that `text`, normalised, holds by their sound only: in letters, then in other characters.

        `heard` is what `SoundIndex.heard` yields of it. `cut` cuts a text into the words of a dictionary; what it takes
        for an ordinary word is no disguise.
        """
        return [*self.letters.find(text), *self.sounds.find(text, heard, cut)]
