"""Reads the shipped policy data, with the office's own files laid over it, into one `Register`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from service.domain.alert import AlertLevel
from service.domain.calendar import WorkingCalendar
from service.domain.clock import ClockRole, ClockRule, Start, limit_words
from service.domain.event import IncidentGrade
from service.domain.facts import Condition
from service.domain.level import TRIGGER_NUMBERS
from service.domain.policy import PolicyDocument, PolicyFact, Verification
from service.domain.register import (
    AppliedPolicy,
    Bound,
    CategoryRule,
    GradeRule,
    LevelRule,
    Register,
    TriggerRule,
    Unit,
)
from service.policies.tables import RegisterError, Row, read_file
from service.policies.workflow import WORKFLOW_FILE, read_workflow

__all__ = ["RegisterError", "load_register"]

T = TypeVar("T")

_SHIPPED = Path(__file__).parent
_FILES = (
    "register.yaml",
    "clocks.yaml",
    "levels.yaml",
    "categories.yaml",
    "departments.yaml",
    "calendar.yaml",
    WORKFLOW_FILE,
)
_MARKS = {"h": "hours", "d": "days"}


def load_register(overrides: Path | None = None) -> Register:
    """Read the shipped data; files of the same names in `overrides` change single entries by id, or add new ones.

    Raises:
        RegisterError: A file, line and key is wrong: unknown file, key or id, wrong value, missing entry.
    """
    tables = _Tables(overrides)
    documents = tables.section("register.yaml", "documents", _document)
    facts = tables.section("register.yaml", "policies", lambda row: _fact(row, documents))
    units = tables.section("departments.yaml", "units", _unit)
    clocks = _clocks(tables, facts)
    levels = tables.section("levels.yaml", "levels", _level)
    calm = tables.single("levels.yaml", "de_escalation")
    register = Register(
        version=tables.version(),
        sources=MappingProxyType(tables.texts("register.yaml", "sources")),
        documents=documents,
        policies=facts,
        general=tuple(tables.section("categories.yaml", "general", lambda row: _applied(row, facts)).values()),
        clocks=clocks,
        levels=tuple(sorted(levels.values(), key=lambda rule: -rule.level)),
        floors=tuple(tables.section("levels.yaml", "floors", lambda row: _bound(row, "never_below")).values()),
        ceilings=tuple(tables.section("levels.yaml", "ceilings", lambda row: _bound(row, "never_above")).values()),
        window=timedelta(minutes=calm.whole("window_minutes")),
        windows_below=calm.whole("windows"),
        grades=tuple(tables.section("levels.yaml", "incident_grades", _grade).values()),
        categories=tables.section("categories.yaml", "categories", lambda row: _category(row, facts, units, clocks)),
        units=units,
        calendar=_calendar(tables),
        workflow=read_workflow(tables, facts),
    )
    calm.close()
    tables.close()
    _check(register)
    return register


class _Tables:
    """The shipped files, each with the office's own file of the same name over it."""

    def __init__(self, overrides: Path | None) -> None:
        self._shipped = {name: read_file(_SHIPPED / name) for name in _FILES}
        self._own: dict[str, Row] = {}
        if overrides is None:
            return
        if not overrides.is_dir():
            raise RegisterError(f"{overrides}：政策数据的本地文件夹不存在")
        for path in sorted(overrides.glob("*.y*ml")):
            if path.name not in _FILES:
                raise RegisterError(f"{path}：不认识的文件名，可用的是 {'、'.join(_FILES)}")
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
        for row in (*self._shipped.values(), *self._own.values()):
            row.close()


def _check(register: Register) -> None:
    for document in register.documents.values():
        if document.superseded_by is not None and document.superseded_by not in register.documents:
            raise RegisterError(f"register.yaml：{document.id} 的 superseded_by 指向不存在的 {document.superseded_by}")


def _document(row: Row) -> PolicyDocument:
    document = PolicyDocument(
        id=row.text("id"),
        title=row.text("title"),
        issue_number=row.optional("issue_number"),
        body=row.optional("body"),
        issued=row.optional("issued"),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to"),
        superseded_by=row.optional("superseded_by"),
        stem=row.optional("stem"),
        unverified=row.texts("unverified"),
    )
    if document.valid_from and document.valid_to and document.valid_to < document.valid_from:
        raise row.fail("valid_to", "失效日早于生效日")
    return document


def _fact(row: Row, documents: Mapping[str, PolicyDocument]) -> PolicyFact:
    return PolicyFact(
        id=row.text("id"),
        document=row.known("document", documents),
        gist=row.text("gist"),
        verification=row.parsed("code", Verification),
        articles=row.texts("articles"),
        limit=row.optional("limit"),
        duty=row.optional("duty"),
        publish=row.optional("publish"),
        unverified=row.texts("unverified"),
        sources=row.texts("source"),
    )


def _unit(row: Row) -> Unit:
    return Unit(
        id=row.text("id"),
        scope=row.text("scope"),
        name=row.optional("name"),
        external=row.flag("external", default=False),
    )


def _clocks(tables: _Tables, facts: Mapping[str, PolicyFact]) -> Mapping[str, ClockRule]:
    file = "clocks.yaml"
    defaults = _Defaults(
        expires=_span(tables.top(file, "suggestion_expires"), "suggestion_expires"),
        warn_at=_shares(tables.top(file, "warn_at")),
    )
    return tables.section(file, "clocks", lambda row: _clock(row, facts, defaults))


@dataclass(frozen=True, slots=True)
class _Defaults:
    expires: timedelta
    warn_at: tuple[int, int]


def _clock(row: Row, facts: Mapping[str, PolicyFact], defaults: _Defaults) -> ClockRule:
    role = row.parsed("role", ClockRole)
    return ClockRule(
        id=row.text("id"),
        role=role,
        limit=_limit(row),
        action=row.text("action"),
        policies=tuple(fact.id for fact in row.all_known("policies", facts)),
        when=_conditions(row),
        levels=_starts(row),
        by_grade=row.flag("by_grade", default=False),
        answers=row.flag("answers", default=False),
        verified=row.flag("verified", default=True),
        enabled=row.flag("enabled", default=True),
        extend=row.optional("extend"),
        warn_at=defaults.warn_at,
        # A watch clock is a checklist of what to ask others for: it stays until a person ticks it off.
        expires_after=defaults.expires if role is ClockRole.OWN else None,
    )


def _limit(row: Row) -> str | Mapping[int, str]:
    limit = row.scalar_or_mapping("limit")
    for text in [limit] if isinstance(limit, str) else limit.values():
        try:
            limit_words(str(text))
        except ValueError:
            raise row.fail("limit", f"无法识别时限 {text!r}，应为 <n>h、<n>d、<n>wd、immediate 或 prompt") from None
    if isinstance(limit, str):
        return limit
    if set(limit) - {1, 2, 3}:
        raise row.fail("limit", "按召回级别写时限时，键只能是 1、2、3")
    return MappingProxyType(limit)


def _starts(row: Row) -> Mapping[AlertLevel, Start]:
    found: dict[AlertLevel, Start] = {}
    for name, start in row.mapping("levels").items():
        try:
            found[AlertLevel[str(name).upper()]] = Start(start)
        except (KeyError, ValueError):
            raise row.fail("levels", f"无法识别 {name}: {start}，应为 red/orange/yellow/blue: propose/arm") from None
    return MappingProxyType(found)


def _conditions(row: Row) -> tuple[Condition, ...]:
    names = row.texts("when")
    try:
        return tuple(Condition(name) for name in names)
    except ValueError as error:
        raise row.fail("when", f"不认识的条件（{error}），可用的是 {'、'.join(Condition)}") from None


def _span(row: Row, key: str) -> timedelta:
    text = row.text(key)
    unit = _MARKS.get(text[-1:])
    if unit is None or not text[:-1].isdigit():
        raise row.fail(key, f"无法识别 {text!r}，应为 <n>h 或 <n>d")
    return timedelta(**{unit: int(text[:-1])})


def _shares(row: Row) -> tuple[int, int]:
    texts = row.texts("warn_at")
    if len(texts) == 2 and all(text.isdigit() for text in texts) and 0 < int(texts[0]) < int(texts[1]) < 100:  # noqa: PLR2004 - two shares in per cent
        return int(texts[0]), int(texts[1])
    raise row.fail("warn_at", "应为两个递增的百分数，如 [60, 85]")


def _level(row: Row) -> LevelRule:
    level = row.parsed("id", _level_named)
    return LevelRule(
        level=level,
        score=row.number("score"),
        triggers=tuple(_trigger(inner, level) for inner in row.rows("triggers")),
        first_actions=row.texts("first_actions"),
        first_minutes=row.whole("first_minutes"),
    )


def _level_named(name: str) -> AlertLevel:
    return AlertLevel[name.upper()]


def _trigger(row: Row, level: AlertLevel) -> TriggerRule:
    name = row.text("id")
    needed = TRIGGER_NUMBERS.get(name)
    if needed is None:
        raise row.fail("id", f"不认识的触发条件 {name}，可用的是 {'、'.join(TRIGGER_NUMBERS)}")
    numbers = {key: row.number(key) for key in sorted(needed)}
    row.close()
    return TriggerRule(id=name, level=level, numbers=MappingProxyType(numbers))


def _bound(row: Row, key: str) -> Bound:
    return Bound(id=row.text("id"), when=_conditions(row), level=row.parsed(key, _level_named), words=row.text("words"))


def _grade(row: Row) -> GradeRule:
    return GradeRule(
        grade=row.parsed("id", IncidentGrade),
        name=row.text("name"),
        persons=row.whole("persons"),
        serious=row.whole("serious"),
        deaths=row.whole("deaths") if row.has("deaths") else None,
        lead=row.text("lead"),
        verified=row.texts("verified"),
    )


def _applied(row: Row, facts: Mapping[str, PolicyFact]) -> AppliedPolicy:
    return AppliedPolicy(fact=row.known("id", facts), when=_conditions(row), why=row.text("why"))


def _category(
    row: Row, facts: Mapping[str, PolicyFact], units: Mapping[str, Unit], clocks: Mapping[str, ClockRule]
) -> CategoryRule:
    policies = []
    for inner in row.rows("policies"):
        policies.append(_applied(inner, facts))
        inner.close()
    return CategoryRule(
        id=row.text("id"),
        severity=row.whole("severity"),
        lead=row.all_known("lead", units),
        joining=row.all_known("with", units),
        transfer=row.all_known("transfer", units),
        policies=tuple(policies),
        clocks=tuple(rule.id for rule in row.all_known("clocks", clocks)),
    )


def _calendar(tables: _Tables) -> WorkingCalendar:
    file = "calendar.yaml"
    working = tables.top(file, "working").days("working")
    holidays = tables.top(file, "holidays").days("holidays")
    years = tables.top(file, "years").texts("years")
    if any(not year.isdigit() for year in years):
        raise tables.top(file, "years").fail("years", "应为年份的列表，如 [2027]")
    corrections = {**dict.fromkeys(working, True), **dict.fromkeys(holidays, False)}
    return WorkingCalendar(MappingProxyType(corrections), tuple(int(year) for year in years))
