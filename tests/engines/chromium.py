"""The browser that tests drive: Debian's Chromium, because Playwright's own download is not to be had everywhere."""

import shutil

__all__ = ["DEBIAN_PACKAGES", "executable", "missing"]

DEBIAN_PACKAGES = ("chromium", "fonts-noto-cjk")
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def executable() -> str | None:
    """Return the path of an installed Chromium."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def missing() -> str | None:
    """Say what is missing and the one command that gets it; None where a browser is there."""
    if executable() is None:
        return f"Chromium is not installed; get it with: apt-get install {' '.join(DEBIAN_PACKAGES)}"
    return None
