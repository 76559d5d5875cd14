"""Money that is not the pool's, and money of the pool's that came back (10.3(3), 20(3), I14, I15)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import Error, IntegrityError, connection, transaction

from claims import services as claims
from claims.models import Claim, PapersPacket, Payment
from evaluation.selectors import half_year, money
from evaluation.selectors.cases import Span, marked, sums_of
from evaluation.selectors.figures import HALF_YEAR
from loans.models import Loan
from pool import clock, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.ledger import services as ledger
from pool.ledger.models import Entry, LedgerTransaction
from pool.models import Deadline, Role, User
from recovery import account, invariants, matching, services
from recovery.models import AccountLine, Return, SuspenseUse
from tests.factories.account import Moved, confirmed, csv_of, imported, lines_of, proposed
from tests.factories.claims import approved_upgrade, fresh
from tests.factories.people import person
from tests.factories.recovery import Project, received, reported
from tests.factories.recovery import confirmed as paid_again

pytestmark = pytest.mark.django_db
State, Use = AccountLine.State, SuspenseUse.State


def so_far() -> list[Moved]:
    """The account's own story of what the ledger has."""
    with scope.everything():
        return [
            Moved(one.occurred_on, f"{one.amount:.2f}", one.reference, "对方") for one in account.unmatched_movements()
        ]


def seen(paid: Project, *more: Moved, on: date | None = None) -> list[AccountLine]:
    """A statement of everything up to today, `more` at its end."""
    opening = account_balance()
    on = on or clock.today()
    statement = imported(csv_of([*so_far(), *more], opening), paid.desk.clerk, on)
    for line in lines_of(statement):
        with scope.everything():
            found = matching.likely(account.moved(line), account.unmatched_movements())
        if line.state == State.OPEN and found:
            line = proposed(line, "vouchers", paid.desk.clerk, on, vouchers=found[0].vouchers)
            confirmed(line, paid.desk.finance_approver, on)
    return lines_of(statement)


def account_balance() -> str:
    with scope.everything():
        last = account.last_statement()
    return f"{last.closing:.2f}" if last else "0.00"


def suspended(paid: Project, amount: str, explanation: str = "overpaid") -> AccountLine:
    on = clock.today()
    line = seen(paid, Moved(on, amount, "HK9", paid.team.bank.name))[-1]
    line = proposed(line, explanation, paid.desk.clerk, on, reason="银行来电：多返还")
    return confirmed(line, paid.desk.finance_approver, on)


def due(paid: Project, amount: str = "100000.00") -> Return:
    on = clock.today()
    reported(paid.team, paid.loan, amount, received_on=on, on=on)
    return paid.returns()[-1]


def left(line: AccountLine) -> Decimal:
    with scope.everything():
        return account.suspense_lines().get(pk=line.pk).left


def do(service: Any, subject: Any, by: User, *, on: date | None = None, **given: Any) -> Any:
    key = {"AccountLine": "line_id", "SuspenseUse": "use_id"}[type(subject).__name__]
    with scope.everything():
        subject.refresh_from_db()
        return service(**{key: subject.pk}, by=by, on=on or clock.today(), version=subject.version, **given)


def balance(code: str) -> Decimal:
    with scope.everything():
        return ledger.balances().get(code, Decimal(0))


def verified() -> None:
    call_command("verify", "--all")


# ---- more than is due


def test_what_a_bank_returned_too_much_is_split_between_its_return_and_the_way_back(paid):
    advice = due(paid)
    line = suspended(paid, "50000.00")
    assert balance("suspense") == Decimal("-50000.00")
    use = do(services.set_against_return, line, paid.desk.clerk, return_id=advice.pk)
    assert (use.amount, left(line)) == (Decimal("40000.00"), Decimal("10000.00"))
    advice = fresh(advice)
    assert (advice.state, advice.bank_reference) == (Return.State.RECEIPT_ENTERED, "HK9")
    with scope.everything():
        services.confirm_return_receipt(
            return_id=advice.pk, by=paid.desk.finance_approver, on=clock.today(), version=advice.version
        )
    assert fresh(use).state == Use.DONE
    assert balance("suspense") == Decimal("-10000.00")
    rest = do(services.propose_pay_back, line, paid.desk.clerk, amount=Decimal("10000.00"), reason="银行更正函")
    rest = do(services.agree_pay_back, rest, paid.desk.finance_approver)
    assert (rest.state, balance("suspense")) == (Use.AGREED, Decimal("-10000.00"))
    clock.set_day(clock.today() + timedelta(days=1))
    (out,) = seen(paid, Moved(clock.today(), "-10000.00", "TK1", paid.team.bank.name))
    assert entered(out, "pay_back", rest, paid.desk.clerk) == out.get_absolute_url()
    out = confirmed(out, paid.desk.finance_approver, clock.today())
    assert (out.state, fresh(rest).state, balance("suspense")) == (State.MATCHED, Use.DONE, Decimal(0))
    with scope.everything():
        said = account.agreement()
        assert (said.by_bank, said.difference) == (said.by_ledger, 0)
    verified()


def entered(line: AccountLine, kind: str, case: Any, clerk: User) -> str:
    with scope.everything():
        line.refresh_from_db()
        return services.enter_from_line(
            line_id=line.pk, kind=kind, subject=str(case.pk), by=clerk, on=clock.today(), version=line.version
        )


def test_a_return_from_suspense_counts_on_the_day_that_the_ledger_books_it(paid):
    came = clock.today()
    advice, line = due(paid), suspended(paid, "50000.00")
    with scope.everything():
        available = HALF_YEAR["closing.available"]
        opened = sums_of(marked(Entry.objects.all(), available, Span(came, came)), available)["now"].amount
        assert opened == money.position(came)["available"] == money.position(came)["cash"] - Decimal("50000.00")
    do(services.set_against_return, line, paid.desk.clerk, return_id=advice.pk)
    agreed = came + timedelta(days=1)
    clock.set_day(agreed)
    with scope.everything():
        advice = fresh(advice)
        services.confirm_return_receipt(
            return_id=advice.pk, by=paid.desk.finance_approver, on=agreed, version=advice.version
        )
        assert fresh(advice).received_on == came
        for day, amount in ((came, "0.00"), (agreed, "40000.00")):
            found = half_year.figures(day, day)
            assert half_year.breaks(found) == [] and found["totals"]["returned"]["amount"] == amount
        assert found["totals"]["owed"]["count"] == 0
        kept = Deadline.objects.filter(subject_id=advice.pk).values_list("fulfilled_on", flat=True)
        assert list(kept) == [came], "the bank was not late because two people needed a day"


def test_it_may_wait_for_the_next_return_and_counts_from_the_day_that_was_advised(paid):
    line = suspended(paid, "40000.00")
    clock.set_day(clock.today() + timedelta(days=40))
    advice = due(paid)
    do(services.set_against_return, line, paid.desk.clerk, return_id=advice.pk)
    assert fresh(advice).received_on == advice.advised_on
    with scope.everything():
        posted = services.confirm_return_receipt(
            return_id=advice.pk, by=paid.desk.finance_approver, on=clock.today(), version=fresh(advice).version
        )
        voucher = LedgerTransaction.objects.get(key=f"return:{advice.pk}")
    assert (posted.state, voucher.occurred_on) == (Return.State.RECEIVED, clock.today())
    verified()


def test_a_receipt_that_the_second_person_does_not_find_frees_the_money(paid):
    advice = due(paid)
    line = suspended(paid, "40000.00")
    use = do(services.set_against_return, line, paid.desk.clerk, return_id=advice.pk)
    with scope.everything():
        services.reject_return_receipt(
            return_id=advice.pk, by=paid.desk.finance_approver, on=clock.today(), version=fresh(advice).version,
            reason="另有来款",
        )  # fmt: skip
    assert (fresh(use).state, left(line)) == (Use.WITHDRAWN, Decimal("40000.00"))
    assert do(services.set_against_return, line, paid.desk.clerk, return_id=advice.pk).state == Use.PROPOSED
    verified()


@pytest.mark.parametrize(("amount", "fits"), [("0.01", True), ("50000.00", True), ("50000.01", False)])
def test_never_more_than_came_in(paid, amount, fits):
    line = suspended(paid, "50000.00")
    if fits:
        assert do(services.propose_pay_back, line, paid.desk.clerk, amount=Decimal(amount), reason="更正函")
    else:
        with pytest.raises(Refused, match=r"还有 50,000\.00 元未处理，不足 50,000\.01 元"):
            do(services.propose_pay_back, line, paid.desk.clerk, amount=Decimal(amount), reason="更正函")


def test_a_return_larger_than_the_rest_is_not_offered_and_refused(paid):
    advice = due(paid)
    line = suspended(paid, "39999.99")
    with scope.everything():
        assert not account.returns_for(line, left(line)).exists()
    with pytest.raises(Refused, match="不足"):
        do(services.set_against_return, line, paid.desk.clerk, return_id=advice.pk)
    assert fresh(advice).state == Return.State.DUE


def test_four_eyes_roles_and_stale_pages(paid):
    line = suspended(paid, "50000.00")
    clerk, approver = paid.desk.clerk, paid.desk.finance_approver
    given = {"amount": Decimal("5.00"), "reason": "更正函"}
    for stranger in (approver, person(Role.SUPERVISOR), paid.team.maker):
        with pytest.raises(NotPermitted):
            do(services.propose_pay_back, line, stranger, **given)
    with pytest.raises(Refused, match="退还依据"):
        do(services.propose_pay_back, line, clerk, amount=Decimal("5.00"), reason=" ")
    use = do(services.propose_pay_back, line, clerk, **given)
    with pytest.raises(NotPermitted):
        do(services.agree_pay_back, use, clerk)
    clerk.role = Role.FINANCE_APPROVER
    clerk.save()
    with pytest.raises(SamePerson):
        do(services.agree_pay_back, use, clerk)
    with pytest.raises(Stale), scope.everything():
        services.agree_pay_back(use_id=use.pk, by=approver, on=clock.today(), version=9)
    do(services.agree_pay_back, use, approver)
    with pytest.raises(Refused, match="不能办理"):
        do(services.agree_pay_back, use, approver)


def test_what_was_agreed_is_given_up_by_the_second_person_only(paid):
    line = suspended(paid, "50000.00")
    use = do(services.propose_pay_back, line, paid.desk.clerk, amount=Decimal("5.00"), reason="更正函")
    do(services.agree_pay_back, use, paid.desk.finance_approver)
    with pytest.raises(NotPermitted):
        do(services.withdraw_pay_back, use, paid.desk.clerk, reason="不退了")
    do(services.withdraw_pay_back, use, paid.desk.finance_approver, reason="银行未执行")
    assert left(line) == Decimal("50000.00")
    verified()


def test_no_line_of_interest_is_suspense_and_nobody_writes_that_a_line_is_paid_back(paid):
    on = clock.today()
    line = seen(paid, Moved(on, "5.00", "LX1"))[-1]
    with pytest.raises(Refused, match="请选择"):
        proposed(line, "paid_back", paid.desk.clerk, on, reason="x")
    line = confirmed(proposed(line, "interest", paid.desk.clerk, on, reason="利息清单"), paid.desk.finance_approver, on)
    with pytest.raises(Refused, match="不是待查款"):
        do(services.propose_pay_back, line, paid.desk.clerk, amount=Decimal("5.00"), reason="更正函")


def test_no_bank_sees_it_and_the_database_holds_its_amount(paid):
    line = suspended(paid, "50000.00")
    use = do(services.propose_pay_back, line, paid.desk.clerk, amount=Decimal("5.00"), reason="更正函")
    with scope.bank_scope(paid.team.pk):
        assert not SuspenseUse.objects.exists()
    with pytest.raises(Error), transaction.atomic(), scope.everything(), connection.cursor() as cursor:
        cursor.execute("UPDATE recovery_suspenseuse SET amount = 6 WHERE id = %s", [use.pk])
    with pytest.raises(IntegrityError), transaction.atomic(), scope.everything(), connection.cursor() as cursor:
        cursor.execute("UPDATE recovery_suspenseuse SET agreed_by_id = proposed_by_id WHERE id = %s", [use.pk])


def test_verify_sees_suspense_that_no_line_explains(paid):
    suspended(paid, "50000.00")
    with scope.everything():
        ledger.receive_unexplained(key="seeded", amount=Decimal("1.00"), on=clock.today(), prepared_by=paid.desk.clerk)
        (said,) = invariants.suspense_is_accounted_for()
    assert "50000.00" in said


# ---- a transfer that came back


def bounced(paid: Project) -> AccountLine:
    """The 400,000.00 are back the day after they left; the clerk has said so."""
    seen(paid)
    clock.set_day(clock.today() + timedelta(days=1))
    (line,) = seen(paid, Moved(clock.today(), "400000.00", "TH1", paid.team.bank.name, "户名不符退汇"))
    with scope.everything():
        (case,) = [one for one in account.waiting_for(line) if one.kind == "bounce"]
        assert case.is_ours
    entered(line, "bounce", case, paid.desk.clerk)
    return fresh(line)


def test_what_came_back_is_reserved_again_and_paid_once_more(paid):
    before = balance("cash")
    line = bounced(paid)
    assert (line.state, line.explanation) == (State.PROPOSED, "bounced")
    line = confirmed(line, paid.desk.finance_approver, clock.today())
    claim, loan = fresh(paid.claim), paid.loan
    assert (claim.state, claim.paid_on, claim.transferred_on) == (Claim.State.PLANNED, None, None)
    assert (loan.state, loan.library) == (Loan.State.NON_PERFORMING, Loan.Library.LOAN)
    assert (balance("cash"), balance("reserved")) == (before + 400000, Decimal("400000.00"))
    with scope.everything():
        first = Payment.objects.get()
        packet = PapersPacket.objects.get()
        assert (first.state, packet.state) == (Payment.State.FAILED, PapersPacket.State.COMPLETE)
        assert packet.pay_by is not None
        assert packet.pay_by > clock.today()
        assert account.agreement().difference == 0
        assert Deadline.objects.filter(subject_id=packet.pk, kind="payment_period", dropped_on=None).exists()
    verified()
    with scope.everything():
        again = claims.prepare_payment(
            packet_id=packet.pk, by=paid.desk.clerk, on=clock.today(), version=packet.version
        )
        claims.approve_payment(
            payment_id=again.pk, by=paid.desk.finance_approver, on=clock.today(), version=again.version
        )
    paid_again(fresh(again), paid.desk, clock.today() + timedelta(days=1))
    assert (fresh(paid.claim).state, balance("reserved"), balance("cash")) == (Claim.State.PAID, Decimal(0), before)
    with scope.everything():
        keys = LedgerTransaction.objects.filter(kind="payment").order_by("id").values_list("key", flat=True)
        assert list(keys) == [f"payment:{claim.pk}", f"payment:{claim.pk}:{again.pk}"]
    assert [one.state for one in seen(paid)] == [State.MATCHED]
    verified()


def test_it_comes_back_once(paid):
    line = bounced(paid)
    confirmed(line, paid.desk.finance_approver, clock.today())
    with scope.everything(), pytest.raises(Refused, match="不在已到账记账状态"):
        claims.take_back_payment(
            payment_id=line.payment_id, returned_on=clock.today(), reference="X", entered_by=paid.desk.clerk,
            by=paid.desk.finance_approver, on=clock.today(),
        )  # fmt: skip
    clock.set_day(clock.today() + timedelta(days=1))
    (twice,) = seen(paid, Moved(clock.today(), "400000.00", "TH2", paid.team.bank.name))
    with scope.everything():
        assert "bounce" not in {one.kind for one in account.waiting_for(twice)}


def test_a_transfer_whose_own_line_was_not_seen_does_not_come_back(paid):
    on = clock.today()
    said = [Moved(one.on, one.amount, f"other {one.reference}", one.who) for one in so_far()]
    statement = imported(csv_of([*said, Moved(on, "400000.00", "TH1")]), paid.desk.clerk, on)
    line = lines_of(statement)[-1]
    with scope.everything():
        (case,) = [one for one in account.waiting_for(line) if one.kind == "bounce"]
    with pytest.raises(Refused, match="尚未核对"):
        entered(line, "bounce", case, paid.desk.clerk)


def test_returned_money_says_that_the_bank_had_it(paid):
    received(due(paid), paid.desk, clock.today())
    line = bounced(paid)
    with pytest.raises(Refused, match="请先核实"):
        confirmed(line, paid.desk.finance_approver, clock.today())
    assert fresh(paid.claim).state == Claim.State.PAID


def test_a_return_advised_before_waits_and_is_due_anew_after_the_second_payment(paid):
    advice = due(paid)
    line = bounced(paid)
    confirmed(line, paid.desk.finance_approver, clock.today())
    with pytest.raises(Refused, match="已退汇"):
        from_bank(advice, paid)
    packet = fresh(the_packet())
    clock.set_day(clock.today() + timedelta(days=100))
    with scope.everything():
        again = claims.prepare_payment(
            packet_id=packet.pk, by=paid.desk.clerk, on=clock.today(), version=packet.version
        )
        claims.approve_payment(
            payment_id=again.pk, by=paid.desk.finance_approver, on=clock.today(), version=again.version
        )
    paid_again(fresh(again), paid.desk, clock.today())
    clock.set_day(clock.today() + timedelta(days=1))
    with scope.everything():
        assert services.advise_open(clock.today())["moved"] == 1
        assert services.advise_open(clock.today())["moved"] == 0
    assert fresh(advice).due_on > advice.due_on
    verified()


def the_packet() -> PapersPacket:
    with scope.everything():
        return PapersPacket.objects.get()


def from_bank(advice: Return, paid: Project) -> None:
    with scope.everything():
        services.enter_return_receipt(
            return_id=advice.pk, amount=advice.amount, reference="HD9", received_on=clock.today(), by=paid.desk.clerk,
            on=clock.today(), version=fresh(advice).version,
        )  # fmt: skip


def test_what_is_rejected_is_open_again(paid):
    line = bounced(paid)
    with scope.everything():
        line = services.reject_line(
            line_id=line.pk, by=paid.desk.finance_approver, on=clock.today(), version=line.version, reason="另有来款"
        )
    assert (line.state, line.payment_id) == (State.OPEN, None)
    assert fresh(paid.claim).state == Claim.State.PAID
    verified()


def test_suspense_pays_a_refund_after_an_upgrade_by_two_people_and_from_suspense(paid: Project):
    on = clock.today()
    upgrade = approved_upgrade(paid.claim, paid.team, paid.desk, on)
    line = suspended(paid, "500000.00")
    clerk, approver = paid.desk.clerk, paid.desk.finance_approver
    with scope.everything():
        said = {"line_id": line.pk, "upgrade_id": upgrade.pk, "on": on}
        with pytest.raises(NotPermitted):
            services.set_against_refund(by=approver, version=line.version, **said)
        use = services.set_against_refund(by=clerk, version=line.version, **said)
        services.withdraw_pay_back(use_id=use.pk, by=clerk, on=on, version=use.version, reason="另行处理")
        use = services.set_against_refund(by=clerk, version=fresh(line).version, **said)
        with pytest.raises(Refused, match="已办理"):
            services.set_against_refund(by=clerk, version=fresh(line).version, **said)
        done = services.agree_pay_back(use_id=use.pk, by=approver, on=on, version=use.version)
        assert done.state == Use.DONE
        assert fresh(upgrade).state == "refunded" and fresh(paid.claim).state == Claim.State.REFUNDED
        assert ledger.net_compensation(paid.claim.pk) == 0 and left(line) == Decimal("100000.00")
        assert not list(invariants.suspense_is_accounted_for()) and not list(invariants.account_agrees())
        assert not list(invariants.states_are_their_logs())
