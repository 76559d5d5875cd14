"""Two half-years of the pool: money paid and returned, a refusal, a claim still open, a write-off, a refund."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from claims.models import Claim
from pool.models import Role, User
from recovery.models import Closing
from tests.factories import claims, recovery
from tests.factories.people import person

FIRST, LAST = date(2024, 7, 1), date(2024, 12, 31)
NEXT_FIRST, NEXT_LAST = date(2025, 1, 1), date(2025, 6, 30)


@dataclass
class World:
    projects: list[recovery.Project]
    refused: Claim
    pending: Claim
    written_off: Closing


def world() -> World:
    """What stands in the books at the end of 2025-06."""
    refused = claims.submitted_claim(claims.good_team("拒付银行"), balance="777777.77")
    pending = claims.submitted_claim(claims.good_team("在审银行"), balance="888888.88")
    made = recovery.projects(3, balance="1234567.89")
    desk, on = recovery.Desk(), date(2024, 12, 30)
    claims.give_opinion(refused, desk, on, "refuse")
    claims._decided(claims.fresh(refused), desk, on, "refuse")
    one, other, third = made
    on = date(2025, 1, 20)
    recovery.reported(one.team, one.loan, "333333.33", received_on=on, on=on)
    recovery.all_received(one, on + timedelta(days=1))
    closing = recovery.written_off(other, date(2025, 2, 10))
    claims.refunded_upgrade(third.claim, third.team, third.desk, date(2025, 3, 3))
    on = date(2025, 4, 10)
    recovery.reported(one.team, one.loan, "100000.00", received_on=on, on=on)
    return World(made, refused, pending, closing)


def statistics() -> User:
    return person(Role.MANAGER_STATISTICS)


def approver() -> User:
    return person(Role.MANAGER_APPROVER)


def paid(found: World) -> Decimal:
    return sum((project.claim.amount for project in found.projects), Decimal(0))
