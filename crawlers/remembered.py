"""The names under which `SourceProgress.memory` keeps what the crawl learned of a source."""

__all__ = ["ARRIVALS", "DEEP_AT", "FINDINGS", "HABIT", "READ_BY", "ROTTEN", "TRIES"]

ARRIVALS = "arrivals"
"""The rhythm of the source: `crawlers.arrivals.Arrivals`."""

DEEP_AT = "deep_at"
"""When the last deep walk was."""

FINDINGS = "findings"
"""What was odd about the last visit, as sentences."""

HABIT = "habit"
"""What the source's pages usually are: `crawlers.oddities`."""

READ_BY = "read_by"
"""By which declaration the source was read last: `crawlers.mended`."""

ROTTEN = "rotten"
"""Whether the last list gave less than was expected of it."""

TRIES = "tries"
"""How often what is not taken yet was tried, by id."""
