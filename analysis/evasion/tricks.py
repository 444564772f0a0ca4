"""The ways a word is disguised, and a disguised word found."""

from enum import StrEnum
from typing import NamedTuple

__all__ = ["Evaded", "Trick"]


class Trick(StrEnum):
    """How a word was written instead of plainly."""

    SEPARATED = "separated"
    """with something between its characters"""
    MASKED = "masked"
    """with letters or a picture in place of one character"""
    RESPELLED = "respelled"
    """with a character in its parts, or an uncommon variant of it"""
    PINYIN = "pinyin"
    """with some or all characters in Latin letters, as they are read"""
    HOMOPHONE = "homophone"
    """with other characters that are read alike"""
    OTHER_TONE = "other_tone"
    """with other characters that are read alike but for the tone, in a word of two or three: often chance"""


class Evaded(NamedTuple):
    """The number of a pattern, where in a normalised text it stands in disguise, and in which."""

    pattern: int
    start: int
    end: int
    trick: Trick
