"""The records of one list answer, read as its source declares it. Pure."""

from datetime import datetime

from crawlers.catalogue.declaration import Declaration
from crawlers.lists.listed import NotJson, Reading, read_html_list, read_json_list
from crawlers.presets.hanweb import records_of

__all__ = ["read_list_text"]


def read_list_text(declaration: Declaration, text: str, *, url: str, list_url: str, now: datetime) -> Reading:
    """Return the records of the decoded `text` that `url` answered with; `list_url` is the first page of the list.

    Raises:
        NotJson: JSON is declared, and there is none.
    """
    rule = declaration.list
    if rule is None:
        raise NotJson("信源没有声明 list")
    if rule.format == "json":
        return read_json_list(text, rule, base_url=url, now=now)
    hidden = records_of(text) if declaration.preset == "hanweb_jpage" else None
    if hidden is None:
        return read_html_list(text, rule, base_url=url, now=now)
    # Records of the CMS are records, wherever they link to; the pattern is for the page around them. Its proxy answers
    # with addresses that are relative to the list.
    return read_html_list(hidden, rule.model_copy(update={"link_pattern": None}), base_url=list_url, now=now)
