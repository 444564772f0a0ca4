"""Text of an OFD file (GB/T 33190-2016, the layout format of Chinese offices): a ZIP of XML that places pieces of text on pages."""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from crawlers.gate import GateRefusal, RefusalReason

__all__ = ["OfdText", "read_ofd"]

MAX_PAGES = 300
# Pieces of one line are placed within a millimetre of each other.
_LINE_MILLIMETRES = 1.0
_MAX_PIECES = 100_000

OfdText = tuple[str, int, int]
"""The text, a line a line; how many pages there are, and how many of them were read."""


def read_ofd(raw: bytes) -> OfdText | GateRefusal:
    """Return the text of all documents in the file, page by page in their order, from top to bottom and left to right."""
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            pages = [page for document in _documents(archive) for page in _pages(archive, document)]
            lines = [line for page in pages[:MAX_PAGES] for line in _lines(archive, page)]
    except (LxmlError, KeyError, ValueError, zipfile.BadZipFile, RecursionError, OSError, EOFError) as error:
        return GateRefusal(RefusalReason.BINARY, f"OFD 文件的结构已损坏（{type(error).__name__}）")
    return "\n".join(lines), len(pages), min(len(pages), MAX_PAGES)


def _tree(archive: zipfile.ZipFile, name: str) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(archive.read(name), parser)


def _documents(archive: zipfile.ZipFile) -> Iterator[str]:
    for root in _named(_tree(archive, "OFD.xml"), "DocRoot"):
        yield _inside("", root.text)


def _pages(archive: zipfile.ZipFile, document: str) -> Iterator[str]:
    folder = posixpath.dirname(document)
    for page in _named(_tree(archive, document), "Page"):
        if page.get("BaseLoc"):
            yield _inside(folder, page.get("BaseLoc"))


def _lines(archive: zipfile.ZipFile, page: str) -> Iterator[str]:
    placed = sorted(piece for _, piece in zip(range(_MAX_PIECES), _pieces(_tree(archive, page)), strict=False))
    line: list[tuple[float, str]] = []
    top = 0.0
    for y, x, text in placed:
        if line and y - top > _LINE_MILLIMETRES:
            yield "".join(part for _, part in sorted(line))
            line = []
        top = top if line else y
        line.append((x, text))
    if line:
        yield "".join(part for _, part in sorted(line))


def _pieces(tree: Any) -> Iterator[tuple[float, float, str]]:
    """Yield top, left and text of each piece; a piece without a place stands first."""
    for piece in _named(tree, "TextObject"):
        left, top = (*map(float, (piece.get("Boundary") or "").split()[:2]), 0.0, 0.0)[:2]
        for number, code in enumerate(_named(piece, "TextCode")):
            text = (code.text or "").strip()
            if text:
                # Lines of one piece are placed inside it; what says no place follows the one before.
                yield top + float(code.get("Y") or number), left + float(code.get("X") or 0), text


def _named(tree: Any, name: str) -> Iterator[Any]:
    return tree.iter(f"{{*}}{name}")  # type: ignore[no-any-return]  # lxml ships no type hints


def _inside(folder: str, name: str | None) -> str:
    """Return the name of a part of the archive; one that starts with a slash is told from its root."""
    name = (name or "").strip()
    return posixpath.normpath(name.lstrip("/") if name.startswith("/") else posixpath.join(folder, name))
