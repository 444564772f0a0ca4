"""The names under which `SourceProgress.memory` keeps what the crawl learned of a source."""

__all__ = [
    "ARRIVALS",
    "DAY",
    "DEEP_AT",
    "FILES",
    "FINDINGS",
    "HABIT",
    "HORIZON",
    "READ_BY",
    "REQUESTS",
    "ROTTEN",
    "TRIES",
    "TURN",
]

ARRIVALS = "arrivals"
"""The rhythm of the source: `crawlers.arrivals.Arrivals`."""

DAY = "day"
"""The Shanghai day of which `REQUESTS` are counted."""

DEEP_AT = "deep_at"
"""When the last deep walk was."""

FILES = "files"
"""The attachments that wait to be fetched: `crawlers.attachments.documents.Attached`."""

FINDINGS = "findings"
"""What was odd about the last visit, as sentences."""

HABIT = "habit"
"""What the source's pages usually are: `crawlers.oddities`."""

HORIZON = "sitemap_horizon"
"""Up to which change everything of a sitemap has been taken."""

READ_BY = "read_by"
"""By which declaration the source was read last: `crawlers.mended`."""

REQUESTS = "requests"
"""How many requests the source has cost on that day."""

ROTTEN = "rotten"
"""Whether the last list gave less than was expected of it."""

TRIES = "tries"
"""How often what is not taken yet was tried, by id."""

TURN = "search_turn"
"""With which word the next visit of a search begins."""
