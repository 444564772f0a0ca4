"""The outside monitor is called while every role is alive, and not otherwise."""

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from crawlers.access.endpoint import EndpointEgress
from service.bootstrap import Application, build, prepare
from service.flows.pulse import leave_mark
from service.notify.monitor import Monitor
from service.ports.notify import NotifyError
from service.settings import load_settings
from service.speaking import answering, pulsing

KEY = "7f3a9c1e-made-up-key-55d0"


class Listener:
    """Answers GET with `status`; keeps the paths."""

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[str] = []
        self.port = 0


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            self.send_response(found.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield found
        server.shutdown()
        thread.join(5)


class Moving:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 25, 6, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def app(tmp_path: Path, listener: Listener, clock: Moving) -> Iterator[Application]:
    url = f"http://127.0.0.1:{listener.port}/ping/{KEY}"
    settings = load_settings(data=tmp_path, pulse_url=url, port=listener.port)
    prepare(settings)
    made = build(settings, now=clock, durable=False)
    yield made
    made.close()


def test_it_is_called_every_few_minutes_while_every_role_is_alive(
    app: Application, listener: Listener, clock: Moving
) -> None:
    step = pulsing(app)
    assert step is not None
    for _ in range(20):
        for role in ("judgement", "crawl", "web"):
            leave_mark(app.store, now=clock(), role=role)
        step()
        clock.moment += timedelta(minutes=1)
    assert listener.asked == [f"/ping/{KEY}"] * 4


def test_a_clock_that_is_set_back_delays_no_call(app: Application, listener: Listener, clock: Moving) -> None:
    step = pulsing(app)
    assert step is not None
    for _ in range(2):
        for role in ("judgement", "crawl", "web"):
            leave_mark(app.store, now=clock(), role=role)
        step()
        clock.moment -= timedelta(days=365)
    assert len(listener.asked) == 2


@pytest.mark.parametrize("dead", ["judgement", "crawl", "web"])
def test_it_is_not_called_once_a_role_shows_no_sign_of_life(
    app: Application, listener: Listener, clock: Moving, dead: str
) -> None:
    step = pulsing(app)
    assert step is not None
    for minute in range(20):
        for role in {"judgement", "crawl", "web"} - ({dead} if minute else set()):
            leave_mark(app.store, now=clock(), role=role)
        step()
        clock.moment += timedelta(minutes=1)
    assert len(listener.asked) == 2


def test_a_monitor_that_is_away_ends_nothing(app: Application, listener: Listener, clock: Moving) -> None:
    step = pulsing(app)
    assert step is not None
    for role in ("judgement", "crawl", "web"):
        leave_mark(app.store, now=clock(), role=role)
    listener.status = 500
    assert not step()
    assert len(listener.asked) == 1


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_is_no_answer_is_said_without_the_key_and_no_redirect_is_followed(listener: Listener, status: int) -> None:
    url = f"http://127.0.0.1:{listener.port}/ping/{KEY}"
    monitor = Monitor(url=url, egress=EndpointEgress.to(url, inside=[ipaddress.ip_network("127.0.0.1/32")]))
    listener.status = status
    with pytest.raises(NotifyError, match=f"外部监测 127.0.0.1:{listener.port} 答复 {status}") as caught:
        monitor.call()
    assert KEY not in str(caught.value)
    assert len(listener.asked) == 1


def test_the_web_role_leaves_its_mark_only_while_its_address_answers(
    app: Application, listener: Listener, clock: Moving
) -> None:
    mark = answering(app)
    assert mark is not None
    listener.status = 503
    mark()
    with app.store.read() as work:
        assert work.value("web.alive") is None
    listener.status = 200
    mark()
    with app.store.read() as work:
        assert work.value("web.alive") == clock().isoformat()


def test_without_a_monitor_and_in_a_drill_nothing_is_called(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, pulse_url="https://monitor.example/ping/1")
    prepare(settings)
    for app in (build(settings, drill=True), build(load_settings(data=tmp_path))):
        assert pulsing(app) is None
        assert answering(app) is None
        app.close()
