"""Three generic spiders driven by declarations; there is never one spider per site."""
