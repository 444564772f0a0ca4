"""What is written for readers: the briefing, the daily mail, the morning summary, effect and coverage."""
