"""Finds and masks personal data in collected text, and turns author names into keyed hashes.

Only what is certain is masked: a citizen's number must have a valid birthday and check digit (GB 11643-1999), a
mobile number must stand alone and not be called a batch or approval number. What stays readable is what the work
needs and what identifies nobody: the region of a citizen's number, the network prefix of a phone number.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date

__all__ = ["PersonalDatum", "author_hash", "find_personal_data", "mask_personal_data", "masked_sample"]

_WIDE_DIGITS = str.maketrans("０１２３４５６７８９Ｘｘ＠", "0123456789Xx@")
_WIDE = re.compile("[０-９＠]")
# Every number that is looked for has four digits in a row, whatever stands between its groups.
_TELLING = re.compile(r"\d{4}|[@＠]")
_ID_CARD = re.compile(
    r"(?<![0-9A-Za-z])([1-8]\d{5})((?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])(?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z.])((?:\+?86[- ]?)?1[3-9]\d)([- ]?)\d{4}\2\d{4}(?![0-9A-Za-z]|\.\d)")
_LANDLINE = re.compile(r"(?<![0-9A-Za-z.-])(0(?:10|2\d|[3-9]\d{2}))([-— ]|\)|）)[2-8]\d{6,7}(?![0-9A-Za-z])")
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@((?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24})(?![\w-])", re.ASCII
)
# Not across a mark that ends what was said: “查明批号。电话138…” is a telephone.
_NOT_A_PHONE = re.compile(r"(?:批号|批次|准字|编号|文号|条码|追溯码|货号|证号)[^\d，。；、！？,;!?\n]{0,4}$")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_SHORTEST_KEY = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDatum:
    """One find: `kind` is `id_card`, `mobile`, `email` or `landline`; `masked` the part of it that a mask hides."""

    kind: str
    start: int
    end: int
    masked: tuple[int, int]


def find_personal_data(text: str, *, landlines: bool = False) -> list[PersonalDatum]:
    """Return the citizens' numbers, mobile numbers and e-mail addresses of a text in order; fixed lines on request.

    Offsets are of `text` as given: wide digits count as the digits they stand for.
    """
    if not _TELLING.search(text):
        return []
    plain = text.translate(_WIDE_DIGITS) if _WIDE.search(text) else text
    found = [
        PersonalDatum(kind="id_card", start=match.start(), end=match.end(), masked=match.span(2))
        for match in _ID_CARD.finditer(plain)
        if _is_citizen_number(match[1] + match[2])
    ]
    found += [
        PersonalDatum(kind="mobile", start=match.start(), end=match.end(), masked=(match.end(1), match.end()))
        for match in _MOBILE.finditer(plain)
        if not _NOT_A_PHONE.search(plain, max(match.start() - 10, 0), match.start())
    ]
    if "@" in plain:
        found += [
            PersonalDatum(kind="email", start=m.start(), end=m.end(), masked=(m.start(), m.start(1) - 1))
            for m in _EMAIL.finditer(plain)
            if not m[1].lower().endswith("gov.cn")
        ]
    if landlines:
        found += [
            PersonalDatum(kind="landline", start=m.start(), end=m.end(), masked=(m.end(2), m.end()))
            for m in _LANDLINE.finditer(plain)
        ]
    return sorted(found, key=lambda datum: datum.start)


def mask_personal_data(text: str, *, landlines: bool = False) -> str:
    """Return `text` with citizens' numbers, mobile numbers and e-mail addresses masked; idempotent.

    Addresses below `gov.cn` belong to offices and stay. Fixed lines are masked only on request: in notices and news
    they are an office's, in posts and complaints a person's.
    """
    found = find_personal_data(text, landlines=landlines)
    if not found:
        return text
    return _replaced(text, [(*datum.masked, _mask(datum)) for datum in found])


def masked_sample(sample: bytes) -> bytes:
    """Return the sample of a row that was refused, with its numbers masked as they would be had it been taken."""
    return mask_personal_data(sample.decode(errors="replace"), landlines=True).encode()


def author_hash(key: bytes, source_id: str, native: str) -> str:
    """Return the keyed hash that stands for an author: 20 hex digits of HMAC-SHA-256.

    Keyed, because the ids of platforms are short numbers that an unkeyed hash lets anyone enumerate.

    Args:
        key: the deployment's secret, at least 16 bytes.
        source_id: one person on two sources gets two hashes.
        native: the name or id that the source uses.

    Raises:
        ValueError: the key is too short to protect anything.
    """
    if len(key) < _SHORTEST_KEY:
        raise ValueError(f"the author key needs at least {_SHORTEST_KEY} bytes, got {len(key)}")
    message = f"{source_id}\x1f{native}".encode(errors="replace")
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:20]


def _mask(datum: PersonalDatum) -> str:
    if datum.kind == "id_card":
        return "*" * (datum.masked[1] - datum.masked[0])
    return "***" if datum.kind == "email" else "********"


def _replaced(text: str, spans: list[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end, mask in sorted(spans):
        if start < position:
            continue
        pieces += [text[position:start], mask]
        position = end
    return "".join([*pieces, text[position:]]) if pieces else text


def _is_citizen_number(number: str) -> bool:
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11] == number[17].upper()
