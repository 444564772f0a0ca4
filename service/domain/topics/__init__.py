"""Watched policies 政策跟踪: their phases, what is assigned to them, the risk sheet and the report."""
