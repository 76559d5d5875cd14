"""Whether a PDF may claim what it claims, by a validator that is no part of the drawing."""

import page

STANDARDS = ("3u", "ua1")


def faults(content: bytes) -> list[str]:
    """What keeps it from being PDF/A-3u and PDF/UA-1 at once, a sentence each."""
    reports = [page.validate_pdf_bytes(content, profile=standard) for standard in STANDARDS]
    return [f"{failure.rule_id} {failure.message}" for report in reports for failure in report.failures]
