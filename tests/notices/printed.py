"""Prints the HTML of a notice as PDF, as an office would from its browser."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

__all__ = ["print_pdf", "printer"]


@contextmanager
def printer(executable: str) -> Iterator[Page]:
    """Open one page of a headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        yield browser.new_page()
        browser.close()


def print_pdf(page: Page, markup: str) -> bytes:
    """Return the PDF of a page, in the paper size that its style sheet names."""
    page.set_content(markup)
    return page.pdf(prefer_css_page_size=True)
