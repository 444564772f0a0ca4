"""Requests that no page of ours sends: odd days, numbers, characters and lengths; none may end in an error of the server."""

from datetime import date

import pytest

from service.domain.people.person import Role
from tests.api.conftest import Site

OK, SEE_OTHER, BAD, TOO_LARGE, REFUSED = 200, 303, 400, 413, 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_roster_of_an_absurd_day_is_refused(shared_site: Site, day: str) -> None:
    keeper = shared_site.browser(Role.ADMINISTRATOR)
    assert keeper.client.get("/system/roster", params={"from": day}).status_code == REFUSED
    shift = {"begins": f"{day}T00:00", "ends": f"{day}T08:00", "person": "p-officer"}
    assert keeper.post("/system/roster/shifts", **shift).status_code == REFUSED
    turns = {"first": day, "days": "3", "changes": "08:00 20:00", "person": "p-officer"}
    assert keeper.post("/system/roster/rotation", **turns).status_code == REFUSED


@pytest.mark.parametrize("at", ["9999-13-45T99:99", "0001-01-01T00:00", "9999-12-31T23:59"])
def test_trial_of_the_rules_at_no_moment_is_refused(shared_site: Site, at: str) -> None:
    keeper = shared_site.browser(Role.ADMINISTRATOR)
    assert keeper.client.get("/system/routing", params={"level": "red", "at": at}).status_code == REFUSED


def test_person_who_is_ticked_twice_is_a_member_once(site: Site) -> None:
    keeper = site.browser(Role.ADMINISTRATOR)
    unit = next(unit.id for unit in site.context.office.register.units.values() if not unit.external)
    keeper.client.post(
        f"/system/routing/members/{unit}", data={"csrf": keeper.csrf, "person": ["p-officer", "p-officer"]}
    )
    with site.context.store.read() as work:
        [row] = work.audit.rows(subject=f"unit:{unit}")
        assert list(work.roster.members()[unit]) == ["p-officer"]
    assert len(row.detail["people"]) == 1


def test_audit_before_a_number_of_no_row_is_refused(shared_site: Site) -> None:
    auditor = shared_site.browser(Role.AUDITOR)
    assert auditor.client.get("/api/audit", params={"before": "9" * 30}).status_code == REFUSED
    page = auditor.client.get("/system", params={"tab": "audit", "before": "9" * 30})
    assert page.status_code in {OK, REFUSED}


@pytest.mark.parametrize("path", ["/topics/a%00b", "/policies/%0B", "/notices?product=%00", "/matters?kind=%1f"])
def test_control_character_in_an_address_is_refused(shared_site: Site, path: str) -> None:
    assert shared_site.browser(Role.OFFICER).client.get(path).status_code == BAD


@pytest.mark.parametrize("files", [None, {"unread": ("unread.txt", b"")}], ids=["escaped", "in parts"])
def test_form_loses_control_characters_and_keeps_the_rest(
    site: Site, files: dict[str, tuple[str, bytes]] | None
) -> None:
    officer = site.browser(Role.OFFICER)
    fields = {"title": "某市\x00药店\x0b分级\x1f办法", "words": "药店分级\n执业药师", "kind": "published", "until": ""}
    data = {"csrf": officer.csrf, **fields, "since": date(2026, 11, 20).isoformat()}
    answer = officer.client.post("/topics", data=data, files=files)
    assert answer.status_code == SEE_OTHER, answer.text
    with site.context.store.read() as work:
        [topic] = work.topics.listing()
    assert (topic.title, topic.words) == ("某市药店分级办法", ("药店分级", "执业药师"))


def test_escape_that_is_cut_in_two_is_no_way_around(site: Site) -> None:
    officer = site.browser(Role.OFFICER)

    def pieces() -> list[bytes]:
        head = f"csrf={officer.csrf}&title=a%0".encode()
        return [head, b"0b%E8%8D%AF%E5%BA%97%E5%88%86%E7%BA%A7&kind=published&since=2026-11-20&until=&words="]

    answer = officer.client.post(
        "/topics", content=iter(pieces()), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == SEE_OTHER, answer.text
    with site.context.store.read() as work:
        assert [topic.title for topic in work.topics.listing()] == ["ab药店分级"]


def test_length_of_five_thousand_digits_is_too_large(shared_site: Site) -> None:
    answer = shared_site.client().post("/login", content=b"", headers={"content-length": "9" * 5000})
    assert answer.status_code == TOO_LARGE


def test_file_of_matters_may_be_as_large_as_any_import(site: Site) -> None:
    officer = site.browser(Role.OFFICER)
    rows = (
        b"\xef\xbb\xbf"
        + "标题,内容,时间,编号,类别\n".encode()
        + "示例投诉,某药店售卖过期药。,2026-11-20,N1,投诉\n".encode()
    )
    file = {"file": ("records.csv", rows + b"\n" * (2 * 1024 * 1024), "text/csv")}
    answer = officer.client.post(
        "/matters/import", data={"csrf": officer.csrf, "source": "seed-line", "kind": "complaint"}, files=file
    )
    assert answer.status_code == OK, answer.text


def test_sign_that_turns_the_direction_of_writing_is_on_no_page(site: Site) -> None:
    officer = site.browser(Role.OFFICER)
    turned = {
        "title": "某市\u202e药店\u2067分级办法",
        "words": "药店",
        "kind": "published",
        "until": "",
        "since": "2026-11-20",
    }
    assert officer.post("/topics", **turned).status_code == SEE_OTHER
    page = officer.client.get("/topics").text
    assert "某市药店分级办法" in page
    assert not set("\u202e\u2067") & set(page)
    refused = officer.post("/topics", **{**turned, "since": "no day"})
    assert refused.text.count("某市药店分级办法") == 2, "in the list, and in the field of the refused form alone"


def test_a_path_with_a_stroke_too_many_leads_to_this_house_whatever_host_the_request_names(shared_site: Site) -> None:
    moved = shared_site.client().get("/login/?next=%2Fcases", headers={"Host": "evil.invalid"})
    assert moved.headers["location"] == "/login?next=%2Fcases"
