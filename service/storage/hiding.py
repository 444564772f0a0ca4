"""Takes a string out of everything that the store holds of a document and of what was derived from it, in one transaction.

Covered is what `hiding_places` lists, with samples in the quarantine and pages and files still to be had. The search
projection follows by the outbox. Not covered, and named by `find`, is what `hiding_left` lists. Nor can anything here reach
mails that have left, briefings in their folder, and backups.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Column, Connection, Text, case, literal, or_, select, type_coerce, update

from analysis.text import normalise
from crawlers.records import Document, content_hash
from service.domain.clocks.exclusion import Exclusion
from service.domain.documents.hidden import CUT, Hidden, hide, hide_cut, hide_in, key_mark, keyed_hash, occurrences
from service.domain.refusal import Refusal
from service.domain.telling.notification import harmless
from service.ports.hiding import Found, HidingArea
from service.storage.alerts import Revision
from service.storage.among import among
from service.storage.columns import Json, dump_json
from service.storage.dialects import lock, lock_table, upsert
from service.storage.hidden import AuthorKey, hidden_of, hide_known
from service.storage.hiding_left import Rows, left_in
from service.storage.hiding_places import MENTIONS, PLACES, WRITTEN_JSON, Place
from service.storage.hiding_sources import Change, of_sources
from service.storage.schema import (
    alerts,
    assess_queue,
    assessments,
    cases,
    document_versions,
    documents,
    events,
    explanations,
    hidden_strings,
    matters,
    opinions,
    regroupings,
)

__all__ = ["SqlHiding"]


_FAST = 2
_TOLD_OF_TITLE = 30
Hiding = Callable[[str, str], str]


class SqlHiding:
    """`service.ports.hiding.Hiding` within one transaction."""

    def __init__(self, connection: Connection, key: AuthorKey | None, revision: Revision) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection
        self._key = key
        self._revision = revision

    def area(self, document_id: str, *, whole_event: bool) -> HidingArea | None:
        """Return the document with its event, with all documents of that where the whole is meant."""
        a = assessments.c
        row = self._connection.execute(
            select(documents.c.id, a.event_id)
            .outerjoin_from(documents, assessments, a.document_id == documents.c.id)
            .where(documents.c.id == document_id)
        ).one_or_none()
        if row is None:
            return None
        if row.event_id is None:
            return HidingArea(documents=(document_id,), events=())
        members: Sequence[str] = (document_id,)
        if whole_event:
            members = self._connection.scalars(
                select(a.document_id).where(a.event_id == row.event_id).order_by(a.seq)
            ).all()
        return HidingArea(documents=tuple(members), events=(row.event_id, *self._regrouped_with(row.event_id)))

    def _regrouped_with(self, event_id: str) -> list[str]:
        """Return the events that documents went to or from this one by a person's act, and to or from those."""
        known, asked = {event_id}, [event_id]
        while asked:
            r = regroupings.c
            touched = or_(among(r.source, "ids"), among(r.target, "ids"))
            rows = self._connection.execute(select(r.source, r.target).where(touched), {"ids": asked})
            asked = sorted({one for row in rows for one in row if one is not None} - known)
            known.update(asked)
        return sorted(known - {event_id})

    def find(self, area: HidingArea, string: str) -> Found:
        """Look for the string and change nothing."""
        return self._found(area, string, list(self._changes(area, string)))

    def hide(self, area: HidingArea, string: str, *, authorless: bool, now: datetime) -> Found:
        """Hide every occurrence, and remember the hash."""
        self._secret()
        # Nobody stores or judges meanwhile: what they read before would bring the string back.
        lock(self._connection, "documents")
        lock_table(self._connection, assess_queue)
        changes = list(self._changes(area, string))
        found = self._found(area, string, changes)
        with self._written_over():
            for change in changes:
                self._write(change)
        self._revision.move_on(sum(change.table is alerts for change in changes))
        touched = found.documents if len(area.documents) > 1 else area.documents
        self._judged_anew(touched, now)
        if authorless:
            self._drop_author(touched)
        self._remember(area, string, touched if authorless else (), now)
        return found

    def _remember(self, area: HidingArea, string: str, authorless: Sequence[str], now: datetime) -> None:
        """Keep the hash for every document of the area; whose author went once, comes back with no later text."""
        gone = set(authorless)
        gone |= {name for name, own in self.of_documents(area.documents).items() if any(one.authorless for one in own)}
        same = {
            "digest": self.digest(string),
            "length": len(string),
            "key_mark": key_mark(self._secret()),
            "hidden_at": now,
        }
        rows = [{"document_id": name, "authorless": name in gone, **same} for name in area.documents]
        # The first time counts: in this order they are hidden again.
        upsert(self._connection, hidden_strings, rows, keys=("document_id", "digest"), keep=("hidden_at",))

    @contextmanager
    def _written_over(self) -> Iterator[None]:
        """Let SQLite write zeros over what it frees, so that the file does not keep what no row says any more."""
        if self._connection.dialect.name != "sqlite":
            yield
            return
        before = self._connection.exec_driver_sql("PRAGMA secure_delete").scalar_one()
        self._connection.exec_driver_sql("PRAGMA secure_delete=ON").close()
        yield
        # Named as it was told: 2 is `FAST`.
        was = "FAST" if before == _FAST else before
        self._connection.exec_driver_sql(f"PRAGMA secure_delete={was}").close()

    def versions(self, document_ids: Sequence[str]) -> Mapping[str, int]:
        """Return the versions of the judgements of these documents."""
        a = assessments.c
        statement = select(a.document_id, a.version).where(among(a.document_id, "ids"))
        return {
            row.document_id: row.version for row in self._connection.execute(statement, {"ids": list(document_ids)})
        }

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Hidden]]:
        """Return by document what was hidden in it."""
        return hidden_of(self._connection, document_ids)

    def digest(self, string: str) -> str:
        """Return the keyed hash of a string."""
        return keyed_hash(self._secret(), string)

    def stored_under(self, ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids under which a document or a matter is stored."""
        return frozenset((*self._ids(documents.c.id, documents.c.id, ids), *self._ids(matters.c.id, matters.c.id, ids)))

    def known(self, documents: Sequence[Document]) -> tuple[list[Document], frozenset[str]]:
        """Return the documents with what was hidden hidden again, and the ids of those of which that cannot be told."""
        return hide_known(self._connection, documents, self._key)

    def _secret(self) -> bytes:
        if self._key is None:
            raise Refusal("本进程没有载入本机的密钥，不能隐去内容。请在网页上或用 yaowang hide 办理")
        return self._key()

    def _found(self, area: HidingArea, string: str, changes: Sequence[Change]) -> Found:
        places: Counter[str] = Counter()
        for change in changes:
            places[change.word] += change.count
        held = {
            str(change.before[place.by.name])
            for change in changes
            for place in PLACES
            if place.of == "documents" and place.table is change.table
        }
        return Found(
            places=dict(places),
            documents=tuple(name for name in area.documents if name in held),
            left=left_in(self._connection, area, string, hidden=_rows(changes)),
        )

    def _changes(self, area: HidingArea, string: str) -> Iterator[Change]:
        ids: dict[str, Sequence[str]] = {
            "documents": area.documents,
            "events": area.events,
            "alerts": self._ids(alerts.c.id, alerts.c.event_id, area.events),
            "matters": self._ids(matters.c.id, matters.c.document_id, area.documents),
        }
        tied = (self._of_place(place, among(place.by, "ids"), string, {"ids": list(ids[place.of])}) for place in PLACES)
        yield from _each_once(chain.from_iterable(tied))
        yield from self._mentioning(ids, string)
        sources = self._ids(documents.c.source_id, documents.c.id, area.documents)
        yield from of_sources(self._connection, list(dict.fromkeys(sources)), area.documents, string)

    def _of_place(
        self, place: Place, condition: Any, string: str, bound: Mapping[str, Any] | None = None
    ) -> Iterator[Change]:
        keys = [column.name for column in place.table.primary_key]
        wanted = [place.table.c[name] for name in dict.fromkeys([*keys, place.by.name, *place.columns])]
        rows = (
            self._connection.execute(select(*wanted).where(condition, place.only), dict(bound or {})).mappings().all()
        )
        spelled = (*place.spelled, normalise(string).text) if place.derived else place.spelled
        strings = list(dict.fromkeys([string, *spelled]))
        for row in rows:
            values, count = _hidden_columns(place, row, strings)
            if values:
                yield Change(place.word, place.table, {name: row[name] for name in keys}, values, count, row)

    def _mentioning(self, ids: Mapping[str, Sequence[str]], string: str) -> Iterator[Change]:
        """Yield what names a document, event, alert or matter of the area in what it holds: mails, silences, acts to undo.

        A letter has taken a name of Latin letters apart where it looks like an address, John[.]Smith, and cut a long title.
        """
        names = [name for own in ids.values() for name in own]
        titles = self._ids(events.c.title, events.c.id, ids["events"])
        # Words about an alert tell its title up to some length.
        names += [part for title in titles for part in (title, title[:_TOLD_OF_TITLE])]
        spelled = tuple(dict.fromkeys([string, harmless(string)]))
        for word, column, columns in ((one.word, one.named_in, one.columns) for one in MENTIONS):
            held, table = type_coerce(column, Text), column.table
            named = or_(*(held.contains(name, autoescape=True) for name in names if name))
            texts = [type_coerce(table.c[name], Text) for name in columns]
            holding = or_(*(text.contains(one, autoescape=True) for text in texts for one in _standing(spelled)))
            place = Place(word, table, columns, next(iter(table.primary_key)), "mentions", spelled[1:], cut=True)
            yield from self._of_place(place, holding & named, string)

    def _ids(self, column: Column[Any], by: Column[Any], ids: Sequence[str]) -> list[str]:
        return list(self._connection.scalars(select(column).where(among(by, "ids")), {"ids": list(ids)}))

    def _write(self, change: Change) -> None:
        values = dict(change.values)
        of_row = [change.table.c[name] == value for name, value in change.key.items()]
        if change.table in (documents, document_versions) and ("title" in values or "text" in values):
            # Of the text as it stands: the hash of the whole text would let anybody try names until one fits.
            title, text = (str(values.get(name, change.before[name])) for name in ("title", "text"))
            values["content_hash"] = content_hash(title, text)
            was = self._connection.scalar(select(change.table.c.content_hash).where(*of_row))
            self._follow_hash(str(change.before["id" if change.table is documents else "document_id"]), was, values)
        if change.table is cases:
            # Whoever acts on what was read before must read again.
            values["revision"] = cases.c.revision + 1
        self._connection.execute(update(change.table).where(*of_row).values(values))

    def _follow_hash(self, document_id: str, was: str | None, values: Mapping[str, Any]) -> None:
        """Let opinions of the text stay those of the text; what was asked is forgotten, as it is a hash of the whole."""
        o = opinions.c
        same = (o.document_id == document_id, o.content_hash == was)
        new = {"question": None, "content_hash": values["content_hash"]}
        self._connection.execute(update(opinions).where(*same).values(new))

    def _judged_anew(self, ids: Sequence[str], now: datetime) -> None:
        """Give judgements the next version and take documents from whoever judges the old text."""
        bound = {"ids": list(ids)}
        for table in (assessments, explanations):
            statement = update(table).where(among(table.c.document_id, "ids")).values(version=table.c.version + 1)
            self._connection.execute(statement, bound)
        q = assess_queue.c
        seqs = self._connection.scalars(select(documents.c.seq).where(among(documents.c.id, "ids")), bound).all()
        held = q.state == "leased"
        self._connection.execute(
            update(assess_queue)
            .where(among(q.seq, "seqs"))
            .values(
                fence=q.fence + 1,
                state=case((held, "waiting"), else_=q.state),
                ready_at=case((held, literal(now, q.ready_at.type)), else_=q.ready_at),
            ),
            {"seqs": list(seqs)},
        )

    def _drop_author(self, ids: Sequence[str]) -> None:
        bound = {"ids": list(ids)}
        self._connection.execute(update(documents).where(among(documents.c.id, "ids")).values(author=None), bound)
        a = assessments.c
        account = literal("source:", Text) + a.source_id
        statement = update(assessments).where(among(a.document_id, "ids")).values(account=account)
        self._connection.execute(statement, bound)


def _hidden_columns(place: Place, row: Mapping[Any, Any], strings: Sequence[str]) -> tuple[dict[str, Any], int]:
    """Return the columns that hold the strings, without them, and how often they stood there."""
    values: dict[str, Any] = {}
    total = 0
    for name in place.columns:
        before = row[name]
        if before is None:
            continue
        written = (place.table.name, name) in WRITTEN_JSON
        as_json = written or isinstance(place.table.c[name].type, Json)
        hiding = hide_cut if place.cut else hide
        after, count = _hidden_value(from_json(before) if written else before, strings, hiding, as_json=as_json)
        if after != (from_json(before) if written else before):
            values[name] = dump_json(after) if written else after
            total += max(count, 1)
    return values, total


def _hidden_value(value: Any, strings: Sequence[str], hiding: Hiding, *, as_json: bool) -> tuple[Any, int]:
    if as_json:
        return hide_in(value, strings, hiding)
    if isinstance(value, tuple):
        return _hidden_exclusions(value, strings)
    count, text = 0, str(value)
    for string in strings:
        count += occurrences(text, string)
        text = hiding(text, string)
    return text, count


def _hidden_exclusions(value: tuple[Exclusion, ...], strings: Sequence[str]) -> tuple[tuple[Exclusion, ...], int]:
    count, after = 0, []
    for one in value:
        reason, in_reason = _hidden_value(one.reason, strings, hide, as_json=False)
        remark, in_remark = _hidden_value(one.remark, strings, hide, as_json=False)
        after.append(replace(one, reason=reason, remark=remark))
        count += in_reason + in_remark
    return tuple(after), count


def _standing(spelled: Sequence[str]) -> list[str]:
    """Return how the string may stand in a text, whole and cut."""
    return [*spelled, *(f"{one[:length]}{CUT}" for one in spelled for length in range(1, len(one)))]


def _rows(changes: Iterable[Change]) -> Rows:
    return frozenset((change.table.name, str(next(iter(change.key.values())))) for change in changes)


def _each_once(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield one change of the same columns of a row, which several ways may lead to."""
    seen: set[tuple[Any, ...]] = set()
    for change in changes:
        same = (change.table.name, *change.values, *map(str, change.key.values()))
        if same not in seen:
            seen.add(same)
            yield change
