"""Loans that nobody closed and nobody claimed close by themselves (19(8), reading 14)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loans import services as loans
from loans.models import Loan
from pool.models import Transition
from pool.numbering import next_number
from pool.rules import Window
from recovery import selectors, terms
from recovery.models import Closing
from recovery.services import notes
from recovery.services.closings import cancel_closing
from recovery.services.common import article

CHUNK = 2000


@dataclass(frozen=True)
class Ripe:
    """A loan whose day has come, and how that day was reckoned."""

    loan_id: UUID
    bank_id: UUID
    branch_id: UUID | None
    matures_on: date
    window: Window


def close_automatically(on: date) -> dict[str, int]:
    """The day's work. A day that rests on a calendar not yet announced closes nothing (reading 1)."""
    closed = waiting = 0
    run = 0
    for chunk in _chunks(_candidates(on)):
        ripe = [one for one in chunk if not one.window.provisional]
        waiting += len(chunk) - len(ripe)
        if ripe:
            run = run or next_number("automatic_closing", on.year)
            closed += _close(ripe, f"ZD{on.year}{run:04d}", closed, on)
    return {"closed": closed, "waiting_for_calendar": waiting}


def _candidates(on: date) -> Iterator[Ripe]:
    law = terms.law_on(on)
    for row in selectors.overdue_for_closing(on):
        window = terms.auto_closing(row["due"], row["determined_on"], law)
        if window.closes_on <= on:
            yield Ripe(row["id"], row["bank_id"], row["branch_id"], row["due"], window)


def _chunks(rows: Iterable[Ripe]) -> Iterator[list[Ripe]]:
    several = iter(rows)
    while chunk := list(islice(several, CHUNK)):
        yield chunk


@transaction.atomic
def _close(ripe: list[Ripe], number: str, done: int, on: date) -> int:
    """One chunk, set-based. Rows that changed since they were read are left for the next day."""
    ids = [one.loan_id for one in ripe]
    open_ = selectors.with_due_day(Loan.objects.select_for_update()).order_by("pk")
    open_ = open_.filter(pk__in=ids, state__in=selectors.CLOSE_BY_THEMSELVES)
    due = dict(open_.values_list("pk", "due"))
    claimed = selectors.claims_on_file().filter(loan__in=ids).values_list("loan_id", flat=True)
    held = {one.loan_id for one in ripe if due.get(one.loan_id) == one.matures_on} - set(claimed)
    rows = [one for one in ripe if one.loan_id in held]
    _take_back_prepared(held, on)
    law, reason = article("auto_closing"), str(_("到期六个月未主动结项且未提出补偿申请，系统自动结项。"))
    loans.move_many(ids=held, name="close", by=None, on=on, article=law, reason=reason, closed_on=on)
    closings = [
        Closing(
            bank_id=one.bank_id, branch_id=one.branch_id, loan_id=one.loan_id, number=f"{number}-{done + place:05d}",
            kind=Closing.Kind.AUTOMATIC, state=Closing.State.CLOSED, event_on=one.matures_on, applied_on=on,
            reason=reason, closed_on=on, findings=[_explained(one.window)],
        )
        for place, one in enumerate(rows, start=1)
    ]  # fmt: skip
    Closing.objects.bulk_create(closings, batch_size=CHUNK)
    for bank_id, count in Counter(closing.bank_id for closing in closings).items():
        notes.closed_by_themselves(bank_id, count, on=on, article=law)
    Transition.objects.bulk_create(
        [
            Transition(
                subject_kind=Closing._meta.label_lower, subject_id=closing.pk, bank=closing.bank_id, field="state",
                source="", target=Closing.State.CLOSED, by=None, on=on, reason=reason, article=law,
            )
            for closing in closings
        ],
        batch_size=CHUNK,
    )  # fmt: skip
    return len(closings)


def _take_back_prepared(loan_ids: set[UUID], on: date) -> None:
    """A closing the bank had prepared and never filed gives way."""
    prepared = Closing.objects.filter(loan__in=loan_ids, state=Closing.State.PREPARED)
    for closing_id, version in prepared.order_by("pk").values_list("pk", "version"):
        cancel_closing(closing_id=closing_id, by=None, on=on, version=version, reason=str(_("系统已自动结项")))


def _explained(window: Window) -> dict[str, object]:
    return {
        "article": window.article,
        "matured_on": window.starts_on.isoformat(),
        "months": window.count,
        "closes_on": window.closes_on.isoformat(),
    }
