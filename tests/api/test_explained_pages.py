"""Event pages say why a document was judged a risk, once that is known."""

from analysis.assessment import Explanation, SpokenTerm
from service.domain.people.person import Role
from tests.api.conftest import Site

EVENT = "/events/20261123-01"
FORGED = "<script>alert('w')</script>"


def _explain(site: Site) -> int:
    """Explain every risk of the store; return how many."""
    explanation = Explanation(
        decided_by="linear",
        terms_for=(SpokenTerm(text=FORGED, weight=1.5, places=(("title", 0, 2),)),),
        terms_against=(),
        enough=1,
        rules=("vaccine_harm",),
        guards=(),
    )
    with site.context.store.write() as work:
        wanting = work.explanations.wanting(limit=100)
        for one in wanting:
            work.explanations.put(one.document.id, one.version, explanation, now=site.context.now())
    return len(wanting)


def test_the_documents_and_the_overview_say_why_it_was_judged_a_risk(site: Site) -> None:
    client = site.browser(Role.VIEWER).client
    for path in (EVENT, f"{EVENT}?tab=documents"):
        assert "为何判为风险" not in client.get(path).text
    assert _explain(site) > 1
    for path in (EVENT, f"{EVENT}?tab=documents"):
        text = client.get(path).text
        assert "为何判为风险" in text
        assert "接种受害或问题疫苗" in text
        assert "即不再判为风险" in text


def test_a_term_is_never_markup(site: Site) -> None:
    _explain(site)
    client = site.browser(Role.VIEWER).client
    for path in (EVENT, f"{EVENT}?tab=documents"):
        text = client.get(path).text
        assert FORGED not in text
        assert "&lt;script&gt;alert(&#39;w&#39;)" in text
