"""The way to hosts: the one way out, what is remembered of a host, how the crawl behaves, and why a visit failed."""
