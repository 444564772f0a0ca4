"""Finds and masks personal data in collected text, and turns author names into keyed hashes.

Only what is certain is masked: a citizen's number must have a valid birthday and check digit (GB 11643-1999) or be called
one, a passport's number be called one, a mobile number must stand alone and be no batch, approval or device number nor an
amount. None is hidden by what is put between its digits, nor by digits in words, nor by what `dressed_numbers` finds. What stays readable is what the work
needs and what identifies nobody: the region of a citizen's number, the network prefix of a phone number.
"""

import hashlib
import hmac
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from crawlers.dressed_addresses import MAY_BE_DRESSED, dressed_emails
from crawlers.dressed_numbers import (
    IN_DIGITS,
    Dressed,
    dressed_citizens,
    dressed_phones,
    follows_a_count,
    is_called_a_phone,
)
from crawlers.spoken_numbers import MAY_BE_SPOKEN, Spoken, spoken_numbers

__all__ = [
    "PersonalDatum",
    "author_hash",
    "find_personal_data",
    "is_words_id",
    "mask_personal_data",
    "masked_sample",
    "words_id",
]

# What people put between the digits of a number: blanks, dashes, dots and strokes of every width, and what nobody sees.
_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0f\ufeff\u20e3"
_JOINT = f"[ \\t\u00a0\u2000-\u200a\u202f\u3000\\-\u2010-\u2015－_.．·・•/{_UNSEEN}]"
_HIDDEN = re.compile(f"(?<=\\d)[{_UNSEEN}]+(?=[\\dXx])")
_IN_WORDS = "".join(signs[2:-1] for signs in IN_DIGITS)
_DIGIT = f"[{''.join(signs[1:-1] for signs in IN_DIGITS)}]"
_WIDE = re.compile(r"[^\D0-9]|[＠．Ｘｘ]")
# Every number that is looked for has seven signs with little between them, an address its mark.
_TELLING = re.compile(
    f"[@＠]|[\\d{_IN_WORDS}](?:[^\\d{_IN_WORDS}]{{0,3}}[\\d{_IN_WORDS}]){{6}}|{MAY_BE_DRESSED}|{MAY_BE_SPOKEN}"
)
_SPOKEN = re.compile(MAY_BE_SPOKEN)
_MAY_BE_ADDRESS = re.compile(f"@|{MAY_BE_DRESSED}")
_CALL = "(?:(?<![0-9A-Za-z.])|(?<=[Tt][Ee][Ll])|(?<=[VvWw][Xx])|(?<=[Ss][Jj])|(?<=[Dd][Hh]))"
_MOBILE = re.compile(
    f"{_CALL}((?:(?:\\+|00)?86[- ]?)?1[3-9]\\d)({_JOINT}{{0,2}})(\\d{{4}})({_JOINT}{{0,2}})\\d{{4}}(?![0-9A-Za-z]|\\.\\d)"
)
_TOLD_MOBILE = re.compile(
    f"(?<![A-Za-z.*])(?<!{_DIGIT})(?=(?:[0-9]{_JOINT}{{0,2}}){{0,10}}[{_IN_WORDS}])"
    f"(?=({IN_DIGITS[1]}{_JOINT}{{0,2}}[{''.join(signs[1:-1] for signs in IN_DIGITS[3:])}]{_JOINT}{{0,2}}{_DIGIT})((?:{_JOINT}{{0,2}}{_DIGIT}){{8}})"
    f"(?!{_DIGIT}|[A-Za-z*]|\\.[\\d*]))"
)
# The same mark between all of them, and no more of them before or after: else they are a list.
_SINGLE_MOBILE = re.compile(
    f"(?<![0-9A-Za-z.*])(?<![0-9*][、，,;；/ ])(?=(1({_JOINT}{{1,2}}|[、，,;；])[3-9]\\2\\d)((?:\\2\\d){{8}})"
    f"(?!{_DIGIT}|[A-Za-z*]|\\.[\\d*]|\\2[\\d*]))"
)
# Ordinary ones of this country have a letter and eight digits, or two letters and seven; those to Hong Kong, Macao and
# Taiwan are alike (GA/T 1179).
_PASSPORT = re.compile(
    "(?:护照|通行证)(?:件?号码?|编号|证号)?[^\\w]{0,3}[为是]?[^\\w]{0,3}(([A-Za-z])[A-Za-z]?[ -]?\\d{3,4}[ -]?\\d{4})(?![0-9A-Za-z])"
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
_NOT_A_PHONE = re.compile(
    r"(?:(?:批号|批次|准字|编号|文号|条码|追溯码|货号|证号|单号|流水号|序列号|受理号|UDI)[^\d，。；、！？,;!?\n]{0,4}"
    r"|ICP备|公网安备|[网械妆食]备字?|[妆健械]备?字|罚?字?[〔\[]20\d\d[〕\]]第?)$"
)
# The parts of a device's number (UDI, GS1): what stands after the mark of a batch or serial, after the device itself.
_DEVICE_NUMBER = re.compile(r"[(（]01[)）]\d{14}[^\n]{0,40}[(（](?:10|21|240)[)）]$")
_SEEN_OF_DEVICE = 70
_ENDS = r"(?=[\s，。；、！？,;!?)）]|$)"
# 万, 元 and 股 also begin what follows a telephone: 万先生, 万分感谢, 元旦, 股长. So do 支 of 支付宝 and 片 of 片区.
_AMOUNT = re.compile(
    f" ?(?:[万亿]{{0,2}}(?:元(?!旦|宵|某|总|先生|女士|小姐|老师|师傅|医生|主任|经理)|股(?![长东室民]))|[万亿]{_ENDS}"
    f"|万?(?:[支盒瓶袋片粒箱丸贴枚只台套剂吨克升]|[千毫]克|公斤|毫升|人次|批次)(?:{_ENDS}|(?=药|疫苗|注射|针剂|胶囊|口罩|产品|样品)))"
)
_WHOLE_AMOUNT = re.compile(f" ?[万亿]{{0,2}}[元股]{_ENDS}")
_SHORTEST_KEY = 16
_OF_WORDS = "hmac:"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDatum:
    """One find: `kind` is `id_card`, `passport`, `mobile`, `email` or `landline`; `masked` the part of it that a mask hides."""

    kind: str
    start: int
    end: int
    masked: tuple[int, int]


def find_personal_data(text: str, *, landlines: bool = False) -> list[PersonalDatum]:
    """Return the citizens', passport and mobile numbers and e-mail addresses of a text in order; fixed lines on request.

    Offsets are of `text` as given: wide digits count as the digits they stand for.
    """
    if not _TELLING.search(text) and not _HIDDEN.search(text):
        return []
    plain, places = _seen(text)
    found = [*_dressed(plain, "id_card", dressed_citizens(plain)), *_mobiles(plain, spoken=landlines)]
    known = sorted((datum.start, datum.end) for datum in found)
    found += [
        datum
        for datum in _dressed(plain, "mobile", dressed_phones(plain, spoken=landlines))
        if not _overlaps(known, datum)
    ]
    found += [
        PersonalDatum(kind="passport", start=m.start(1), end=m.end(1), masked=(m.end(2), m.end(1)))
        for m in _PASSPORT.finditer(plain)
    ]
    found += _addresses(plain)
    if landlines:
        found += [
            PersonalDatum(kind="landline", start=m.start(), end=m.end(), masked=(m.end(2), m.end()))
            for m in _LANDLINE.finditer(plain)
            if not _is_called_otherwise(plain, m.start(), m.end())
        ]
        found += [
            PersonalDatum(kind="landline", start=m.end(1), end=m.end(), masked=(m.end(1), m.end()))
            for m in _CALLED_LINE.finditer(plain)
        ]
    if places is not None:
        found = [_placed(datum, *places) for datum in found]
    return sorted(found, key=lambda datum: (datum.start, -datum.end))


def _seen(text: str) -> tuple[str, tuple[list[int], list[int]] | None]:
    """Return the text with plain digits, without what hides between them and with digits for words that say them.

    Where anything was changed in length, also where each character began and ended before.
    """
    plain = _WIDE.sub(lambda sign: _narrow(sign[0]), text) if _WIDE.search(text) else text
    changed = [(*match.span(), "") for match in _HIDDEN.finditer(plain)]
    if _SPOKEN.search(plain):
        changed = sorted([*changed, *chain.from_iterable(map(_as_digits, spoken_numbers(plain)))])
    if not changed:
        return plain, None
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for start, end, digit in [*changed, (len(plain), len(plain), "")]:
        pieces += [plain[position:start], digit]
        starts += [*range(position, start), *([start] if digit else [])]
        ends += [*range(position + 1, start + 1), *([end] if digit else [])]
        position = max(position, end)
    return "".join(pieces), ([*starts, len(plain)], [*ends, len(plain)])


def _as_digits(words: Sequence[Spoken]) -> Iterator[Spoken]:
    """Yield what becomes of each word and of what stands before the next one: a digit, and nothing."""
    for (start, end, digit), after in zip(words, (*(one[0] for one in words[1:]), words[-1][1]), strict=True):
        yield start, end, digit
        if after > end:
            yield end, after, ""


def _narrow(sign: str) -> str:
    return {"＠": "@", "．": ".", "Ｘ": "X", "ｘ": "x"}.get(sign) or str(unicodedata.digit(sign))


def _placed(datum: PersonalDatum, starts: Sequence[int], ends: Sequence[int]) -> PersonalDatum:
    start, end = datum.masked
    return PersonalDatum(
        kind=datum.kind,
        start=starts[datum.start],
        end=ends[datum.end - 1],
        masked=(starts[start], ends[end - 1]),
    )


def _addresses(plain: str) -> Iterator[PersonalDatum]:
    if not _MAY_BE_ADDRESS.search(plain):
        return
    told = [(m.start(), m.end(), m.start(1) - 1) for m in _EMAIL.finditer(plain) if not _is_office(m[1])]
    known = {start for start, _, _ in told}
    for start, end, masked in (*told, *(one for one in dressed_emails(plain) if one[0] not in known)):
        yield PersonalDatum(kind="email", start=start, end=end, masked=(start, masked))


def _is_office(domain: str) -> bool:
    return f".{domain.lower()}".endswith(".gov.cn")


def _dressed(plain: str, kind: str, found: Iterable[Dressed]) -> Iterator[PersonalDatum]:
    for start, end, masked in found:
        if kind == "id_card" or not _is_called_otherwise(plain, start, end):
            yield PersonalDatum(kind=kind, start=start, end=end, masked=(masked, end))


def _overlaps(known: Sequence[tuple[int, int]], datum: PersonalDatum) -> bool:
    before = bisect_left(known, (datum.end, 0))
    return before > 0 and known[before - 1][1] > datum.start


def _mobiles(plain: str, *, spoken: bool) -> Iterator[PersonalDatum]:
    """Yield mobile numbers; where persons speak also those in two groups or digit by digit, which in a table are figures."""
    for match in _MOBILE.finditer(plain):
        halves = bool(match[2]) != bool(match[4])
        figures = halves and (not spoken or "." in match[0] or (match[2] and _DAY.match(plain, match.start(3))))
        if not figures and not _is_called_otherwise(plain, match.start(), match.end()):
            yield PersonalDatum(kind="mobile", start=match.start(), end=match.end(), masked=(match.end(1), match.end()))
    single = (match for match in _SINGLE_MOBILE.finditer(plain) if not follows_a_count(plain, match.start()))
    for match in chain(_TOLD_MOBILE.finditer(plain), single if spoken else ()):
        last = match.lastindex or 1
        if not _is_called_otherwise(plain, match.start(), match.end(last)):
            yield PersonalDatum(kind="mobile", start=match.start(1), end=match.end(last), masked=match.span(last))


def _is_called_otherwise(plain: str, start: int, end: int) -> bool:
    """Tell whether what stands before or after a number says that it is one of a product, paper or device, or an amount."""
    return (
        _NOT_A_PHONE.search(plain, max(start - 10, 0), start) is not None
        or (_WHOLE_AMOUNT if is_called_a_phone(plain, start) else _AMOUNT).match(plain, end) is not None
        or _DEVICE_NUMBER.search(plain, max(start - _SEEN_OF_DEVICE, 0), start) is not None
    )


def mask_personal_data(text: str, *, landlines: bool = False) -> str:
    """Return `text` with citizens', passport and mobile numbers and e-mail addresses masked; idempotent.

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
    return _keyed(key, f"{source_id}\x1f{native}")[:20]


def words_id(key: bytes, *words: str) -> str:
    """Return the number of what its source numbers by nothing: `hmac:` and 32 hex digits over its words as they came.

    Keyed, because the words are stored masked: with an unkeyed hash anyone tries the eight digits that a mask hides, or
    the names that were hidden later, until one fits. Raises `ValueError` as `author_hash` does.
    """
    return _OF_WORDS + _keyed(key, "\x1f".join(("words", *words)))[:32]


def is_words_id(native: str) -> bool:
    """Tell whether a number was made of the words, by this build or an earlier one: it tells nobody anything."""
    return native.startswith((_OF_WORDS, "sha256:"))


def _keyed(key: bytes, message: str) -> str:
    if len(key) < _SHORTEST_KEY:
        raise ValueError(f"the author key needs at least {_SHORTEST_KEY} bytes, got {len(key)}")
    return hmac.new(key, message.encode(errors="replace"), hashlib.sha256).hexdigest()


def _mask(datum: PersonalDatum) -> str:
    if datum.kind in {"id_card", "passport"}:
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
