"""The only writer of uploads, loans and classifications."""

from loans.services.checking import check_upload
from loans.services.classification import (
    cancel_classification,
    end_determination,
    mark_principal_recovered,
    prepare_classification,
    submit_classification,
)
from loans.services.confirming import confirm_warnings
from loans.services.correction import cancel_correction, correct_loan, prepare_correction
from loans.services.entering import enter_upload, make_receipt
from loans.services.extension import cancel_extension, extend_loan, prepare_extension
from loans.services.moves import move_many
from loans.services.uploads import cancel_upload, enter_form, file_rehearsal, receive_upload, submit_upload
from loans.services.withdrawal import cancel_withdrawal, prepare_withdrawal, withdraw_loan

__all__ = [
    "cancel_classification",
    "cancel_correction",
    "cancel_extension",
    "cancel_upload",
    "cancel_withdrawal",
    "check_upload",
    "confirm_warnings",
    "correct_loan",
    "end_determination",
    "enter_form",
    "enter_upload",
    "extend_loan",
    "file_rehearsal",
    "make_receipt",
    "mark_principal_recovered",
    "move_many",
    "prepare_classification",
    "prepare_correction",
    "prepare_extension",
    "prepare_withdrawal",
    "receive_upload",
    "submit_classification",
    "submit_upload",
    "withdraw_loan",
]
