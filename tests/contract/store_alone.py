"""What the store promises of acts that read first and write after, when several do them at once."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from crawlers.records import Source, SourceClass
from service.domain.documents.push import sign
from service.domain.people.person import Role
from service.domain.refusal import Refusal
from service.domain.week import Week
from service.flows.alerts.bulk import silence_all, undo
from service.flows.crawl import live_checks
from service.flows.crawl.live_checks import Came, ask_for_check, settle_checks
from service.flows.crawl.push import Push, PushDesk, PushRefusedError
from service.flows.crawl.sources import claim_visits, switch
from service.flows.learning.model_versions import hold_training, start_training
from service.flows.office import Office
from service.flows.people.roster import add_shift
from service.flows.policies.importing import import_policies
from service.flows.reports.brief import compile_week
from service.policies.register import load_register
from service.ports.registers import SourceCheck
from service.ports.store import Store, Work
from tests.contract.store_transactions import LIMIT_S, WORKERS, meanwhile, together
from tests.contract.stored import NOW, alert, event, person

__all__ = ["AloneContract"]

HOUR = timedelta(hours=1)
SECRET = hashlib.sha256(b"an invented secret").digest()
VENDOR = Source(
    id="vendor-a",
    name="示例供应商推送",
    kind="push",
    source_class=SourceClass.SOCIAL,
    access="import_only",
    declaration={"document_kind": "post"},
)


class AloneContract:
    """Acts that name the same thing are done one after the other."""

    def test_what_is_read_first_and_written_after_is_done_one_after_the_other(self, store: Store) -> None:
        def count(_: int) -> list[str]:
            for _ in range(5):
                with store.write() as work:
                    work.alone("counter")
                    work.set_value("counter", work.value("counter", 0) + 1)
            return []

        together(count)
        with store.read() as work:
            assert work.value("counter") == WORKERS * 5

    def test_of_a_push_that_comes_several_times_at_once_one_is_taken(self, store: Store) -> None:
        desk = PushDesk(
            store=store,
            sources={VENDOR.id: VENDOR},
            secrets={VENDOR.id: SECRET},
            now=lambda: NOW,
            author_key=b"0123456789abcdef",
        )
        row = {"id": "p1", "title": "示例", "text": "有网友反映。", "published_at": "2026-11-01 09:00"}
        body, stamp = json.dumps([row]).encode(), str(int(NOW.timestamp()))
        push = Push(source_id=VENDOR.id, timestamp=stamp, signature=sign(SECRET, stamp, body), body=body)

        def send(_: int) -> list[str]:
            try:
                desk.take(push)
            except PushRefusedError as refused:
                return [str(refused.fault.status)]
            return ["200"]

        assert sorted(together(send)) == [["200"], *[["409"]] * (WORKERS - 1)]

    def test_of_several_who_enter_one_shift_at_once_one_does(self, store: Store) -> None:
        keeper = person("keeper", role=Role.ADMINISTRATOR)
        with store.write() as work:
            work.people.save(keeper)

        def enter(_: int) -> list[str]:
            try:
                add_shift(
                    store,
                    keeper,
                    begins_at=NOW,
                    ends_at=NOW + HOUR,
                    person_id="keeper",
                    deputy_id=None,
                    now=NOW,
                )
            except Refusal:
                return ["refused"]
            return ["entered"]

        assert sorted(together(enter)) == [["entered"], *[["refused"]] * (WORKERS - 1)]

    def test_a_training_that_ends_while_it_says_that_it_lives_stays_ended(self, store: Store) -> None:
        with store.write() as work:
            work.models.wish(actor="keeper", now=NOW)
        started = start_training(store, actor=None, now=NOW)
        assert not isinstance(started, str)
        run, said = started[0], list[bool]()
        with store.write() as work:
            ending = work.models.hold(run.id)
            assert ending is not None
            sign = meanwhile(lambda: said.append(hold_training(store, run, now=NOW)))
            work.models.save(replace(ending, finished_at=NOW, until=None, promoted=False, reasons=("样本太少",)))
        sign.join(LIMIT_S)
        with store.read() as work:
            ended = work.models.run(run.id)
        assert ended is not None
        assert (said, ended.finished_at, ended.until) == ([False], NOW, None)

    def test_a_silence_that_somebody_ends_while_it_is_taken_back_stays_ended_by_them(self, store: Store) -> None:
        officer = person("officer", role=Role.APPROVER)
        with store.write() as work:
            work.people.save(officer)
            work.events.save(event(), ())
            work.alerts.save(alert())
        office = Office(register=load_register(), address="http://x", province="36", drill=False)
        made = silence_all(store, officer, ["a1"], hours=2, reason="已在处理", office=office, now=NOW)
        assert made.batch_id is not None
        with store.read() as work:
            [silence] = work.silences.listing()
        with store.write() as work:
            work.alone(f"silence.{silence.id}")
            work.silences.save(replace(silence, ended_at=NOW, ended_by="值班员"))
            back = meanwhile(lambda: undo(store, officer, made.batch_id or "", now=NOW))
        back.join(LIMIT_S)
        with store.read() as work:
            ended = work.silences.get(silence.id)
        assert ended is not None
        assert ended.ended_by == "值班员"

    def test_weeks_whose_briefings_are_made_at_once_are_all_numbered(self, store: Store) -> None:
        register = load_register()

        def number(week: Week) -> int:
            made = compile_week(
                store, week, register=register, office="示例局", address="http://x", drill=False, now=NOW
            )
            return made.issue_in_all

        weeks = [Week(2026, 40 + n) for n in range(WORKERS)]
        together(lambda n: [str(number(weeks[n]))])
        with store.read() as work:
            assert sorted(work.value("briefing.issues")) == [str(week) for week in weeks]
        assert sorted(number(week) for week in weeks) == [1, 2, 3, 4]

    def test_a_source_that_a_person_switches_off_while_its_check_is_settled_stays_off(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = Source(
            id="county",
            name="示例县局",
            kind="listing",
            source_class=SourceClass.OFFICIAL,
            access="open",
            url="https://county.invalid/list",
            declaration={},
        )
        ask_for_check(store, source, actor="keeper", now=NOW)
        claim = claim_visits(store, [source], holder="p1", now=NOW)
        settle, threads = live_checks._settle, list[Thread]()

        def settled(work: Work, check: SourceCheck, came: Came, now: datetime) -> None:
            threads.append(meanwhile(lambda: switch(store, source, enabled=False, actor="keeper", now=NOW)))
            settle(work, check, came, now)

        monkeypatch.setattr(live_checks, "_settle", settled)
        settle_checks(store, claim, {source.id: Came(passed=True)}, now=NOW)
        for thread in threads:
            thread.join(LIMIT_S)
        with store.read() as work:
            assert work.sources.switches()[source.id] is False

    def test_of_several_versions_of_one_rule_that_come_at_once_one_is_taken(self, store: Store, tmp_path: Path) -> None:
        register = load_register()
        files = [tmp_path / f"示例药品管理办法第{n}版.txt" for n in range(WORKERS)]
        header = "---\n标题: 示例药品管理办法\n公布日期: 2026-01-01\n施行日期: 2026-02-01\n---\n"
        for n, file in enumerate(files):
            file.write_text(f"{header}第一条　为了加强示例药品管理，制定第{n}版。\n", encoding="utf-8")

        def take(n: int) -> list[str]:
            report = import_policies(store, files[n], register=register, actor="keeper", now=NOW)
            return [f"{report.added} {len(report.refused)}"]

        assert sorted(together(take)) == [*[["0 1"]] * (WORKERS - 1), ["1 0"]]
