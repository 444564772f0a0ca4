"""The keys that the list of keys promises are the keys that the browser obeys."""

import re

from service.domain.people.person import Role
from service.web.render import rail
from service.web.static_files import STATIC
from tests.builders import build_person


def test_every_page_of_the_rail_is_reached_by_its_letter() -> None:
    script = (STATIC / "js" / "keys.js").read_text(encoding="utf-8")
    places = script.partition("const places")[2].partition("}")[0]
    obeyed = dict(re.findall(r'(\w): "(/\w*)"', places))
    shown = {entry.letter: entry.href for group in rail(build_person(Role.ADMINISTRATOR)) for entry in group}
    assert obeyed == shown
