"""The loan library: who borrowed, the loan and its life, the uploads it came by, and how it was classified."""

from loans.models.changes import Correction, Extension, WithdrawalRequest
from loans.models.classification import ClassificationChange, ClassificationRequest, Determination
from loans.models.loan import Borrower, Loan
from loans.models.uploads import Confirmation, StagedRow, Upload, UploadRow

__all__ = [
    "Borrower",
    "ClassificationChange",
    "ClassificationRequest",
    "Confirmation",
    "Correction",
    "Determination",
    "Extension",
    "Loan",
    "StagedRow",
    "Upload",
    "UploadRow",
    "WithdrawalRequest",
]
