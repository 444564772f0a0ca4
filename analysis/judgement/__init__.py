"""From decision values and rules to a verdict: level, categories, severity, tone, need of an answer, and why."""
