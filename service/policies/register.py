"""Reads the shipped policy data, with the office's own files laid over it, into one `Register`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from analysis.matching.articles import article_number
from service.domain.alerts.alert import AlertLevel
from service.domain.clocks.clock import ClockRole, ClockRule, Start, limit_words
from service.domain.events.event import IncidentGrade
from service.domain.events.facts import Condition
from service.domain.policies.library import name_of
from service.domain.policies.policy import ArticleGist, PolicyDocument, PolicyFact, PolicyLevel, Verification
from service.domain.rules.level import TRIGGER_NUMBERS
from service.domain.rules.register import (
    AppliedPolicy,
    Bound,
    CategoryRule,
    GradeRule,
    LevelRule,
    Register,
    TriggerRule,
    Unit,
)
from service.policies.calendar import read_calendar
from service.policies.overlay import Tables
from service.policies.tables import RegisterError, Row
from service.policies.workflow import WORKFLOW_FILE, read_workflow

__all__ = ["load_register"]

T = TypeVar("T")

_FILES = (
    "register.yaml",
    "clocks.yaml",
    "levels.yaml",
    "categories.yaml",
    "departments.yaml",
    "calendar.yaml",
    "gists.yaml",
    WORKFLOW_FILE,
)
_MARKS = {"h": "hours", "d": "days"}
_SPAN = re.compile(r"([1-9][0-9]{0,3})([hd])")
_MOST_SEVERE = 5


def load_register(overrides: Path | None = None) -> Register:
    """Read the shipped data; files of the same names in `overrides` change single entries by id, or add new ones.

    Raises:
        RegisterError: A file, line and key is wrong: unknown file, key or id, wrong value, missing entry.
    """
    tables = Tables(_FILES, overrides)
    documents = tables.section("register.yaml", "documents", _document)
    facts = tables.section("register.yaml", "policies", lambda row: _fact(row, documents))
    units = tables.section("departments.yaml", "units", _unit)
    clocks = _clocks(tables, facts)
    levels = _levels(tables)
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
        ceilings=tuple(tables.section("levels.yaml", "ceilings", _ceiling).values()),
        window=timedelta(minutes=_at_least_one(calm, "window_minutes")),
        windows_below=_at_least_one(calm, "windows"),
        grades=tuple(tables.section("levels.yaml", "incident_grades", _grade).values()),
        categories=tables.section("categories.yaml", "categories", lambda row: _category(row, facts, units, clocks)),
        units=units,
        calendar=read_calendar(tables),
        gists=_gists(tables, documents),
        workflow=read_workflow(tables, facts, clocks),
    )
    calm.close()
    tables.close()
    _check(register)
    return register


def _check(register: Register) -> None:
    for document in register.documents.values():
        _check_overlap(document, register.documents.values())
        if document.superseded_by is not None and document.superseded_by not in register.documents:
            raise RegisterError(f"register.yaml：{document.id} 的 superseded_by 指向不存在的 {document.superseded_by}")


def _check_overlap(document: PolicyDocument, documents: Iterable[PolicyDocument]) -> None:
    """Refuse two versions of one document that are in force on one day: which of them governs could not be told."""
    for other in documents:
        same = document.id < other.id and name_of(document.title) == name_of(other.title)
        if not same or document.valid_from is None or other.valid_from is None:
            continue
        if document.in_force(max(document.valid_from, other.valid_from)) and other.in_force(
            max(document.valid_from, other.valid_from)
        ):
            raise RegisterError(
                f"register.yaml：{document.id} 与 {other.id} 是同名文件《{name_of(document.title)}》的两个版本，效力期重叠，请写明旧版的 valid_to"
            )


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
        level=row.parsed("level", PolicyLevel) if row.has("level") else None,
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


def _clocks(tables: Tables, facts: Mapping[str, PolicyFact]) -> Mapping[str, ClockRule]:
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
        extend=_extension(row),
        warn_at=defaults.warn_at,
        repeat=_repeats(row),
        # A watch clock is a checklist of what to ask others for: it stays until a person ticks it off.
        expires_after=defaults.expires if role is ClockRole.OWN else None,
    )


def _repeats(row: Row) -> bool:
    repeat = row.flag("repeat", default=False)
    if repeat and not row.text("limit").endswith("h"):
        raise row.fail("repeat", "只有按小时计的时限可以循环")
    return repeat


def _extension(row: Row) -> str | None:
    text = row.optional("extend")
    if text is None:
        return None
    try:
        limit_words(text)
    except ValueError:
        raise row.fail("extend", f"无法识别延长期限 {text!r}，应为 <n>h、<n>d 或 <n>wd") from None
    if not text[0].isdigit():
        raise row.fail("extend", "延长期限须写明数字")
    return text


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
    found = _SPAN.fullmatch(text)
    if found is None:
        raise row.fail(key, f"无法识别 {text!r}，应为 <n>h 或 <n>d，n 为 1 至 9999")
    return timedelta(**{_MARKS[found[2]]: int(found[1])})


def _shares(row: Row) -> tuple[int, int]:
    texts = row.texts("warn_at")
    if len(texts) == 2 and all(text.isdecimal() for text in texts) and 0 < int(texts[0]) < int(texts[1]) < 100:  # noqa: PLR2004 - two shares in per cent
        return int(texts[0]), int(texts[1])
    raise row.fail("warn_at", "应为两个递增的百分数，如 [60, 85]")


def _levels(tables: Tables) -> Mapping[str, LevelRule]:
    """Return the levels; refuse one whose score is below that of a lower level, which would take its place."""
    rows: dict[AlertLevel, Row] = {}

    def level(row: Row) -> LevelRule:
        rule = _level(row)
        rows[rule.level] = row
        return rule

    found = tables.section("levels.yaml", "levels", level)
    ordered = sorted(found.values(), key=lambda rule: rule.level)
    for lower, higher in pairwise(ordered):
        if higher.score < lower.score:
            sentence = f"{higher.level.key} 的 {higher.score:g} 分低于 {lower.level.key} 的 {lower.score:g} 分，级别越高分数须越高"
            raise rows[higher.level].fail("score", sentence)
    return found


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


def _ceiling(row: Row) -> Bound:
    bound = _bound(row, "never_above")
    if not bound.when:
        raise row.fail(
            "when", "没有条件的上限会压低所有预警，包括死亡事件；要停用这一条，请写 when: [by_hand]（从不自动成立）"
        )
    return bound


def _at_least_one(row: Row, key: str) -> int:
    number = row.whole(key)
    if number < 1:
        raise row.fail(key, "应为1或更大，否则级别会随每一篇稿件升降")
    return number


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
    severity = row.whole("severity")
    if not 1 <= severity <= _MOST_SEVERE:
        raise row.fail("severity", f"应为1至{_MOST_SEVERE}，现为 {severity}")
    policies = []
    for inner in row.rows("policies"):
        policies.append(_applied(inner, facts))
        inner.close()
    return CategoryRule(
        id=row.text("id"),
        severity=severity,
        lead=row.all_known("lead", units),
        joining=row.all_known("with", units),
        transfer=row.all_known("transfer", units),
        policies=tuple(policies),
        clocks=tuple(rule.id for rule in row.all_known("clocks", clocks)),
    )


def _gists(tables: Tables, documents: Mapping[str, PolicyDocument]) -> Mapping[str, ArticleGist]:
    read_in = tables.top("gists.yaml", "read_in").text("read_in")
    stems = {document.stem for document in documents.values() if document.stem}

    def gist(row: Row) -> ArticleGist:
        key = row.text("id")
        stem, _, number = key.partition("#")
        if stem not in stems:
            raise row.fail("id", f"政策目录中没有文本名为 {stem} 的文件")
        try:
            article_number(number)
        except ValueError:
            raise row.fail("id", f"“{number}”不是条文编号，应为 第一百零七条 这样的写法") from None
        return ArticleGist(key=key, gist=row.text("gist"), source=row.optional("source") or read_in)

    return tables.section("gists.yaml", "gists", gist)
