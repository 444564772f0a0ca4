"""Documents for people: the briefing as docx, pdf, html and xlsx, with charts drawn from the same figures."""
