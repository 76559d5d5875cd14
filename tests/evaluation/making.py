"""The worker's part inside a test's own transaction, where no snapshot can begin."""

from unittest.mock import patch

from evaluation.models import Report
from evaluation.services import reports
from pool import scope


def made(report: Report) -> Report:
    with patch.object(scope, "snapshot", scope.everything):
        reports.make_report(report.pk)
    with scope.everything():
        return Report.objects.get(pk=report.pk)
