"""Response drills 演练: a scripted local press world on which the real crawl, analysis, alerts, mail and briefing work."""
