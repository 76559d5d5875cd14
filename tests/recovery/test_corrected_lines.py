"""Booked by mistake by the account's bank, and corrected: two lines that cancel, by two, on no voucher (I14)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from pool import clock, scope
from pool.errors import NotPermitted, Refused
from pool.ledger.models import LedgerTransaction
from pool.models import Role
from recovery import account, invariants, months, services
from recovery.models import AccountLine
from tests.factories.account import Moved, csv_of, imported, lines_of
from tests.factories.people import person

pytestmark = pytest.mark.django_db
DEBIT, CREDIT = date(2025, 1, 28), date(2025, 2, 3)
JANUARY = date(2025, 1, 1)


def test_a_wrong_debit_and_its_correction_cancel_and_hold_up_no_month() -> None:
    clerk, approver = person(Role.FINANCE_CLERK), person(Role.FINANCE_APPROVER)
    first = imported(
        csv_of([Moved(DEBIT, "-500.00", "C1", remark="误扣"), Moved(DEBIT, "7.00", "I1")], "900.00"), clerk, DEBIT
    )
    second = imported(csv_of([Moved(CREDIT, "500.00", "C2", remark="更正")], "407.00"), clerk, CREDIT)
    wrong, interest = lines_of(first)
    right = lines_of(second)[0]
    said = {"line_id": wrong.pk, "on": CREDIT, "version": wrong.version}
    with scope.everything():
        assert [row.pk for row in account.cancelling(wrong)] == [right.pk] and not account.cancelling(interest).exists()
        with pytest.raises(Refused, match="方向相反"):
            services.propose_correction(other_id=interest.pk, reason="更正通知", by=clerk, **said)
        with pytest.raises(Refused, match="相抵的另一笔"):
            services.propose_correction(other_id=wrong.pk, reason="更正通知", by=clerk, **said)
        with pytest.raises(Refused, match="核对依据"):
            services.propose_correction(other_id=right.pk, reason=" ", by=clerk, **said)
        with pytest.raises(NotPermitted):
            services.propose_correction(other_id=right.pk, reason="更正通知", by=approver, **said)
        line = services.propose_correction(other_id=right.pk, reason="更正通知", by=clerk, **said)
        line = services.reject_line(line_id=line.pk, by=approver, on=CREDIT, version=line.version, reason="再核")
        right.refresh_from_db()
        assert (line.state, right.state, line.pair_id, right.pair_id) == ("open", "open", None, None)
        line = services.propose_correction(
            line_id=right.pk, other_id=wrong.pk, reason="更正通知", by=clerk, on=CREDIT, version=right.version
        )
        services.confirm_line(line_id=line.pk, by=approver, on=CREDIT, version=line.version)
        assert {row.state for row in AccountLine.objects.filter(pk__in=[wrong.pk, right.pk])} == {"matched"}
        assert not LedgerTransaction.objects.exists()
        assert not list(invariants.account_agrees()) and not list(invariants.states_are_their_logs())
        at_month_end = account.agreement(months.last_day(JANUARY))
        assert at_month_end is not None and wrong in at_month_end.ledger_lacks
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountLine.objects.filter(pk=interest.pk).update(explanation="corrected")
        AccountLine.objects.filter(pk=right.pk).update(pair=interest)
        assert any("不相抵" in told for told in invariants.account_agrees())
    assert Decimal("500.00") == right.amount


def test_the_page_offers_the_line_that_cancels() -> None:
    clerk = person(Role.FINANCE_CLERK)
    statement = imported(
        csv_of([Moved(DEBIT, "-500.00", "C1", remark="误扣"), Moved(DEBIT, "500.00", "C2", remark="更正")], "900.00"),
        clerk,
        DEBIT,
    )
    wrong, right = lines_of(statement)
    clock.set_day(CREDIT)
    client = Client()
    client.force_login(clerk)
    seen = client.get(wrong.get_absolute_url()).content.decode()
    assert "开户银行误记及更正" in seen and str(right.pk) in seen
