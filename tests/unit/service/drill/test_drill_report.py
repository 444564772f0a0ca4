import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lxml import html

from service.domain.events.event import EventDocument
from service.drill.case_line import BudgetLine, CaseLine, StepLine
from service.drill.report import DrillReport, Observed, as_html, build_report
from service.drill.scenario import SHIPPED, load_scenario
from service.web.views.drill_report import report_view
from tests.builders import build_alert, build_clock

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CASE = CaseLine(
    state="已发布",
    steps=(
        StepLine(name="发现", by="system", at=START + 2 * MINUTE, minutes=0),
        StepLine(name="初筛", by="起草员（演练）", at=START + 6 * MINUTE, minutes=4),
    ),
    budget=(BudgetLine(name="初筛", planned=15, used=4),),
    used=4,
    target=240,
    refused=("初审未办理",),
)


def _report(**given: object) -> DrillReport:
    scenario = load_scenario(SHIPPED / "cluster.yaml")
    [expected] = scenario.events[:1]
    release = next(one for one in scenario.releases if one.id in expected.documents)
    member = EventDocument(
        document_id="d1",
        title=release.title or "",
        text="",
        url=None,
        source_id=release.source,
        source_name="社区",
        source_class="social",
        kind="post",
        published_at=START,
        stored_at=START + MINUTE,
        level=2,
        severity=4,
        tone="neg",
        categories=("R01",),
        duplicate_of=None,
    )
    alert = replace(build_alert(), acknowledged_at=START + 53 * MINUTE)
    observed = Observed(
        members={alert.event_id: [member]}, alerts={alert.event_id: alert}, clocks={}, mails={}, cases={alert.id: CASE}
    )
    observed = replace(observed, **given)  # type: ignore[arg-type]
    return build_report(scenario, observed, started_at=START, ended_at=START + 150 * MINUTE, speed=60)


def test_an_alert_counts_as_taken_when_somebody_took_it_first_and_not_when_it_rose_again() -> None:
    assert _report(acknowledged={build_alert().id: START + 5 * MINUTE}).events[0].acknowledged_at == START + 5 * MINUTE
    assert _report().events[0].acknowledged_at == START + 53 * MINUTE


def test_the_page_of_a_report_tells_the_steps_of_the_case_with_who_and_when() -> None:
    case = report_view(_report().to_json()).events[0].case
    assert case is not None
    assert case.steps == (
        ("发现", "系统", START + 2 * MINUTE, 0),
        ("初筛", "起草员（演练）", START + 6 * MINUTE, 4),
    )
    assert (case.parts, case.used, case.target, case.refused) == ((("初筛", 4, 15),), 4, 240, ("初审未办理",))
    assert report_view(_report(cases={}).to_json()).events[0].case is None


def test_a_printed_sheet_of_the_report_is_marked_has_its_columns_headed_and_names_nobody_in_english() -> None:
    page = as_html(_report())
    tree = html.fromstring(page)
    [style] = tree.iter("style")
    assert re.search(r"@page \{[^}]*@top-center \{ content: \"【演练】", style.text or "")
    assert len(tree.xpath("//table")) == len(tree.xpath("//table/thead")) == 4
    assert not [cell.text for cell in tree.iter("th") if not cell.text]
    assert not [cell.text for cell in tree.iter("td") if cell.text == "system"]
    assert tree.xpath("//h1")[0].text.startswith("【演练】")
    assert "演练时间 2026年3月2日 09:00:00 至" in page
    assert re.search("预警级别 [▲◆■●—] ", page)


def test_a_time_of_a_limit_has_a_column_that_no_long_basis_takes_from_it() -> None:
    tree = html.fromstring(as_html(_report(clocks={build_alert().id: [build_clock(basis="《某办法》" * 40)]})))
    [limits] = [table for table in tree.iter("table") if table.findtext(".//th") == "时限"]
    [style] = tree.iter("style")
    assert limits.get("class") == "limits"
    assert re.search(
        r"\.limits \{ table-layout: fixed; \}\n\.limits th:nth-child\(n \+ 3\) \{ width: \d+%; \}", style.text
    )


def test_the_page_of_a_report_runs_and_fetches_nothing() -> None:
    tree = html.fromstring(as_html(_report()))
    names = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert not names & {"script", "link", "img", "iframe", "object", "form"}
    assert "url(" not in next(tree.iter("style")).text
