"""What is kept of sources and may hold a string that is hidden: samples of the quarantine and of probes, and pages and files still to be had."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Connection, Table, select

from crawlers.records import document_id
from crawlers.remembered import FILES, LATE, LEFT_ALONE, REFUSED_FILES
from service.domain.documents.hidden import hide, occurrences
from service.storage.among import among
from service.storage.hidden import hidden_of
from service.storage.schema import documents, quarantine, source_probes, source_progress

__all__ = ["Change", "of_sources", "without_hidden_pages"]


@dataclass(frozen=True, slots=True)
class Change:
    """A row that holds the string: its key, its columns without it, and how often it stood there."""

    word: str
    table: Table
    key: Mapping[str, Any]
    values: Mapping[str, Any]
    count: int
    before: Mapping[Any, Any]


def of_sources(connection: Connection, sources: Sequence[str], of: Sequence[str], string: str) -> Iterator[Change]:
    """Yield what the quarantine holds of these sources, the pages of these documents still to be had, and what probes saw."""
    yield from _samples(connection, sources, string)
    yield from _probed(connection, string)
    p = source_progress.c
    statement = select(p.source_id, p.memory).where(among(p.source_id, "sources"))
    for row in connection.execute(statement, {"sources": list(sources)}).mappings():
        told = {name for name in of if string in str(_pages(row["source_id"], row["memory"]).get(name, ""))}
        untold = _without(row["source_id"], row["memory"], told) | _files_without(row["memory"], of, string)
        files = sum(one not in untold.get(name, ()) for name in _OF_FILES for one in row["memory"].get(name, ()))
        if told or files:
            key, values = {"source_id": row["source_id"]}, {"memory": untold}
            yield Change("待取网页和附件的标题和摘要", source_progress, key, values, len(told) + files, row)


def without_hidden_pages(connection: Connection, source_id: str, memory: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the memory of a source without the pages of documents in which something is hidden.

    A visit that began before holds what its list said in full. What such a page would add is not asked for again: the
    document stands by its title. A file that such a document brings along is asked for, under the title as it is now.
    """
    parents = [str(one.get("parent_id")) for name in _OF_FILES for one in memory.get(name, ())]
    hidden = hidden_of(connection, [*_pages(source_id, memory), *parents])
    if not hidden:
        return memory
    statement = select(documents.c.id, documents.c.title).where(among(documents.c.id, "ids"))
    titles = {row.id: row.title for row in connection.execute(statement, {"ids": list(hidden)})}
    return _without(source_id, memory, hidden) | {
        name: [_renamed(one, titles) for one in memory[name]] for name in _OF_FILES if name in memory
    }


_OF_FILES = (FILES, REFUSED_FILES)
_TOLD_OF_FILES = ("name", "parent_title", "origin")


def _files_without(memory: Mapping[str, Any], of: Sequence[str], string: str) -> dict[str, Any]:
    def without(one: Mapping[str, Any]) -> Mapping[str, Any]:
        told = {name: hide(str(one[name]), string) for name in _TOLD_OF_FILES if one.get(name)}
        return {**one, **told} if one.get("parent_id") in of else one

    return {name: [without(one) for one in memory[name]] for name in _OF_FILES if name in memory}


def _renamed(one: Mapping[str, Any], titles: Mapping[str, str]) -> Mapping[str, Any]:
    title = titles.get(str(one.get("parent_id")))
    if title is None:
        return one
    return {**one, "parent_title": title, "name": f"附件{PurePosixPath(str(one.get('name'))).suffix}", "origin": None}


def _pages(source_id: str, memory: Mapping[str, Any]) -> dict[str, Any]:
    pages = [*memory.get(LATE, ()), *memory.get(LEFT_ALONE, ())]
    return {document_id(source_id, str(page.get("native_id"))): page for page in pages}


def _without(source_id: str, memory: Mapping[str, Any], of: "Mapping[str, Any] | set[str]") -> dict[str, Any]:
    kept = {
        name: [page for page in memory[name] if document_id(source_id, str(page.get("native_id"))) not in of]
        for name in (LATE, LEFT_ALONE)
        if name in memory
    }
    return {**memory, **kept}


def _samples(connection: Connection, sources: Sequence[str], string: str) -> Iterator[Change]:
    q = quarantine.c
    statement = select(q.id, q.detail, q.sample).where(among(q.source_id, "sources"))
    for row in connection.execute(statement, {"sources": list(sources)}).mappings():
        spoken = string.encode()
        count = occurrences(row["detail"], string) + bytes(row["sample"]).count(spoken)
        if count:
            sample = bytes(row["sample"]).replace(spoken, hide(string, string).encode())
            values = {"detail": hide(row["detail"], string), "sample": sample}
            yield Change("隔离区", quarantine, {"id": row["id"]}, values, count, row)


def _probed(connection: Connection, string: str) -> Iterator[Change]:
    """A probe comes before its source: the titles that it saw are looked through whatever site they are of."""
    for row in connection.execute(select(source_probes.c.id, source_probes.c.samples)).mappings():
        told = [str(one.get("title", "")) for one in row["samples"]]
        if count := sum(occurrences(title, string) for title in told):
            samples = [{**one, "title": hide(title, string)} for one, title in zip(row["samples"], told, strict=True)]
            yield Change("新增信源探查时看到的标题", source_probes, {"id": row["id"]}, {"samples": samples}, count, row)
