"""What is said of a policy file: the names that a header knows, and what is kept of them for the next import.

A page or a PDF has no header. What a person said of one is kept with the document and taken again when the file is imported again, with
another text too, until it is said anew; an empty value is no longer taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from service.domain.policies.policy import Policy

__all__ = ["KEYS", "NAMES", "NONE_SAID", "Given", "given_again"]

# The first word of each is the one that errors name.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "title": ("标题",),
    "issue_number": ("文号", "发文字号"),
    "body": ("发文机关", "制定机关"),
    "issued": ("公布日期", "发布日期", "成文日期"),
    "valid_from": ("施行日期", "生效日期"),
    "valid_to": ("失效日期", "废止日期"),
    "superseded_by": ("被替代",),
    "level": ("层级",),
    "kind": ("类别",),
    "region": ("地区",),
    "url": ("网址",),
    "interprets": ("解读对象",),
}

KEYS: Mapping[str, str] = MappingProxyType({word: key for key, words in _WORDS.items() for word in (*words, key)})
"""Names of what a header says of a document, each with the key that it stands for."""

NAMES: Sequence[str] = tuple(words[0] for words in _WORDS.values())
"""The names that are told, one for each key."""

NONE_SAID = "无"
"""What a person writes for a document that has no number, or no last day, though its text names one."""

_KEPT = "given"
"""Key of `Policy.extras` under which a document keeps what was said of its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What holds of a file: `values` by name, `extras` to keep with its document, and what a person is told of it."""

    values: Mapping[str, str]
    extras: Mapping[str, Mapping[str, str]]
    notices: tuple[str, ...] = ()


def given_again(given: Mapping[str, str], before: Policy | None, *, form: bool = False) -> Given:
    """Return what is said now together with what was said of the same document before and is not said anew.

    With `form` a person is told so as one who has a form before them.
    """
    kept = before.extras.get(_KEPT, {}) if before is not None else {}
    said = {_name(name): value.strip() for name, value in given.items()}
    taken = {name: value for name, value in kept.items() if name not in said}
    values = {**taken, **{name: value for name, value in said.items() if value}}
    notices: tuple[str, ...] = ()
    if taken:
        shown = "、".join(f"{name}={value}" for name, value in taken.items())
        first = next(iter(taken))
        again = f"沿用上次导入时 --set 所写的 {shown}；要改请重写，如 --set {first}=…，不再沿用请写 --set {first}="
        notices = (f"沿用上次入库时填写的 {shown}；要改请在下面重填" if form else again,)
    return Given(values=values, extras={_KEPT: values} if values or kept else {}, notices=notices)


def _name(written: str) -> str:
    """Return the name that is told for the one that was written; one that is not known stays, to be refused where it is read."""
    key = KEYS.get(written.strip())
    return next((name for name in NAMES if KEYS[name] == key), written)
