"""Style sheets are read like code: one form of a rule, one place for colours, no rule for what no page has."""

import re

from service.web.static_files import STATIC
from tests.architecture.sources import ROOT

SHEETS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((STATIC / "css").glob("*.css"))}
WEB = ROOT / "service" / "web"
LONGEST_SHEET = 400
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)|\b(?:rgb|hsl)a?\(")
_CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
_ON_ONE_LINE = re.compile(r"\{.*\}")
_ONE_RULE = re.compile(r" *[^{};]+ \{ [^{};]+; \}")
# What stands before a part that a template fills in: `bar-{{ key }}`.
_MADE = re.compile(r"([a-z]+-)(?:\{\{|\" ~)")


def _bare(sheet: str) -> str:
    return _COMMENT.sub("", sheet)


def _selectors(sheet: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", _bare(sheet))


def test_every_sheet_is_loaded_and_none_is_long() -> None:
    page = (WEB / "templates" / "_page.html").read_text(encoding="utf-8")
    assert {name: sheet.count("\n") for name, sheet in SHEETS.items() if sheet.count("\n") > LONGEST_SHEET} == {}
    assert [name for name in SHEETS if f'"{name}"' not in page] == []


def test_only_the_tokens_name_colours() -> None:
    assert _COLOUR.search(SHEETS["tokens"])
    named = {name: _COLOUR.findall(_bare(sheet)) for name, sheet in SHEETS.items() if name != "tokens"}
    assert {name: found for name, found in named.items() if found} == {}


def test_every_token_is_used() -> None:
    used = "".join(SHEETS.values()) + "".join(path.read_text("utf-8") for path in (STATIC / "js").glob("*.js"))
    tokens = set(re.findall(r"^\s+(--[\w-]+):", SHEETS["tokens"], re.MULTILINE))
    assert {token for token in tokens if f"var({token})" not in used and f'"{token}"' not in used} == set()


def test_a_rule_of_one_declaration_is_one_line_and_every_other_has_a_declaration_a_line() -> None:
    crowded = {
        f"{name}:{number}": line
        for name, sheet in SHEETS.items()
        for number, line in enumerate(_bare(sheet).splitlines(), start=1)
        if line.count(";") > 1 or (_ON_ONE_LINE.search(line) and not _ONE_RULE.fullmatch(line))
    }
    assert crowded == {}


def test_every_class_of_a_rule_is_a_class_of_a_page() -> None:
    pages = [*WEB.glob("templates/**/*.html"), *WEB.glob("**/*.py"), *(STATIC / "js").glob("*.js")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    words, made = set(re.findall(r"[a-zA-Z][\w-]*", text)), tuple(set(_MADE.findall(text)))
    classes = {name for sheet in SHEETS.values() for name in _CLASS.findall(_selectors(sheet))}
    assert len(classes) > 200
    assert {name for name in classes if name not in words and not name.startswith(made)} == set()
