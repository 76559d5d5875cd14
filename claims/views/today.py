"""This room's part of the first page: a bank against the line of article 17, now and after what is on its way."""

from datetime import date
from typing import Any

from banks import rules, selectors
from banks.selectors import Meter
from banks.views.banks import told
from claims.selectors import Queue, queue_of
from pool.models import BANK_ROLES, User
from pool.selectors import edition


def standing_panel(person: User, on: date) -> dict[str, Any] | None:
    """Nothing for the public bodies: they have the list of banks."""
    if person.role not in BANK_ROLES or person.institution is None:
        return None
    row = selectors.standing_of(person.institution)
    if row is None:
        return None
    meter, queue = selectors.meter_of(row), queue_of(person.institution)
    return {
        "meter": meter,
        "standing_finding": told(meter.reckoned.finding),
        "queue": queue,
        "after": after(meter, queue) if queue.moves else None,
        "bank_id": person.institution,
    }


def after(meter: Meter, queue: Queue) -> Meter:
    """The same bank once all that waits for a second person has gone through."""
    standing = meter.standing
    npl = standing.npl_principal + queue.worse - queue.better
    return Meter(standing, rules.standing(edition(), npl, standing.entered_principal + queue.entering))
