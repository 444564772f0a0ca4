"""YAML tables whose every value knows its file and line, so that a wrong one is named precisely."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from yaml.constructor import SafeConstructor

from crawlers.disk_words import disk_words
from crawlers.yaml_words import yaml_reason

__all__ = ["Cell", "RegisterError", "Row", "read_file"]

T = TypeVar("T")


class RegisterError(ValueError):
    """A file of policy data is wrong; the sentence (Chinese) names file, line and key and says what is expected."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value with its place: a scalar, a list of cells, or a mapping of cells."""

    value: Any
    file: str
    line: int

    def fail(self, sentence: str, key: str = "") -> RegisterError:
        """Return the error that says what is wrong here."""
        place = f"{self.file} 第 {self.line} 行" + (f"，键 {key}" if key else "")
        return RegisterError(f"{place}：{sentence}")


class Row:
    """One mapping of a table. Keys are taken one by one; `close` refuses those that nobody took."""

    def __init__(self, cell: Cell) -> None:
        """Wrap a mapping cell."""
        if not isinstance(cell.value, dict):
            raise cell.fail("这里应为“键: 值”的映射")
        self._cells: dict[str, Cell] = dict(cell.value)
        self._place = cell
        self._left = set(self._cells)

    def lay(self, other: "Row") -> None:
        """Lay the keys of another row over this one."""
        self._cells |= other._cells  # noqa: SLF001 - the same class
        self._left |= other._left  # noqa: SLF001

    def fail(self, key: str, sentence: str) -> RegisterError:
        """Return the error that says what is wrong with a key."""
        return self._cells.get(key, self._place).fail(sentence, key)

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        value = self._take(key)
        if value is None:
            raise self.fail(key, "缺少此项，应为文字")
        return self._as_text(key, value)

    def optional(self, key: str) -> str | None:
        """Return a text or `None`."""
        value = self._take(key)
        return None if value is None or value.value is None else self._as_text(key, value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty where the key is absent."""
        return tuple(self._as_text(key, cell) for cell in self._list(key))

    def number(self, key: str) -> float:
        """Return a number that must be there, from 0 to a million."""
        value = self._take(key)
        raw = None if value is None else value.value
        if not isinstance(raw, int | float) or isinstance(raw, bool) or not 0 <= raw <= _LARGEST_NUMBER:
            raise self.fail(key, f"应为不小于0的数字，最大为{_LARGEST_NUMBER}，现为 {_shown(raw)}")
        return raw

    def whole(self, key: str) -> int:
        """Return a whole number that must be there, from 0 to a million."""
        number = self.number(key)
        if number != int(number):
            raise self.fail(key, f"应为整数，现为 {number}")
        return int(number)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value.value, bool):
            raise self.fail(key, f"应为 true 或 false，现为 {_shown(value.value)}")
        return value.value

    def day(self, key: str) -> date | None:
        """Return a date or `None`."""
        value = self._take(key)
        if value is None or value.value is None:
            return None
        return self._as_day(key, value)

    def days(self, key: str) -> tuple[date, ...]:
        """Return a list of dates."""
        return tuple(self._as_day(key, cell) for cell in self._list(key))

    def rows(self, key: str) -> list["Row"]:
        """Return a list of mappings."""
        return [Row(cell) for cell in self._list(key)]

    def row(self, key: str) -> "Row":
        """Return a mapping that must be there, to be taken key by key."""
        value = self._take(key)
        if value is None:
            raise self.fail(key, "缺少此项")
        return Row(value)

    def known(self, key: str, entries: Mapping[str, T]) -> T:
        """Return the entry that a text names."""
        name = self.text(key)
        if name not in entries:
            raise self.fail(key, f"没有编号为 {name} 的条目")
        return entries[name]

    def all_known(self, key: str, entries: Mapping[str, T]) -> tuple[T, ...]:
        """Return the entries that a list names."""
        names = self.texts(key)
        for name in names:
            if name not in entries:
                raise self.fail(key, f"没有编号为 {name} 的条目")
        return tuple(entries[name] for name in names)

    def mapping(self, key: str) -> dict[Any, Any]:
        """Return a mapping of scalars, empty where the key is absent."""
        value = self._take(key)
        if value is None:
            return {}
        if not isinstance(value.value, dict):
            raise self.fail(key, "这里应为“键: 值”的映射")
        return {name: cell.value for name, cell in value.value.items()}

    def scalar_or_mapping(self, key: str) -> str | dict[Any, Any]:
        """Return a text, or a mapping of scalars."""
        return self.mapping(key) if isinstance(self._cells.get(key, self._place).value, dict) else self.text(key)

    def parsed(self, key: str, parse: Callable[[str], T]) -> T:
        """Return `parse` of a text that must be there; its `ValueError` or `KeyError` becomes a named error."""
        text = self.text(key)
        try:
            return parse(text)
        except (ValueError, KeyError):
            raise self.fail(key, f"无法识别 {text!r}") from None

    def close(self) -> None:
        """Refuse keys that nobody took."""
        for key in sorted(self._left):
            raise self.fail(key, "不认识的键，请检查拼写")

    def has(self, key: str) -> bool:
        """Tell whether the key is there."""
        return key in self._cells

    def forget(self, key: str) -> None:
        """Take a key without reading it, because another file has the last word on it."""
        self._left.discard(key)

    def _take(self, key: str) -> Cell | None:
        self._left.discard(key)
        return self._cells.get(key)

    def _list(self, key: str) -> list[Cell]:
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value.value, list):
            raise self.fail(key, "这里应为列表")
        return value.value

    def _as_text(self, key: str, cell: Cell) -> str:
        if not isinstance(cell.value, str | int | float) or isinstance(cell.value, bool) or not str(cell.value).strip():
            raise cell.fail(f"应为文字，现为 {_shown(cell.value)}", key)
        return str(cell.value)

    def _as_day(self, key: str, cell: Cell) -> date:
        if not isinstance(cell.value, date):
            raise cell.fail(f"应为日期（如 2026-05-15），现为 {_shown(cell.value)}", key)
        return cell.value


def read_file(path: Path) -> Row:
    """Read one YAML file of at most 1 MiB.

    Raises:
        RegisterError: It cannot be read, is no YAML, is no mapping, or names a key twice.
    """
    text = ""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise RegisterError(f"{path}：文件超过1 MiB，不像政策数据")
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=_LOADER)
    except OSError as error:
        raise RegisterError(f"{path}：无法读取（{disk_words(error)}），请检查文件与权限") from error
    except UnicodeDecodeError as error:
        raise RegisterError(f"{path}：不是 UTF-8 文本（第 {error.start} 字节），请另存为 UTF-8") from error
    except yaml.YAMLError as error:
        line, reason = yaml_reason(error, text)
        raise RegisterError(f"{path} 第 {line} 行：不是有效的 YAML（{reason}）") from error
    if node is None:
        raise RegisterError(f"{path}：文件是空的")
    return Row(_Cells(str(path)).read(node, 0))


# The C parser reads the shipped files in 60 ms instead of 350 ms; wheels of PyYAML always have it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LARGEST_BYTES = 1 << 20
_LARGEST_NUMBER = 1_000_000
_MOST_CELLS = 50_000
_DEEPEST = 32
_LONGEST_SHOWN = 60


class _Cells:
    """Reads the nodes of one file; an alias hands on the node of its anchor, so that a small file may unfold without end."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._read = 0
        self._constructor = SafeConstructor()

    def read(self, node: yaml.Node, depth: int) -> Cell:
        line = node.start_mark.line + 1
        self._read += 1
        if self._read > _MOST_CELLS or depth > _DEEPEST:
            sentence = f"展开后超过 {_MOST_CELLS} 个值或 {_DEEPEST} 层，请查 & 和 * 开头的写法"
            raise Cell(None, self._file, line).fail(sentence)
        if isinstance(node, yaml.MappingNode):
            return Cell(self._mapping(node, depth), self._file, line)
        if isinstance(node, yaml.SequenceNode):
            return Cell([self.read(child, depth + 1) for child in node.value], self._file, line)
        try:
            value = self._constructor.construct_object(node)
        except yaml.YAMLError as error:
            raise Cell(None, self._file, line).fail(f"无法识别的值（{yaml_reason(error, '')[1]}）") from error
        except ValueError as error:
            raise Cell(None, self._file, line).fail(f"无法识别的值（{error}）") from error
        return Cell(value, self._file, line)

    def _mapping(self, node: yaml.MappingNode, depth: int) -> Mapping[Any, Cell]:
        found: dict[Any, Cell] = {}
        for key_node, value_node in node.value:
            key = self.read(key_node, depth + 1)
            if not isinstance(key.value, str | int):
                raise key.fail("键应为文字")
            if key.value in found:
                raise key.fail("同一个键写了两次", str(key.value))
            found[key.value] = self.read(value_node, depth + 1)
        return found


def _shown(value: object) -> str:
    """Return a wrong value as a sentence shows it."""
    if value is None:
        return "空"
    if isinstance(value, list | dict):
        return "列表" if isinstance(value, list) else "映射"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
