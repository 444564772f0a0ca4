"""What is written can be read: by day and, on a screen that is set to dark, by night."""

import re

import pytest

from service.web.static_files import STATIC

_READABLE = 4.5
_SHEET = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
_DAY, _, _NIGHT = _SHEET.partition("@media screen and (prefers-color-scheme: dark)")
# Each text with the grounds that it stands on.
TEXTS = {
    "ink": ("paper", "panel", "raised", "accent-weak", "highlight", "shade-0", "shade-1", "shade-2", "shade-3"),
    "ink-2": ("paper", "panel", "raised", "accent-weak"),
    "ink-3": ("paper", "panel"),
    "accent": ("paper", "panel", "raised", "accent-weak"),
    "on-accent": ("accent", "accent-strong"),
    "red": ("paper", "panel", "red-ground"),
    "orange": ("paper", "panel", "orange-ground"),
    "yellow": ("panel", "yellow-ground"),
    "blue": ("panel", "blue-ground"),
    "good": ("panel",),
    "added": ("added-ground",),
    "on-badge": ("badge",),
    "rail-text": ("rail", "rail-hover"),
    "rail-label": ("rail",),
    "rail-bright": ("rail-current",),
    "drill": ("drill-stripe", "drill-stripe-2"),
}


def _tokens(sheet: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", sheet))


SCHEMES = {"day": _tokens(_DAY), "night": {**_tokens(_DAY), **_tokens(_NIGHT)}}


def _light(colour: str) -> float:
    """Return the relative luminance of WCAG 2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_light(one), _light(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_has_a_contrast_of_four_and_a_half_on_its_grounds(scheme: str) -> None:
    tokens = SCHEMES[scheme]
    pairs = [(text, ground) for text, grounds in TEXTS.items() for ground in grounds]
    faint = {f"{text} on {ground}": round(_contrast(tokens[text], tokens[ground]), 2) for text, ground in pairs}
    assert {pair: found for pair, found in faint.items() if found < _READABLE} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_filled_in_has_an_edge_that_is_seen(scheme: str) -> None:
    tokens = SCHEMES[scheme]
    assert _contrast(tokens["field"], tokens["panel"]) >= 3


def test_the_night_has_another_colour_for_every_ground_and_text_of_a_page() -> None:
    shared = {name for name in _tokens(_DAY) if not name.startswith(("rail", "badge", "on-badge", "drill"))}
    assert shared - set(_tokens(_NIGHT)) == {"orange-bar", "yellow-bar", "blue-bar"}
