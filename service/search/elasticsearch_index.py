"""The index behind the alias: whether it is one that the program can fill and search, and one made anew in its place."""

import re
from collections.abc import Mapping
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError

from service.search.elasticsearch_query import MAPPINGS, SETTINGS

__all__ = ["Behind", "behind", "make_anew", "make_ready", "misfit"]

_PARTS = frozenset({"filter", "index_routing", "search_routing"})

Behind = Mapping[str, Mapping[str, Any]]
"""What the engine tells of the indices that an alias leads to, by their names."""


def behind(client: Elasticsearch, alias: str) -> Behind:
    """Return what `alias` leads to, or the index that has its name; nothing where there is neither."""
    try:
        found: Behind = client.indices.get(index=alias).body
    except NotFoundError:
        return {}
    return found


def misfit(found: Behind, alias: str) -> str | None:
    """Say why the program cannot use what `alias` leads to; `None` where it can.

    An index may have more fields than the program knows, as a later one makes it.
    """
    if alias in found:
        return f"有一个索引的名字就是 {alias}，别名建不起来；请删除它或改名，之后自动重建"
    wrong = _wrong(found, alias)
    return f"{wrong}；投递进程几分钟内自动重建并补齐" if wrong else None


def _wrong(found: Behind, alias: str) -> str:
    if len(found) != 1:
        return f"别名 {alias} 指向 {len(found)} 个索引"
    ((name, index),) = found.items()
    if _PARTS & index["aliases"].get(alias, {}).keys():
        return f"别名 {alias} 只指向索引 {name} 的一部分"
    fields = index["mappings"].get("properties", {})
    other = [field for field, wanted in MAPPINGS["properties"].items() if not _holds(fields.get(field, {}), wanted)]
    if other:
        return f"索引 {name} 的字段与本程序不符，如 {other[0]}"
    same = _holds(index["settings"]["index"], {"analysis": SETTINGS["analysis"]})
    return "" if same else f"索引 {name} 的分词与本程序不符"


def _holds(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether `found` says all that `wanted` says, at every depth."""
    return all(
        _holds(found.get(name, {}), value) if isinstance(value, Mapping) else found.get(name) == value
        for name, value in wanted.items()
    )


def make_ready(client: Elasticsearch, alias: str) -> str | None:
    """Let `alias` lead to an index that the program can use, made anew where it is none; return why that cannot be."""
    client.indices.put_index_template(
        name=alias, index_patterns=[f"{alias}-v*"], template={"settings": SETTINGS, "mappings": MAPPINGS}
    )
    found = behind(client, alias)
    if alias not in found and misfit(found, alias) is not None:
        make_anew(client, alias, found)
        found = behind(client, alias)
    return misfit(found, alias)


def make_anew(client: Elasticsearch, alias: str, found: Behind) -> None:
    """Let `alias` lead to an empty index, in one step; the program's own former ones go in the same, those of others stay.

    What a kill left that came between making the index and that step goes with the next one.
    """
    every = client.indices.get(index=f"{alias}-v*", expand_wildcards=["open", "closed"]).body
    own = [name for name in every if _number(name, alias)]
    new = f"{alias}-v{max((_number(name, alias) for name in own), default=0) + 1}"
    try:
        client.indices.create(index=new, aliases=None if own or found else {alias: {}})
    except ApiError as error:
        # Another process made it in the meantime.
        if error.error != "resource_already_exists_exception":
            raise
        return
    if own or found:
        client.indices.update_aliases(
            actions=[
                *({"remove": {"index": name, "alias": alias}} for name in found if name not in own),
                *({"remove_index": {"index": name}} for name in own),
                {"add": {"index": new, "alias": alias}},
            ]
        )


def _number(index: str, alias: str) -> int:
    """Return the number of one of the program's own indices, 0 of any other."""
    found = re.fullmatch(rf"{re.escape(alias)}-v([0-9]+)", index)
    return int(found[1]) if found else 0
