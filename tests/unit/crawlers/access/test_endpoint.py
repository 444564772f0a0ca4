import ipaddress

import pytest

from crawlers.access.egress import EgressRefused
from crawlers.access.endpoint import EndpointEgress, inside_network

OFFICE = inside_network("10.3.0.0/24")


def may(egress: EndpointEgress, address: str, port: int) -> bool:
    return egress.permits(ipaddress.ip_address(address), port)


def test_only_the_named_host_and_port_are_reached() -> None:
    egress = EndpointEgress.to("https://models.example.net/v1")
    assert egress.check_url("https://models.example.net/v1/chat/completions").port == 443
    for other in (
        "https://other.example.net/v1",
        "http://models.example.net/v1",
        "https://models.example.net:8443/v1",
        "https://93.184.215.14/v1",
    ):
        with pytest.raises(EgressRefused):
            egress.check_url(other)
    assert may(egress, "93.184.215.14", 443)
    assert not may(egress, "93.184.215.14", 80)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.3.0.8", "192.168.1.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.3.0.8"])  # fmt: skip
def test_nothing_inside_is_reached_that_nobody_named(address: str) -> None:
    assert not may(EndpointEgress.to("https://models.example.net/v1"), address, 443)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_is_named_is_reached_by_its_port_and_its_neighbours_are_not(scheme: str) -> None:
    egress = EndpointEgress.to(f"{scheme}://10.3.0.8:8000/v1", inside=[OFFICE])
    assert may(egress, "10.3.0.8", 8000)
    assert may(egress, "::ffff:10.3.0.8", 8000)
    assert not may(egress, "10.3.1.8", 8000)
    assert not may(egress, "10.3.0.8", 22)


def test_plain_http_leaves_for_nothing_public() -> None:
    egress = EndpointEgress.to("http://models.example.net/v1", inside=[OFFICE])
    assert not may(egress, "93.184.215.14", 80)
    assert may(egress, "10.3.0.8", 80)


@pytest.mark.parametrize("written", ["10.3.0.8", "10.3.0.0/24", " 127.0.0.1 ", "::1", "fd12:3456:789a::/48", "59.192.0.0/10"])  # fmt: skip
def test_addresses_of_an_office_can_be_named(written: str) -> None:
    assert inside_network(written).num_addresses >= 1


@pytest.mark.parametrize(
    "written",
    [
        "",
        "models",
        "0.0.0.0/0",
        "10.0.0.0/7",
        "::/0",
        "169.254.169.254",
        "169.0.0.0/8",
        "224.0.0.1",
        "fe80::1",
        "fd00:ec2::254",
        "0.0.0.1",
    ],
)
def test_what_is_too_wide_or_no_service_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        inside_network(written)
