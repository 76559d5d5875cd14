"""Small real PDF files for whatever a bank must prove: made once per kind, marked as samples."""

from __future__ import annotations

import datetime
from functools import cache

from pool import pdf

_MADE_AT = datetime.datetime(2023, 8, 1, 9, tzinfo=datetime.UTC)


@cache
def sample(title: str) -> bytes:
    """A page that says what it stands for; the same bytes each time."""
    return pdf.render("pdf/demo_sample.html", {"title": title, "made_at": _MADE_AT})
