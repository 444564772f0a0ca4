"""The names under which `SourceProgress.memory` keeps what the crawl learned of a source."""

__all__ = [
    "ANEW_AT",
    "ANSWERED",
    "ARRIVALS",
    "ASKED_ANEW",
    "BEHIND",
    "CUT_AT_PAGES",
    "DATED",
    "DAY",
    "DEEP_AT",
    "FILES",
    "FINDINGS",
    "HABIT",
    "HORIZON",
    "LATE",
    "LEFT_ALONE",
    "LIMITS_BY",
    "LISTED_AT",
    "MAX_TRIES",
    "MOST_FILES",
    "PINNED",
    "READ_BY",
    "REFUSED_FILES",
    "REQUESTS",
    "ROTTEN",
    "TITLES",
    "TRIES",
    "TURN",
    "WALKED_TO",
]

ANEW_AT = "anew_at"
"""Which wish to read anew a visit followed last: the value that `ASKED_ANEW` had then."""

ANSWERED = "answered"
"""In which hours of the last weeks the source answered: `crawlers.schedule.answering`."""

ARRIVALS = "arrivals"
"""The rhythm of the source: `crawlers.schedule.arrivals.Arrivals`."""

ASKED_ANEW = "asked_anew"
"""When a person last asked to fetch again what was given up; whoever keeps the memory lays it in."""

BEHIND = "behind"
"""How many visits in a row left pages of the list unwalked: `crawlers.visits.walk`."""

CUT_AT_PAGES = "cut_at_pages"
"""Whether the last visit had read its list when its time was up: the next one begins with the pages that it left."""

DATED = "dated"
"""Whether the list has ever told a time of one of its records."""

DAY = "day"
"""The Shanghai day of which `REQUESTS` are counted."""

DEEP_AT = "deep_at"
"""When the last deep walk was."""

FILES = "files"
"""The attachments that wait to be fetched: `crawlers.attachments.documents.Attached`."""

FINDINGS = "findings"
"""What was odd about the last visit, as sentences."""

HABIT = "habit"
"""What the source's pages usually are: `crawlers.visits.oddities`."""

HORIZON = "sitemap_horizon"
"""Up to which change everything of a sitemap has been taken."""

LATE = "late"
"""The listed pages that are still to be had: `crawlers.visits.late.LatePage`."""

LEFT_ALONE = "left_alone"
"""The listed pages that were given up: they come back as the files of `REFUSED_FILES` do."""

LIMITS_BY = "limits"
"""Under which limits the source was read last: `crawlers.visits.mended`."""

LISTED_AT = "listed_at"
"""When the first page of the list was last given whole, and not said to be what it was."""

MAX_TRIES = 3
"""After so many failed attempts a page or file is left alone."""

MOST_FILES = 200
"""So many files are remembered to be fetched, and as many that were refused: the newest."""

PINNED = "pinned"
"""Whether the second page of the list was newer than its first, as where pinned items fill that."""

READ_BY = "read_by"
"""By which declaration the source was read last: `crawlers.visits.mended`."""

REFUSED_FILES = "refused_files"
"""The files that were refused, could not be read or are not kept: they come back when what refused them changed."""

REQUESTS = "requests"
"""How many requests the source has cost on that day."""

ROTTEN = "rotten"
"""Whether the last list gave less than was expected of it."""

TITLES = "titles"
"""The marks of the titles that the list told last, by id: `crawlers.lists.titles`."""

TRIES = "tries"
"""How often what is not taken yet was tried, by id."""

TURN = "search_turn"
"""With which word the next visit of a search begins."""

WALKED_TO = "walked_to"
"""Up to which page of its list everything is remembered, of a source that is behind: `crawlers.visits.walk`."""
