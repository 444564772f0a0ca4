"""The peer of the visit: a plain Scrapy spider that extracts with readability-lxml; run as `PORT HOSTS`, prints JSON."""

import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import readability
import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

__all__ = ["main"]

_SETTINGS = {
    "LOG_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "ROBOTSTXT_OBEY": True,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": 64,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
}


class BareSpider(scrapy.Spider):
    """Lists, then articles, of hosts that all stand for one local port."""

    name = "bare"
    taken: list[tuple[str, str]]

    def __init__(self, *, port: int, hosts: int, taken: list[tuple[str, str]]) -> None:
        """Take where the server is."""
        super().__init__()
        self.port, self.hosts, self.taken = port, hosts, taken

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the list of every host: here each is an address of the loopback network."""
        for number in range(self.hosts):
            yield scrapy.Request(f"http://127.0.0.{number + 1}:{self.port}/list.html", callback=self.parse)

    def parse(self, response: Response) -> Iterator[Any]:
        """Follow every link."""
        for link in response.css("ul.news li a::attr(href)").getall():
            yield response.follow(link, callback=self.article)

    def article(self, response: Response) -> None:
        """Extract one article."""
        document = readability.Document(response.text)
        self.taken.append((document.title(), document.summary()))


def main() -> None:
    """Crawl once and print the processor seconds and the articles."""
    port, hosts = int(sys.argv[1]), int(sys.argv[2])
    taken: list[tuple[str, str]] = []
    process = CrawlerProcess(_SETTINGS)
    process.crawl(BareSpider, port=port, hosts=hosts, taken=taken)
    began = time.process_time()
    process.start()
    sys.stdout.write(json.dumps({"seconds": time.process_time() - began, "articles": len(taken)}))


if __name__ == "__main__":
    main()
