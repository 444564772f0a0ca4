"""In whose remit a matter is that another authority answers: the names of its laws and the office, with a mark of how well that is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.matching.table_text import text_of, texts

__all__ = ["Remit", "read_remits"]

_CODES = ("V", "S", "U")
_KEYS = ("laws", "office", "code", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remit:
    """Who answers and by which laws, named as they were published; `verified` is false where nobody has read that in a text.

    `source` says where it was read. There may be no law, as for the terms of an insurance.
    """

    laws: tuple[str, ...]
    office: str
    verified: bool
    source: str

    @property
    def title(self) -> str:
        """The laws in their marks, one behind the other; the office where there is none."""
        return "".join(f"《{law}》" for law in self.laws) or self.office


def read_remits(section: Mapping[str, Any], where: str) -> dict[str, Remit]:
    """Return the remits by their names, as a table of situations writes them.

    Raises:
        ValueError: One names no office, has an unknown key or code, or claims to be verified without saying where; says which.
    """
    return {str(name): _remit(values, f"{where}：{name}") for name, values in section.items()}


def _remit(values: object, where: str) -> Remit:
    if not isinstance(values, dict) or not text_of(values, "office", where):
        raise ValueError(f"{where} 缺少 office，应写明由哪个部门处理")
    if unknown := sorted(map(str, set(values) - set(_KEYS))):
        raise ValueError(f"{where} 不认识的项 {'、'.join(unknown)}")
    code, source = text_of(values, "code", where) or "U", text_of(values, "source", where)
    if code not in _CODES:
        raise ValueError(f"{where} 的 code 应为 {'、'.join(_CODES)} 之一")
    if code != "U" and not source:
        raise ValueError(f"{where} 写为已核实，须在 source 中写明在哪里读到")
    return Remit(
        laws=texts(values, "laws", where), office=text_of(values, "office", where), verified=code != "U", source=source
    )
