"""The obfuscation matrix: 26 named ways to write a word so that a search for it finds nothing, times 200 terms.

The terms are drawn from the products and from the risk terms of the lexicon, a hundred each: spellings of two or more
Chinese characters in the order of their SHA-256, passing over those that one of the ways would leave as they are.
They are pinned with their disguises in `evasion_terms.tsv`, so that the product's own tables do not write its test:

| column | written by |
| --- | --- |
| pinyin, toned | pypinyin 0.55 (MIT), which knows the readings of whole phrases |
| one_letter | the last character as pypinyin reads it, the others plain |
| homophone | the first character that has one, as the commonest other character of its reading and tone (Unihan 15.0, `kHanyuPinlu`) |
| homophones | every character so; beyond the matrix |
| parts | every character that has two, as the last pair that kfcd/chaizi lists (CC BY 3.0) |
| traditional | OpenCC 1.4, character by character |
| variant | the Japanese, Taiwan or Hong Kong form of OpenCC 1.4, else the first variant of Unihan 15.0 |
"""

import csv
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

__all__ = ["FLOORS", "TRICKS", "Form", "digest", "load_forms"]

Form = Mapping[str, str]


def _with(mark: str) -> Callable[[Form], str]:
    return lambda form: mark.join(form["term"])


def _wide(form: Form) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) for letter in form["pinyin"])


def _column(name: str) -> Callable[[Form], str]:
    return lambda form: form[name]


TRICKS: Mapping[str, Callable[[Form], str]] = MappingProxyType(
    {
        "zero-width space": _with("\u200b"),
        "word joiner": _with("\u2060"),
        "soft hyphen": _with("\u00ad"),
        "byte-order mark": _with("\ufeff"),
        "variation selector": _with("\ufe0f"),
        "tag character": _with("\U000e0041"),
        "Hangul filler": _with("\u3164"),
        "combining overlay": _with("\u0336"),
        "bidi override": lambda form: f"\u202e{form['term'][::-1]}\u202c",
        "entities": lambda form: "".join(f"&#{ord(character)};" for character in form["term"]),
        "blank": _with(" "),
        "wide blank": _with("\u3000"),
        "middle dot": _with("·"),
        "star": _with("*"),
        "picture": _with("🐛"),
        "line break": _with("\n"),
        "radical": _with("⻋"),
        "traditional": _column("traditional"),
        "variant": _column("variant"),
        "pinyin": _column("pinyin"),
        "pinyin with tones": _column("toned"),
        "wide pinyin": _wide,
        "one character in pinyin": _column("one_letter"),
        "homophone": _column("homophone"),
        "parts": _column("parts"),
        "hexadecimal entities": lambda form: "".join(f"&#x{ord(character):X};" for character in form["term"]),
    }
)

_SURE, _VARIANT, _SOUND = 0.99, 0.95, 0.85
FLOORS: Mapping[str, float] = MappingProxyType(
    dict.fromkeys(TRICKS, _SURE)
    | dict.fromkeys(["traditional", "variant"], _VARIANT)
    | dict.fromkeys(["pinyin", "pinyin with tones", "wide pinyin", "one character in pinyin"], 0.98)
    | dict.fromkeys(["homophone", "parts"], _SOUND + 0.04)
)
"""What share of the terms has to be found; beyond what was asked for (.85 of the last two groups) where it is held."""


def digest(term: str) -> str:
    """Return what terms are drawn by."""
    return hashlib.sha256(term.encode()).hexdigest()


def load_forms() -> list[Form]:
    """Return the pinned terms with their disguises, in the order drawn."""
    lines = Path(__file__).with_name("evasion_terms.tsv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(lines[1:], delimiter="\t", quoting=csv.QUOTE_NONE))
