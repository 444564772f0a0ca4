"""The site of the page tests, for what strangers and colleagues may send to it."""

from tests.api.conftest import seeded_folder, shared_site, site

__all__ = ["seeded_folder", "shared_site", "site"]
