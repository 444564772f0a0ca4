"""An issue of the briefing in whose making somebody was killed."""

from dataclasses import replace
from pathlib import Path

from service.domain.people.person import Role
from tests.api.conftest import Site


def test_an_issue_in_whose_making_somebody_was_killed_is_listed_and_handed_out(
    shared_site: Site, tmp_path: Path
) -> None:
    for suffix in ("docx", "html"):
        (tmp_path / f".briefing-2026-W46.former.{suffix}").write_bytes(b"before")
        (tmp_path / f".briefing-2026-W46.part.{suffix}").write_bytes(b"PK anew")
    client = Site.over(replace(shared_site.context, briefings=tmp_path)).browser(Role.VIEWER).client
    assert "2026 年第 46 周" in client.get("/briefings").text
    assert client.get("/briefings/briefing-2026-W46.docx").content == b"PK anew"
