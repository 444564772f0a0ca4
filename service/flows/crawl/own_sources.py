"""Sources that administrators add in the browser: saved from a probe, changed, removed; each act with its audit row.

A source is off until its live check (上线检查) has passed, as one that ships. One that was removed is kept: what it
brought keeps its name, and added again it goes on from what it knew.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from crawlers.probing.propose import declaration_of
from crawlers.records import Source, SourceClass
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict, NotFound, Refusal
from service.flows.acts import note, permit
from service.flows.crawl.probes import PROBES, declared_at, probe_of
from service.flows.crawl.source_book import OWN_CHANGED, source_of_own
from service.flows.crawl.sources import CHECKS, description_of
from service.ports.own_sources import OwnSource
from service.ports.registers import SourceCheck
from service.ports.store import Store, Work

__all__ = [
    "CLASSES",
    "INTERVALS",
    "SourceWish",
    "add_source",
    "change_source",
    "is_official_host",
    "own_source",
    "remove_source",
    "wish_of",
]

_OWN = "sources.own"

CLASSES: Mapping[SourceClass, tuple[float, str]] = MappingProxyType(
    {
        SourceClass.OFFICIAL: (8, "notice"),
        SourceClass.CENTRAL_MEDIA: (10, "article"),
        SourceClass.PROVINCIAL_MEDIA: (6, "article"),
        SourceClass.MEDIA: (5, "article"),
        SourceClass.TRADE: (5, "article"),
        SourceClass.OTHER: (2, "article"),
    }
)
"""What an added source may be, with the weight and the kind of document that shipped sources of the class have."""

INTERVALS = (10, 15, 30, 60, 180, 720)
"""The minutes between the first visits, from which the schedule adapts."""

_LONGEST_NAME = 80
_LONGEST_BASIS = 500
_SHORTEST_MINUTES = 15
_REGION = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWish:
    """What an administrator says of a source; `office_confirmed` that its site is an office's own where its name does not say so."""

    name: str
    source_class: str
    minutes: int
    legal_basis: str
    region: str = ""
    office_confirmed: bool = False


def wish_of(declaration: Mapping[str, Any], *, name: str = "") -> SourceWish:
    """Return what a declaration says of what can be wished, the name given before its own."""
    start = dict(declaration.get("schedule") or {}).get("start", "60m")
    return SourceWish(
        name=name or str(declaration.get("name", "")),
        source_class=str(declaration.get("source_class", SourceClass.MEDIA)),
        minutes=int(str(start).removesuffix("m")),
        legal_basis=str(declaration.get("legal_basis", "")),
        region=str(declaration.get("region") or ""),
    )


def is_official_host(url: str) -> bool:
    """Return whether the name of a host says by itself that it is an office's."""
    host = urlsplit(url).hostname or ""
    return host == "gov.cn" or host.endswith(".gov.cn")


def own_source(work: Work, source_id: str) -> OwnSource:
    """Return an added source that was not removed. Raises `NotFound`."""
    found = work.own_sources.get(source_id)
    if found is None or found.removed_at is not None:
        raise NotFound("没有这个自行添加的信源，可能已被移除；信源目录自带的信源不能在网页上修改。")
    return found


def add_source(
    store: Store, person: Person, probe_id: str, wish: SourceWish, *, declared: Iterable[Source], now: datetime
) -> Source:
    """Save what a probe found as a source, off until its live check has passed, and return it.

    `declared` are the sources in force, whose ids and addresses are taken.

    Raises:
        Forbidden: The person's role is not granted it.
        NotFound: The probe was forgotten.
        Conflict: It found nothing, was saved already, or a source is declared at its address.
        Refusal: A field cannot be taken.
    """
    permit(person, Act.MANAGE_SOURCES)
    known = list(declared)
    with store.write() as work:
        work.alone(PROBES)
        work.alone(_OWN)
        probe = probe_of(work, probe_id)
        if probe.draft is None:
            raise Conflict("这次探查没有找到可以采集的内容，不能保存为信源。")
        if probe.source_id is not None:
            raise Conflict(f"这次探查已保存为信源 {probe.source_id}，请在信源列表中查看。")
        url = str(probe.draft["url"])
        added = list(work.own_sources.listing())
        in_force = [*known, *(_readable(one) for one in added if one.removed_at is None)]
        other = declared_at(url, [one for one in in_force if one is not None])
        if other is not None:
            raise Conflict(f"这个网址已经是信源“{other.name}”（编号 {other.id}），没有重复添加。")
        gone = next((one for one in added if one.removed_at is not None and one.declaration.get("url") == url), None)
        taken = {one.id for one in known} | {one.id for one in added}
        source_id = gone.id if gone is not None else _free_id(str(probe.draft["id"]), taken)
        declaration = _declared({**probe.draft, "id": source_id, "enabled": False}, wish)
        own = OwnSource(
            id=source_id, declaration=declaration, added_by=person.name, added_at=now, changed_at=now, removed_at=None
        )
        work.own_sources.save_probe(replace(probe, source_id=source_id))
        detail = {"url": url, "name": declaration["name"], "source_class": declaration["source_class"]}
        return _saved(work, person, own, "source.added", detail, now)


def change_source(store: Store, person: Person, source_id: str, wish: SourceWish, *, now: datetime) -> Source:
    """Change what an administrator may say of an added source; saved as it was, nothing is written.

    Raises:
        Forbidden: The person's role is not granted it.
        NotFound: There is no such added source.
        Refusal: A field cannot be taken.
    """
    permit(person, Act.MANAGE_SOURCES)
    with store.write() as work:
        work.alone(_OWN)
        own = own_source(work, source_id)
        declaration = _declared(own.declaration, wish)
        keys = [key for key in {**own.declaration, **declaration} if own.declaration.get(key) != declaration.get(key)]
        if not keys:
            return source_of_own(own)
        detail = {
            word: {key: at.get(key) for key in keys} for word, at in (("was", own.declaration), ("is", declaration))
        }
        own = replace(own, declaration=declaration, changed_at=now)
        return _saved(work, person, own, "source.changed", detail, now)


def remove_source(store: Store, person: Person, source_id: str, *, now: datetime) -> str:
    """Remove an added source and return its name: it is visited no more; what it brought stays.

    Raises:
        Forbidden: The person's role is not granted it.
        NotFound: There is no such added source.
    """
    permit(person, Act.MANAGE_SOURCES)
    with store.write() as work:
        work.alone(CHECKS)
        work.alone(_OWN)
        own = own_source(work, source_id)
        name = str(own.declaration.get("name", source_id))
        work.own_sources.save(replace(own, removed_at=now, changed_at=now))
        # Added again it has to pass its check again.
        work.sources.save_check(SourceCheck(source_id=source_id))
        work.sources.switch(source_id, enabled=False)
        _tell(work)
        note(work, person, "source.removed", f"source:{source_id}", {"name": name}, now)
    return name


def _saved(work: Work, person: Person, own: OwnSource, action: str, detail: Mapping[str, Any], now: datetime) -> Source:
    source = source_of_own(own)
    work.own_sources.save(own)
    work.sources.describe([description_of(source)])
    _tell(work)
    note(work, person, action, f"source:{own.id}", detail, now)
    return source


def _tell(work: Work) -> None:
    """Let every process read the added sources again."""
    work.set_value(OWN_CHANGED, int(work.value(OWN_CHANGED, 0)) + 1)


def _declared(under: Mapping[str, Any], wish: SourceWish) -> dict[str, Any]:
    """Return a declaration with what was wished laid over it. Raises `Refusal`."""
    name, basis = " ".join(wish.name.split()), wish.legal_basis.strip()
    chosen = next((one for one in CLASSES if one == wish.source_class), None)
    if not name or len(name) > _LONGEST_NAME:
        raise Refusal(f"请填写信源名称，不超过 {_LONGEST_NAME} 字。")
    if not basis or len(basis) > _LONGEST_BASIS:
        raise Refusal(f"请写明采集依据，不超过 {_LONGEST_BASIS} 字：为何可以采集、用来做什么。")
    if chosen is None:
        raise Refusal("请从列表中选择信源类别。")
    if wish.minutes not in INTERVALS:
        raise Refusal("请从列表中选择采集间隔。")
    if wish.region and not _REGION.fullmatch(wish.region):
        raise Refusal("行政区划代码是六位数字，例如江西省 360000；全国性的请留空。")
    official = chosen is SourceClass.OFFICIAL
    if official and not is_official_host(str(under["url"])) and not wish.office_confirmed:
        raise Refusal(
            "官方信源的稿件会算作官方发布和官方证实，而这个网址不属于 gov.cn。"
            "确是政府机关或其直属单位的官方网站，请勾选确认后再保存；否则请改选其他类别。"
        )
    weight, kind = CLASSES[chosen]
    own = {key: value for key, value in under.items() if key != "region"}
    own |= {"name": name, "source_class": chosen.value, "weight": weight, "document_kind": kind, "legal_basis": basis}
    own |= {"region": wish.region} if wish.region else {}
    own["schedule"] = {"start": f"{wish.minutes}m", "min": f"{min(wish.minutes, _SHORTEST_MINUTES)}m"}
    try:
        declaration_of(own)
    except ValueError as error:
        raise Refusal(f"不能写成信源声明：{error}。") from error
    return own


def _free_id(proposed: str, taken: Collection[str]) -> str:
    stem = f"own-{proposed}"[:56].strip("-")
    return next(one for number in range(1, len(taken) + 2) if (one := _numbered(stem, number)) not in taken)


def _numbered(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}-{number}"


def _readable(own: OwnSource) -> Source | None:
    try:
        return source_of_own(own)
    except ValueError:
        return None
