"""Reads the routing rules, shipped and the office's own; a wrong rule is left out by name and costs no alert."""

import re
from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import ParamSpec, TypeVar

from service.domain.alerts.alert import AlertLevel
from service.domain.people.person import Role
from service.domain.rules.register import Register
from service.domain.telling.notification import QuietHours
from service.domain.telling.routing import NAMED_KINDS, ReceiverKind, Route, Routing, Scope, Target, Tier
from service.policies.overlay import stamp_of
from service.policies.tables import RegisterError, Row, read_file

__all__ = ["ROUTING_FILE", "RoutingFiles", "load_routing"]

P = ParamSpec("P")
T = TypeVar("T")

ROUTING_FILE = "routing.yaml"
_SHIPPED = Path(__file__).parent
_DEEPEST = 4
_REGION = re.compile("[0-9]{2,12}")
_SHORTEST = timedelta(minutes=5)
_KINDS = frozenset(kind.value for kind in ReceiverKind)
_TOLD_LEVELS = tuple(level for level in AlertLevel if level is not AlertLevel.NONE)


class RoutingFiles:
    """The rules as they stand on disk: read again when the office's file or the register changed, else kept."""

    def __init__(self, register: Callable[[], Register], folder: Callable[[], Path | None] = lambda: None) -> None:
        """Keep where the register and the office's own files are."""
        self._register = register
        self._folder = folder
        self._read_from: Hashable = None
        self._read_with: Register | None = None
        self._kept = Routing()

    def __call__(self) -> Routing:
        """Return the rules of this moment."""
        register, folder = self._register(), self._folder()
        stamp = (folder, stamp_of(folder))
        if register is not self._read_with or stamp != self._read_from:
            self._kept = load_routing(register, folder)
            self._read_with, self._read_from = register, stamp
        return self._kept


def load_routing(register: Register, overrides: Path | None = None) -> Routing:
    """Return the rules; what is wrong stands in `faults`, each with file, line and key, and never raises.

    A wrong rule is left out, a wrong file is read as if it were not there.
    """
    return _Reading(register, overrides).routing()


class _Reading:
    def __init__(self, register: Register, overrides: Path | None) -> None:
        self._register = register
        self._faults: list[str] = []
        self._shipped = read_file(_SHIPPED / ROUTING_FILE)
        self._own: Row | None = None
        path = overrides / ROUTING_FILE if overrides is not None else None
        if path is not None and path.is_file():
            self._own = self._try(read_file, path)

    def routing(self) -> Routing:
        read = [self._try(self._route, row, 0) for row in self._rows("routes")]
        routes = tuple(route for route in read if route is not None)
        receivers = self._single("receivers", self._targets) or Routing().receivers
        tiers = self._tiers()
        again, idle = self._intervals("again"), self._intervals("idle")
        quiet, digest_at, at_once = self._single("blue", self._blue) or (QuietHours(), time(8), False)
        ahead = self._single("roster", self._ahead) or timedelta(hours=72)
        version = self._shipped.text("version")
        if self._own is not None:
            version += f"（本地：{self._try(self._own.optional, 'version') or '未注明'}）"
            self._try(self._own.close)
        self._shipped.close()
        return Routing(
            version=version,
            routes=routes,
            receivers=receivers,
            tiers=tiers,
            again=again,
            idle=idle,
            quiet=quiet,
            digest_at=digest_at,
            blue_at_once=at_once,
            roster_ahead=ahead,
            faults=tuple(self._faults),
        )

    def _try(self, read: Callable[P, T], *args: P.args, **more: P.kwargs) -> T | None:
        try:
            return read(*args, **more)
        except RegisterError as error:
            self._faults.append(str(error))
            return None

    def _rows(self, key: str) -> list[Row]:
        """Return the rows of a section: the office's new ones first, then the shipped ones with the office's changes."""
        own: dict[str, Row] = {}
        rows = self._try(self._own.rows, key) if self._own is not None else None
        for row in rows or ():
            name = self._try(row.text, "id")
            if name in own:
                self._faults.append(str(row.fail("id", f"{name} 写了两次")))
            elif name is not None:
                own[name] = row
        merged = []
        for row in self._shipped.rows(key):
            changed = own.pop(row.text("id"), None)
            if changed is not None:
                row.lay(changed)
            merged.append(row)
        return [*own.values(), *merged]

    def _single(self, key: str, read: Callable[[Row, str], T]) -> T | None:
        """Return a single entry, the office's where it has a right one."""
        shipped = read(self._shipped, key)
        if self._own is None or not self._own.has(key):
            return shipped
        found = self._try(read, self._own, key)
        return shipped if found is None else found

    def _route(self, row: Row, depth: int) -> Route | None:
        if row.flag("disabled", default=False):
            return None
        when = row.row("when") if row.has("when") else None
        if row.has("routes") and depth >= _DEEPEST:
            raise row.fail("routes", f"规则最多嵌套{_DEEPEST}层")
        route = Route(
            id=row.text("id"),
            words=row.text("name"),
            levels=self._levels(when) if when else frozenset(),
            categories=self._known(when, "categories", self._register.categories, "类别"),
            regions=_regions(when) if when else (),
            departments=self._known(when, "departments", self._register.units, "处室"),
            scope=when.parsed("scope", Scope) if when and when.has("scope") else None,
            receivers=self._targets(row, "receivers"),
            proceed=row.flag("continue", default=False),
            children=tuple(child for one in row.rows("routes") if (child := self._route(one, depth + 1)) is not None),
        )
        if when:
            when.close()
        row.close()
        return route

    def _known(self, row: Row | None, key: str, entries: Mapping[str, object], word: str) -> tuple[str, ...]:
        names = row.texts(key) if row else ()
        for name in names:
            if row and name not in entries:
                raise row.fail(key, f"没有编号为 {name} 的{word}，可能已删除；此规则停用，由默认接收人接收")
        return names

    def _levels(self, row: Row) -> frozenset[AlertLevel]:
        levels = frozenset(_level(row, "levels", name) for name in row.texts("levels"))
        if row.has("from"):
            lowest = _level(row, "from", row.text("from"))
            levels |= {level for level in _TOLD_LEVELS if level >= lowest}
        return levels

    def _targets(self, row: Row, key: str) -> tuple[Target, ...]:
        return tuple(self._target(row, key, text) for text in row.texts(key))

    def _target(self, row: Row, key: str, text: str) -> Target:
        word, _, name = text.partition(":")
        if word not in _KINDS or (word in NAMED_KINDS) != bool(name):
            raise row.fail(key, f"不认识的接收人 {text!r}")
        kind = ReceiverKind(word)
        known: Mapping[ReceiverKind, Collection[str]] = {
            ReceiverKind.ROLE: [role.value for role in Role],
            ReceiverKind.DEPARTMENT: self._register.units,
            ReceiverKind.POST: self._register.workflow.duties,
        }
        names = known.get(kind)
        if names is not None and name not in names:
            raise row.fail(key, f"没有编号为 {name} 的{_KIND_WORDS[kind]}；此规则停用，由默认接收人接收")
        return Target(kind, name)

    def _tiers(self) -> Mapping[AlertLevel, tuple[Tier, ...]]:
        found: dict[AlertLevel, list[Tier]] = {}
        for row in self._rows("escalation"):
            for level, tier in self._try(self._tier, row) or ():
                found.setdefault(level, []).append(tier)
        ordered = {level: tuple(sorted(tiers, key=lambda tier: tier.after)) for level, tiers in found.items()}
        return MappingProxyType(ordered)

    def _tier(self, row: Row) -> list[tuple[AlertLevel, Tier]]:
        row.text("id")
        tier = Tier(
            after=timedelta(minutes=row.whole("after_minutes")),
            receivers=self._targets(row, "receivers"),
            words=row.text("name"),
        )
        levels = self._levels(row)
        row.close()
        if not tier.receivers or tier.after <= timedelta(0):
            raise row.fail("receivers", "升级须有接收人，并在1分钟或更久之后")
        return [(level, tier) for level in levels]

    def _intervals(self, section: str) -> Mapping[AlertLevel, timedelta]:
        read = [self._try(self._interval, row) for row in self._rows(section)]
        return MappingProxyType(dict(pair for pair in read if pair is not None))

    def _interval(self, row: Row) -> tuple[AlertLevel, timedelta] | None:
        if row.flag("disabled", default=False):
            return None
        pair = (_level(row, "id", row.text("id")), timedelta(minutes=row.whole("minutes")))
        row.close()
        if pair[1] < _SHORTEST:
            raise row.fail("minutes", "间隔须为5分钟或更久")
        return pair

    def _blue(self, file: Row, key: str) -> tuple[QuietHours, time, bool]:
        row = file.row(key)
        found = (
            QuietHours(
                begins=row.parsed("quiet_from", time.fromisoformat), ends=row.parsed("quiet_to", time.fromisoformat)
            ),
            row.parsed("digest_at", time.fromisoformat),
            row.flag("at_once", default=False),
        )
        row.close()
        return found

    def _ahead(self, file: Row, key: str) -> timedelta:
        row = file.row(key)
        ahead = timedelta(hours=row.whole("ahead_hours"))
        row.close()
        return ahead


_KIND_WORDS: Mapping[ReceiverKind, str] = MappingProxyType(
    {ReceiverKind.ROLE: "角色", ReceiverKind.DEPARTMENT: "处室", ReceiverKind.POST: "岗位"}
)


def _regions(row: Row) -> tuple[str, ...]:
    regions = row.texts("regions")
    for one in regions:
        if not _REGION.fullmatch(one):
            raise row.fail("regions", f"“{one}”应为行政区划代码或其开头几位，如 36、3607；此规则停用，由默认接收人接收")
    return regions


def _level(row: Row, key: str, name: str) -> AlertLevel:
    if name.upper() not in AlertLevel.__members__ or name == "none":
        raise row.fail(key, f"不认识的级别 {name!r}，可用 red、orange、yellow、blue")
    return AlertLevel[name.upper()]
