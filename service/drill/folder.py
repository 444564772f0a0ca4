"""A drill's own data folder: what its processes agree on, and what the real dashboard may list."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import yaml

from service.drill.scenario import Scenario, ScenarioSource

__all__ = ["Beginning", "DrillState", "drills", "ended_at", "is_drill", "read_state", "write_catalogue", "write_state"]

_STATE = "drill.json"
_REPORT = "report.json"
_BEGUN = "begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillState:
    """One drill: `state` is `running`, `finished` or `failed`; `address` is where its own dashboard answers."""

    id: str
    scenario_id: str
    title: str
    state: str
    started_at: datetime
    speed: float
    world_port: int
    web_port: int
    address: str
    pid: int
    note: str | None = None

    def ended(self, state: str, note: str | None = None) -> Self:
        """Return the drill as ended."""
        return replace(self, state=state, note=note)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self) | {"started_at": self.started_at.isoformat()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        return cls(**dict(values) | {"started_at": datetime.fromisoformat(values["started_at"])})


class Beginning:
    """When the time line of the drill in `folder` began, by the wall clock: written once its dashboard answers, read by every process."""

    def __init__(self, folder: Path) -> None:
        """Look into `folder`, which need not be there yet."""
        self._path = folder / _BEGUN
        self._at: datetime | None = None

    def at(self) -> datetime | None:
        """Return it, or `None` while the processes start."""
        if self._at is None and self._path.exists():
            self._at = datetime.fromisoformat(self._path.read_text(encoding="utf-8"))
        return self._at

    def write(self, at: datetime) -> None:
        """Let the time line begin at this moment, for every process at once."""
        draft = self._path.with_suffix(".part")
        draft.write_text(at.isoformat(), encoding="utf-8")
        draft.replace(self._path)


def write_state(folder: Path, state: DrillState) -> None:
    """Write the state in one step, so that a reader sees the old one or the new one."""
    draft = folder / f"{_STATE}.part"
    draft.write_text(json.dumps(state.to_json(), ensure_ascii=False, indent=2), encoding="utf-8")
    draft.replace(folder / _STATE)


def read_state(folder: Path) -> DrillState:
    """Read the state of the drill in `folder`. Raises `OSError` or `ValueError` where there is none."""
    return DrillState.from_json(json.loads((folder / _STATE).read_text(encoding="utf-8")))


def is_drill(folder: Path) -> bool:
    """Tell whether the folder is that of a drill, whatever state it is in."""
    return (folder / _STATE).exists()


def ended_at(folder: Path) -> datetime | None:
    """Return when by its own clock the drill in `folder` ended; `None` before its report is written."""
    try:
        told = json.loads((folder / _REPORT).read_text(encoding="utf-8"))["ended_at"]
        return datetime.fromisoformat(told)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def drills(parent: Path) -> list[tuple[Path, DrillState]]:
    """Return the drills below `parent`, newest first; folders without a readable state are left out."""
    found = []
    for path in parent.glob(f"*/{_STATE}"):
        try:
            found.append((path.parent, read_state(path.parent)))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(found, key=lambda pair: pair[1].started_at, reverse=True)


def write_catalogue(folder: Path, scenario: Scenario, world: str) -> None:
    """Declare the scenario's sources, at the world's address, in the drill's own catalogue."""
    rows = [_declaration(source, world) for source in scenario.sources]
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({"sources": rows}, allow_unicode=True, sort_keys=False)
    (folder / "world.yaml").write_text(text, encoding="utf-8")


def _declaration(source: ScenarioSource, world: str) -> dict[str, Any]:
    declared: dict[str, Any] = {
        "id": source.id,
        "name": source.name,
        "source_class": str(source.source_class),
        "weight": source.weight,
        "access": "import_only" if source.kind == "export" else "open",
        "legal_basis": "演练自建页面，仅在本机",
    }
    if source.region:
        declared["region"] = source.region
    if source.kind == "export":
        return declared | {"kind": "file_drop", "document_kind": "complaint"}
    page, rule = _PAGES[source.kind]
    declared |= {
        "kind": source.kind,
        "url": f"{world}/{source.id}/{page}",
        "schedule": {"min": "1m", "start": "1m", "max": "2m", "adaptive": False},
        "politeness": {"delay": "0s", "daily_cap": 100000},
        "expect": {"min_items": 0},
    }
    return declared | rule


_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "listing": (
        "index.html",
        {"list": {"record": "ul.list li", "title": "a", "link": "a@href", "published": "span"}},
    ),
    "feed": ("feed.xml", {}),
    "hot_list": (
        "hot.json",
        {"list": {"format": "json", "record": "data", "title": "title", "heat": "heat"}, "document_kind": "hot_entry"},
    ),
}
