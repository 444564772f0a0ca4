"""Documents for people: the briefing as docx and xlsx, with charts drawn from the same figures."""
