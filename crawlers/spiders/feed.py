"""RSS and Atom feeds as lists of a source."""

from scrapy.http import Response

from crawlers.access.failure import FailureCode
from crawlers.lists.feed import FeedNotRead, NotAFeed
from crawlers.lists.listed import Reading
from crawlers.spiders.source import ListRefused, SourceSpider
from crawlers.visits.walk import Walk

__all__ = ["FeedSpider"]


class FeedSpider(SourceSpider):
    """Visits a source of kind `feed`."""

    def read_list(self, response: Response, walk: Walk) -> tuple[str, Reading]:
        """Return the entries of the feed; the text is empty, because feeds have no pages."""
        del walk
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        now = self.surroundings.clock()
        try:
            return "", self.surroundings.read_feed(response.body, url=response.url, content_type=content_type, now=now)
        except NotAFeed as error:
            raise ListRefused(FailureCode.LOGIN if error.is_login else FailureCode.NOT_A_FEED, str(error)) from error
        except FeedNotRead as ended:
            raise ListRefused(FailureCode.CRASHED, str(ended)) from ended
