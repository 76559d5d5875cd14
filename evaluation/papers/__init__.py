"""What each kind of report says, chapter by chapter, drawn from the stored figures alone."""

from collections.abc import Callable

from evaluation.models import Report
from evaluation.papers import differences, evaluation, half_year, inspection, open_data, partners, supervisory
from evaluation.papers.content import Content

_KINDS: dict[str, Callable[[Report], Content]] = {
    Report.Kind.HALF_YEAR: half_year.content,
    Report.Kind.EVALUATION: evaluation.content,
    Report.Kind.SUPERVISORY: supervisory.content,
    Report.Kind.INSPECTION: inspection.content,
    Report.Kind.PARTNERS: partners.content,
    Report.Kind.OPEN_DATA: open_data.content,
    Report.Kind.DIFFERENCES: differences.content,
}


def content_of(report: Report) -> Content:
    return _KINDS[report.kind](report)
