"""What a page weighs on the way to a desk."""

import re

from service.domain.people.person import Role
from service.web.static_files import address
from tests.api.conftest import Site

_LOADED = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def test_static_files_are_sent_compressed_and_pages_with_their_secrets_are_not(shared_site: Site) -> None:
    client = shared_site.browser(Role.VIEWER).client
    style = client.get("/static/css/parts.css", headers={"Accept-Encoding": "gzip"})
    assert style.headers["content-encoding"] == "gzip"
    assert int(style.headers["content-length"]) < len(style.content) / 3
    assert style.headers["cache-control"] == "no-cache"
    assert client.get("/static/css/parts.css", headers={"If-None-Match": style.headers["etag"]}).status_code == 304
    assert "content-encoding" not in client.get("/", headers={"Accept-Encoding": "gzip"}).headers


def test_what_a_page_loads_is_there_and_is_not_asked_for_again_until_it_changes(shared_site: Site) -> None:
    client = shared_site.browser(Role.VIEWER).client
    loaded = _LOADED.findall(client.get("/").text)
    assert len(loaded) > 10
    for one in loaded:
        answer = client.get(one)
        assert answer.status_code == 200, one
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable", one


def test_a_file_that_is_asked_for_by_the_mark_of_another_version_is_not_kept(shared_site: Site) -> None:
    client = shared_site.browser(Role.VIEWER).client
    mark = address("css/base.css").partition("?v=")[2]
    for query in ("", "?v=", "?v=0", f"?v={mark}0", f"?w={mark}", f"?v={mark}&v={mark}"):
        assert client.get(f"/static/css/base.css{query}").headers["cache-control"] == "no-cache", query
    assert client.get(f"/static/css/nothing.css?v={mark}").status_code == 404
