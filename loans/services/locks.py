"""Locking in the one order of the house: the bank's standing, then the loan, then what hangs on it."""

from uuid import UUID

from banks import standing
from banks.models import Standing
from loans.models import Loan


def lock_loan(loan_id: UUID) -> Loan:
    loan: Loan = Loan.objects.select_for_update(of=("self",)).get(pk=loan_id)
    return loan


def lock_with_standing(loan_id: UUID) -> tuple[Standing, Loan]:
    """Both rows; a loan never changes its bank, so its bank may be read before the lock."""
    bank_id = Loan.objects.values_list("bank_id", flat=True).get(pk=loan_id)
    return standing.lock(bank_id), lock_loan(loan_id)
