"""A judge that also knows the office's own words."""

from dataclasses import replace

from analysis.assess import Analyser
from analysis.lexicon.overlay import Words, overlay

__all__ = ["worded"]


def worded(analyser: Analyser, words: Words) -> Analyser:
    """Return the analyser with `words` laid over its shipped lexicon; model, segmenter and thresholds stay the same.

    Its version, which every assessment carries as `model`, ends in `+w` and the identity of the words, so that a
    judgement can be traced to the words that it was made with. `analyser` must be one that was loaded, without words of
    its own.
    """
    if not words.identity:
        return analyser
    return replace(analyser, lexicon=overlay(analyser.lexicon, words), version=f"{analyser.version}+w{words.identity}")
