"""What the review tab of a case says to whom: to its author, to who checks the authority, to who publishes."""

from dataclasses import replace

from service.domain.cases.file import Disclosure, LiaisonKind
from service.domain.people.person import Role
from service.flows.cases.drafting import set_disclosure
from service.flows.cases.liaison import ask_party
from tests.api.conftest import Browser, Site
from tests.api.test_cases import ALERT, give_duties
from tests.flows.cases.scene import TEXT, Way

SAID = "按四眼原则不能审核或签批本稿"


def text(browser: Browser, way: Way) -> str:
    return browser.client.get(f"/cases/{way.case.id}?tab=review").text


def test_who_wrote_the_text_reads_that_others_review_it_until_it_is_out(site: Site) -> None:
    writer = give_duties(site, Role.OFFICER, "case_officer")
    assert writer.person is not None
    way = Way(site.context.store, ALERT).drafting()
    way.writes(TEXT, by=writer.person)
    assert SAID in text(writer, way)
    way.reviews()
    way.checks_authority()
    set_disclosure(way.hand("case_officer"), Disclosure.ACTIVE, reason="")
    way.signs()
    way.publishes()
    assert SAID not in text(writer, way)


def test_who_checks_the_authority_is_led_to_register_the_report_until_it_is_registered(site: Site) -> None:
    checker = give_duties(site, Role.OFFICER, "publication_checker")
    way = Way(site.context.store, ALERT).reviewed()
    link = f'<a href="/cases/{way.case.id}?tab=liaison">联络</a>中登记已转报国家药监局'
    assert link in text(checker, way)
    ask_party(way.hand("case_officer"), kind=LiaisonKind.NATIONAL, party="国家药监局", question="已转报")
    assert link not in text(checker, way)


def test_a_text_that_was_let_past_without_an_attribute_says_who_sets_it(site: Site) -> None:
    publisher = give_duties(site, Role.OFFICER, "publisher")
    way = Way(site.context.store, ALERT).approved()
    said = "公开属性未定，须先由签批人在页首“公开属性…”中更正并签批。"
    assert said not in text(publisher, way)
    with site.context.store.write() as work:
        assert work.cases.move(replace(way.case, disclosure=None, revision=way.case.revision + 1), ())
    assert said in text(publisher, way)
