"""One bank's past into the library: its loans with their original entry dates, what went bad, what was paid and came
back. The moves of states are those that happened, on their days; who did them then is not known here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum

from banks import rules as bank_rules
from banks import standing
from banks.models import Bank, StandingEvent
from claims.models import Claim
from config.models import Cutover, CutoverLine
from config.scale.copying import Sheaf
from config.scale.pen import Row
from config.scale.scene import at
from loans import rules
from loans.models import Borrower, ClassificationChange, Determination, Loan, Upload
from loans.services.rows import principal_of, read_facts
from loans.words import BorrowerKind
from pool import numbering
from pool.models import User
from pool.models.base import uuid7
from pool.money import ZERO
from pool.selectors import edition, refs
from pool.services import editions
from recovery import terms
from recovery.models import Closing, Recovery, Return

from . import gates
from .landing import Log, base, by_two, land

MANY = 2000
OURS = ("identity", "entered_on", "closed_on", "closing", "row")
"""What a loan's line holds beside the facts of the loan."""
COPIED = (
    "contract_number", "branch_name", "borrower_kind", "borrower_name", "credit_code", "owner_name", "owner_id_kind",
    "owner_id_number", "firm_name", "co_borrower_name", "co_borrower_code", "district", "industry_code",
    "industry_group", "staff", "revenue", "assets", "quasi_financial", "product", "use", "use_detail", "other_cover",
    "currency", "credit_line", "other_balances", "annual_rate", "disbursed_on", "matures_on", "remarks",
)  # fmt: skip
Cause, State, Library = StandingEvent.Cause, Loan.State, Loan.Library
Lines = dict[str, dict[str, Any]]


class Writer:
    """Writes one bank in the caller's transaction."""

    def __init__(self, cutover: Cutover, bank: Bank, manager: User, finance: User) -> None:
        self.cutover, self.bank, self.manager, self.finance = cutover, bank, manager, finance
        self.book, self.scheme = edition(), str(bank.scheme_id)
        self.book_hash = editions.use(self.book)
        self.sheaf = Sheaf()
        self.log = Log(self.sheaf, gates.reference(cutover))
        self.shifts: list[tuple[date, int, UUID, str, Decimal, Decimal]] = []
        self.counts: dict[str, int] = defaultdict(int)

    def write(self) -> dict[str, int]:
        row = standing.lock(self.bank.pk)
        bad, paid, back = self._few("determinations"), self._few("compensations"), self._several("returns")
        uploads = self._uploads()
        for lines in self._loans():
            borrowers = self._borrowers(lines)
            for line in lines:
                self._loan(line, uploads, borrowers, bad.get(line.key), paid.get(line.key), back.get(line.key, []))
            land(self.sheaf)
        self._standing(row)
        land(self.sheaf)
        return dict(self.counts)

    def _lines(self, sheet: str) -> Any:
        rows = CutoverLine.objects.filter(cutover=self.cutover, sheet=sheet, bank_code=self.bank.code)
        return rows.order_by("on", "row")

    def _few(self, sheet: str) -> Lines:
        return {line.key: line.data for line in self._lines(sheet).iterator(MANY)}

    def _several(self, sheet: str) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in self._lines(sheet).order_by("row").iterator(MANY):
            found[line.key].append(line.data)
        return found

    def _loans(self) -> Iterator[list[CutoverLine]]:
        rows = self._lines("loans").iterator(MANY)
        while chunk := list(islice(rows, MANY)):
            yield chunk

    def _uploads(self) -> dict[date, Upload]:
        """One batch for each day on which the former system entered loans."""
        found = {}
        days = self._lines("loans").order_by("on").values("on")
        for one in days.annotate(rows=Count("pk"), sum=Sum(principal_of("data"))):
            day, rows, principal = one["on"], one["rows"], one["sum"]
            number = f"RK{day.year}-{numbering.next_number('loan_upload', day.year):06d}"
            receipt = f"HZ{day.year}-{numbering.next_number('loan_receipt', day.year):06d}"
            upload = Upload(
                **self._base(day, 1), number=number, source=Upload.Source.FILE, template_version=self.cutover.number,
                state=Upload.State.ENTERED, rows_total=rows, rows_done=rows, rows_good=rows, rows_entered=rows,
                principal_good=principal, principal_entered=principal, made_by=self.manager, made_on=day,
                submitted_by=self.finance, submitted_on=day, submitted_at=at(day), receipt_number=receipt,
            )  # fmt: skip
            self.sheaf.add_row(upload)
            self.shifts.append((day, 0, upload.pk, Cause.ENTERED, principal, ZERO))
            found[day] = upload
        land(self.sheaf)
        return found

    def _base(self, day: date, version: int) -> dict[str, Any]:
        return base(uuid7(), UUID(str(self.bank.pk)), day, version, self.scheme)

    def _borrowers(self, lines: list[CutoverLine]) -> dict[tuple[bool, str], UUID]:
        """One identity per borrower, whichever banks lend to it."""
        wanted = {(line.data["borrower_kind"] == BorrowerKind.OWNER, line.data["identity"]) for line in lines}
        people = sorted(identity for person, identity in wanted if person)
        firms = sorted(identity for person, identity in wanted if not person)
        fresh = [Borrower(person_index=one) for one in people] + [Borrower(credit_code=one) for one in firms]
        Borrower.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=MANY)
        found = {(True, row.person_index): row.pk for row in Borrower.objects.filter(person_index__in=people)}
        found |= {(False, row.credit_code): row.pk for row in Borrower.objects.filter(credit_code__in=firms)}
        return found

    # --- one loan -----------------------------------------------------------------------------------------------------

    def _loan(
        self, line: CutoverLine, uploads: dict[date, Upload], borrowers: dict[tuple[bool, str], UUID],
        bad: dict[str, Any] | None, paid: dict[str, Any] | None, back: list[dict[str, Any]],
    ) -> None:  # fmt: skip
        data = line.data
        facts = read_facts({key: value for key, value in data.items() if key not in OURS})
        entered = _day(data["entered_on"])
        day, number = entered or line.on, facts.iou_number
        assert day is not None
        person = facts.borrower_kind == BorrowerKind.OWNER
        calendar = refs(day).calendar
        timely = rules.entry_timeliness(self.book, calendar, facts.disbursed_on, day)
        loan = Loan(
            **self._base(day, 1), upload=uploads[day], borrower_id=borrowers[person, data["identity"]],
            loan_number=number, loan_number_key=line.key, in_city=facts.in_shenzhen,
            industry_restricted=data["industry_restricted"], original_principal=facts.principal,
            principal=Decimal(data["principal_yuan"]), security=list(facts.security), features=list(facts.features),
            qualifications=[_qualified(one) for one in facts.qualifications], entered_on=day, entered_at=at(day),
            entry_closes_on=rules.entry_window(self.book, calendar, facts.disbursed_on).closes_on,
            entered_late=timely.failed, findings=[timely.as_json()] if timely.failed else [], edition=self.book.key,
            edition_hash=self.book_hash, **{name: getattr(facts, name) for name in COPIED},
        )  # fmt: skip
        row = Row("loans.loan", loan.pk, loan.bank_id, number)
        law = self.book["entry_window"].article
        self.log.move(row, "", State.ENTERED, day, law)
        self.log.move(row, "", Library.LOAN, day, law, what="library")
        end = _End(State.ENTERED, Library.LOAN, "normal")
        if bad is not None:
            self._went_bad(loan, row, end, bad, paid, back)
        self._closed(loan, row, end, _day(data["closed_on"]), data["closing"])
        self.counts["loans"] += 1
        self.sheaf.add_row(_ended(loan, end))

    def _went_bad(
        self, loan: Loan, row: Row, end: _End, bad: dict[str, Any], paid: dict[str, Any] | None,
        back: list[dict[str, Any]],
    ) -> None:  # fmt: skip
        day, ended, recovered = _day(bad["determined_on"]), _day(bad["ended_on"]), _day(bad["recovered_on"])
        assert day is not None
        balance = Decimal(bad["principal_balance"])
        determination = Determination(
            **self._base(day, 1), loan_id=loan.pk, classification=bad["classification"], determined_on=day,
            principal_balance=balance, ended_on=ended, ending=bad["ending"] or "", recovered_on=recovered,
            **by_two(self.manager, self.finance, "made_by_id", "checked_by_id"),
        )  # fmt: skip
        self.sheaf.add_row(determination)
        self._class(loan, day, "normal", bad["classification"], balance)
        self.log.move(row, end.state, State.NON_PERFORMING, day, self.book["npl_classes"].article)
        end.to(State.NON_PERFORMING, bad["classification"])
        self.counts["determinations"] += 1
        self.shifts.append((day, 1, loan.pk, Cause.DETERMINED, ZERO, balance))
        if ended is not None:
            self._class(loan, ended, bad["classification"], "normal", balance)
            self.log.move(row, end.state, State.ENTERED, ended, self.book["upgrade_classes"].article)
            end.to(State.ENTERED, "normal")
            self.shifts.append((ended, 2, loan.pk, Cause.UPGRADED, ZERO, -balance))
            return
        if recovered is not None:
            self.shifts.append((recovered, 2, loan.pk, Cause.RECOVERED, ZERO, -balance))
        claim = self._compensated(loan, row, end, determination, paid) if paid is not None else None
        self._recovered(loan, determination, claim, back)

    def _class(self, loan: Loan, day: date, before: str, after: str, balance: Decimal) -> None:
        self.sheaf.add_row(
            ClassificationChange(
                **self._base(day, 1), loan_id=loan.pk, on=day, before=before, after=after, principal_balance=balance,
                checked_on=day, reason=self.log.reason,
                **by_two(self.manager, self.finance, "made_by_id", "checked_by_id"),
            )
        )  # fmt: skip

    def _compensated(
        self, loan: Loan, row: Row, end: _End, determination: Determination, paid: dict[str, Any]
    ) -> Claim:
        days = {name: _day(paid[name]) for name in ("submitted_on", "decided_on", "paid_on", "transferred_on")}
        submitted, decided, arrived = days["submitted_on"], days["decided_on"], days["paid_on"]
        assert submitted is not None and decided is not None and arrived is not None
        claim = Claim(
            **self._base(submitted, len(_STEPS)), loan_id=loan.pk, determination_id=determination.pk,
            number=f"{self.bank.code}-{paid['claim_number']}"[:40], state=Claim.State.PAID, submitted_at=at(submitted),
            first_submitted_on=submitted, ratio=Decimal(paid["ratio"]) / 100, amount=Decimal(paid["amount"]),
            decision_reason=self.log.reason, **days,
            **by_two(self.manager, self.finance, "made_by_id", "submitted_by_id"),
        )  # fmt: skip
        self.sheaf.add_row(claim)
        case = Row("claims.claim", claim.pk, loan.bank_id, claim.number)
        for source, target, when, slug in _STEPS:
            day = {"submitted": submitted, "decided": decided, "paid": arrived}[when]
            self.log.move(case, source, target, day, self.book[slug].article if slug else "")
        self.log.move(row, end.state, State.COMPENSATED, arrived, self.book["payment_period"].article)
        end.to(State.COMPENSATED, end.classification)
        moved = days["transferred_on"]
        if moved is not None:
            law = self.book["transfer_period"].article
            self.log.move(row, end.library, Library.COMPENSATION, moved, law, what="library")
            end.shelve(Library.COMPENSATION)
        self.counts["compensations"] += 1
        return claim

    def _recovered(
        self, loan: Loan, determination: Determination, claim: Claim | None, back: list[dict[str, Any]]
    ) -> None:
        total, instalment = ZERO, 0
        for position, one in enumerate(back, start=1):
            received, reported = _day(one["received_on"]), _day(one["reported_on"])
            assert received is not None and reported is not None
            total += Decimal(one["amount"])
            recovery = Recovery(
                **self._base(reported, 2), loan_id=loan.pk, determination_id=determination.pk, position=position,
                claim_id=claim.pk if claim else None, state=Recovery.State.SUBMITTED, received_on=received,
                amount=Decimal(one["amount"]), principal_part=Decimal(one["principal_part"]), method=one["method"],
                submitted_on=reported, note=self.log.reason,
                **by_two(self.manager, self.finance, "made_by_id", "submitted_by_id"),
            )  # fmt: skip
            self.sheaf.add_row(recovery)
            row = Row("recovery.recovery", recovery.pk, loan.bank_id)
            self.log.move(row, "", "prepared", reported)
            self.log.move(row, "prepared", "submitted", reported, self.book["recovery_window"].article)
            self.counts["recoveries"] += 1
            if claim is not None and Decimal(one["returned"]):
                instalment += 1
                self._return(loan, claim, recovery, one, instalment, total)

    def _return(
        self, loan: Loan, claim: Claim, recovery: Recovery, one: dict[str, Any], instalment: int, total: Decimal
    ) -> None:
        reported, back = recovery.submitted_on, _day(one["returned_on"])
        window = terms.return_window(recovery.received_on, claim)
        number = f"FH{reported.year}{numbering.next_number('FH', reported.year):06d}"
        advice = Return(
            **self._base(reported, 3 if back else 1), claim_id=claim.pk, loan_id=loan.pk, recovery_id=recovery.pk,
            number=number, instalment=instalment, state=Return.State.RECEIVED if back else Return.State.DUE,
            recovered_total=total, amount=Decimal(one["returned"]), advised_on=reported, due_on=window.closes_on,
            due_provisional=window.provisional, received_on=back,
            **(by_two(self.manager, self.finance, "receipt_entered_by_id", "receipt_confirmed_by_id") if back else {}),
        )  # fmt: skip
        self.sheaf.add_row(advice)
        row, law = Row("recovery.return", advice.pk, loan.bank_id), self.book["return_formula"].article
        self.log.move(row, "", "due", reported, law)
        if back:
            self.log.move(row, "due", "receipt_entered", back, law)
            self.log.move(row, "receipt_entered", "received", back, law)
            self.counts["returns"] += 1

    def _closed(self, loan: Loan, row: Row, end: _End, day: date | None, how: str | None) -> None:
        if day is None:
            return
        law = self.book[_LAWS.get(how or "", "payoff_closing")].article
        if how == Closing.Kind.SETTLED and end.state == State.COMPENSATED:
            self.log.move(row, end.state, State.RECOVERED, day, law)
            self.log.move(row, end.library, Library.SETTLEMENT, day, law, what="library")
            end.to(State.RECOVERED, end.classification)
            end.shelve(Library.SETTLEMENT)
        self.log.move(row, end.state, State.CLOSED, day, law)
        end.to(State.CLOSED, end.classification)
        loan.closed_on = day
        if how in _LAWS:
            self._closing(loan, day, str(how), law)

    def _closing(self, loan: Loan, day: date, how: str, law: str) -> None:
        number = f"JY{day.year}{numbering.next_number('JY', day.year):06d}"
        both = by_two(self.manager, self.finance, "manager_by_id", "finance_by_id")
        closing = Closing(
            **self._base(day, 1), loan_id=loan.pk, number=number, kind=how, state=Closing.State.CLOSED, event_on=day,
            applied_on=day, reason=self.log.reason, closed_on=day, **(both if how == Closing.Kind.SETTLED else {}),
        )  # fmt: skip
        self.sheaf.add_row(closing)
        case = Row("recovery.closing", closing.pk, loan.bank_id)
        self.log.move(case, "", Closing.State.CLOSED, day, law)

    # --- the 3 % ------------------------------------------------------------------------------------------------------

    def _standing(self, row: Any) -> None:
        """The append-only series day by day, and the row where it ends; who is over the limit now is told once."""
        entered, npl, over = row.entered_principal, row.npl_principal, row.is_suspended
        for day, _turn, subject, cause, more, worse in sorted(self.shifts):
            entered, npl = entered + more, npl + worse
            held = bank_rules.standing(self.book, npl, entered).finding.failed
            row.version += 1
            event = StandingEvent(
                **self._base(day, 1), on=day, recorded_at=_moment(day, row.version), cause=cause, subject=subject,
                number=row.version, entered_principal=entered, npl_principal=npl, is_suspended=held,
                turned=held != over,
            )  # fmt: skip
            row.since = day if held != over or row.since is None else row.since
            over = held
            self.sheaf.add_row(event)
        row.entered_principal, row.npl_principal, row.is_suspended = entered, npl, over
        row.save(update_fields=["entered_principal", "npl_principal", "is_suspended", "since", "version"])


class _End:
    """Where a loan stands after the moves so far."""

    def __init__(self, state: str, library: str, classification: str) -> None:
        self.state, self.library, self.classification, self.version = state, library, classification, 1

    def to(self, state: str, classification: str) -> None:
        self.state, self.classification, self.version = state, classification, self.version + 1

    def shelve(self, library: str) -> None:
        self.library, self.version = library, self.version + 1


def _ended(loan: Loan, end: _End) -> Loan:
    """The same loan as it stands in the end: a row is written once, not moved."""
    given = {field.attname: getattr(loan, field.attname) for field in Loan._meta.concrete_fields}
    given |= {"state": end.state, "library": end.library, "classification": end.classification, "version": end.version}
    return Loan(**given)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(day: date, number: int) -> datetime:
    return at(day).replace(microsecond=number % 1_000_000)


def _qualified(one: Any) -> dict[str, str]:
    return {"kind": one.kind, "valid_from": one.valid_from.isoformat(), "valid_to": one.valid_to.isoformat()}


_STEPS = (
    ("", "draft", "submitted", ""),
    ("draft", "submitted", "submitted", "claim_period"),
    ("submitted", "reviewing", "decided", "review_period"),
    ("reviewing", "approved", "decided", "review_period"),
    ("approved", "publicised", "decided", "publicity_period"),
    ("publicised", "cleared", "paid", "publicity_period"),
    ("cleared", "planned", "paid", "publicity_period"),
    ("planned", "instructed", "paid", "payment_period"),
    ("instructed", "paid", "paid", "payment_period"),
)
"""A claim's way to its payment; the former system's days stand for the steps in between."""
_LAWS = {"paid_off": "payoff_closing", "automatic": "auto_closing", "settled": "settlement_period"}
