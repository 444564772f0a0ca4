"""Forms of a page as a browser would send them, so that a refused one can be compared with what was typed."""

from collections.abc import Mapping, Sequence

from httpx2 import Response
from lxml import html

from tests.api.conftest import Browser

__all__ = ["Fields", "opened", "send", "sent_again", "sentence"]

Fields = Mapping[str, Sequence[str]]


def send(browser: Browser, path: str, fields: Fields) -> Response:
    return browser.client.post(path, data={"csrf": browser.csrf, **fields})


def sent_again(answer: Response, path: str) -> Fields:
    """Return what a browser would send if the form of the page were sent as it stands; what is hidden is left out."""
    [form] = html.document_fromstring(answer.text).xpath("//form[@method='post'][@action=$path]", path=path)
    found: dict[str, list[str]] = {}
    for field in [*form.xpath(".//*[@name]"), *form.xpath("//*[@name][@form=$id]", id=form.get("id") or "none")]:
        if field.tag == "select":
            chosen = field.xpath("./option[@selected]") or field.xpath("./option")[:1]
            values = [option.get("value", option.text_content()) for option in chosen]
        elif field.tag == "textarea":
            # A browser takes the line break after the tag for no part of the text.
            values = [(field.text or "").removeprefix("\n")]
        elif field.tag == "button":
            values = []
        elif field.get("type") == "checkbox":
            values = [field.get("value")] if field.get("checked") is not None else []
        else:
            values = [] if field.get("type") == "hidden" else [field.get("value") or ""]
        found.setdefault(field.get("name"), []).extend(values)
    return {name: values for name, values in found.items() if values}


def sentence(answer: Response) -> str:
    [notice] = html.document_fromstring(answer.text).xpath("//p[@role='alert']")
    return str(notice.text_content())


def opened(answer: Response, path: str) -> bool:
    """Return whether the form can be seen: it stands in nothing that is folded away."""
    page = html.document_fromstring(answer.text)
    [form] = page.xpath("//form[@method='post'][@action=$path]", path=path)
    return not form.xpath("ancestor::details[not(@open)]")
