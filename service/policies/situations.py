"""Reads the table of situations, shipped and the office's own; a wrong row is left out by name and stops nothing."""

from collections.abc import Callable, Collection, Hashable
from pathlib import Path

from analysis.situations import SITUATIONS_FILE, Situations, lay_over, load_situations
from crawlers.disk_words import disk_words
from service.policies.overlay import stamp_of

__all__ = ["SituationFiles"]

_MOST_BYTES = 2 * 1024 * 1024


class SituationFiles:
    """The table as it stands on disk: read again when the office's file changed, else kept.

    `faults` says what is wrong in the office's file, one Chinese sentence each.
    """

    def __init__(self, folder: Callable[[], Path | None] = lambda: None) -> None:
        """Keep where the office's own files are; nothing is read yet."""
        self._folder = folder
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
        stamp = (folder, stamp_of(folder))
        if self._kept is None or stamp != self._read_from:
            self._kept, self.faults = _load(folder)
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
