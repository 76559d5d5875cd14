"""Loans that end without recovery: paid off, closed by themselves, refused for good (19(8), readings 1, 14)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from claims import services as claims
from claims.models import Claim
from claims.services import locking
from loans.models import Loan
from pool import moves, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import Deadline, Notice
from recovery import invariants, selectors, services
from recovery.models import Closing
from recovery.services import automatic
from tests.factories.claims import Desk, drafted_claim, fresh, npl_loan, refused_claim, submitted_claim
from tests.factories.loans import determine, entered_loan, entered_upload, loan_cells
from tests.factories.people import bank_team
from tests.factories.recovery import closed_paid_off, good_team, prepared_paid_off, reported
from tests.plugins import lock_order

pytestmark = pytest.mark.django_db
D = Decimal
ENTERED, MATURES = date(2024, 11, 20), date(2025, 5, 30)
CLOSES_ITSELF = date(2025, 12, 1)
ONE_DAY = timedelta(days=1)


def run(on: date) -> dict[str, int]:
    with scope.everything():
        return services.close_automatically(on)


def short_loan(team: Any = None, **given: Any) -> Loan:
    return entered_loan(team or bank_team(), ENTERED, **{"matures_on": str(MATURES), **given})


# --- paid off ---------------------------------------------------------------------------------------------------------


def test_two_people_close_what_was_paid_off():
    team = bank_team()
    loan = short_loan(team)
    closing = closed_paid_off(team, loan, paid_off_on=MATURES, on=date(2025, 6, 10))
    assert (closing.state, closing.apply_by, closing.applied_late) == ("closed", date(2025, 9, 1), False)
    assert (fresh(loan).state, fresh(loan).closed_on) == (Loan.State.CLOSED, date(2025, 6, 10))
    with scope.everything():
        assert not Deadline.objects.filter(subject_id=closing.pk, fulfilled_on=None).exists()


@pytest.mark.parametrize(("on", "late"), [(date(2025, 9, 1), False), (date(2025, 9, 2), True)])
def test_after_three_months_the_closing_is_late(on: date, late: bool):
    """2025-08-30 is a Saturday, so the period ends on the Monday."""
    team = bank_team()
    assert closed_paid_off(team, short_loan(team), paid_off_on=MATURES, on=on).applied_late is late


def test_a_loan_may_be_paid_off_before_its_maturity_but_not_before_its_disbursement():
    team = bank_team()
    loan = short_loan(team)
    with pytest.raises(Refused) as no:
        prepared_paid_off(team, loan, paid_off_on=loan.disbursed_on, on=date(2025, 1, 20))
    assert no.value.field == "paid_off_on"
    assert prepared_paid_off(team, loan, paid_off_on=date(2025, 1, 15), on=date(2025, 1, 20)).state == "prepared"


def test_the_maker_cannot_close_what_he_prepared():
    team = bank_team()
    made = prepared_paid_off(team, short_loan(team), paid_off_on=MATURES, on=date(2025, 6, 10))
    with scope.bank_scope(team.pk):
        with pytest.raises(NotPermitted):
            services.close_paid_off(closing_id=made.pk, by=team.maker, on=date(2025, 6, 10), version=made.version)
        team.maker.role = "bank_checker"
        with pytest.raises(SamePerson):
            services.close_paid_off(closing_id=made.pk, by=team.maker, on=date(2025, 6, 10), version=made.version)


def test_a_second_closing_of_one_loan_is_refused():
    team = bank_team()
    loan = short_loan(team)
    prepared_paid_off(team, loan, paid_off_on=MATURES, on=date(2025, 6, 10))
    with pytest.raises(Refused) as no:
        prepared_paid_off(team, loan, paid_off_on=MATURES, on=date(2025, 6, 10))
    assert no.value.code == "closing_open"


def test_a_non_performing_loan_is_closed_as_paid_off_only_when_its_principal_is_back():
    team = good_team()
    loan = npl_loan(team, "1000000.00")
    on = date(2024, 12, 9)
    with pytest.raises(Refused):
        prepared_paid_off(team, loan, paid_off_on=on, on=on)
    reported(team, loan, "1000000.00", received_on=on, on=on)
    assert closed_paid_off(team, loan, paid_off_on=on, on=on).state == "closed"


# --- closing by itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "closed"), [(CLOSES_ITSELF - ONE_DAY, 0), (CLOSES_ITSELF, 1), (CLOSES_ITSELF + ONE_DAY, 1)]
)
def test_a_loan_closes_by_itself_the_day_after_six_months(on: date, closed: int):
    loan = short_loan()
    assert run(on) == {"closed": closed, "waiting_for_calendar": 0}
    assert (fresh(loan).state == Loan.State.CLOSED) is bool(closed)


def test_closing_by_itself_leaves_its_trace_and_happens_once():
    team = bank_team()
    loan = short_loan(team)
    run(CLOSES_ITSELF)
    assert run(CLOSES_ITSELF) == {"closed": 0, "waiting_for_calendar": 0}
    with scope.everything():
        closing = Closing.objects.get(loan=loan)
        assert (closing.kind, closing.closed_on, closing.event_on) == ("automatic", CLOSES_ITSELF, MATURES)
        assert closing.findings[0]["closes_on"] == "2025-12-01"
        last = list(moves.history(loan))[-1]
        assert (last.target, last.by, last.article) == ("closed", None, "19(8)")
        assert Notice.objects.filter(bank=team.pk, article="19(8)").count() == 2
        assert not list(invariants.states_are_their_logs())
    assert fresh(loan).closed_on == CLOSES_ITSELF


def test_an_extended_maturity_counts():
    loan = short_loan()
    with scope.everything():
        Loan.objects.filter(pk=loan.pk).update(extended_to=date(2025, 6, 30))
    assert run(date(2025, 12, 30))["closed"] == 0
    assert run(date(2025, 12, 31))["closed"] == 1


@pytest.mark.parametrize(
    ("determined_on", "on", "closed"),
    [
        (date(2025, 8, 20), date(2025, 11, 30), 0),
        (date(2025, 8, 20), CLOSES_ITSELF, 1),
        (date(2025, 9, 15), CLOSES_ITSELF, 0),
        (date(2025, 9, 15), date(2025, 12, 15), 0),
        (date(2025, 9, 15), date(2025, 12, 16), 1),
    ],
)
def test_an_open_claim_period_puts_it_off(determined_on: date, on: date, closed: int):
    """The day is known for 2025: its holidays are announced."""
    team = good_team()
    loan = short_loan(team)
    determine(team, loan, determined_on, balance="100000.00")
    assert run(on)["closed"] == closed


def test_nothing_closes_by_itself_on_a_provisional_day():
    """A claim period that ends in a year whose holidays nobody has announced waits for the notice (reading 1)."""
    team = good_team()
    loan = short_loan(team, matures_on="2028-04-28")
    determine(team, loan, date(2028, 10, 20), balance="100000.00")
    assert run(date(2029, 1, 25))["waiting_for_calendar"] == 1
    assert fresh(loan).state == Loan.State.NON_PERFORMING


def test_a_claim_on_file_keeps_a_loan_open_and_a_withdrawn_one_does_not():
    team = good_team()
    loan = npl_loan(team, "100000.00")
    claim = submitted_claim(team, loan)
    far = date(2026, 6, 1)
    run(far)
    assert fresh(loan).state == Loan.State.NON_PERFORMING
    with scope.bank_scope(team.pk):
        claims.withdraw_claim(claim_id=claim.pk, by=team.checker, on=far, version=claim.version, reason="撤回")
    run(far)
    assert fresh(loan).state == Loan.State.CLOSED


def test_a_mere_draft_does_not_keep_a_loan_open():
    team = good_team()
    loan = npl_loan(team, "100000.00")
    drafted_claim(team, loan)
    run(date(2026, 6, 1))
    assert fresh(loan).state == Loan.State.CLOSED


def test_a_prepared_closing_gives_way():
    team = bank_team()
    loan = short_loan(team)
    made = prepared_paid_off(team, loan, paid_off_on=MATURES, on=date(2025, 6, 10))
    assert run(CLOSES_ITSELF)["closed"] == 1
    assert fresh(made).state == Closing.State.CANCELLED


def test_withdrawn_and_compensated_loans_do_not_close_by_themselves():
    with scope.everything():
        assert set(selectors.CLOSE_BY_THEMSELVES) == {Loan.State.ENTERED, Loan.State.NON_PERFORMING}


# --- refused for good -------------------------------------------------------------------------------------------------


def finally_refused(team: Any, desk: Desk) -> Claim:
    claim = refused_claim(team, desk, balance="1000000.00")
    with scope.everything():
        claims.finalise_refusals(claim.ask_by + ONE_DAY)
    return fresh(claim)


def test_the_manager_closes_what_was_refused_for_good():
    team, desk = good_team(), Desk()
    claim = finally_refused(team, desk)
    on = claim.ask_by + ONE_DAY
    with scope.everything():
        assert list(selectors.refused_for_good(desk.reviewer)) == [claim]
        loan = Loan.objects.get(pk=claim.loan_id)
        with pytest.raises(NotPermitted):
            services.close_refused(loan_id=loan.pk, by=desk.clerk, on=on, version=loan.version)
        with pytest.raises(Stale):
            services.close_refused(loan_id=loan.pk, by=desk.reviewer, on=on, version=loan.version - 1)
        closing = services.close_refused(loan_id=loan.pk, by=desk.reviewer, on=on, version=loan.version)
        assert [(move.source, move.target) for move in moves.history(closing)] == [("", "closed")]
    assert (closing.kind, fresh(loan).state) == ("refused", Loan.State.CLOSED)


def test_a_refusal_that_may_still_be_re_examined_closes_nothing():
    team, desk = good_team(), Desk()
    claim = refused_claim(team, desk, balance="1000000.00")
    with scope.everything():
        loan = Loan.objects.get(pk=claim.loan_id)
        with pytest.raises(Refused) as no:
            services.close_refused(loan_id=loan.pk, by=desk.reviewer, on=claim.decided_on, version=loan.version)
    assert no.value.code == "claim_on_file"


def test_many_loans_close_by_themselves_in_as_many_questions_as_a_few():
    team = bank_team()
    counts = []
    for size, matures_on in ((3, date(2025, 5, 29)), (40, MATURES)):
        entered_upload(team, [loan_cells(matures_on=str(matures_on)) for _ in range(size)], ENTERED)
        with scope.everything(), CaptureQueriesContext(connection) as asked:
            closed = services.close_automatically(CLOSES_ITSELF - ONE_DAY * (MATURES - matures_on).days)["closed"]
        assert closed == size
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_day_of_several_chunks_locks_all_its_loans_first_and_tells_the_bank_once(monkeypatch: pytest.MonkeyPatch):
    """`tests/plugins/lock_order.py` fails a test that locks a loan after a closing."""
    monkeypatch.setattr(automatic, "CHUNK", 2)
    team = bank_team()
    loans = [short_loan(team) for _ in range(5)]
    made = [prepared_paid_off(team, loan, paid_off_on=MATURES, on=date(2025, 6, 10)) for loan in (loans[0], loans[4])]
    assert run(CLOSES_ITSELF) == {"closed": 5, "waiting_for_calendar": 0}
    assert [fresh(one).state for one in made] == [Closing.State.CANCELLED] * 2
    with scope.everything():
        numbers = sorted(Closing.objects.filter(kind="automatic").values_list("number", flat=True))
        assert [number[-5:] for number in numbers] == ["00001", "00002", "00003", "00004", "00005"]
        told = Notice.objects.filter(bank=team.pk, key__startswith="automatic:").values_list("title", flat=True)
        assert len(told) == 2 and all(title.startswith("5 ") for title in told)


def test_a_chunk_that_locks_after_an_earlier_one_has_written_is_seen(monkeypatch: pytest.MonkeyPatch):
    """The seeded bug: each chunk is locked and written by itself."""
    team = bank_team()
    loans = sorted((short_loan(team) for _ in range(2)), key=lambda loan: loan.pk)
    prepared_paid_off(team, loans[0], paid_off_on=MATURES, on=date(2025, 6, 10))

    @transaction.atomic
    def chunk_by_chunk() -> None:
        for loan in loans:
            locking.loans([loan.pk])
            automatic._take_back_prepared({loan.pk}, CLOSES_ITSELF)

    with scope.everything():
        chunk_by_chunk()
    seen = [(wrong.table, wrong.after) for wrong in lock_order.WRONG]
    lock_order.WRONG.clear()
    assert seen == [("loans_loan", "recovery_closing")]
