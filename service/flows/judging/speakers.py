"""Who reports: the speaker of each source, made when it first speaks."""

import re
from collections.abc import Mapping
from typing import Any

from crawlers.records import SourceClass
from service.domain.events.speaker import Speaker

__all__ = ["Speakers"]

# The office is the province's: what a market supervisor of a city publishes is another authority's.
_DRUG_REGULATOR = re.compile("药品监督管理局|药监局")
_OF_PROVINCE = "0000"


class Speakers(dict[str, Speaker]):
    """The speaker of every source by its id, of what the store describes of it; an unknown source speaks as any other."""

    def __init__(self, described: Mapping[str, Mapping[str, Any]], province: str) -> None:
        """Know the sources as they are `described`; `province` is the office's two digits."""
        super().__init__()
        self._described, self._province = described, province

    def __missing__(self, source_id: str) -> Speaker:
        """Return the speaker of a source that did not speak yet."""
        told = self._described.get(source_id, {})
        region = str(told.get("region") or "")
        source_class = SourceClass(told.get("source_class", "other"))
        own = (
            source_class is SourceClass.OFFICIAL
            and region == f"{self._province}{_OF_PROVINCE}"
            and bool(_DRUG_REGULATOR.search(str(told.get("name") or "")))
        )
        self[source_id] = speaker = Speaker(source_class=source_class, local=region.startswith(self._province), own=own)
        return speaker
