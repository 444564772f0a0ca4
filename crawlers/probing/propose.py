"""Writes the declaration that would take what a probe found. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import ValidationError

from crawlers.catalogue.declaration import Declaration, ListRule
from crawlers.presets import preset_defaults

__all__ = ["Proposal", "Sample", "declaration_of", "draft_of", "list_keys", "write_yaml"]

_OFFICIAL = "政府网站依法公开的信息；只读取公开页面，遵守 robots.txt，用于履行药品监管职责。"
_MEDIA = "媒体公开发布的报道；全文仅供内部检索研判，对外只引用标题、短摘与链接，遵守 robots.txt。"
_REGIONS = {"jiangxi": "360000", "hunan": "430000", "nmg": "150000", "hlj": "230000", "gd": "440000", "zj": "330000"}
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One of the first records that the declaration reads from the site now."""

    title: str
    url: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What came of a probe: the declaration, or the sentence that says why there is none; and every step's reason."""

    draft: Mapping[str, Any] | None = None
    refused: str | None = None
    reasons: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    requests: int = 0

    @property
    def text(self) -> str | None:
        """The declaration as a catalogue file of one source."""
        return None if self.draft is None else write_yaml(self.draft)


def draft_of(url: str, *, title: str, today: date) -> dict[str, Any]:
    """Return what every proposal says: id, name, class, region and basis as the address suggests, off until a person looked."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    official = host.endswith(".gov.cn") or host == "gov.cn"
    region = next((code for label in host.split(".") if (code := _REGIONS.get(label))), None)
    parts = [*host.split(".")[:-1], *(part for part in urlsplit(url).path.split("/") if part)]
    name = re.sub(r"[^a-z0-9]+", "-", "-".join(parts[:4]).lower().replace("index", "").replace("html", "")).strip("-")
    draft: dict[str, Any] = {
        "id": (name or "source")[:60].strip("-"),
        "name": " ".join(title.split())[:_LONGEST_NAME] or host,
        "source_class": "official" if official else "media",
        "document_kind": "notice" if official else "article",
        "url": url,
        "weight": 8 if official else 5,
        "access": "open",
        "enabled": False,
        "checked": today,
        "legal_basis": _OFFICIAL if official else _MEDIA,
    }
    return draft | ({"region": region} if region else {})


def list_keys(rule: ListRule) -> dict[str, Any]:
    """Return the keys of a rule that a file would have to write."""
    return rule.model_dump(mode="json", exclude_defaults=True)


def declaration_of(draft: Mapping[str, Any]) -> Declaration:
    """Return the declaration that a draft makes with its preset.

    Raises:
        ValueError: it makes none.
    """
    merged: dict[str, Any] = dict(preset_defaults(draft.get("preset")))
    for key, value in draft.items():
        below = merged.get(key)
        merged[key] = {**below, **value} if isinstance(below, dict) and isinstance(value, dict) else value
    try:
        return Declaration.model_validate(merged)
    except ValidationError as error:
        raise ValueError(str(error.errors(include_url=False)[0]["msg"])) from error


def write_yaml(draft: Mapping[str, Any]) -> str:
    """Return the draft as a catalogue file of one source."""
    return yaml.safe_dump({"sources": [dict(draft)]}, allow_unicode=True, sort_keys=False, width=110)
