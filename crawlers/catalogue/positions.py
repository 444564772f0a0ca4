"""YAML read with the line of every key, refusing what a catalogue file has no use for."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from crawlers.yaml_words import yaml_reason

__all__ = ["Located", "YamlFault", "read_yaml"]

MAX_FILE_BYTES = 1024 * 1024
MAX_VALUES = 50_000
MAX_DEPTH = 32
# libyaml where PyYAML was built with it: ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]


class YamlFault(ValueError):  # noqa: N818 - a fault of the file, reported as data
    """The text is not YAML of the allowed kind; carries line and sentence."""

    def __init__(self, line: int, sentence: str) -> None:
        """Keep where and what."""
        super().__init__(f"line {line}: {sentence}")
        self.line = line
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Located:
    """Plain data and the line (from 1) of every path in it."""

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int:
        """Return the line of `path`, or of its nearest ancestor that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(raw: bytes) -> Located:
    """Read one document of UTF-8 YAML.

    Raises:
        YamlFault: not UTF-8, not YAML, larger than 1 MiB or unfolding to more than 50,000 values, a tag, or a key that stands twice.
    """
    if len(raw) > MAX_FILE_BYTES:
        raise YamlFault(1, f"文件大于 {MAX_FILE_BYTES} 字节")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlFault(raw[: error.start].count(b"\n") + 1, "文件不是 UTF-8 编码") from error
    reader = _Reader()
    try:
        node = yaml.compose(text, Loader=_LOADER)
        data = None if node is None else reader.build(node, ())
    except yaml.YAMLError as error:
        line, reason = yaml_reason(error, text)
        raise YamlFault(line, f"语法错误（{reason}）") from error
    return Located(data, reader.lines)


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self._built = 0
        self._scalars = yaml.constructor.SafeConstructor()

    def build(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        # An alias hands on the node of its anchor: a way to write a small file that unfolds without end.
        self._built += 1
        if self._built > MAX_VALUES or len(path) > MAX_DEPTH:
            raise YamlFault(line, f"展开后超过 {MAX_VALUES} 个值或 {MAX_DEPTH} 层")
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]
        if _only_in_yaml_1_1(node):
            return str(node.value)
        try:
            return self._scalars.construct_object(node, deep=True)
        except ValueError as error:
            raise YamlFault(line, f"无法识别的值（{error}）") from error

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = str(key_node.value)
            if key in built:
                raise YamlFault(line, f"键 {key} 重复出现")
            self.lines[*path, key] = line
            built[key] = self.build(value_node, (*path, key))
        return built


def _only_in_yaml_1_1(node: yaml.Node) -> bool:
    """Return whether a plain word is something else to PyYAML than to people: `no` is no false, `12:30` no number."""
    kind = node.tag.rpartition(":")[2]
    text = str(node.value)
    return (kind == "bool" and text.lower() not in {"true", "false"}) or (kind in {"int", "float"} and ":" in text)
