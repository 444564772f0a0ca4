"""Who reports, as far as it decides what a report weighs."""

from dataclasses import dataclass

from crawlers.records import SourceClass

__all__ = ["WEIGHTY_MEDIA", "Speaker"]

WEIGHTY_MEDIA = frozenset({SourceClass.CENTRAL_MEDIA, SourceClass.PROVINCIAL_MEDIA})
_NAMED = WEIGHTY_MEDIA | {SourceClass.OFFICIAL, SourceClass.MEDIA, SourceClass.TRADE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who reports: the class of the source, whether its region lies in the office's own province, and whether it is the office itself."""

    source_class: SourceClass
    local: bool
    own: bool = False

    @property
    def official(self) -> bool:
        """Whether an authority speaks."""
        return self.source_class is SourceClass.OFFICIAL

    @property
    def named(self) -> bool:
        """Whether who speaks gives a name for it: a medium, or an authority."""
        return self.source_class in _NAMED

    @property
    def weighty(self) -> bool:
        """Whether a central or a provincial medium speaks."""
        return self.source_class in WEIGHTY_MEDIA

    @property
    def other_office(self) -> bool:
        """Whether another authority than the office itself speaks."""
        return self.official and not self.own
