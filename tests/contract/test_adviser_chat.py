import ipaddress
import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from crawlers.access.endpoint import EndpointEgress
from service.advice.chat import ChatAdviser
from service.domain.learning.opinion import Unfit
from service.ports.opinions import Adviser
from tests.contract import modelserver
from tests.contract.adviser import AdviserContract, ask, unfit
from tests.contract.modelserver import FAIR, Behave, answering, completion, model_server

LOOPBACK = ipaddress.ip_network("127.0.0.1/32")


class TestChat(AdviserContract):
    @pytest.fixture(autouse=True)
    def _server(self) -> Iterator[None]:
        with model_server() as self.server:
            yield

    def adviser(self, *, most_seconds: float = 5.0, key: str | None = None) -> Adviser:
        egress = EndpointEgress.to(self.server.url, inside=[LOOPBACK])
        return ChatAdviser(url=self.server.url, model="m-1", egress=egress, key=key, most_seconds=most_seconds)

    def says(self, content: str, *, tokens: int | None) -> None:
        self.server.behave = answering(completion(content, tokens=tokens))

    def falls_silent(self) -> None:
        self.server.behave = modelserver.hangs(self.server)

    def is_away(self) -> Adviser:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
        return ChatAdviser(url=url, model="m-1", egress=EndpointEgress.to(url, inside=[LOOPBACK]))

    def asked(self) -> int:
        return len(self.server.heard)

    def test_the_request_is_what_the_interface_wants(self) -> None:
        ask(self.adviser(key="sk-4f1e9a77c0"))
        [heard] = self.server.heard
        assert heard.path == "/v1/chat/completions"
        assert heard.headers["Authorization"] == "Bearer sk-4f1e9a77c0"
        assert {
            key: heard.body[key] for key in ("model", "temperature", "max_tokens", "stream", "response_format")
        } == {
            "model": "m-1",
            "temperature": 0,
            "max_tokens": 600,
            "stream": False,
            "response_format": {"type": "json_object"},
        }
        assert [message["role"] for message in heard.body["messages"]] == ["system", "user"]

    def test_without_a_key_none_is_sent(self) -> None:
        ask(self.adviser())
        assert "Authorization" not in self.server.heard[0].headers

    @pytest.mark.parametrize(
        ("behave", "named"),
        [
            (answering({}, status=500), Unfit.FAILED),
            (answering({}, status=502), Unfit.FAILED),
            (answering({}, status=408), Unfit.FAILED),
            (answering({"error": {"message": "x"}}, status=400), Unfit.REJECTED),
            (answering({}, status=401), Unfit.REJECTED),
            (answering({}, status=404), Unfit.REJECTED),
            (answering({}, status=202), Unfit.REJECTED),
            (answering({}, status=429), Unfit.BUSY),
            (answering(b"<html>502</html>"), Unfit.NOT_JSON),
            (answering(b""), Unfit.NOT_JSON),
            (answering(b"[" * 100_000), Unfit.NOT_JSON),
            (answering(b'{"choices": [], "usage": {}}'), Unfit.ENVELOPE),
            (answering({"choices": [{"message": {"content": None}}]}), Unfit.ENVELOPE),
            (answering({"error": {"message": "quota"}}), Unfit.ENVELOPE),
            (answering(b'{"choices": [{"message": {"content": "\\ud800"}}]}'), Unfit.NOT_JSON),
            (answering(completion(FAIR, finish_reason="length")), Unfit.UNFINISHED),
            (answering(completion(FAIR, finish_reason="content_filter")), Unfit.UNFINISHED),
            (answering(b"\x1f\x8b\x08" + b"\0" * 40, Content_Encoding="gzip"), Unfit.NOT_JSON),
            (modelserver.closes, Unfit.CONNECTION),
            (modelserver.breaks_off, Unfit.CONNECTION),
        ],
    )
    def test_what_is_no_answer_is_named(self, behave: Behave, named: Unfit) -> None:
        self.server.behave = behave
        assert unfit(self.adviser()).unfit is named
        assert self.asked() == 1

    def test_a_redirect_is_not_followed(self) -> None:
        self.server.behave = answering({}, status=307, Location=f"{self.server.url}/elsewhere")
        assert unfit(self.adviser(key="sk-4f1e9a77c0")).unfit is Unfit.REDIRECT
        assert self.asked() == 1

    def test_an_endless_body_ends_at_256_kib(self) -> None:
        self.server.behave = modelserver.endless(self.server)
        assert unfit(self.adviser()).unfit is Unfit.TOO_LARGE

    def test_a_body_that_drips_ends_at_the_time_limit(self) -> None:
        self.server.behave = modelserver.drips(self.server)
        assert unfit(self.adviser(most_seconds=0.4)).unfit is Unfit.TIMEOUT

    @pytest.mark.parametrize(
        ("written", "wish"),
        [
            ("17", timedelta(seconds=17)),
            (" 3600 ", timedelta(hours=1)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", None),
            ("-5", None),
            ("1e9", None),
            ("99999999999999", None),
        ],
    )
    def test_how_long_it_wants_to_be_left_alone_is_told(self, written: str, wish: timedelta | None) -> None:
        self.server.behave = answering({}, status=429, Retry_After=written)
        assert unfit(self.adviser()).wish == wish

    @pytest.mark.parametrize("told", [-3, "321", 1e12, None])
    def test_a_cost_without_sense_is_unknown(self, told: object) -> None:
        self.server.behave = answering(completion(FAIR, tokens=None) | {"usage": {"total_tokens": told}})
        assert ask(self.adviser()).tokens is None

    def test_an_unfinished_answer_still_tells_what_it_cost(self) -> None:
        self.server.behave = answering(completion(FAIR, finish_reason="length", tokens=640))
        assert unfit(self.adviser()).tokens == 640

    def test_an_address_that_nobody_allowed_is_not_called(self) -> None:
        url = self.server.url
        refused = ChatAdviser(url=url, model="m-1", egress=EndpointEgress.to(url))
        assert unfit(refused).unfit is Unfit.EGRESS
        named = f"http://localhost:{self.server.port}/v1"
        by_name = ChatAdviser(url=named, model="m-1", egress=EndpointEgress.to(named))
        assert unfit(by_name).unfit is Unfit.EGRESS
        assert self.asked() == 0
