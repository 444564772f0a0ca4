"""Finds and masks personal data in collected text, and turns author names into keyed hashes.

Only what is certain is masked: a citizen's number must have a valid birthday and check digit (GB 11643-1999) or be called
one, a mobile number must stand alone and not be called a batch or approval number. Neither is hidden by what is put between
its digits, nor by digits in words, nor by what `dressed_numbers` finds. What stays readable is what the work
needs and what identifies nobody: the region of a citizen's number, the network prefix of a phone number.
"""

import hashlib
import hmac
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crawlers.dressed_numbers import IN_DIGITS, Dressed, dressed_citizens, dressed_phones

__all__ = ["PersonalDatum", "author_hash", "find_personal_data", "mask_personal_data", "masked_sample"]

# What people put between the digits of a number: blanks, dashes, dots and strokes of every width, and what nobody sees.
_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0f\ufeff\u20e3"
_JOINT = f"[ \\t\u00a0\u2000-\u200a\u202f\u3000\\-\u2010-\u2015－_.．·・•/{_UNSEEN}]"
_HIDDEN = re.compile(f"(?<=\\d)[{_UNSEEN}]+(?=[\\dXx])")
_IN_WORDS = "".join(signs[2:-1] for signs in IN_DIGITS)
_DIGIT = f"[{''.join(signs[1:-1] for signs in IN_DIGITS)}]"
_WIDE = re.compile(r"[^\D0-9]|[＠．Ｘｘ]")
# Every number that is looked for has seven signs with little between them, an address its mark.
_TELLING = re.compile(f"[@＠]|[\\d{_IN_WORDS}](?:[^\\d{_IN_WORDS}]{{0,3}}[\\d{_IN_WORDS}]){{6}}")
_CALL = "(?:(?<![0-9A-Za-z.])|(?<=[Tt][Ee][Ll])|(?<=[VvWw][Xx])|(?<=[Ss][Jj])|(?<=[Dd][Hh]))"
_MOBILE = re.compile(
    f"{_CALL}((?:(?:\\+|00)?86[- ]?)?1[3-9]\\d)({_JOINT}{{0,2}})(\\d{{4}})({_JOINT}{{0,2}})\\d{{4}}(?![0-9A-Za-z]|\\.\\d)"
)
_TOLD_MOBILE = re.compile(
    f"(?<![A-Za-z.*])(?<!{_DIGIT})(?=(?:[0-9]{_JOINT}{{0,2}}){{0,10}}[{_IN_WORDS}])"
    f"(?=({IN_DIGITS[1]}{_JOINT}{{0,2}}[{''.join(signs[1:-1] for signs in IN_DIGITS[3:])}]{_JOINT}{{0,2}}{_DIGIT})((?:{_JOINT}{{0,2}}{_DIGIT}){{8}})"
    f"(?!{_DIGIT}|[A-Za-z*]|\\.[\\d*]))"
)
_SINGLE_MOBILE = re.compile(
    f"(?<![0-9A-Za-z.*])(?=(1({_JOINT}{{1,2}})[3-9]\\2\\d)((?:\\2\\d){{8}})(?!{_DIGIT}|[A-Za-z*]|\\.[\\d*]))"
)
_LANDLINE = re.compile(
    f"(?<![0-9A-Za-z.-])((?:[0oO]|(?:\\+|00)86[- ]?)(?:10|2\\d|[3-9]\\d{{2}}))({_JOINT}{{0,3}}|\\n|\\)|）)[2-8]\\d{{2,3}}{_JOINT}?\\d{{4}}"
    "(?![0-9A-Za-z])"
)
# Without its area code it is one only where it is called so; eight digits that begin with 20 may be a day.
_CALLED_LINE = re.compile(
    "(?:座机|电话|固话|致电|拨打)(?:号码)?([：:是为]?\\s?)(?!20[0-3]\\d[01]\\d[0-3]\\d)[2-8]\\d{6,7}(?![0-9A-Za-z-])"
)
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@((?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24})(?![\w-])", re.ASCII
)
# A batch is called by its day: 138 20260115 are a count and a batch.
_DAY = re.compile(r"20[0-3]\d[01]\d[0-3]\d")
# Not across a mark that ends what was said: “查明批号。电话138…” is a telephone.
_NOT_A_PHONE = re.compile(r"(?:批号|批次|准字|编号|文号|条码|追溯码|货号|证号)[^\d，。；、！？,;!?\n]{0,4}$")
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
    if not _TELLING.search(text) and not _HIDDEN.search(text):
        return []
    plain, origin = _seen(text)
    found = [*_dressed(plain, "id_card", dressed_citizens(plain)), *_mobiles(plain, spoken=landlines)]
    known = sorted((datum.start, datum.end) for datum in found)
    found += [
        datum
        for datum in _dressed(plain, "mobile", dressed_phones(plain, spoken=landlines))
        if not _overlaps(known, datum)
    ]
    if "@" in plain:
        found += [
            PersonalDatum(kind="email", start=m.start(), end=m.end(), masked=(m.start(), m.start(1) - 1))
            for m in _EMAIL.finditer(plain)
            if not f".{m[1].lower()}".endswith(".gov.cn")
        ]
    if landlines:
        found += [
            PersonalDatum(kind="landline", start=m.start(), end=m.end(), masked=(m.end(2), m.end()))
            for m in _LANDLINE.finditer(plain)
            if not _is_called_otherwise(plain, m.start())
        ]
        found += [
            PersonalDatum(kind="landline", start=m.end(1), end=m.end(), masked=(m.end(1), m.end()))
            for m in _CALLED_LINE.finditer(plain)
        ]
    if origin is not None:
        found = [_placed(datum, origin) for datum in found]
    return sorted(found, key=lambda datum: (datum.start, -datum.end))


def _seen(text: str) -> tuple[str, list[int] | None]:
    """Return the text with plain digits and without what hides between them, and where each character stood if any was hidden."""
    plain = _WIDE.sub(lambda sign: _narrow(sign[0]), text) if _WIDE.search(text) else text
    hidden = [match.span() for match in _HIDDEN.finditer(plain)]
    if not hidden:
        return plain, None
    pieces: list[str] = []
    origin: list[int] = []
    position = 0
    for start, end in [*hidden, (len(plain), len(plain))]:
        pieces.append(plain[position:start])
        origin += range(position, start)
        position = end
    return "".join(pieces), [*origin, len(plain)]


def _narrow(sign: str) -> str:
    return {"＠": "@", "．": ".", "Ｘ": "X", "ｘ": "x"}.get(sign) or str(unicodedata.digit(sign))


def _placed(datum: PersonalDatum, origin: Sequence[int]) -> PersonalDatum:
    start, end = datum.masked
    return PersonalDatum(
        kind=datum.kind,
        start=origin[datum.start],
        end=origin[datum.end - 1] + 1,
        masked=(origin[start], origin[end - 1] + 1),
    )


def _dressed(plain: str, kind: str, found: Iterable[Dressed]) -> Iterator[PersonalDatum]:
    for start, end, masked in found:
        if kind == "id_card" or not _is_called_otherwise(plain, start):
            yield PersonalDatum(kind=kind, start=start, end=end, masked=(masked, end))


def _overlaps(known: Sequence[tuple[int, int]], datum: PersonalDatum) -> bool:
    before = bisect_left(known, (datum.end, 0))
    return before > 0 and known[before - 1][1] > datum.start


def _mobiles(plain: str, *, spoken: bool) -> Iterator[PersonalDatum]:
    """Yield mobile numbers; where persons speak also those in two groups or digit by digit, which in a table are figures."""
    for match in _MOBILE.finditer(plain):
        halves = bool(match[2]) != bool(match[4])
        figures = halves and (not spoken or "." in match[0] or (match[2] and _DAY.match(plain, match.start(3))))
        if not figures and not _is_called_otherwise(plain, match.start()):
            yield PersonalDatum(kind="mobile", start=match.start(), end=match.end(), masked=(match.end(1), match.end()))
    told = _TOLD_MOBILE.finditer(plain)
    for match in (*told, *_SINGLE_MOBILE.finditer(plain)) if spoken else told:
        if not _is_called_otherwise(plain, match.start()):
            last = match.lastindex or 1
            yield PersonalDatum(kind="mobile", start=match.start(1), end=match.end(last), masked=match.span(last))


def _is_called_otherwise(plain: str, start: int) -> bool:
    return _NOT_A_PHONE.search(plain, max(start - 10, 0), start) is not None


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
