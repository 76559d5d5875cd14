"""PDFs from templates, with embedded Chinese fonts and a fetcher that knows a short list of files and nothing else.

A template can ask for `pool:css/pdf.css`, `pool:img/seal.svg` and the two fonts; every other address, whatever its
scheme, is refused before anything is opened. So no text that finds its way into a document can make the server call out
or read its own disk.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from weasyprint import HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from pool import pdf_archive

SCHEME = "pool:"
STATIC = Path(__file__).resolve().parent / "static"
MIME = {".css": "text/css", ".svg": "image/svg+xml", ".otf": "font/otf"}
NAMED_FILES: Mapping[str, Path] = {
    "css/pdf.css": STATIC / "css/pdf.css",
    "img/seal.svg": STATIC / "img/seal.svg",
    "fonts/sans.otf": pylopdf_fonts_zh_cn.sans_path(),
    "fonts/serif.otf": pylopdf_fonts_zh_cn.serif_path(),
}
VARIANT = "pdf/a-3u"
"""With the tags and the claim of PDF/UA-1 that `pdf_archive` adds."""


class RefusedAddress(ValueError):
    """A document asked for something that is not on the list."""


class NamedFiles(URLFetcher):
    """Knows the named files; the parent's openers (files, network, data) are never reached."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        name = url.removeprefix(SCHEME)
        path = NAMED_FILES.get(name) if url.startswith(SCHEME) else None
        if path is None:
            raise RefusedAddress(f"A document may not fetch {url[:200]!r}")
        return URLFetcherResponse(url, _bytes(path), {"Content-Type": MIME[path.suffix]})


@cache
def _bytes(path: Path) -> bytes:
    return path.read_bytes()


def render(
    template: str,
    context: Mapping[str, Any],
    *,
    attachments: Mapping[str, bytes] | None = None,
) -> bytes:
    """The template as PDF. `attachments` (name → content) travel inside the file, such as a table's CSV."""
    html = render_to_string(template, dict(context))
    return from_html(html, attachments=attachments, at=context.get("made_at"))


def from_html(
    html: str,
    *,
    attachments: Mapping[str, bytes] | None = None,
    at: datetime | None = None,
) -> bytes:
    """The same text made at the same instant gives the same bytes: the file's identifier is the text's hash."""
    moment = (at or timezone.now()).astimezone(UTC)
    annexes = [
        Attachment(
            string=content, name=name, relationship="Source", created=moment, modified=moment, url_fetcher=NamedFiles()
        )
        for name, content in (attachments or {}).items()
    ]
    document = HTML(string=html, base_url=SCHEME, url_fetcher=NamedFiles())
    return document.write_pdf(
        finisher=pdf_archive.finish,
        font_config=FontConfiguration(),
        pdf_variant=VARIANT,
        pdf_tags=True,
        pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
        attachments=annexes or None,
    )


def download(content: bytes, name: str) -> HttpResponse:
    """The document as a file of that name."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def check_code(*parts: object) -> str:
    """Twelve letters and digits in threes that tie a printed page to the figures it was made from."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest().upper()
    return "-".join(re.findall("....", digest[:12]))
