"""What of the open data is published: the newest edition of each quarter, to anybody."""

from evaluation.models import Report
from evaluation.periods import Quarter
from pool import scope
from pool.errors import Refused

QUARTERS = 12


def published() -> list[Report]:
    """The last three years, newest first."""
    with scope.everything():
        rows = Report.objects.filter(kind=Report.Kind.OPEN_DATA, state=Report.State.ISSUED)
        return list(rows.order_by("-ends_on")[:QUARTERS])


def of_quarter(period: str) -> Report | None:
    """None too for what is no quarter: the address is open to everybody."""
    try:
        Quarter.parse(period)
    except Refused:
        return None
    with scope.everything():
        found: Report | None = Report.objects.filter(
            kind=Report.Kind.OPEN_DATA, state=Report.State.ISSUED, period=period
        ).first()
    return found
