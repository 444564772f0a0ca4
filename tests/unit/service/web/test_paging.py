from service.web.views.paging import LAST_PAGE, pager


def test_a_page_leads_to_those_beside_it_with_its_filters() -> None:
    assert pager("/events", {"q": "疫苗", "level": ""}, 2, more=True) == (
        "/events?q=%E7%96%AB%E8%8B%97&page=1",
        "/events?q=%E7%96%AB%E8%8B%97&page=3",
    )


def test_the_first_page_leads_to_none_before_it_and_the_end_to_none_after() -> None:
    assert pager("/events", {}, 1, more=False) == (None, None)


def test_no_page_leads_to_one_that_would_be_refused() -> None:
    assert pager("/events", {}, LAST_PAGE - 1, more=True)[1] == f"/events?page={LAST_PAGE}"
    assert pager("/events", {}, LAST_PAGE, more=True)[1] is None
