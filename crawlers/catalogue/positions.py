"""YAML read with the line of every key, refusing what a catalogue file has no use for."""

from dataclasses import dataclass, field
from typing import Any

import yaml

__all__ = ["Located", "YamlFault", "read_yaml"]

MAX_FILE_BYTES = 1024 * 1024

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
        YamlFault: not UTF-8, not YAML, larger than 1 MiB, an anchor, a tag, or a key that stands twice.
    """
    if len(raw) > MAX_FILE_BYTES:
        raise YamlFault(1, f"the file is larger than {MAX_FILE_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlFault(raw[: error.start].count(b"\n") + 1, "the file is not UTF-8") from error
    lines: dict[Path, int] = {}
    try:
        _refuse_aliases(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = None if node is None else _build(node, (), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlFault(mark.line + 1 if mark else 1, f"not valid YAML: {error.problem or error}") from error
    except yaml.YAMLError as error:
        raise YamlFault(1, f"not valid YAML: {error}") from error
    return Located(data, lines)


def _refuse_aliases(text: str) -> None:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            mark = event.start_mark
            raise YamlFault(mark.line + 1 if mark else 1, "anchors and aliases are not allowed")


def _build(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*path, index), lines) for index, child in enumerate(node.value)]
    constructor = yaml.constructor.SafeConstructor()
    return constructor.construct_object(node, deep=True)


def _build_mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = str(key_node.value)
        if key in built:
            raise YamlFault(line, f"the key `{key}` stands twice")
        lines[*path, key] = line
        built[key] = _build(value_node, (*path, key), lines)
    return built
