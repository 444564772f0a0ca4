"""Reads catalogue files into `Source` records and says precisely what is wrong with what it cannot read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from crawlers.catalogue.declaration import NOT_CRAWLED, Declaration
from crawlers.catalogue.positions import Located, YamlFault, read_yaml
from crawlers.disk_words import disk_words
from crawlers.presets import preset_defaults, preset_names
from crawlers.records import Source

__all__ = ["Catalogue", "Problem", "load_catalogue", "source_of"]

SHIPPED = Path(__file__).parent / "sources"
_SUGGESTED_KEYS = tuple(Declaration.model_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in a catalogue file: where, which key, and what to do about it, as one Chinese sentence."""

    file: str
    line: int
    key: str
    sentence: str

    def __str__(self) -> str:
        """Return `file:line: key: sentence`; without the line where the whole folder is meant."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.sentence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All valid sources, in file order, and every problem found; a problem costs its own source only."""

    sources: tuple[Source, ...]
    problems: tuple[Problem, ...] = ()
    by_id: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))


def load_catalogue(folder: Path | None = None, *, shipped: bool = True) -> Catalogue:
    """Return the shipped catalogue, with the files of `folder` added over it; without `shipped`, those files alone.

    A shipped source is on only with the date of its live check; what the office declares itself is on as it declares
    it.
    """
    found: dict[str, Source] = {}
    problems = _no_folder(folder)
    for place in (*((SHIPPED,) if shipped else ()), *(() if folder is None else (folder,))):
        seen_here: dict[str, str] = {}
        for path in sorted((*place.glob("*.yaml"), *place.glob("*.yml"))):
            for item in _read_file(path):
                if isinstance(item, Problem):
                    problems.append(item)
                elif place == SHIPPED and item.enabled and _is_unchecked(item):
                    problems.append(_on_unchecked(path, item.id))
                elif item.id in seen_here:
                    problems.append(_twice(path, item.id, seen_here[item.id]))
                else:
                    seen_here[item.id] = path.name
                    found[item.id] = replace(item, unchecked=place == SHIPPED and _is_unchecked(item))
    problems += _unknown_fallbacks(found)
    found = {source_id: _with_fallback_name(source, found) for source_id, source in found.items()}
    return Catalogue(sources=tuple(found.values()), problems=tuple(problems), by_id=MappingProxyType(found))


def _read_file(path: Path) -> Iterator[Source | Problem]:
    try:
        located = read_yaml(path.read_bytes())
    except OSError as error:
        yield Problem(file=str(path), line=1, key="", sentence=f"文件无法读取（{disk_words(error)}）。")
        return
    except YamlFault as fault:
        yield Problem(file=str(path), line=fault.line, key="", sentence=f"文件无法作为 YAML 读取：{fault.sentence}。")
        return
    data = located.data
    if not isinstance(data, dict) or not isinstance(data.get("sources"), list):
        yield Problem(file=str(path), line=1, key="sources", sentence="文件须有 sources 列表，每项声明一个信源。")
        return
    for key in sorted(set(data) - {"sources", "defaults"}):
        yield Problem(
            file=str(path), line=located.line_of((key,)), key=key, sentence="未知的键；顶层只有 defaults 与 sources。"
        )
    defaults = data.get("defaults") or {}
    for index, entry in enumerate(data["sources"]):
        yield from _read_entry(path, located, index, defaults, entry)


def _read_entry(
    path: Path, located: Located, index: int, defaults: object, entry: object
) -> Iterator[Source | Problem]:
    where = ("sources", index)
    if not isinstance(entry, dict) or not isinstance(defaults, dict):
        yield Problem(file=str(path), line=located.line_of(where), key="sources", sentence="信源须是键值对。")
        return
    declared = _merge(defaults, entry)
    preset = declared.get("preset")
    if preset is not None and preset not in preset_names():
        yield Problem(
            file=str(path),
            line=located.line_of((*where, "preset")),
            key="preset",
            sentence=f"没有名为 {preset} 的预设；可用：{'、'.join(preset_names())}。",
        )
        return
    try:
        declaration = Declaration.model_validate(_merge(preset_defaults(preset), declared))
    except ValidationError as error:
        yield from _problems(path, located, where, error)
        return
    yield source_of(declaration)


def _problems(path: Path, located: Located, where: tuple[str | int, ...], error: ValidationError) -> Iterator[Problem]:
    # An unknown key is usually a misspelt one, and the reason for whatever else is said of the source: it comes first.
    details = sorted(error.errors(include_url=False), key=lambda detail: detail["type"] != "extra_forbidden")
    for detail in details:
        location = detail["loc"]
        key = ".".join(str(part) for part in location) or "（整条信源）"
        yield Problem(file=str(path), line=located.line_of((*where, *location)), key=key, sentence=_say(detail))


def _say(detail: Mapping[str, Any]) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return f"未知的键；信源的键有：{'、'.join(_SUGGESTED_KEYS)}。" if len(detail["loc"]) == 1 else "未知的键。"
        case "missing":
            return "缺少必填的键。"
        case "value_error":
            return f"{context.get('error')}。"
        case _:
            return f"取值无效：{_demand(str(detail['type']), context)}（写的是 {str(detail['input'])[:60]}）。"


_DEMANDS = {
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
    "less_than_equal": "不得大于 {le}",
    "less_than": "须小于 {lt}",
    "greater_than_equal": "不得小于 {ge}",
    "greater_than": "须大于 {gt}",
    "string_pattern_mismatch": "须符合 {pattern}",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "time_delta_parsing": "时间间隔写作 90s、15m、24h 或 7d",
    "time_delta_type": "时间间隔写作 90s、15m、24h 或 7d",
}


def _demand(kind: str, context: Mapping[str, Any]) -> str:
    if kind in _DEMANDS:
        return _DEMANDS[kind].format(**context).replace(" or ", "、")
    return f"类型不对，应为 {kind.rpartition('_')[0] or kind}"


def source_of(declaration: Declaration) -> Source:
    """Return the record of a validated declaration."""
    return Source(
        id=declaration.id,
        name=declaration.name,
        kind=declaration.kind,
        source_class=declaration.source_class,
        url=declaration.url,
        enabled=declaration.is_enabled,
        access=declaration.access,
        region=declaration.region,
        weight=declaration.weight,
        credibility=declaration.credibility,
        fallback=declaration.fallback,
        legal_basis=declaration.legal_basis,
        declaration=declaration.model_dump(mode="json", exclude_unset=True),
    )


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _no_folder(folder: Path | None) -> list[Problem]:
    if folder is None or folder.is_dir():
        return []
    sentence = "没有这个目录，其中的信源都没有读入。请建立目录，或改正这项设置"
    return [Problem(file=str(folder), line=0, key="catalogue", sentence=sentence)]


def _twice(path: Path, source_id: str, first: str) -> Problem:
    return Problem(file=str(path), line=1, key=source_id, sentence=f"信源 {source_id} 已在 {first} 中声明，此处忽略。")


def _is_unchecked(source: Source) -> bool:
    return source.kind not in NOT_CRAWLED and source.declaration.get("checked", "never") == "never"


def _on_unchecked(path: Path, source_id: str) -> Problem:
    sentence = "从未做过上线检查（checked: never）的自带信源不能启用：写 enabled: false，或在 checked 中写明检查日期。"
    return Problem(file=str(path), line=1, key=source_id, sentence=sentence)


def _with_fallback_name(source: Source, found: Mapping[str, Source]) -> Source:
    fallback = found.get(source.fallback or "")
    if fallback is None:
        return source
    return replace(source, declaration={**source.declaration, "fallback_name": fallback.name})


def _unknown_fallbacks(found: Mapping[str, Source]) -> Iterator[Problem]:
    for source in found.values():
        if source.fallback is not None and source.fallback not in found:
            yield Problem(
                file="", line=1, key=f"{source.id}.fallback", sentence=f"备用信源 {source.fallback} 不在信源目录中。"
            )
