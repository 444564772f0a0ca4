"""Pages are read like code: templates, styles and scripts hold one thing a line."""

from pathlib import Path

import service

LONGEST = 140
FOLDER = Path(service.__file__).parent
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
