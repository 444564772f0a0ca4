"""Scenario files: what happens in a drill's press world, when, and what a good response looks like."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from crawlers.catalogue.positions import YamlFault, read_yaml
from crawlers.disk_words import disk_sentence
from crawlers.records import SourceClass

__all__ = [
    "DEEDS",
    "SHIPPED",
    "Deed",
    "ExpectedEvent",
    "Release",
    "Response",
    "Scenario",
    "ScenarioError",
    "ScenarioSource",
    "load_scenario",
    "scenarios",
]

SHIPPED = Path(__file__).parent / "scenarios"

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


class ScenarioError(Exception):
    """A scenario cannot be used; the sentence names file, line and key."""


def _offset(value: object) -> object:
    text = str(value).strip()
    sign, digits, unit = (-1, text[1:-1], text[-1:]) if text.startswith("-") else (1, text[:-1], text[-1:])
    if unit not in _UNITS or not digits.isdigit():
        raise ValueError("时间写作 30s、15m 或 2h")
    return sign * timedelta(**{_UNITS[unit]: int(digits)})


Offset = Annotated[timedelta, BeforeValidator(_offset)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScenarioSource(_Strict):
    """A source of the drill's world; an `export` arrives as a file that is imported."""

    id: Name
    name: str = Field(min_length=1)
    kind: Literal["listing", "feed", "hot_list", "export"]
    source_class: SourceClass
    region: str | None = Field(default=None, pattern=r"^\d{6}$")
    weight: float = Field(default=1.0, ge=0, le=10)


class Release(_Strict):
    """Something that appears at `at`: an article, a place in a hot list, or an exported file with rows."""

    at: Offset
    source: Name
    id: Name | None = None
    title: str | None = None
    text: str | None = None
    origin: str | None = None
    rank: int | None = Field(default=None, ge=1)
    heat: int | None = Field(default=None, ge=0)
    file: str | None = Field(default=None, pattern=r"^[^/\\]+\.csv$")
    rows: tuple[dict[str, str], ...] = ()


class ExpectedEvent(_Strict):
    """What the drill's report looks for: one happening by the ids of its releases, its level, and when it is to be answered."""

    id: Name
    title: str
    documents: tuple[Name, ...] = Field(min_length=1)
    expected_level: Literal["blue", "yellow", "orange", "red"]
    answer_within: Offset


DEEDS: Mapping[str, str] = MappingProxyType(
    {
        "open": "开立处置",
        "assess": "启动研判",
        "conclude": "研判结论",
        "report": "上报",
        "respond": "决定回应",
        "liaise": "转报国家药监局",
        "draft": "起草送审",
        "first_review": "初审",
        "legal_review": "合法性审核",
        "secrecy_review": "保密审查",
        "authority": "发布权限检查",
        "sign": "签批",
        "publish": "发布",
        "track": "监测反应",
        "duties": "登记其他时限",
        "evaluate": "评估",
    }
)
"""What the scripted officers do, and how the report calls it."""


class Deed(_Strict):
    """One thing that a scripted officer does, so long `after` the one before; the first after the alert.

    `text` is what is said with it; `channel` where to or to whom, `reference` a number, `outcome` what authority was
    found.
    """

    deed: str
    after: Offset
    text: str = ""
    channel: str = ""
    reference: str = ""
    outcome: Literal["allowed", "authorised", "work_update"] = "allowed"

    @model_validator(mode="after")
    def _known(self) -> "Deed":
        if self.deed not in DEEDS:
            raise ValueError(f"没有 {self.deed} 这个动作，可用：{'、'.join(DEEDS)}")
        return self

    @property
    def word(self) -> str:
        """What it is called."""
        return DEEDS[self.deed]


class Response(_Strict):
    """How scripted officers walk the case of one expected event."""

    event: Name
    deeds: tuple[Deed, ...] = Field(min_length=1)


class Scenario(_Strict):
    """One drill from first page to report."""

    id: Name
    title: str
    summary: str
    goals: tuple[str, ...] = Field(min_length=1)
    duration: Offset
    sources: tuple[ScenarioSource, ...] = Field(min_length=1)
    releases: tuple[Release, ...] = Field(min_length=1)
    events: tuple[ExpectedEvent, ...] = Field(min_length=1)
    response: Response | None = None

    @model_validator(mode="after")
    def _coherent(self) -> "Scenario":
        for sentence in _incoherences(self):
            raise ValueError(sentence)
        return self

    def source(self, source_id: str) -> ScenarioSource:
        """Return the source of that id."""
        return next(source for source in self.sources if source.id == source_id)


def scenarios(folder: Path = SHIPPED) -> list[Scenario]:
    """Return every scenario of a folder, by id.

    Raises:
        ScenarioError: a file cannot be used.
    """
    return sorted((load_scenario(path) for path in folder.glob("*.yaml")), key=lambda scenario: scenario.id)


def load_scenario(path: Path) -> Scenario:
    """Read one scenario file.

    Raises:
        ScenarioError: the file is missing, not YAML, has an unknown or missing key, or contradicts itself.
    """
    try:
        located = read_yaml(path.read_bytes())
    except OSError as error:
        raise ScenarioError(f"剧本 {path} 无法读取：{disk_sentence(error)}") from error
    except YamlFault as fault:
        raise ScenarioError(f"剧本 {path} 第 {fault.line} 行：{fault.sentence}") from fault
    try:
        return Scenario.model_validate(located.data)
    except ValidationError as error:
        # A misspelt key also leaves its right spelling missing: the misspelling is what a person can find.
        first = min(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
        key = ".".join(map(str, first["loc"])) or "（全文）"
        line = located.line_of(first["loc"])
        raise ScenarioError(f"剧本 {path} 第 {line} 行 {key}：{_sentence(first)}") from error


_SENTENCES = {
    "extra_forbidden": "没有这个键，请检查拼写",
    "missing": "缺少这个键",
    "model_type": "应为若干行“键: 值”",
    "string_type": "应为文字",
    "int_parsing": "应为整数",
    "float_parsing": "应为数字",
    "tuple_type": "应为列表",
    "too_short": "不能为空",
    "string_too_short": "不能为空",
    "literal_error": "应为 {expected} 之一",
    "enum": "应为 {expected} 之一",
    "string_pattern_mismatch": "不符合 {pattern}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
}


def _sentence(fault: ErrorDetails) -> str:
    template = _SENTENCES.get(fault["type"])
    if template is None:
        return fault["msg"].removeprefix("Value error, ")
    return template.format_map(fault.get("ctx", {}))


def _incoherences(scenario: Scenario) -> Iterator[str]:
    kinds = {source.id: source.kind for source in scenario.sources}
    known = {release.id for release in scenario.releases}
    for number, release in enumerate(scenario.releases, 1):
        kind = kinds.get(release.source)
        if kind is None:
            yield f"第 {number} 条发布的信源 {release.source} 没有声明"
        if not timedelta(0) <= release.at <= scenario.duration:
            yield f"第 {number} 条发布的时间在演练时长之外"
        missing = [name for name in _NEEDED.get(kind or "", ()) if not getattr(release, name)]
        if missing:
            yield f"第 {number} 条发布（{kind}）缺少 {'、'.join(missing)}"
    for event in scenario.events:
        unknown = [name for name in event.documents if name not in known]
        if unknown:
            yield f"事件 {event.id} 引用了不存在的稿件 {'、'.join(unknown)}"
    if scenario.response is not None and scenario.response.event not in {event.id for event in scenario.events}:
        yield f"回应引用了不存在的事件 {scenario.response.event}"


_NEEDED = {
    "listing": ("id", "title", "text"),
    "feed": ("id", "title", "text"),
    "hot_list": ("id", "title", "rank", "heat"),
    "export": ("file", "rows"),
}
