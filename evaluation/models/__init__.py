"""The nouns of this room: evaluations and reports, statements of account, inspections with their findings."""

from evaluation.models.inspections import Finding, FindingAnswer, FindingPaper, Inspection, InspectionCase
from evaluation.models.reports import Evaluation, EvaluationLine, Report, Statement
from evaluation.models.subscriptions import Subscription

__all__ = [
    "Evaluation",
    "EvaluationLine",
    "Finding",
    "FindingAnswer",
    "FindingPaper",
    "Inspection",
    "InspectionCase",
    "Report",
    "Statement",
    "Subscription",
]
