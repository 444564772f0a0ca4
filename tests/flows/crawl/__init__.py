"""Real crawl processes against a local press world: what is fetched, how, and what is lost or told twice."""
