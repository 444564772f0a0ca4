"""What a page weighs on the way to a desk."""

from service.domain.people.person import Role
from tests.api.conftest import Site


def test_static_files_are_sent_compressed_and_pages_with_their_secrets_are_not(shared_site: Site) -> None:
    client = shared_site.browser(Role.VIEWER).client
    style = client.get("/static/app.css", headers={"Accept-Encoding": "gzip"})
    assert style.headers["content-encoding"] == "gzip"
    assert int(style.headers["content-length"]) < len(style.content) / 3
    assert style.headers["cache-control"] == "no-cache"
    assert client.get("/static/app.css", headers={"If-None-Match": style.headers["etag"]}).status_code == 304
    assert "content-encoding" not in client.get("/", headers={"Accept-Encoding": "gzip"}).headers
