"""月结: closed by two when all is reconciled, nothing posted into it afterwards, opened again by two (10.3(3), I16)."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import Error, IntegrityError, connection, transaction
from openpyxl import load_workbook

from pool import clock, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.ledger import invariants as ledger_invariants
from pool.ledger import services as ledger
from pool.ledger.models import Account, Entry, LedgerTransaction, MonthClosing
from pool.models import Role, User
from recovery import account, matching, months, services, vouchers
from recovery.models import AccountLine
from tests.factories.account import Moved, confirmed, csv_of, imported, lines_of, proposed
from tests.factories.people import person
from tests.factories.recovery import Project

pytestmark = pytest.mark.django_db


def reconciled(paid: Project, until: date | None = None) -> None:
    """The statement reaches `until`, and every line is explained."""
    on = clock.today()
    with scope.everything():
        rows = account.unmatched_movements()
    said = [Moved(one.occurred_on, f"{one.amount:.2f}", one.reference, "对方") for one in rows]
    statement = imported(csv_of(said), paid.desk.clerk, on)
    for line in lines_of(statement):
        with scope.everything():
            found = matching.likely(account.moved(line), account.unmatched_movements())
        if line.state == AccountLine.State.OPEN:
            line = proposed(line, "vouchers", paid.desk.clerk, on, vouchers=found[0].vouchers)
            confirmed(line, paid.desk.finance_approver, on)


def quiet_until(day: date, paid: Project) -> None:
    """A later statement: one fen of interest after the month's end, explained."""
    clock.set_day(day)
    with scope.everything():
        opening = account.last_statement().closing
    (line,) = lines_of(imported(csv_of([Moved(day, "0.01", "LX1")], f"{opening:.2f}"), paid.desk.clerk, day))
    confirmed(proposed(line, "interest", paid.desk.clerk, day, reason="利息"), paid.desk.finance_approver, day)


def all_months() -> list[date]:
    with scope.everything():
        return months.months_with_vouchers()


def do(service: Any, by: User, closing: MonthClosing | None = None, **given: Any) -> Any:
    with scope.everything():
        if closing is not None:
            closing = MonthClosing.objects.get(pk=closing.pk)
            given |= {"closing_id": closing.pk, "version": closing.version}
        return service(by=by, on=clock.today(), **given)


def closed(month: date, paid: Project) -> MonthClosing:
    made = do(services.propose_closing, paid.desk.clerk, month=month)
    return do(services.confirm_closing, paid.desk.finance_approver, made)


@pytest.fixture
def over(paid: Project) -> Project:
    """All months up to the last are reconciled and over."""
    reconciled(paid)
    quiet_until((months.last_day(clock.today()) + timedelta(days=3)), paid)
    return paid


def why_not(month: date) -> list[str]:
    with scope.everything():
        return [point.label for point in months.checks(month, clock.today()) if not point.ok]


# ---- the checklist


def test_each_month_is_closed_in_its_turn_and_what_is_open_is_told(paid):
    first, *_others, last = all_months()
    assert set(why_not(last)) >= {"当月已经结束", "以前各月都已月结", "专户流水已导入至月末"}
    reconciled(paid)
    clock.set_day(months.last_day(clock.today()) + timedelta(days=3))
    assert why_not(last) == ["以前各月都已月结", "专户流水已导入至月末"]
    quiet_until(clock.today(), paid)
    assert why_not(last) == ["以前各月都已月结"]
    with pytest.raises(Refused, match=f"请先月结 {months.name(first)}"):
        do(services.propose_closing, paid.desk.clerk, month=last)
    for month in all_months()[:-1]:
        closed(month, paid)
    assert why_not(last) == []
    call_command("verify", "--all")


def test_an_open_line_and_a_voucher_not_seen_are_in_the_way(over):
    first = all_months()[0]
    with scope.everything():
        line = AccountLine.objects.order_by("booked_on", "position").first()
        assert line.booked_on <= months.last_day(first)
        ledger.earn_interest(
            key="unseen", amount=Decimal("1.00"), on=first, prepared_by=over.desk.clerk,
            approved_by=over.desk.finance_approver,
        )  # fmt: skip
    assert why_not(first) == ["资金账的收付都已在流水上见到"]


@pytest.mark.parametrize(("days", "ready"), [(0, False), (1, True)])
def test_a_month_is_over_on_the_day_after_its_last(days, ready):
    end = months.last_day(date(2024, 12, 5))
    assert end == date(2024, 12, 31)
    assert months._month_is_over(end, end + timedelta(days=days)).ok is ready


def test_a_line_booked_in_the_next_month_is_reconciled_on_both_sides_of_the_end(paid):
    """Value date on the month's last day, booked on the first of the next."""
    with scope.everything():
        rows = account.unmatched_movements()
    *before, last = rows
    end = months.last_day(last.occurred_on)
    clock.set_day(end + timedelta(days=3))
    said = [Moved(one.occurred_on, f"{one.amount:.2f}", one.reference) for one in before]
    said.append(Moved(end + timedelta(days=1), f"{last.amount:.2f}", last.reference, value_date=last.occurred_on))
    imported(csv_of(said), paid.desk.clerk, clock.today())
    with scope.everything():
        then = account.agreement(end)
        assert last.amount in [one.amount for one in then.bank_lacks]
        now = account.agreement()
        assert last.amount not in [one.amount for one in now.bank_lacks]
    assert (then.difference, now.difference) == (0, 0)


# ---- what a closed month refuses


def test_nothing_is_posted_into_a_closed_month_and_the_message_says_how_to_mend(over):
    first = all_months()[0]
    closing = closed(first, over)
    assert (closing.state, closing.by_bank == closing.by_ledger) == (MonthClosing.State.CLOSED, True)
    given = {"amount": Decimal("1.00"), "prepared_by": over.desk.clerk, "approved_by": over.desk.finance_approver}
    for day in (first - timedelta(days=1), first, months.last_day(first)):
        with pytest.raises(Refused, match=r"已月结至.*请按未月结月份的日期记账.*重开月结"), scope.everything():
            ledger.earn_interest(key=f"late {day}", on=day, **given)
    with scope.everything():
        ledger.earn_interest(key="next day", on=months.last_day(first) + timedelta(days=1), **given)
        assert list(ledger_invariants.closed_months_stay()) == []


def test_the_database_refuses_it_too(over):
    first = all_months()[0]
    closed(first, over)
    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic(), scope.everything():
        LedgerTransaction.objects.create(key="past the services", body_hash="x", kind="interest", occurred_on=first)


def test_verify_sees_a_month_that_is_not_what_it_was_closed_with(over):
    first = all_months()[0]
    with scope.everything():
        MonthClosing.objects.create(
            number="YJ1", month=first, state="closed", by_bank=1, by_ledger=Decimal("1.00"), last_voucher=0,
            proposed_by=over.desk.clerk, proposed_on=clock.today(), closed_by=over.desk.finance_approver,
            closed_on=clock.today(),
        )  # fmt: skip
        (said,) = ledger_invariants.closed_months_stay()
    assert "1.00" in said


# ---- two people


def test_four_eyes_roles_and_stale_pages(over):
    first = all_months()[0]
    clerk, approver = over.desk.clerk, over.desk.finance_approver
    for stranger in (approver, person(Role.SUPERVISOR), over.team.maker):
        with pytest.raises(NotPermitted):
            do(services.propose_closing, stranger, month=first)
    made = do(services.propose_closing, clerk, month=first)
    with pytest.raises(Refused, match="已在办理"):
        do(services.propose_closing, clerk, month=first)
    with pytest.raises(NotPermitted):
        do(services.confirm_closing, clerk, made)
    clerk.role = Role.FINANCE_APPROVER
    clerk.save()
    with pytest.raises(SamePerson):
        do(services.confirm_closing, clerk, made)
    with pytest.raises(Stale), scope.everything():
        services.confirm_closing(closing_id=made.pk, by=approver, on=clock.today(), version=9)
    with pytest.raises(IntegrityError), transaction.atomic(), scope.everything(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_monthclosing SET closed_by_id = proposed_by_id WHERE id = %s", [made.pk])
    with pytest.raises(Error), transaction.atomic(), scope.everything(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_monthclosing SET month = '2020-01-01' WHERE id = %s", [made.pk])
    with scope.bank_scope(over.team.pk):
        assert not MonthClosing.objects.exists()


def test_a_month_is_looked_at_again_when_it_is_confirmed(over):
    first = all_months()[0]
    made = do(services.propose_closing, over.desk.clerk, month=first)
    with scope.everything():
        ledger.earn_interest(key="between", amount=Decimal("1.00"), on=first, prepared_by=over.desk.clerk)
    with pytest.raises(Refused, match="流水上未见"):
        do(services.confirm_closing, over.desk.finance_approver, made)
    withdrawn = do(services.withdraw_closing, over.desk.clerk, made, reason="尚有未达账")
    assert withdrawn.state == MonthClosing.State.WITHDRAWN


def test_the_latest_month_is_opened_again_by_two_with_a_reason(over):
    first, second, *_rest = all_months()
    former, latest = closed(first, over), closed(second, over)
    clerk, approver = over.desk.clerk, over.desk.finance_approver
    with pytest.raises(Refused, match=f"{months.name(second)} 已月结"):
        do(services.ask_reopening, clerk, former, reason="补记")
    with pytest.raises(Refused, match="请写明理由"):
        do(services.ask_reopening, clerk, latest, reason=" ")
    do(services.ask_reopening, clerk, latest, reason="补记手续费")
    given = {"amount": Decimal("1.00"), "on": second, "prepared_by": clerk, "approved_by": approver}
    with pytest.raises(Refused, match="已月结"), scope.everything():
        ledger.pay_fee(key="too early", **given)
    with pytest.raises(NotPermitted):
        do(services.confirm_reopening, clerk, latest)
    do(services.refuse_reopening, approver, latest, reason="次月补记")
    do(services.ask_reopening, clerk, latest, reason="补记手续费")
    assert do(services.confirm_reopening, approver, latest).state == MonthClosing.State.REOPENED
    with scope.everything():
        ledger.earn_interest(key="now", **given)
    assert why_not(second) == ["资金账的收付都已在流水上见到"]
    call_command("verify", "--all")


# ---- what is taken out


def test_the_balances_of_a_month_tie_to_the_ledger(over):
    last = all_months()[-2]
    with scope.everything():
        rows = months.trial_balance(last)
        held = ledger.balances()
        late = Entry.objects.filter(transaction__occurred_on__gt=months.last_day(last), account__code="cash")
        after = sum((one.amount for one in late), Decimal(0))
    assert sum((one.debit for one in rows), Decimal(0)) == sum((one.credit for one in rows), Decimal(0))
    assert sum((one.closing for one in rows), Decimal(0)) == 0
    (cash,) = [one for one in rows if one.code == "1002"]
    assert cash.closing == held["cash"] - after
    (spent,) = [one for one in rows if one.code.startswith("5001.")]
    assert (spent.closing, spent.closing_side) == (Decimal("400000.00"), (Decimal("400000.00"), None))


def test_no_account_is_without_the_number_that_the_financial_system_knows():
    assert set(months.SUBJECT_CODES) == set(Account.Kind)
    assert len(set(months.SUBJECT_CODES.values())) == len(months.SUBJECT_CODES)


def test_every_entry_is_a_line_of_a_numbered_voucher(over):
    first, last = all_months()[0], months.last_day(all_months()[-1])
    with scope.everything():
        lines = list(vouchers.lines(first, last))
        entries = Entry.objects.filter(transaction__occurred_on__range=(first, last))
        assert len(lines) == entries.count()
        debit = sum((one.amount for one in entries if one.amount > 0), Decimal(0))
        numbers = vouchers.numbers_of(first, last)
        later = vouchers.numbers_of(months.last_day(first) + timedelta(days=1), last)
    assert sum((one.debit or 0 for one in lines), Decimal(0)) == debit
    assert sum((one.credit or 0 for one in lines), Decimal(0)) == debit
    assert len(set(numbers.values())) == len(numbers)
    assert later.items() <= numbers.items()
    (payment,) = {one.number for one in lines if one.summary == "支付补偿"}
    papers = next(one.attachments for one in lines if one.number == payment)
    assert len(papers.split()) > 1
    assert {len(one) for one in papers.split()} == {64}


def test_the_workbook_is_read_back_to_the_fen(over, client):
    month = all_months()[-2]
    client.force_login(over.desk.finance_approver)
    answer = client.get(f"/recovery/months/{month.year}/{month.month}/vouchers/xlsx/")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(place for place, row in enumerate(rows) if row[0] == "凭证号")
    debit, credit = rows[-1][5:7]
    assert debit == credit == sum(row[5] or 0 for row in rows[head + 1 : -1])
