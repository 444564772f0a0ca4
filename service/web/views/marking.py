"""Text with its evidence marked: everything is escaped, only our own `<mark>` is markup. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

__all__ = ["excerpt", "marked", "spans_of", "undirected"]

_EXCERPT = 160


def spans_of(evidence: Iterable[Mapping[str, Any]], field: str) -> list[tuple[int, int]]:
    """Return the merged spans of one field's evidence, in order; malformed ones are left out."""
    spans = sorted(
        (item["start"], item["end"])
        for item in evidence
        if item.get("field", "text") == field
        and isinstance(item.get("start"), int)
        and isinstance(item.get("end"), int)
        and 0 <= item["start"] < item["end"]
    )
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def marked(text: str, spans: Sequence[tuple[int, int]] = ()) -> Markup:
    """Return `text` escaped, the spans (half-open, in order, not overlapping) wrapped in `<mark>`."""
    parts: list[Markup] = []
    at = 0
    for start, end in spans:
        if start < at or start >= len(text):
            continue
        parts += [escape(text[at:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        at = min(end, len(text))
    parts.append(escape(text[at:]))
    return Markup("").join(parts)


def excerpt(text: str, spans: Sequence[tuple[int, int]], *, width: int = _EXCERPT) -> Markup:
    """Return about `width` characters around the first span, escaped and marked, with an ellipsis where it is cut."""
    flat = text.replace("\n", " ").replace("\r", " ")
    start = max(0, (spans[0][0] if spans else 0) - width // 4)
    end = min(len(flat), start + width)
    kept = [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]
    before = "…" if start else ""
    after = "…" if end < len(flat) else ""
    return Markup("").join([escape(before), marked(flat[start:end], kept), escape(after)])


_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def undirected(value: object) -> object:
    """Return what a page shows without the signs that turn the direction of writing: one in a title turns the line after it too."""
    if not isinstance(value, str) or not _DIRECTION.search(value):
        return value
    shown = _DIRECTION.sub("", value)
    return Markup(shown) if isinstance(value, Markup) else shown  # noqa: S704 - it was markup before
