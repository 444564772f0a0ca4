"""Reads pages: charset, dates, counts and the article itself. Pure; the time is an argument."""
