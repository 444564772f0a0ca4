"""Turns declared sources into `Document` records and hands them to a sink that it is given."""
