"""SIGKILL at random moments while documents stream in: nothing is lost, and every effect happens once."""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import create_engine, text

from crawlers.records import Document, DocumentKind
from service.bootstrap import Application, build, prepare, wall_clock
from service.domain.people.person import Role
from service.flows.people.acts import add_person
from service.search.verify import verify
from service.settings import load_settings
from service.storage.crawl import StoreSink
from tests.acceptance.installation import Inbox, free_port
from tests.acceptance.terminal import ROOT, await_that, surroundings

pytestmark = pytest.mark.acceptance

SEED = 20261125
KILLING_SECONDS = 20.0
BATCH = 10
PEOPLE = 20
PLACES = ("于都县", "瑞金市", "安远县", "鄱阳县", "修水县", "遂川县", "余干县", "都昌县")
PRODUCTS = ("清云注射液", "康澜片", "舒衡胶囊", "明岚口服液", "润禾颗粒", "宁沁贴膏", "复朗滴眼液", "和济丸")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    folder, port = tmp_path / "var", free_port()
    folder.mkdir()
    lines = ["crawl = false", 'smtp_host = "127.0.0.1"', f"smtp_port = {port}"]
    (folder / "settings.toml").write_text("\n".join(lines), encoding="utf-8")
    settings = load_settings(data=folder)
    prepare(settings)
    with closing(build(settings)) as app:
        for number in range(PEOPLE):
            add_person(
                app.store,
                name=f"值班{number}",
                role=Role.OFFICER,
                by="system",
                now=app.now(),
                email=f"duty{number}@office.invalid",
                notify_from="blue",
            )
        yield app


class SlowInbox(Inbox):
    """Keeps a mail a while before it says so: a kill in between makes the sender repeat it."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.05)
        return answer


@pytest.fixture
def inbox(app: Application) -> Iterator[Inbox]:
    inbox = SlowInbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=app.settings.smtp_port)
    controller.start()
    yield inbox
    controller.stop()


def role(name: str, app: Application, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.acceptance.killing", name, "--data", str(app.settings.data), *words]
    return subprocess.Popen(command, cwd=ROOT, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def documents(chance: random.Random, first: int) -> list[Document]:
    now = wall_clock()
    found = []
    for number in range(first, first + BATCH):
        place, product = chance.choice(tuple(zip(PLACES, PRODUCTS, strict=True)))
        harmed = chance.randint(3, 40)
        title = f"{place}{harmed}名患者使用{product}后寒战发热"
        body = (
            f"记者从{place}人民医院了解到，{harmed}名患者使用{product}后寒战发热，涉事批次已停用并封存，编号{number}。"
        )
        if chance.random() < 0.3:
            title, body = f"{place}举办第{number}届菜花节", f"第{number}届菜花节在{place}开幕，游客可乘坐公交前往。"
        found.append(
            Document(
                id=f"d{number}",
                source_id="press",
                native_id=str(number),
                kind=DocumentKind.ARTICLE,
                title=title,
                text=body,
                fetched_at=now,
                published_at=now - timedelta(minutes=chance.randint(0, 600)),
            )
        )
    return found


def stream(app: Application, until: float) -> int:
    sink, chance, count = StoreSink(app.store, app.now), random.Random(SEED), 0
    while time.monotonic() < until:
        sink.put(documents(chance, count))
        count += BATCH
        time.sleep(0.25)
    return count


def kills_of(process: subprocess.Popen[bytes]) -> int:
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors.decode()
    return int(out)


def idle(app: Application) -> bool:
    with app.store.read() as work:
        return work.documents.pending_count() == 0 and not any(work.outbox.waiting().values())


def test_every_document_is_judged_once_and_every_alert_is_mailed(app: Application, inbox: Inbox) -> None:
    seconds = ("--seconds", str(KILLING_SECONDS))
    killed = [role(name, app, "--seed", str(SEED + n), *seconds) for n, name in enumerate(("assess", "deliver"))]
    stored = stream(app, time.monotonic() + KILLING_SECONDS)
    kills = [kills_of(process) for process in killed]
    assert min(kills) >= 3
    last = [role(name, app, "--seconds", "0", "--ahead", "60") for name in ("assess", "deliver")]
    try:
        await_that(lambda: idle(app), seconds=180, what="everything is judged and delivered")
    finally:
        for process in last:
            process.terminate()
            process.communicate(timeout=30)
    _effects_happened_once(app, stored)
    _mails_repeat_only_with_their_id(app, inbox, most_repeats=kills[1])


def _effects_happened_once(app: Application, stored: int) -> None:
    engine = create_engine(app.settings.effective_store_url)
    with engine.connect() as connection:

        def number(query: str) -> int:
            return int(connection.execute(text(query)).scalar_one())

        assert number("select count(*) from documents") == stored
        assert number("select count(*) from assessments") == stored
        assert number("select count(distinct document_id) from assessments") == stored
        assert number("select count(*) from outbox where state <> 'done'") == 0
        assert number("select sum(count) from rollups where category = ''") == stored
        assert number("select count(*) from alerts") > 0
        assert number("select count(*) from alerts") == number("select count(distinct event_id) from alerts")
        assert number("select count(*) from quarantine") == 0
        # Kills did hit work: what a killed worker held was taken up by another.
        assert number("select count(*) from assess_queue where attempts > 1") > 0
        placed = number("select count(*) from assessments where event_id is not null")
    engine.dispose()
    projected = verify(app.store, app.search, repair=False)
    assert projected.equal
    assert projected.compared == stored
    with app.store.read() as work:
        assert work.audit.verify() is None
        assert sum(event.document_count for event in work.events.listing(limit=500)) == placed


def _mails_repeat_only_with_their_id(app: Application, inbox: Inbox, *, most_repeats: int) -> None:
    with app.store.read() as work:
        accepted = [row for row in work.audit.rows(limit=10_000) if row.action == "mail.accepted"]
    ids = Counter(str(message["Message-ID"]) for message in inbox.messages)
    assert set(ids) == {str(row.detail["message_id"]) for row in accepted}
    assert len(accepted) == len(ids)
    assert sum(ids.values()) - len(ids) <= most_repeats
    copies = {json.dumps([str(m["Message-ID"]), str(m["Subject"]), str(m["To"])]) for m in inbox.messages}
    assert len(copies) == len(ids)
