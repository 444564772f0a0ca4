"""What the egress lets out, and that nothing else reaches a listening socket."""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Iterator, Sequence

import aiohttp
import pytest

from crawlers.access.egress import Egress, EgressRefusal, EgressRefused, is_public_address

PUBLIC = ["8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8"]
NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 - refused, not bound to
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_allowed(address: str) -> None:
    assert is_public_address(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public_address(ipaddress.ip_address(address))


HOSTS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.000.000.001",
    "0177.0.0.1",
    "0177.0.0.01",
    "0x7f.0.0.1",
    "0x7f.1",
    "0x7f000001",
    "0x7F000001",
    "017700000001",
    "2130706433",
    "127.0.0.1.",
    "127.0.0.2",
    "0.0.0.0",  # noqa: S104 - refused, not bound to
    "0",
    "0x0",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "localhost.localdomain",
    "ip6-localhost",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[fe80::1%25lo]",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127%2e0%2e0%2e1",
    "%31%32%37.0.0.1",
    "user@127.0.0.1",
    "user:password@127.0.0.1",
    "news.example@127.0.0.1",
    "127.0.0.1:80@127.0.0.1",
    "xn--127-0-0-1",
    "loop.test",
    "both.test",
    "flip.test",
    "ｌｏｃａｌｈｏｓｔ",
    "10.0.0.1",
    "169.254.169.254",
    "[fd00:ec2::254]",
]


def spellings(port: int) -> list[str]:
    """Return ways to write a loopback, private or otherwise forbidden target, all at the canary's port and at 80."""
    written = [f"http://{host}:{port}/canary" for host in HOSTS] + [f"http://{host}/canary" for host in HOSTS]
    written += [f"https://{host}:{port}/canary" for host in HOSTS[:10]]
    written += [
        f"file:///etc/passwd#{port}",
        f"gopher://127.0.0.1:{port}/_x",
        f"dict://127.0.0.1:{port}/x",
        f"ftp://127.0.0.1:{port}/",
        "data:text/html,canary",
        "javascript:alert(1)",
        f"//127.0.0.1:{port}/canary",
        f"http:127.0.0.1:{port}/canary",
        f"http:/127.0.0.1:{port}/canary",
        f"http:///127.0.0.1:{port}/canary",
        f"http://\t127.0.0.1:{port}/canary",
        f"http://127.0.0.1\r\n:{port}/canary",
        f"http://127.0.0.1:{port}\\@news.example/canary",
        f"http://news.example\\@127.0.0.1:{port}/canary",
        f"http://127.0.0.1:{port}#@news.example/",
        f"http://127.0.0.1:{port}?@news.example/",
        f"ht\ntp://127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}/canary\r\nHost: news.example",
        f"http://[::1:{port}/canary",
        f"http://127.0.0.1:{port + 65536}/canary",
        "http://127.0.0.1:-1/canary",
        "http://:80/canary",
        "http://./canary",
        "",
    ]
    return written


@pytest.fixture
def canary() -> Iterator[tuple[int, list[object]]]:
    """Listen on every loopback address and count accepted connections."""
    accepted: list[object] = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    ended = threading.Event()

    def listen() -> None:
        while not ended.is_set():
            try:
                connection, peer = listener.accept()
            except TimeoutError:
                continue
            accepted.append(peer)
            connection.close()

    thread = threading.Thread(target=listen)
    thread.start()
    yield listener.getsockname()[1], accepted
    ended.set()
    thread.join(5)
    listener.close()


async def _resolve_badly(host: str, _port: int) -> Sequence[str]:
    answers = {
        "loop.test": ["127.0.0.1"],
        "both.test": ["127.0.0.1", "::1", "10.0.0.1"],
        "localhost": ["127.0.0.1", "::1"],
    }
    return answers.get(host, ["127.0.0.1"])


async def _resolve_by_system(host: str) -> Sequence[str]:
    return await Egress.public().resolve(host, 80)


async def _try(egress: Egress, url: str) -> str:
    async with aiohttp.ClientSession(connector=egress.connector(), trust_env=False) as client:
        try:
            egress.check_url(url)
            async with client.get(url, timeout=aiohttp.ClientTimeout(total=2), allow_redirects=False):
                return "reached"
        except (EgressRefused, aiohttp.ClientError, ValueError) as refused:
            return type(refused).__name__


async def _try_unchecked(egress: Egress, url: str) -> str:
    """Skip the first layer: the connector alone has to hold."""
    async with aiohttp.ClientSession(connector=egress.connector(), trust_env=False) as client:
        try:
            async with client.get(url, timeout=aiohttp.ClientTimeout(total=2), allow_redirects=False):
                return "reached"
        except (EgressRefused, aiohttp.ClientError, ValueError) as refused:
            return type(refused).__name__


class TestPublicEgress:
    def test_no_spelling_of_a_forbidden_target_is_ever_connected_to(self, canary: tuple[int, list[object]]) -> None:
        port, accepted = canary
        written = spellings(port)
        assert len(written) >= 120

        async def run() -> list[str]:
            egress = Egress.public(resolve=_resolve_badly)
            return [await _try(egress, url) for url in written]

        outcomes = asyncio.run(run())
        assert "reached" not in outcomes
        assert accepted == []

    def test_connector_alone_refuses_them_too(self, canary: tuple[int, list[object]]) -> None:
        port, accepted = canary

        async def run() -> list[str]:
            egress = Egress.public(resolve=_resolve_badly)
            return [await _try_unchecked(egress, url) for url in spellings(port)]

        assert "reached" not in asyncio.run(run())
        assert accepted == []

    def test_second_dns_answer_cannot_move_a_connection(self, canary: tuple[int, list[object]]) -> None:
        _, accepted = canary
        asked: list[str] = []

        async def flip(host: str, _port: int) -> Sequence[str]:
            asked.append(host)
            return ["203.0.113.9"] if len(asked) == 1 else ["127.0.0.1"]

        async def run() -> list[str]:
            egress = Egress.public(resolve=flip)
            return [await _try(egress, "http://flip.test/") for _ in range(3)]

        assert set(asyncio.run(run())) == {"ClientConnectorDNSError"}
        assert accepted == []

    def test_vetted_addresses_are_those_that_are_public_among_the_first_sixteen(self) -> None:
        async def many(_host: str, _port: int) -> Sequence[str]:
            return ["10.0.0.1", *[f"8.8.8.{index}" for index in range(40)]]

        addresses = asyncio.run(Egress.public(resolve=many).vetted_addresses("many.test", 80))
        assert len(addresses) == 15
        assert ipaddress.ip_address("10.0.0.1") not in addresses

    def test_resolver_that_stalls_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("crawlers.access.egress.RESOLVE_SECONDS", 0.05)

        async def stall(_host: str, _port: int) -> Sequence[str]:
            await asyncio.sleep(60)
            return ["8.8.8.8"]

        with pytest.raises(EgressRefused) as refused:
            asyncio.run(Egress.public(resolve=stall).vetted_addresses("slow.test", 80))
        assert refused.value.reason is EgressRefusal.RESOLVER_TIMEOUT

    def test_system_resolver_answers_for_loopback(self) -> None:
        assert "127.0.0.1" in asyncio.run(_resolve_by_system("127.0.0.1"))

    @pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
    def test_name_that_does_not_resolve_is_an_error_of_the_name(
        self, error: Exception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("crawlers.access.egress.socket.getaddrinfo", fail)
        with pytest.raises(socket.gaierror):
            asyncio.run(_resolve_by_system("nowhere.test"))

    @pytest.mark.parametrize("url", ["http://news.example/a", "https://news.example:443/", "http://8.8.8.8/"])
    def test_ordinary_address_passes_the_check(self, url: str) -> None:
        assert Egress.public().check_url(url).port in {80, 443}

    def test_chinese_host_is_checked_as_its_ascii_name(self) -> None:
        assert Egress.public().check_url("http://新闻.中国/").host == "xn--efvy88h.xn--fiqs8s"

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("http://news.example:8080/", EgressRefusal.PORT),
            ("https://news.example:80/", EgressRefusal.PORT),
            ("ftp://news.example/", EgressRefusal.SCHEME),
            ("http://user@news.example/", EgressRefusal.URL),
            ("http://news.example/" + "a" * 3000, EgressRefusal.URL),
        ],
    )
    def test_refusal_names_its_reason(self, url: str, reason: EgressRefusal) -> None:
        with pytest.raises(EgressRefused) as refused:
            Egress.public().check_url(url)
        assert refused.value.reason is reason


class TestWorldEgress:
    def test_only_the_one_loopback_address_and_port_is_reached(self, canary: tuple[int, list[object]]) -> None:
        port, accepted = canary

        async def run() -> list[str]:
            egress = Egress.for_world("127.0.0.1", port, names=["press.test"])
            tries = [
                f"http://127.0.0.1:{port + 1}/",
                f"http://127.0.0.2:{port}/",
                f"http://localhost:{port}/",
                "http://8.8.8.8/",
                "https://news.example/",
                "http://127.0.0.1/",
            ]
            return [await _try(egress, url) for url in tries]

        assert "reached" not in asyncio.run(run())
        assert accepted == []

    def test_its_own_address_and_names_are_reached(self, canary: tuple[int, list[object]]) -> None:
        port, accepted = canary

        async def run() -> None:
            egress = Egress.for_world("127.0.0.1", port, names=["press.test"])
            for host in ("127.0.0.1", "press.test"):
                await _try(egress, f"http://{host}:{port}/")

        asyncio.run(run())
        # A kept-alive connection that breaks is tried once more, so either count is fine, but not another peer's.
        assert len(accepted) >= 2

    def test_world_must_be_on_loopback(self) -> None:
        with pytest.raises(ValueError, match="loopback"):
            Egress.for_world("8.8.8.8", 80)
