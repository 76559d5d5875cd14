"""Who took which copy of a report, and its fingerprint."""

from django.db.models import QuerySet

from evaluation.models import Report
from pool.models import AccessLog, User


def report_downloads(_user: User) -> "QuerySet[AccessLog]":
    """As the access log has them, of reports alone."""
    kind = AccessLog.Kind.DOWNLOAD
    rows: QuerySet[AccessLog] = AccessLog.objects.filter(kind=kind, subject_kind=Report._meta.label_lower)
    return rows
