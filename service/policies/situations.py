"""Reads the table of situations, shipped and the office's own; a wrong row is left out by name and stops nothing."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from analysis.matching.situations import SITUATIONS_FILE, Situation, Situations, lay_over, load_situations
from crawlers.disk_words import disk_words
from service.domain.policies.citation import RowChange, rewritten
from service.domain.policies.policy import Policy
from service.domain.rules.register import Register
from service.policies.overlay import stamp_of

__all__ = ["SituationFiles", "with_changes"]

_MOST_BYTES = 2 * 1024 * 1024


class SituationFiles:
    """The table as it stands on disk, with the changes that were accepted over it: made anew when one of the two changed.

    `faults` says what is wrong in the office's file, one Chinese sentence each.
    """

    def __init__(
        self,
        folder: Callable[[], Path | None] = lambda: None,
        changes: Callable[[], Sequence[RowChange]] = lambda: (),
    ) -> None:
        """Keep where the office's own files are and what tells the accepted changes; nothing is read yet."""
        self._folder = folder
        self._changes = changes
        self._read_from: Hashable = ()
        self._kept: Situations | None = None
        self.faults: tuple[str, ...] = ()

    @property
    def folder(self) -> Path | None:
        """Where the office's own file is looked for, `None` where there is no such folder yet."""
        return self._folder()

    def __call__(self) -> Situations:
        """Return the table of this moment."""
        folder = self._folder()
        changes = tuple(self._changes())
        stamp = (folder, stamp_of(folder), changes)
        if self._kept is None or stamp != self._read_from:
            table, faults = _load(folder)
            self._kept, gone = with_changes(table, changes)
            self.faults = (*faults, *gone)
            self._read_from = stamp
        return self._kept

    def absent(self, held: Collection[str]) -> list[str]:
        """Return a sentence for every article that a row of the office's file names and the library's text of its law lacks.

        `held` are the keys of the articles in the library; a law of which nothing is held says nothing.
        """
        table, shipped = self(), load_situations()
        named = {row.id: {*row.governs, *row.related} for row in (*shipped.rows, *shipped.modifiers)}
        stems = {key.partition("#")[0] for key in held}
        return [
            f"情形 {row.id}：政策库的{stem}没有{number}，这一条不会被引用，请在 {SITUATIONS_FILE} 中改正"
            for row in (*table.rows, *table.modifiers)
            for article in (*row.governs, *row.related)
            for stem, _, number in (article.partition("#"),)
            if stem in stems and article not in held and article not in named.get(row.id, ())
        ]

    def ended(self, policies: Iterable[Policy], register: Register, today: date) -> list[str]:
        """Return a sentence for every document of the library that rows govern by and that the office's import ended.

        What the register itself knows to have ended is no news.
        """
        table = self()
        known = {one.stem: one.valid_to for one in register.documents.values() if one.valid_to is not None}
        governed = Counter(stem for row in table.rows for stem in {key.partition("#")[0] for key in row.governs})
        return [
            f"《{one.title}》（{one.stem}）已于 {one.valid_to} 失效，情形表有 {governed[one.stem]} 种情形以它为主要条文，"
            f"此后的事件不再给出；请在 {SITUATIONS_FILE} 中改引{f'“{one.superseded_by}”' if one.superseded_by else '现行文本'}"
            for one in policies
            if one.valid_to is not None
            and one.valid_to < min(today, known.get(one.stem, date.max))
            and governed[one.stem]
        ]


def with_changes(table: Situations, changes: Sequence[RowChange]) -> tuple[Situations, tuple[str, ...]]:
    """Return the table with the accepted changes, and a sentence for each that no longer fits its row."""
    if not changes:
        return table, ()
    wanted = {one.situation: one for one in changes}
    faults = [
        f"情形 {name}：已采纳的修改没有对应的情形，不起作用，请撤回"
        for name in sorted(wanted.keys() - {row.id for row in table.rows})
    ]
    rows = []
    for row in table.rows:
        changed = _changed(row, wanted[row.id]) if row.id in wanted else row
        if changed is None:
            faults.append(f"情形 {row.id}：已采纳的修改会去掉全部主要条文，没有采用，请撤回")
        rows.append(changed or row)
    told = "|".join(f"{one.situation}+{','.join(one.add)}-{','.join(one.drop)}" for one in changes)
    version = f"{table.version}，采纳 {len(changes)} 项·{hashlib.sha256(told.encode()).hexdigest()[:8]}"
    return replace(table, version=version, rows=tuple(rows)), tuple(faults)


def _changed(row: Situation, change: RowChange) -> Situation | None:
    governs, related = rewritten(row.governs, row.related, change.add, change.drop)
    return replace(row, governs=tuple(governs), related=tuple(related)) if governs or row.alone else None


def _load(folder: Path | None) -> tuple[Situations, tuple[str, ...]]:
    path = folder / SITUATIONS_FILE if folder is not None else None
    if path is None or not path.is_file():
        return load_situations(), ()
    try:
        raw = path.read_bytes()
    except OSError as error:
        return load_situations(), (f"{path}：读不出来（{disk_words(error)}），仍按系统自带的情形表匹配",)
    if len(raw) > _MOST_BYTES:
        return load_situations(), (f"{path}：超过 2 MiB，未采用，仍按系统自带的情形表匹配",)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return load_situations(), (f"{path}：不是 UTF-8 编码，请另存为 UTF-8，现按系统自带的情形表匹配",)
    return lay_over(text, str(path))
