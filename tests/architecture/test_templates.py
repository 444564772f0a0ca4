"""Pages are read like code: templates, styles and scripts hold one thing a line."""

import re
from collections.abc import Mapping
from pathlib import Path

import service

LONGEST = 140
IMPORTED = re.compile(r"\{%-? (?:from \"[^\"]+\" import|import \"[^\"]+\" as) ([\w, ]+?)(?: with context)? -?%\}")
FOLDER = Path(service.__file__).parent
PAGES = FOLDER / "web" / "templates"
INCLUDED = re.compile(r"\{%-? include \"([^\"]+)\"")
WRITTEN = sorted(
    [
        *FOLDER.glob("**/templates/**/*.html"),
        *FOLDER.glob("export/*.html"),
        *FOLDER.glob("web/static/css/*.css"),
        *FOLDER.glob("web/static/js/*.js"),
    ]
)


def test_no_line_of_a_page_is_longer_than_140_characters() -> None:
    assert len(WRITTEN) > 80
    long = {
        f"{path.relative_to(FOLDER)}:{number}": len(line)
        for path in WRITTEN
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if len(line) > LONGEST
    }
    assert long == {}


def test_a_template_uses_every_macro_that_it_imports() -> None:
    texts = {str(path.relative_to(PAGES)): path.read_text("utf-8") for path in PAGES.rglob("*.html")}
    imported = [
        (name, one) for name, text in texts.items() for found in IMPORTED.findall(text) for one in found.split(", ")
    ]
    assert len(imported) > 40
    assert [(name, one) for name, one in imported if not re.search(rf"\b{one}[.(]", _with_included(texts, name))] == []


def _with_included(texts: Mapping[str, str], name: str) -> str:
    """Return a template with those that it includes, which see what it imports; of a name that is put together, all with its beginning."""
    included = [other for start in INCLUDED.findall(texts[name]) for other in texts if other.startswith(start)]
    return "\n".join(texts[one] for one in (name, *included))
