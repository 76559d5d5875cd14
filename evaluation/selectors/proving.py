"""Whether a file is a report of ours, told from its bytes; the file itself is kept nowhere."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from evaluation.models import Report
from evaluation.selectors.reports import ISSUED, issued_with
from pool import scope
from pool.models import AccessLog

_KEYWORDS = re.compile(rb"<pdf:Keywords>[^<]{0,200}?([0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4})</pdf:Keywords>")
"""A report says its check code in its description, which the archive wants unpacked."""


class Verdict(StrEnum):
    ORIGINAL = "original"
    COPY = "copy"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Proof:
    verdict: Verdict
    sha256: str
    report: Report | None = None


def of_file(chunks: Iterable[bytes]) -> Proof:
    """An issued file byte by byte; a copy as it was handed out; something that calls itself one of ours; or neither."""
    content = b"".join(chunks)
    sha256 = hashlib.sha256(content).hexdigest()
    if (report := _kept_as(sha256)) is not None:
        return Proof(Verdict.ORIGINAL, sha256, report)
    codes = _KEYWORDS.findall(content)
    report = issued_with(codes[-1].decode()) if codes else None
    if report is None:
        return Proof(Verdict.UNKNOWN, sha256)
    return Proof(Verdict.COPY if _handed_out(report, sha256) else Verdict.ALTERED, sha256, report)


def _kept_as(sha256: str) -> Report | None:
    with scope.everything():
        rows = Report.objects.filter(Q(pdf__sha256=sha256) | Q(xlsx__sha256=sha256), state=ISSUED)
        found: Report | None = rows.select_related("pdf", "xlsx").first()
    return found


def copy_words(name: str, sha256: str) -> str:
    """As the log keeps a copy that was handed out."""
    return f"{name[:200]} SHA-256 {sha256}"


def _handed_out(report: Report, sha256: str) -> bool:
    with scope.everything():
        rows = AccessLog.objects.filter(subject_kind=report._meta.label_lower, subject_id=str(report.pk))
        return rows.filter(kind=AccessLog.Kind.DOWNLOAD, detail__endswith=f" SHA-256 {sha256}").exists()
