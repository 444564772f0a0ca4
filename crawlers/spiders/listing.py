"""List pages (HTML or JSON, any declared preset): the records of the page, then the pages they link to."""

from collections.abc import Sequence
from dataclasses import replace

from scrapy.http import Response

from crawlers.failure import FailureCode
from crawlers.gate import Refusal
from crawlers.listed import Listed, NotJson, Reading, read_html_list, read_json_list
from crawlers.login_page import is_login_page
from crawlers.pages import decode_list
from crawlers.presets.hanweb import records_of
from crawlers.spiders.source import ListRefused, SourceSpider, Walk

__all__ = ["ListingSpider"]


class ListingSpider(SourceSpider):
    """Visits a source of kind `listing` or `json_api`."""

    def read_list(self, response: Response, walk: Walk) -> tuple[str, Reading]:
        """Return the text and the records of a list page, of a JSON answer, or of a Hanweb data proxy."""
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        text = decode_list(response.body, url=response.url, content_type=content_type)
        if isinstance(text, Refusal):
            raise ListRefused(FailureCode.UNREADABLE, text.detail)
        try:
            reading = self._read(text, response.url, walk)
        except NotJson as error:
            if is_login_page(text):
                raise ListRefused(FailureCode.LOGIN, "返回的是登录页") from error
            raise ListRefused(FailureCode.NOT_JSON, str(error)) from error
        usable = self.usable(reading.records)
        if not usable and is_login_page(text):
            raise ListRefused(FailureCode.LOGIN, "返回的是登录页")
        return text, replace(reading, records=tuple(usable))

    def _read(self, text: str, url: str, walk: Walk) -> Reading:
        now = self.surroundings.clock()
        rule = self.declaration.list
        if rule is None:
            raise ListRefused(FailureCode.UNREADABLE, "信源没有声明 list")
        if rule.format == "json":
            return read_json_list(text, rule, base_url=url, now=now)
        hidden = records_of(text) if self.declaration.preset == "hanweb_jpage" else None
        if hidden is not None:
            # Records of the CMS are records, wherever they link to; the pattern is for the page around them.
            rule = rule.model_copy(update={"link_pattern": None})
        base_url = walk.url or url if hidden is not None else url
        return read_html_list(hidden or text, rule, base_url=base_url, now=now)

    def usable(self, records: Sequence[Listed]) -> Sequence[Listed]:
        """Return the records that can be taken: where pages are fetched, those that link to one."""
        return [record for record in records if record.url] if self.declaration.article.fetch else records
