"""Locking in the one order of the house: the bank's standing, then the loan, then what hangs on it."""

from uuid import UUID

from banks import standing
from banks.models import Standing
from loans.models import Loan
from pool import registry


def lock_loan(loan_id: UUID) -> Loan:
    loan: Loan = Loan.objects.select_for_update(of=("self",)).get(pk=loan_id)
    return loan


def lock_with_standing(loan_id: UUID) -> tuple[Standing, Loan]:
    """Both rows; a loan never changes its bank, so its bank may be read before the lock."""
    bank_id = Loan.objects.values_list("bank_id", flat=True).get(pk=loan_id)
    return standing.lock(bank_id), lock_loan(loan_id)


def require_unbarred(loan: Loan) -> None:
    """Refused where a room to the right rests on the loan as it is: a claim on file, a closing begun."""
    for bar in registry.bars:
        refusal = bar.fn(loan) if bar.subject_kind == Loan._meta.label_lower else None
        if refusal is not None:
            raise refusal
