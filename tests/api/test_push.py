"""Signed pushes, from the request to what is stored."""

import json
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from crawlers.records import Source, SourceClass, document_id
from service.domain.documents.evidence import EvidenceRules
from service.domain.documents.push import sign
from service.flows.crawl.push import MAX_DOCUMENTS, PushDesk
from service.flows.keeping.preserving import Preserver
from service.ports.store import StoreUnavailableError
from tests.api.conftest import Site
from tests.builders import NOW

SECRET = secrets.token_bytes(32)
VENDOR = Source(
    id="vendor-a",
    name="示例供应商推送",
    kind="push",
    source_class=SourceClass.SOCIAL,
    access="import_only",
    declaration={"document_kind": "post"},
)
ROW = {
    "id": "p1",
    "title": "示例药房售卖过期药",
    "text": "有网友反映示例药房售卖过期药。",
    "published_at": "2026-11-25 09:00",
}


class _Sources(dict[str, Source]):
    """The catalogue of a partner: the source that it has now."""

    def __init__(self, partner: "Partner") -> None:
        super().__init__()
        self._partner = partner

    def get(self, key: str, default: Any = None) -> Any:
        return self._partner.vendor if key == VENDOR.id else default


class Partner:
    """A partner that signs what it sends."""

    def __init__(self, site: Site) -> None:
        context = site.context
        self.clock = NOW
        self.vendor = VENDOR
        assert context.evidence is not None
        self.files = context.evidence
        desk = PushDesk(
            store=context.store,
            sources=_Sources(self),
            secrets={VENDOR.id: SECRET},
            now=lambda: self.clock,
            author_key=b"0123456789abcdef",
            preserver=Preserver(files=self.files, rules=EvidenceRules(page_bytes=2**20, kept_for=timedelta(days=400))),
        )
        self.site = Site.over(replace(context, push=desk))
        self.client: TestClient = self.site.client()

    def push(self, body: object, *, secret: bytes = SECRET, source: str = VENDOR.id, **headers: str) -> Response:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        stamp = headers.pop("stamp", str(int(self.clock.timestamp())))
        signature = headers.pop("signature", sign(secret, stamp, raw))
        told = {"X-Yaowang-Timestamp": stamp, "X-Yaowang-Signature": signature, "Content-Type": "application/json"}
        return self.client.post(f"/api/push/{source}", content=raw, headers=told | headers)

    def stored(self, native_id: str) -> Any:
        with self.site.context.store.read() as work:
            return work.documents.get(document_id(VENDOR.id, native_id))

    def quarantined(self) -> list[str]:
        with self.site.context.store.read() as work:
            return [row.entry.reason for row in work.quarantine.listing(limit=50) if row.entry.stage == "push"]


@pytest.fixture
def partner(site: Site) -> Partner:
    return Partner(site)


def test_signed_documents_are_stored_before_they_are_acknowledged(partner: Partner) -> None:
    answer = partner.push({"documents": [ROW | {"views": "1.2万", "likes": ""}]})
    assert (answer.status_code, answer.json()["added"]) == (200, 1)
    document = partner.stored("p1")
    assert (document.title, str(document.kind)) == ("示例药房售卖过期药", "post")
    assert document.published_at.isoformat() == "2026-11-25T01:00:00+00:00"
    assert (document.engagement.views, document.engagement.likes) == (12_000, None)


def test_a_message_is_kept_as_it_came_as_evidence_of_all_that_is_new_by_it_and_a_refused_one_is_not(
    partner: Partner,
) -> None:
    body = json.dumps([ROW, ROW | {"id": "p2"}], ensure_ascii=False).encode()
    assert partner.push(body, secret=b"another secret of thirty-two bytes").status_code == 401
    assert partner.files.size() == (0, 0)
    assert partner.push(body).json()["added"] == 2
    ids = [document_id(VENDOR.id, native_id) for native_id in ("p1", "p2")]
    with partner.site.context.store.read() as work:
        found = work.evidence.of_documents(ids)
    (record,), (second,) = (found[id_] for id_ in ids)
    assert record.sha256 == second.sha256
    assert partner.files.read(record.sha256, record.length) == body
    assert partner.files.size()[0] == 1
    partner.clock += timedelta(seconds=61)
    assert partner.push(body).json()["known"] == 2
    stamp = str(int(partner.clock.timestamp()))
    again = json.dumps([ROW | {"id": "p3"}]).encode()
    signature = sign(SECRET, stamp, again)
    assert partner.push(again, stamp=stamp, signature=signature).json()["added"] == 1
    files = partner.files.size()
    assert partner.push(again, stamp=stamp, signature=signature).status_code == 409
    assert partner.files.size() == files


def test_bad_record_is_quarantined_and_its_neighbours_are_taken(partner: Partner) -> None:
    answer = partner.push(
        [ROW, "text", {"id": "p2"}, ROW | {"id": "p3", "published_at": "不知何时"}, ROW | {"id": "p4"}]
    )
    assert answer.status_code == 200
    told = answer.json()
    assert (told["added"], told["refused"], len(told["reasons"])) == (2, 3, 3)
    assert sorted(partner.quarantined()) == sorted(["格式", "缺内容", "时间"])
    assert partner.stored("p4") is not None


def test_pushed_policy_joins_the_library_with_number_and_day(partner: Partner) -> None:
    partner.vendor = replace(VENDOR, declaration={"document_kind": "policy"})
    text = "第一条 为了示例，制定本办法。\n第二条 本办法自2027年1月1日起施行。"
    row = {
        "id": "z1",
        "title": "示例管理办法",
        "text": text,
        "issue_number": "示药监规[2026] 3号",
        "issued": "2026.11.18",
    }
    assert partner.push([row]).json()["added"] == 1
    extras = dict(partner.stored("z1").extras)
    assert extras == {"issue_number": "示药监规〔2026〕3号", "issued": "2026-11-18", "effective": "2027-01-01"}
    with partner.site.context.store.read() as work:
        (policy,) = [one for one in work.policies.listing() if one.title == "示例管理办法"]
    assert (policy.issue_number, str(policy.valid_from)) == ("示药监规〔2026〕3号", "2027-01-01")


def test_two_records_of_one_id_give_the_first_and_tell_the_second(partner: Partner) -> None:
    told = partner.push([ROW, ROW, ROW | {"text": "内容不同的另一条。"}]).json()
    assert (told["added"], told["refused"]) == (1, 1)
    assert partner.quarantined() == ["编号重复"]
    assert partner.stored("p1").text == ROW["text"]


def test_personal_data_is_masked_as_for_every_source(partner: Partner) -> None:
    partner.push([ROW | {"text": "联系我 13800138000", "author": "某人"}])
    document = partner.stored("p1")
    assert "13800138000" not in document.text
    assert document.author not in {None, "某人"}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"secret": b"another secret of thirty-two byte"}, 401),
        ({"signature": ""}, 401),
        ({"source": "nobody"}, 401),
        ({"stamp": str(int((NOW - timedelta(minutes=6)).timestamp()))}, 401),
        ({"stamp": "soon"}, 401),
    ],
)
def test_what_is_not_believed_leaves_no_trace(partner: Partner, given: dict[str, Any], status: int) -> None:
    assert partner.push([ROW], **given).status_code == status
    assert partner.stored("p1") is None
    assert partner.quarantined() == []


def test_message_played_back_is_refused(partner: Partner) -> None:
    assert partner.push([ROW]).status_code == 200
    partner.clock = NOW + timedelta(minutes=4)
    stamp = str(int(NOW.timestamp()))
    assert partner.push([ROW], stamp=stamp).status_code == 409
    assert partner.push([ROW]).json() == {"added": 0, "edited": 0, "known": 1, "refused": 0, "reasons": []}


def test_message_that_could_not_be_stored_may_come_again(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    store = partner.site.context.store
    with monkeypatch.context() as broken:

        def fail() -> None:
            raise StoreUnavailableError("the disk is full")

        broken.setattr(store, "write", fail)
        assert partner.push([ROW]).status_code == 503
    assert partner.push([ROW]).json()["added"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b'"text"', 400),
        (b'{"rows": []}', 400),
        (b"\xff\xfe[]", 400),
        (json.dumps([ROW] * (MAX_DOCUMENTS + 1)).encode(), 413),
        (b"[" + b" " * 1_100_000 + b"]", 413),
    ],
)
def test_body_that_is_no_list_of_documents_is_refused(partner: Partner, body: bytes, status: int) -> None:
    assert partner.push(body).status_code == status


def test_too_many_pushes_in_a_minute_are_told_to_wait(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.domain.documents.push.MAX_PER_MINUTE", 5)
    answers = [partner.push([ROW | {"n": number}]).status_code for number in range(6)]
    assert answers == [200] * 5 + [429]


def test_source_that_was_switched_off_takes_nothing(partner: Partner) -> None:
    with partner.site.context.store.write() as work:
        work.sources.switch(VENDOR.id, enabled=False)
    assert partner.push([ROW]).status_code == 403


def test_without_a_secret_there_is_no_door(site: Site) -> None:
    assert site.client().post("/api/push/vendor-a", content=b"[]").status_code == 404
