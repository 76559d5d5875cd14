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


@transaction.atomic
def close_automatically(on: date) -> dict[str, int]:
    """The day's work. A day that rests on a calendar not yet announced closes nothing (reading 1).

    Every loan is locked, by ascending key, before anything is written: however many there are, nobody waits in a ring.
    """
    found = list(_candidates(on))
    ripe = _still_so([one for one in found if not one.window.provisional])
    waiting = sum(one.window.provisional for one in found)
    if ripe:
        _take_back_prepared({one.loan_id for one in ripe}, on)
        run = f"ZD{on.year}{next_number('automatic_closing', on.year):04d}"
        for place, chunk in enumerate(_chunks(ripe)):
            _close(chunk, run, place * CHUNK, on)
        for bank_id, count in Counter(one.bank_id for one in ripe).items():
            notes.closed_by_themselves(bank_id, count, on=on, article=article("auto_closing"))
    return {"closed": len(ripe), "waiting_for_calendar": waiting}


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


def _still_so(ripe: list[Ripe]) -> list[Ripe]:
    """Lock them. Rows that changed since they were read are left for the next day."""
    return [one for chunk in _chunks(ripe) for one in _locked(chunk)]


def _locked(chunk: list[Ripe]) -> list[Ripe]:
    ids = [one.loan_id for one in chunk]
    open_ = selectors.with_due_day(Loan.objects.select_for_update()).order_by("pk")
    due = dict(open_.filter(pk__in=ids, state__in=selectors.CLOSE_BY_THEMSELVES).values_list("pk", "due"))
    claimed = set(selectors.claims_on_file().filter(loan__in=ids).values_list("loan_id", flat=True))
    return [one for one in chunk if due.get(one.loan_id) == one.matures_on and one.loan_id not in claimed]


def _close(rows: list[Ripe], number: str, done: int, on: date) -> None:
    """One chunk of what is locked, set-based."""
    law, reason = article("auto_closing"), str(_("到期六个月未主动结项且未提出补偿申请，系统自动结项。"))
    loans.move_many(
        ids=[one.loan_id for one in rows], name="close", by=None, on=on, article=law, reason=reason, closed_on=on
    )
    closings = [
        Closing(
            bank_id=one.bank_id, branch_id=one.branch_id, loan_id=one.loan_id, number=f"{number}-{done + place:05d}",
            kind=Closing.Kind.AUTOMATIC, state=Closing.State.CLOSED, event_on=one.matures_on, applied_on=on,
            reason=reason, closed_on=on, findings=[_explained(one.window)],
        )
        for place, one in enumerate(rows, start=1)
    ]  # fmt: skip
    Closing.objects.bulk_create(closings, batch_size=CHUNK)
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


def _take_back_prepared(loan_ids: set[UUID], on: date) -> None:
    """A closing the bank had prepared and never filed gives way."""
    prepared = Closing.objects.filter(state=Closing.State.PREPARED).order_by("pk")
    for closing_id, version, loan_id in prepared.values_list("pk", "version", "loan_id"):
        if loan_id in loan_ids:
            cancel_closing(closing_id=closing_id, by=None, on=on, version=version, reason=str(_("系统已自动结项")))


def _explained(window: Window) -> dict[str, object]:
    return {
        "article": window.article,
        "matured_on": window.starts_on.isoformat(),
        "months": window.count,
        "closes_on": window.closes_on.isoformat(),
    }
