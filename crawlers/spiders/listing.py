"""List pages (HTML or JSON, any declared preset): the records of the page, then the pages they link to."""

from collections.abc import Sequence

from scrapy.http import Response

from crawlers.failure import FailureCode
from crawlers.gate import Refusal
from crawlers.listed import Listed, NotJson, read_html_list, read_json_list
from crawlers.pages import decode_list
from crawlers.presets.hanweb import records_of
from crawlers.spiders.source import ListRefused, SourceSpider

__all__ = ["ListingSpider"]


class ListingSpider(SourceSpider):
    """Visits a source of kind `listing`."""

    def read_list(self, response: Response) -> tuple[str, Sequence[Listed]]:
        """Return the text and the records of a list page, of a JSON answer, or of a Hanweb data proxy."""
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        text = decode_list(response.body, url=response.url, content_type=content_type)
        if isinstance(text, Refusal):
            raise ListRefused(FailureCode.UNREADABLE, text.detail)
        now = self.surroundings.clock()
        rule = self.declaration.list
        if rule is None:
            raise ListRefused(FailureCode.UNREADABLE, "信源没有声明 list")
        if rule.format == "json":
            try:
                records = read_json_list(text, rule, base_url=response.url, now=now)
            except NotJson as error:
                raise ListRefused(FailureCode.NOT_JSON, str(error)) from error
        else:
            hidden = records_of(text) if self.declaration.preset == "hanweb_jpage" else None
            if hidden is not None:
                # Records of the CMS are records, wherever they link to; the pattern is for the page around them.
                rule = rule.model_copy(update={"link_pattern": None})
            records = read_html_list(hidden or text, rule, base_url=self.list_url, now=now)
        return text, self.usable(records)

    def usable(self, records: Sequence[Listed]) -> Sequence[Listed]:
        """Return the records that can be taken: where pages are fetched, those that link to one."""
        return [record for record in records if record.url] if self.declaration.article.fetch else records
