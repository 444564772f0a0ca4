"""A paper as one page of HTML that needs nothing beside it: styles and pictures are inside, nothing in it runs or is fetched."""

from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import IO

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from service.export.blocks import Heading, Link, Paper, Picture, Table

__all__ = ["write_html"]

_FOLDER = Path(__file__).parent


def write_html(paper: Paper, target: IO[bytes]) -> None:
    """Write the paper to `target` in UTF-8; the same paper gives the same bytes."""
    target.write(_environment().get_template("paper.html").render(paper=paper).encode())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["base64"] = lambda data: b64encode(data).decode("ascii")
    environment.filters["string_of_css"] = _string_of_css
    kinds = {"heading": Heading, "link": Link, "picture": Picture, "table": Table}
    environment.tests.update({name: lambda block, kind=kind: isinstance(block, kind) for name, kind in kinds.items()})
    return environment


def _string_of_css(text: str) -> str:
    """Return the text as a string of a style sheet: every sign by its number, so that none of them ends it."""
    return Markup('"{}"'.format("".join(f"\\{ord(sign):x} " for sign in text)))  # noqa: S704 - hexadecimal figures alone
