"""Debian's browser, for the tests and for pictures of the portal."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
)
"""Nothing of its own over the network; pages drawn by the processor, without a graphics card put on."""


def program() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)
