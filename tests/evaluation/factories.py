"""Banks that lent so much in so many loans, year by year, and what came of it."""

from collections.abc import Sequence
from datetime import date

from evaluation.models import Evaluation, EvaluationLine
from evaluation.services import evaluations
from loans.models import Loan
from pool import scope
from pool.models import Role, User
from tests.factories.loans import entered_upload, loan_cells
from tests.factories.people import BankTeam, bank_team, person
from tests.factories.words import credit_code

TEN, SIX, FIVE, TWO, ONE = ("10000000.00", "6000000.00", "5000000.00", "2000000.00", "1000000.00")
AFTER = {2023: date(2024, 4, 23), 2024: date(2025, 1, 23), 2025: date(2026, 1, 23)}
"""The day after the entry window of the year's last quarter (2023: the one that reading 20 prolongs)."""


def lender(name: str, *years: tuple[int, Sequence[str]], joined_on: date = date(2023, 3, 1)) -> BankTeam:
    """A bank with its loans: (year, amounts); equal amounts within a year go to one borrower twice."""
    team = bank_team(name, joined_on=joined_on)
    for year, amounts in years:
        lend(team, year, amounts)
    return team


def lend(team: BankTeam, year: int, amounts: Sequence[str], *, one_borrower: bool = False) -> None:
    rows = [
        loan_cells(
            principal=amount, credit_line=amount, other_balances="0.00", disbursed_on=f"{year}-11-08",
            matures_on=f"{year + 1}-11-08", **({"credit_code": credit_code(77)} if one_borrower else {}),
        )
        for amount in amounts
    ]  # fmt: skip
    upload = entered_upload(team, rows, date(year, 12, 2))
    with scope.everything():
        assert Loan.objects.filter(upload=upload).count() == len(rows), upload.problems


def seven_banks() -> None:
    """Growth of each kind, a tie, a newcomer, one that fell in both, one that fell in one, one without loans."""
    lender("甲行", (2023, [ONE]), (2024, [TEN, TEN]))
    lender("乙行", (2023, [TWO]), (2024, [TEN, FIVE, ONE]))
    lender("丙行", (2023, [FIVE, FIVE]), (2024, [TEN, FIVE, ONE]))
    lender("丁行", (2023, [FIVE, FIVE]), (2024, [TWO]))
    lender("戊行", (2023, [FIVE]), (2024, [ONE, ONE]))
    lender("己行", (2024, [SIX]), joined_on=date(2024, 5, 6))
    bank_team("庚行", joined_on=date(2024, 12, 31))
    bank_team("辛行", joined_on=date(2025, 1, 2))


def statistics() -> User:
    return person(Role.MANAGER_STATISTICS)


def approver() -> User:
    return person(Role.MANAGER_APPROVER)


def drafted(year: int = 2024, by: User | None = None, reason: str = "") -> Evaluation:
    with scope.everything():
        return evaluations.draft_evaluation(year=year, by=by or statistics(), on=AFTER[year], reason=reason)


def filed(year: int = 2024, reason: str = "") -> Evaluation:
    draft = drafted(year, reason=reason)
    with scope.everything():
        return evaluations.file_evaluation(evaluation_id=draft.pk, by=approver(), on=AFTER[year], version=draft.version)


def line_of(evaluation: Evaluation, team: BankTeam) -> EvaluationLine:
    with scope.everything():
        return EvaluationLine.objects.get(evaluation=evaluation, bank_id=team.pk)


def grades(evaluation: Evaluation) -> dict[str, str]:
    with scope.everything():
        return dict(evaluation.lines.values_list("bank__short_name", "grade"))
