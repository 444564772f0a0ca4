"""Control characters in forms: gone from every field however the form is sent, and nothing else is changed."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from httpx2 import Response
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from service.api.clean_text import CleanText

OK, BAD = 200, 400
BORDER = "border7"
END = f"--{BORDER}--\r\n".encode()
CONTROLS = "".join(chr(code) for code in (*range(32), 127) if chr(code) not in "\t\n\r")
# Every byte there is, and what all but ends the part.
ANY_BYTES = bytes(range(256)) * 3 + b"\r\n--border\r\n--\r\n"


async def _fields(request: Request) -> JSONResponse:
    """Answer the form as an application reads it; of a file its name and bytes."""
    told: dict[str, object] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            told[name] = [value.filename, (await value.read()).hex()] if isinstance(value, UploadFile) else value
    return JSONResponse(told)


async def _length(request: Request) -> JSONResponse:
    """Answer how long the body is, reading no form in it."""
    return JSONResponse(len(await request.body()))


@pytest.fixture(scope="module")
def client() -> TestClient:
    routes = [Route("/", _fields, methods=["POST"]), Route("/raw", _length, methods=["POST"])]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(CleanText)]), raise_server_exceptions=False)


def part(name: str, content: bytes, more: str = "") -> bytes:
    return f'--{BORDER}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"


def send(client: TestClient, body: bytes, *, path: str = "/", step: int = 10_000, more: str = "") -> Response:
    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), step):
            yield body[start : start + step]

    return client.post(
        path, content=pieces(), headers={"content-type": f"multipart/form-data; boundary={BORDER}{more}"}
    )


def test_both_ways_of_sending_a_form_lose_the_same_characters(client: TestClient) -> None:
    typed = f"一\t{CONTROLS}二\n三\r\n四\u3000五"
    escaped = client.post(
        "/",
        content=urlencode({"text": typed}).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    parted = send(client, part("text", typed.encode()) + END)
    assert escaped.json() == parted.json() == {"text": "一\t二\n三\r\n四\u3000五"}


@pytest.mark.parametrize("step", [1, 2, 7, 10_000])
def test_form_of_parts_is_read_alike_in_whatever_pieces_it_comes(client: TestClient, step: int) -> None:
    body = part("text", "药\x0b店\x00".encode()) + part("file", ANY_BYTES, '; filename="a.xlsx"') + part("empty", b"")
    answer = send(client, body + part("last", b"\x1fz") + END, step=step)
    assert answer.json() == {"text": "药店", "file": ["a.xlsx", ANY_BYTES.hex()], "empty": "", "last": "z"}


def test_escape_is_no_escape_in_a_form_of_parts_and_stays(client: TestClient) -> None:
    assert send(client, part("text", b"100%0Bok") + END).json() == {"text": "100%0Bok"}


def test_border_that_appears_when_controls_are_gone_brings_none_in(client: TestClient) -> None:
    hidden = part("inner", b"a\x0bb").replace(b"--border7", b"--bor\x00der7")
    answer = send(client, part("outer", b"x\r\n" + hidden) + END)
    assert answer.status_code == OK
    assert not any(control in "".join(answer.json().values()) for control in CONTROLS)


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "cp037", "no-such"])
def test_form_of_parts_in_another_encoding_is_refused(client: TestClient, charset: str) -> None:
    assert send(client, part("text", b"+AAs-") + END, more=f"; charset={charset}").status_code == BAD
    assert send(client, part("text", b"x") + END, more="; charset=UTF-8").json() == {"text": "x"}


@pytest.mark.parametrize("path", ["/", "/raw"])
def test_what_is_no_form_of_parts_is_refused_by_whoever_reads_it(client: TestClient, path: str) -> None:
    assert send(client, b"no border here", path=path).status_code == BAD
    assert send(client, part("text", b"x") + END, path=path).status_code == OK


def test_border_of_a_thousand_characters_is_refused(client: TestClient) -> None:
    assert send(client, END, more="7" * 1000).status_code == BAD
