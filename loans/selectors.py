"""Reads about loans that are more than a filter; pages, exports and the API ask here."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext

from banks.models import Standing
from loans import permissions as may
from loans import rules
from loans.keys import loan_number_key
from loans.kinds import kind_of
from loans.models import (
    ClassificationRequest,
    Correction,
    Determination,
    Extension,
    Loan,
    Upload,
    UploadRow,
    WithdrawalRequest,
)
from pool import formats
from pool.models import BANK_ROLES, Role, User
from pool.money import ZERO
from pool.registry import LegalDate, ReferenceChange
from pool.rules import Window, next_quarter_start, quarter_end, quarter_start
from pool.selectors import edition, refs
from pool.sheets.values import Bad, parse_date

GONE = (Loan.State.CLOSED, Loan.State.WITHDRAWN)
LAST_CHARACTER = chr(0x10FFFF)
COUNTED = 10_000


def visible_loans(user: User) -> "QuerySet[Loan]":
    """Loans this person may open."""
    rows: QuerySet[Loan] = Loan.objects.visible_to(user)
    return rows if user.role in may.READERS else rows.none()


def visible_uploads(user: User) -> "QuerySet[Upload]":
    rows: QuerySet[Upload] = Upload.objects.visible_to(user)
    return rows if user.role in may.READERS else rows.none()


def filings(user: User) -> "QuerySet[Upload]":
    """The uploads that are or may become loans: without rehearsals."""
    return visible_uploads(user).filter(rehearsal=False)


def matching(text: str) -> Q:
    """An exact loan number or credit code, or the beginning of a borrower's name.

    A range of the name, not LIKE: under row-level security PostgreSQL uses an index for leakproof comparisons only.
    """
    words = text.strip()
    key = loan_number_key(words)
    return (
        Q(loan_number_key=key)
        | Q(credit_code=key)
        | Q(borrower_name__gte=words, borrower_name__lt=words + LAST_CHARACTER)
    )


def in_quarter(first: date) -> Q:
    """Disbursed in the quarter that holds this day."""
    return Q(disbursed_on__gte=quarter_start(first), disbursed_on__lte=quarter_end(first))


def search(user: User, words: str, limit: int = 8) -> "QuerySet[Loan]":
    return visible_loans(user).filter(matching(words)).order_by("-id")[:limit]


def open_classification(loan: Loan) -> ClassificationRequest | None:
    found: ClassificationRequest | None = ClassificationRequest.objects.filter(
        loan=loan, state=ClassificationRequest.State.PREPARED
    ).first()
    return found


def open_withdrawal(loan: Loan) -> WithdrawalRequest | None:
    found: WithdrawalRequest | None = WithdrawalRequest.objects.filter(
        loan=loan, state=WithdrawalRequest.State.PREPARED
    ).first()
    return found


def open_extension(loan: Loan) -> Extension | None:
    found: Extension | None = Extension.objects.filter(loan=loan, state=Extension.State.PREPARED).first()
    return found


def open_correction(loan: Loan) -> Correction | None:
    found: Correction | None = Correction.objects.filter(loan=loan, state=Correction.State.PREPARED).first()
    return found


def standing_determination(loan: Loan) -> Determination | None:
    found: Determination | None = Determination.objects.filter(loan=loan, ended_on__isnull=True).first()
    return found


@dataclass(frozen=True)
class EntryWindow:
    """The window of one quarter's loans, as of a day."""

    quarter: date
    window: Window
    left: int

    @property
    def name(self) -> str:
        return formats.quarter(self.quarter)


def open_windows(on: date) -> list[EntryWindow]:
    """The quarters whose loans may be entered in time on that day, the one that closes first in front."""
    calendar = refs(on).calendar
    found = []
    for day in (quarter_start(on), quarter_start(_day_before(quarter_start(on)))):
        window = rules.entry_window(edition(), calendar, day)
        if window.holds(on):
            found.append(EntryWindow(day, window, calendar.remaining(on, window.closes_on)))
    return sorted(found, key=lambda item: item.window.closes_on)


def entry_window_dates(user: User, first: date, last: date) -> Iterator[LegalDate]:
    """The last day of each quarter's entry window, for a bank's people."""
    if user.role not in BANK_ROLES:
        return
    calendar, quarter = refs(first).calendar, quarter_start(_day_before(quarter_start(first)))
    while True:
        window = rules.entry_window(edition(), calendar, quarter)
        if window.closes_on > last:
            return
        if window.closes_on >= first:
            label = gettext("录入%(quarter)s发放的贷款") % {"quarter": formats.quarter(quarter)}
            url = reverse("loans:upload_new") if user.role == Role.BANK_MAKER else reverse("loans:uploads")
            who = gettext("银行经办")
            yield LegalDate(window.closes_on, label, window.article, who, url, provisional=window.provisional)
        quarter = next_quarter_start(quarter)


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def rows_of(upload: Upload, *statuses: str) -> "QuerySet[UploadRow]":
    rows: QuerySet[UploadRow] = UploadRow.objects.filter(upload=upload, bank_id=upload.bank_id)
    if statuses:
        rows = rows.filter(status__in=statuses)
    return rows.order_by("sheet", "row")


def unconfirmed_rows(upload: Upload) -> "QuerySet[UploadRow]":
    """Those with a warning that nobody has given a reason for."""
    return rows_of(upload).filter(unconfirmed=True)


def told_rows(upload: Upload) -> "QuerySet[UploadRow]":
    """Those that enter and have something to say: a confirmed warning, or a mark that stays with the loan."""
    rows = rows_of(upload, UploadRow.Status.GOOD, UploadRow.Status.ENTERED)
    return rows.exclude(problems=[], findings=[])


def open_warnings(upload: Upload) -> list[tuple[str, int, UploadRow]]:
    """Each kind of warning that waits: its code, in how many rows, and the first of them; the most frequent first."""
    found: dict[str, tuple[int, UploadRow]] = {}
    for row in unconfirmed_rows(upload).only("row", "sheet", "problems", "doubts").iterator():
        for code in {doubt["code"] for doubt in row.doubts}:
            count, first = found.get(code, (0, row))
            found[code] = (count + 1, first)
    return [(code, *told) for code, told in sorted(found.items(), key=lambda item: (-item[1][0], item[0]))]


def held_days(upload: Upload) -> Iterator[date]:
    """The disbursement days of the held rows, where they can be read."""
    rows = rows_of(upload, UploadRow.Status.HELD).values_list("facts__disbursed_on", "raw__disbursed_on")
    for fact, raw in rows.iterator():
        try:
            yield date.fromisoformat(fact) if fact else parse_date(raw or "")
        except (Bad, ValueError):
            continue


def closing_of_held(upload: Upload, on: date) -> tuple[EntryWindow, int] | None:
    """The entry window that closes first among those of the held loans, and how many of them it concerns."""
    if not upload.rows_held or not upload.is_of_loans or upload.state == Upload.State.CANCELLED:
        return None
    held = Counter(quarter_start(day) for day in held_days(upload))
    return next(((window, held[window.quarter]) for window in open_windows(on) if held[window.quarter]), None)


def due_of(upload: Upload, on: date) -> date | None:
    """By when a batch is to be submitted: of loans the window that closes first, of another kind what it says."""
    windows = open_windows(on) if upload.is_of_loans else []
    return windows[0].window.closes_on if windows else kind_of(upload).due(on)


def common_problems(upload: Upload, limit: int = 5) -> list[tuple[str, int]]:
    """The most frequent problem codes among the held rows."""
    counts: dict[str, int] = {}
    for problems in rows_of(upload, UploadRow.Status.HELD).values_list("problems", flat=True).iterator():
        for code in {problem["code"] for problem in problems if problem["severity"] == "error"}:
            counts[code] = counts.get(code, 0) + 1
    return sorted(counts.items(), key=lambda item: -item[1])[:limit]


def true_sums(bank_id: UUID) -> dict[str, Any]:
    """What the standing should say, from the loans themselves (reading 12)."""
    entered = Loan.objects.filter(bank_id=bank_id).exclude(state=Loan.State.WITHDRAWN)
    counted = Determination.objects.filter(bank_id=bank_id, ended_on__isnull=True, recovered_on__isnull=True)
    return {
        "entered": entered.aggregate(total=Sum("principal", default=0))["total"],
        "npl": counted.aggregate(total=Sum("principal_balance", default=0))["total"],
    }


def on_the_way(bank_id: UUID) -> tuple[Decimal, Decimal]:
    """Principal in uploads that are not entered yet, and balances of determinations that wait for their checker."""
    State = Upload.State
    waiting = [State.CHECKED, State.SUBMITTED]
    uploads = Upload.objects.filter(bank_id=bank_id, kind=Upload.Kind.LOANS, state__in=waiting, rehearsal=False)
    requests = ClassificationRequest.objects.filter(
        bank_id=bank_id,
        state=ClassificationRequest.State.PREPARED,
        after__in=edition()["npl_classes"].words,
        loan__state=Loan.State.ENTERED,
    )
    entering = uploads.aggregate(total=Sum("principal_good", default=ZERO))["total"]
    return entering, requests.aggregate(total=Sum("principal_balance", default=ZERO))["total"]


def true_sums_by_bank() -> dict[UUID, dict[str, Any]]:
    """The same for every bank that has a standing, in two questions."""
    entered = Loan.objects.exclude(state=Loan.State.WITHDRAWN).order_by().values_list("bank")
    counted = Determination.objects.filter(ended_on__isnull=True, recovered_on__isnull=True).order_by()
    lent = dict(entered.annotate(total=Sum("principal")))
    bad = dict(counted.values_list("bank").annotate(total=Sum("principal_balance")))
    banks = Standing.objects.order_by("bank").values_list("bank_id", flat=True)
    return {bank: {"entered": lent.get(bank, ZERO), "npl": bad.get(bank, ZERO)} for bank in banks}


def states_of(user: User) -> dict[str, int]:
    """How many loans in each state, counted to one more than `COUNTED`: counting all of them grows with the table."""
    rows = visible_loans(user).order_by()
    return {state: rows.filter(state=state)[: COUNTED + 1].count() for state in Loan.State.values}


def touched_by(change: ReferenceChange, on: date) -> Iterator[tuple[str, int]]:
    """Loans paid out on the days for which the table is now known."""
    loans = Loan.objects.filter(disbursed_on__lte=change.through).exclude(state__in=GONE)
    if change.known_through is not None:
        loans = loans.filter(disbursed_on__gt=change.known_through)
    yield gettext("发放日在新确认期间的贷款"), loans.count()
