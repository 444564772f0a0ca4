"""The sources in force: those that are declared in files, and beside them those that administrators added, without a restart."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from crawlers.catalogue import Catalogue, Problem, source_of
from crawlers.probing.propose import declaration_of
from crawlers.records import Source
from service.ports.own_sources import OwnSource
from service.ports.store import Store, StoreUnavailableError

__all__ = ["OWN_CHANGED", "SourceBook", "source_of_own", "with_own"]

OWN_CHANGED = "sources.own_changed"
"""Name of the stored value that every change of an added source changes."""

_LOOK_EVERY = timedelta(seconds=2)


class SourceBook:
    """The catalogue of one process; `removed` names added sources that are in force no more, by their ids."""

    def __init__(self, store: Store, declared: Catalogue) -> None:
        """Begin with what is declared in files; `refresh` adds the rest."""
        self._store = store
        self._declared = declared
        self._stored: object = None
        self._looked: datetime | None = None
        self.catalogue = declared
        self.removed: Mapping[str, str] = {}

    def refresh(self, now: datetime, *, at_once: bool = False) -> Catalogue:
        """Look for changes, at most every two seconds unless `at_once`, and return what is in force.

        While the store does not answer, what was in force stays.
        """
        if at_once or self._looked is None or not timedelta(0) <= now - self._looked < _LOOK_EVERY:
            self._looked = now
            with suppress(StoreUnavailableError), self._store.read() as work:
                stored = work.value(OWN_CHANGED)
                if stored != self._stored:
                    added = work.own_sources.listing()
                    self.catalogue = with_own(self._declared, added)
                    self.removed = {one.id: str(one.declaration.get("name", one.id)) for one in added if one.removed_at}
                    self._stored = stored
        return self.catalogue


def with_own(declared: Catalogue, added: Iterable[OwnSource]) -> Catalogue:
    """Return the catalogue with the added sources behind those of its files. Pure.

    A file goes before an added source of the same id, and what cannot be read any more is left out; both are told.
    """
    sources, problems = dict(declared.by_id), list(declared.problems)
    for one in added:
        if one.removed_at is not None:
            continue
        if one.id in sources:
            problems.append(_problem(one, "信源目录的文件中也有这个编号，以文件为准；请把网页上添加的这一个移除。"))
            continue
        try:
            sources[one.id] = source_of_own(one)
        except ValueError as error:
            problems.append(_problem(one, f"声明已不能读取（{error}），没有采集；请移除后重新添加。"))
    return Catalogue(sources=tuple(sources.values()), problems=tuple(problems), by_id=MappingProxyType(sources))


def source_of_own(added: OwnSource) -> Source:
    """Return the source that was added: off until its live check has passed.

    Raises:
        ValueError: its declaration is not valid.
    """
    return replace(source_of(declaration_of(added.declaration)), unchecked=True)


def _problem(added: OwnSource, sentence: str) -> Problem:
    return Problem(file="网页添加的信源", line=0, key=added.id, sentence=sentence)
