"""The guard of the tests themselves: nothing leaves the machine."""

import socket

import pytest

from tests.network import OutsideNetworkError


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_connecting_outside_is_an_error(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as connection:
        with pytest.raises(OutsideNetworkError):
            connection.connect(address)
        with pytest.raises(OutsideNetworkError):
            connection.connect_ex(address)


def test_asking_for_an_outside_name_is_an_error() -> None:
    with pytest.raises(OutsideNetworkError):
        socket.getaddrinfo("regulator.test.cn", 80)


def test_a_reserved_name_is_unknown_without_asking() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nowhere.invalid", 80)


def test_loopback_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=5):
        pass
    assert socket.getaddrinfo("localhost", 80)
