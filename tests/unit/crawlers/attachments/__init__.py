"""The files beside a page."""
