"""The shipped files of policy data, each with the office's own file of the same name over it."""

import re
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from service.policies.tables import RegisterError, Row, read_file

__all__ = ["READ_ELSEWHERE", "YEAR_FILE", "Tables", "stamp_of"]

T = TypeVar("T")

_SHIPPED = Path(__file__).parent
READ_ELSEWHERE = frozenset({"routing.yaml", "situations.yaml"})
"""Files in which a mistake costs the rule that has it and not the start; `routing` and `situations` of this package read them."""
YEAR_FILE = re.compile(r"calendar-(\d{4})\.yaml")
"""The name of the file that holds one year's days off."""
# Windows hides endings: who saves clocks.yaml with its editor has clocks.yaml.txt and sees clocks.yaml.
_HIDDEN_ENDING = re.compile(r"\.ya?ml\.txt$|\.ya?ml$", re.IGNORECASE)


def stamp_of(folder: Path | None) -> Hashable:
    """Return what tells cheaply whether a file of the office's folder was changed, added or removed."""
    if folder is None or not folder.is_dir():
        return None
    found = []
    for path in _rule_files(folder):
        try:
            state = path.stat()
        except FileNotFoundError:
            continue
        found.append((path.name, state.st_mtime_ns, state.st_size))
    return tuple(found)


def _rule_files(folder: Path) -> list[Path]:
    """Return what its writer took for a rule file, in order: those that are none by an ending are refused by name, not passed over."""
    return sorted(path for path in folder.glob("*") if _HIDDEN_ENDING.search(path.name))


class Tables:
    """The shipped files, each with the office's own file of the same name over it."""

    def __init__(self, files: tuple[str, ...], overrides: Path | None) -> None:
        """Read every file.

        Raises:
            RegisterError: One cannot be read, or is none of these.
        """
        self._shipped = {name: read_file(_SHIPPED / name) for name in files}
        self._own: dict[str, Row] = {}
        self.years: dict[int, Row] = {
            int(match[1]): read_file(path)
            for path in sorted(_SHIPPED.glob("calendar-*.yaml"))
            if (match := YEAR_FILE.fullmatch(path.name))
        }
        if overrides is None:
            return
        if not overrides.is_dir():
            raise RegisterError(f"{overrides}：政策数据的本地文件夹不存在")
        for path in _rule_files(overrides):
            year = YEAR_FILE.fullmatch(path.name)
            if year is not None:
                self.years[int(year[1])] = read_file(path)
                continue
            if path.name in READ_ELSEWHERE:
                continue
            if path.name not in files:
                raise _unknown(path, files)
            self._own[path.name] = read_file(path)

    def section(self, file: str, key: str, read: Callable[[Row], T]) -> Mapping[str, T]:
        """Return the entries of a list section by id, each read and closed."""
        merged: dict[str, Row] = {}
        for rows in (self._shipped[file].rows(key), self._own[file].rows(key) if file in self._own else []):
            seen: set[str] = set()
            for row in rows:
                name = row.text("id")
                if name in seen:
                    raise row.fail("id", f"{name} 写了两次")
                seen.add(name)
                if name in merged:
                    merged[name].lay(row)
                else:
                    merged[name] = row
        found: dict[str, T] = {}
        for name, row in merged.items():
            found[name] = read(row)
            row.close()
        return MappingProxyType(found)

    def single(self, file: str, key: str) -> Row:
        """Return a mapping section."""
        row = self._shipped[file].row(key)
        if file in self._own and self._own[file].has(key):
            row.lay(self._own[file].row(key))
        return row

    def top(self, file: str, key: str) -> Row:
        """Return the file that has the last word on a single key."""
        own = self._own.get(file)
        if own is not None and own.has(key):
            self._shipped[file].forget(key)
            return own
        return self._shipped[file]

    def texts(self, file: str, key: str) -> dict[str, str]:
        """Return a mapping of texts."""
        rows = [self._shipped[file], *([self._own[file]] if file in self._own else [])]
        return {str(name): str(value) for row in rows for name, value in row.mapping(key).items()}

    def version(self) -> str:
        """Return the versions of the shipped files, and of the own ones over them."""
        shipped = max(row.text("version") for row in self._shipped.values())
        own = [f"{name}@{row.optional('version') or '未注明'}" for name, row in self._own.items()]
        return f"{shipped}（本地：{'、'.join(own)}）" if own else shipped

    def close(self) -> None:
        """Refuse keys that nobody read."""
        for row in (*self._shipped.values(), *self._own.values(), *self.years.values()):
            row.close()


def _unknown(path: Path, files: tuple[str, ...]) -> RegisterError:
    meant = re.sub(r"\.ya?ml(\.txt)?$", ".yaml", path.name.lower())
    if meant in {*files, *READ_ELSEWHERE} or YEAR_FILE.fullmatch(meant):
        return RegisterError(
            f"{path}：这个文件没有采用，请改名为 {meant}；Windows 会隐藏 .txt 一类的扩展名，请显示扩展名后再改"
        )
    return RegisterError(f"{path}：不认识的文件名，可用的是 {'、'.join(files)}、calendar-年份.yaml")
