"""Finds telephone and citizens' numbers that were dressed so that no machine finds them: 1З8（1234）5678, 138，l234，567O.

A dressed number is less certain than a plain one, for the marks that hide it also stand between figures. It counts where
its digits are grouped as people group a number, and marks of a list between them only right after a word for a telephone
or a number of identity. Expects what `personal_data` makes of a text: plain digits, nothing unseen between them.
"""

import re
from collections.abc import Iterator
from datetime import date

__all__ = [
    "CITIZEN_GROUPS",
    "DIGITS",
    "IN_DIGITS",
    "Dressed",
    "dressed_citizens",
    "dressed_phones",
    "follows_a_count",
    "is_called_a_phone",
    "is_citizen_number",
]

Dressed = tuple[int, int, int]
"""Start, end, and where the part begins that is hidden."""

_SPELLED = (
    "0〇零○⓪⁰₀⓿",
    "1一壹幺①¹₁⑴⒈⓵❶➀➊㈠㊀",
    "2二贰貳②²₂⑵⒉⓶❷➁➋㈡㊁",
    "3三叁③³₃⑶⒊⓷❸➂➌㈢㊂",
    "4四肆④⁴₄⑷⒋⓸❹➃➍㈣㊃",
    "5五伍⑤⁵₅⑸⒌⓹❺➄➎㈤㊄",
    "6六陆⑥⁶₆⑹⒍⓺❻➅➏㈥㊅",
    "7七柒⑦⁷₇⑺⒎⓻❼➆➐㈦㊆",
    "8八捌⑧⁸₈⑻⒏⓼❽➇➑㈧㊇",
    "9九玖⑨⁹₉⑼⒐⓽❾➈➒㈨㊈",
)
IN_DIGITS = tuple(f"[{signs}]" for signs in _SPELLED)
"""The class of the signs of each digit, in order."""

# Letters that look like a digit, of the Latin, Greek and Cyrillic alphabets.
_ALIKE = ("oOοОо", "lIiⅠ", "", "ЗзƷ")
DIGITS = {ord(sign): str(value) for value, signs in enumerate(_SPELLED) for sign in signs} | {
    ord(sign): str(value) for value, signs in enumerate(_ALIKE) for sign in signs
}
"""What a sign of a number stands for, for `str.translate`."""

_ZERO, _ONE, _TWO, _THREE, *_REST = (
    f"[{signs}{alike}]" for signs, alike in zip(_SPELLED, (*_ALIKE, *[""] * 6), strict=True)
)
_SIGNS = "".join([*_SPELLED, *_ALIKE])
_SIGN = f"[{_SIGNS}]"
_NO_SIGN = f"(?![{_SIGNS}])"
# Whatever is neither letter nor digit; three are a bracket, a blank and a bracket. Possessive, for no sign is one of these.
_DRESS = "[\\W_]{0,3}+"
_SENTENCE_END = re.compile("[。！？!?]")
_THIRD = f"[{''.join(_SPELLED[3:])}{_ALIKE[3]}]"
_PHONE = re.compile(f"(?<![0-9])(?=({_ONE}{_DRESS}{_THIRD}{_DRESS}{_SIGN})((?:{_DRESS}{_SIGN}){{8}}){_NO_SIGN})")
_PARTS = re.compile(f"{_SIGN}+")
_LETTER = re.compile("[A-Za-z]")
_LEAST_DIGITS = 7
_GROUPS = frozenset({(11,), (3, 4, 4), (3, 8), (7, 4)})
_SINGLE = (1,) * 11
# Only where it is called a telephone: these come up between figures too, as any line may break anywhere.
_CALLED_GROUPS = _GROUPS | {
    *((3, 4, 2, 2), (3, 2, 2, 2, 2), (3, 3, 3, 2), (3, 4, 3, 1), (2, 4, 5), (3, 3, 5), (3, 5, 3), (4, 4, 3)),
    *((4, 7), (5, 6), (6, 5), _SINGLE),
}
_HIDING = re.compile("[A-Za-z()（）【】\\[\\]<>《》~～*＊#'’‘|\u2212]")
_LISTING = re.compile("[,，、;；:：.=+/\n]")
# A batch is called by its day: 138（20260115）are a count and a batch.
_DAY = re.compile("20[0-3]\\d[01]\\d[0-3]\\d$")
_CALLED = re.compile(
    "(?:电话|手机|座机|固话|热线|联系|微信|薇信|威信|[vVｖ]信|加[vVwW我]|[vVwW][xX]|[Tt][Ee][Ll]|[Pp]hone|打给|拨打|致电|短信"
    "|☎|📞|📱|QQ|扣扣|私信|(?:\\+|00)86)[^。！？!?]{0,8}$"
)
_SEEN_BEFORE = 16
# What was just counted goes on being counted: 拨打5分钟 1 3 5 ….
_COUNTED = re.compile(
    "[0-9]\\s?(?:分钟?|秒|小?时|天|日|周|月|年|次|元|个|盒|片|粒|瓶|支|期|例|人)[后内前]?[^\\w]{0,3}$"
)

_ID_SIGN_X = f"(?:{_SIGN}|[Xx])"
_CENTURY = f"(?={_DRESS}(?:{_ONE}{_DRESS}[9九玖⑨]|{_TWO}{_DRESS}{_ZERO}))"
_CITIZEN = re.compile(
    f"(?<![0-9*])(?=((?:{_SIGN}{_DRESS}){{5}}{_SIGN}){_CENTURY}((?:{_DRESS}{_SIGN}){{11}}{_DRESS}{_ID_SIGN_X})(?![0-9A-Za-z]))"
)
_ID_PARTS = re.compile(f"[{_SIGNS}Xx]+")
CITIZEN_GROUPS = frozenset(
    {(18,), (6, 12), (14, 4), (6, 8, 4), (6, 4, 4, 4), (6, 4, 2, 2, 4), (3, 3, 4, 4, 4), (3, 3, 8, 4), (4, 4, 4, 4, 2)}
    | {(1,) * 18}
)
"""How the digits of a citizen's number are grouped: in a table of figures any grouping comes up, and one in 11 has a right check digit."""

_CALLED_CITIZEN = re.compile(
    f"(?:身份证|公民身份|证件)(?:件?号码?)?[^\\w]{{0,3}}[为是]?[^\\w]{{0,3}}(?![09])((?:{_SIGN}{_DRESS}){{5}}{_SIGN})"
    f"((?:{_DRESS}{_SIGN}){{11}}{_DRESS}{_ID_SIGN_X}|(?:{_DRESS}{_SIGN}){{9}})(?![0-9A-Za-z])"
)
_LEAST_OF_CITIZEN = 11
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


def dressed_phones(plain: str, *, spoken: bool) -> Iterator[Dressed]:
    """Yield mobile numbers; unless persons speak (`spoken`) only those that are called one."""
    for match in _PHONE.finditer(plain):
        signs, start, end = match[1] + match[2], match.start(1), match.end(2)
        digits = sum(sign in "0123456789" for sign in signs)
        if _SENTENCE_END.search(signs) or (digits < _LEAST_DIGITS and _LETTER.search(signs)):
            continue
        groups = tuple(map(len, _PARTS.findall(signs)))
        if is_called_a_phone(plain, start):
            taken = groups in _CALLED_GROUPS and not (groups == _SINGLE and follows_a_count(plain, start))
        else:
            taken = spoken and groups in _GROUPS and _is_plainly_hidden(plain, signs, start, end)
        if taken:
            yield start, end, match.start(2)


def is_called_a_phone(plain: str, start: int) -> bool:
    """Tell whether a word for a telephone stands right before."""
    return _CALLED.search(plain, max(start - _SEEN_BEFORE, 0), start) is not None


def follows_a_count(plain: str, start: int) -> bool:
    """Tell whether single digits go on with what was counted before them."""
    return _COUNTED.search(plain, max(start - _SEEN_BEFORE, 0), start) is not None


def _is_plainly_hidden(plain: str, signs: str, start: int, end: int) -> bool:
    """Tell whether the marks and letters in a number hide it, and neither list figures nor belong to a code."""
    if not _HIDING.search(signs) or _LISTING.search(signs) or _DAY.search("".join(_PARTS.findall(signs))):
        return False
    return not _LETTER.search(plain[max(start - 1, 0) : start] + plain[end : end + 1])


def dressed_citizens(plain: str) -> Iterator[Dressed]:
    """Yield citizens' numbers: valid ones in usual groups or broken over two lines, and what is called one."""
    for match in _CITIZEN.finditer(plain):
        signs = match[1] + match[2]
        groups = _ID_PARTS.findall(signs)
        broken = len(groups) == 2 and "\n" in signs  # noqa: PLR2004
        usual = tuple(map(len, groups)) in CITIZEN_GROUPS or broken
        if usual and is_citizen_number("".join(groups).translate(DIGITS)):
            yield match.start(1), match.end(2), match.start(2)
    for match in _CALLED_CITIZEN.finditer(plain):
        digits = sum(sign in "0123456789" for sign in match[0])
        if digits >= _LEAST_OF_CITIZEN:
            yield match.start(1), match.end(2), match.start(2)


def is_citizen_number(number: str) -> bool:
    """Tell whether 18 signs are a valid citizen's number: a birthday that was, and the check digit (GB 11643-1999)."""
    if number[0] in "09":
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11] == number[17].upper()
